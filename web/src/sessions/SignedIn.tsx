import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useEffect } from 'react'
import { LockScreen } from './LockScreen.tsx'
import { SessionContext, sessionQuery } from './session.ts'
import { useLockWhenIdle } from './use-lock-when-idle.ts'

const Frame = lazy(async () => ({ default: (await import('../frame/Frame.tsx')).Frame }))

/** Everything behind the sign-in: the frame with its page, the lock over it, and the clock that locks. */
export function SignedIn() {
  const client = useQueryClient()
  const { data: session } = useQuery(sessionQuery)
  const navigate = useNavigate()
  const endsAt = session?.endsAt
  useEffect(() => {
    if (!endsAt) return
    const left = Date.parse(endsAt) - Date.now() + 1000
    const timer = setTimeout(
      () => void client.fetchQuery({ ...sessionQuery, staleTime: 0 }),
      Math.min(left, 2 ** 31 - 1),
    )
    return () => clearTimeout(timer)
  }, [client, endsAt])
  useEffect(() => {
    const { pathname, search } = window.location
    if (session === null && pathname !== '/sign-in')
      void navigate({ to: '/sign-in', search: { from: pathname + search } })
  }, [session, navigate])
  const warning = useLockWhenIdle(session ?? null)

  if (!session) return null
  return (
    <SessionContext value={session}>
      <Suspense fallback={null}>
        <Frame warning={warning} />
      </Suspense>
      {session.locked && <LockScreen session={session} />}
    </SessionContext>
  )
}
