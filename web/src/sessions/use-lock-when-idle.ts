import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { idleStep } from './idle.ts'
import type { Session } from './session.ts'
import { lockNow } from './watch-session.ts'

const activeKey = 'sallyport.active'
const signs = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const

/** When somebody last did something in any tab of this browser. */
const lastActive = () => Number(localStorage.getItem(activeKey) ?? 0) || Date.now()

function noteActivity(): void {
  const now = Date.now()
  if (now - lastActive() > 2000 || localStorage.getItem(activeKey) === null)
    localStorage.setItem(activeKey, String(now))
}

/**
 * Locks this page when nobody has touched it for as long as the agency allows, and tells the vault.
 * The vault keeps its own clock and locks in any case; this one is for the screen that was left.
 * Answers the seconds that are left, in the last minute.
 */
export function useLockWhenIdle(session: Session | null): number | null {
  const client = useQueryClient()
  const [warning, setWarning] = useState<number | null>(null)
  const limit = session && !session.locked ? session.locksAfterIdleSeconds : null

  useEffect(() => {
    if (limit === null) return setWarning(null)
    localStorage.setItem(activeKey, String(Date.now()))
    let timer: ReturnType<typeof setTimeout>
    const look = () => {
      const step = idleStep(lastActive(), Date.now(), limit)
      setWarning(step.is === 'warn' ? step.seconds : null)
      if (step.is === 'lock') return lockNow(client)
      timer = setTimeout(look, step.is === 'warn' ? 1000 : Math.min(step.milliseconds, 30_000))
    }
    const noted = () => {
      noteActivity()
      setWarning((left) => {
        if (left !== null) {
          clearTimeout(timer)
          timer = setTimeout(look, 0)
        }
        return left
      })
    }
    for (const sign of signs) window.addEventListener(sign, noted, { passive: true })
    look()
    return () => {
      clearTimeout(timer)
      for (const sign of signs) window.removeEventListener(sign, noted)
    }
  }, [limit, client])

  return warning
}
