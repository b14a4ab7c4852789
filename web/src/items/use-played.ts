import { reportPlayed } from '@sallyport/api/items'
import { useEffect, useMemo } from 'react'
import { call } from '../call.ts'
import { nothingPlayed, playing, stopped, taken, type Watch } from './played-ranges.ts'

/** Stepping by frame has no speed of its own. It is entered as the slowest that the player has. */
export const stepSpeed = 0.1

const every = 30_000
const gather = 800

export type Played = {
  readonly at: (position: number, speed: number) => void
  readonly halt: () => void
}

/**
 * Enters in the ledger what was shown, to the hundredth of a second: when the picture stops, when it
 * jumps, every 30 seconds in between, and when the page is left or hidden.
 */
export function usePlayed(viewing: string): Played {
  const reporter = useMemo(() => newReporter(viewing), [viewing])
  useEffect(() => {
    const timer = setInterval(() => reporter.send(), every)
    const leave = () => reporter.send({ keepalive: true })
    window.addEventListener('pagehide', leave)
    document.addEventListener('visibilitychange', leave)
    return () => {
      clearInterval(timer)
      window.removeEventListener('pagehide', leave)
      document.removeEventListener('visibilitychange', leave)
      reporter.end()
    }
  }, [reporter])
  return reporter
}

function newReporter(viewing: string) {
  let watch: Watch = nothingPlayed
  let soon: ReturnType<typeof setTimeout> | undefined
  const send = (way: { keepalive?: boolean } = {}) => {
    clearTimeout(soon)
    const { report, rest } = taken(watch)
    if (report.length === 0) return
    watch = rest
    call(reportPlayed, { id: viewing, parts: report }, way).catch(() => {
      // The vault was out of reach: said with the next report. A refusal is final and is not repeated.
      watch = { ...watch, parts: [...report, ...watch.parts] }
    })
  }
  return {
    at: (position: number, speed: number) => {
      watch = playing(watch, position, speed)
    },
    halt: () => {
      watch = stopped(watch)
      clearTimeout(soon)
      // Dragging along the timeline halts many times: one report for all of it.
      soon = setTimeout(() => send(), gather)
    },
    end: () => {
      watch = stopped(watch)
      send({ keepalive: true })
    },
    send,
  }
}
