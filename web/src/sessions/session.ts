import type { Answered } from '@sallyport/api/contract'
import { readSession } from '@sallyport/api/sessions'
import type { Permission } from '@sallyport/core/access'
import { type QueryClient, queryOptions } from '@tanstack/react-query'
import { createContext, useContext } from 'react'
import { call, carry, RefusedCall } from '../call.ts'

export type Session = Answered<typeof readSession>

const sessionKey = ['session'] as const

/** The session of this browser, or `null` for a guest. Read once; changed by signing in, unlocking and out. */
export const sessionQuery = queryOptions({
  queryKey: sessionKey,
  queryFn: async (): Promise<Session | null> => {
    const outcome = await call(readSession, {})
    if (outcome.is === 'answered') return carried(outcome.value)
    if (outcome.code === 'session/missing' || outcome.code === 'session/ended') return null
    throw new RefusedCall(outcome)
  },
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: Number.POSITIVE_INFINITY,
})

function carried(session: Session): Session {
  carry({ csrf: session.csrf, locked: session.locked })
  return session
}

/** Takes over a session that the vault just gave, or lets go of everything the last one was shown. */
export function keepSession(client: QueryClient, session: Session | null): void {
  if (session) {
    client.setQueryData(sessionKey, carried(session))
    return
  }
  carry({ csrf: '', locked: false })
  client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionKey[0] })
  client.setQueryData(sessionKey, null)
}

export function markLocked(client: QueryClient): void {
  carry({ locked: true })
  client.setQueryData(sessionKey, (session: Session | null | undefined) =>
    session ? { ...session, locked: true } : session,
  )
}

/** Given by {@link SignedIn} to every page below it. */
export const SessionContext = createContext<Session | null>(null)

/** The session of a page that only signed-in people reach. */
export function useSession(): Session {
  const session = useContext(SessionContext)
  if (!session) throw new Error('No session on a page for signed-in people.')
  return session
}

export const may = ({ permissions }: Session, permission: Permission): boolean =>
  (permissions[permission] ?? 'none') !== 'none'
