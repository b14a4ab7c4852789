import { permissions, reaches, reasonTouches } from '@sallyport/core/access'
import { z } from 'zod'
import { slug } from './agency.ts'
import { contract, id, instant, sha256Hex } from './contract.ts'
import { personRole } from './people.ts'

const password = z.string().min(1).max(1000)
const code = z.string().regex(/^\d{6}$/, 'Six digits')

export const session = z.object({
  id: id<'session'>(),
  person: z.object({ id: id<'person'>(), name: z.string(), signInName: z.string(), roles: z.array(personRole) }),
  agency: z.object({
    id: id<'agency'>(),
    slug,
    name: z.string(),
    timeZone: z.string(),
    /** Touches of an item for which this agency asks a reason, beside downloads and exports. */
    reasonFor: z.array(z.enum(reasonTouches)),
  }),
  /** What the roles permit, with its reach: the pages show only what this holds. */
  permissions: z.partialRecord(z.enum(Object.keys(permissions) as (keyof typeof permissions)[]), z.enum(reaches)),
  /** Sent back as the header `x-sallyport-csrf` with everything but GET. */
  csrf: z.string(),
  locked: z.boolean(),
  locksAfterIdleSeconds: z.int(),
  endsAt: instant,
})

export const signIn = contract({
  does: 'Signs a person in with password and one-time code, after they have accepted the notice. The session is a cookie.',
  method: 'POST',
  path: '/session',
  permission: 'anyone',
  ledger: 'session.begun',
  body: z.strictObject({
    agency: slug.optional(),
    signInName: z.string().min(1).max(64),
    password,
    code,
    /** The version of the notice that was shown and accepted (CJISSECPOL AC-8). */
    bannerAccepted: sha256Hex,
  }),
  reply: session,
  refuses: ['request/not-found', 'sign-in/refused', 'sign-in/locked', 'session/banner-changed', 'vault/sealed'],
})

export const readSession = contract({
  does: 'Gives the session of the caller: who they are and what they may do. Does not count as activity.',
  method: 'GET',
  path: '/session',
  permission: 'signed-in',
  ledger: 'session.read',
  reply: session,
  refuses: [],
})

export const lockSession = contract({
  does: 'Locks the session of the caller until the password and a code are given again.',
  method: 'POST',
  path: '/session/lock',
  permission: 'signed-in',
  ledger: 'session.locked',
  reply: z.object({ locked: z.literal(true) }),
  refuses: [],
})

export const resumeSession = contract({
  does: 'Unlocks a locked session with password and one-time code.',
  method: 'POST',
  path: '/session/resume',
  permission: 'signed-in',
  ledger: 'session.resumed',
  body: z.strictObject({ password, code }),
  reply: session,
  refuses: ['sign-in/refused', 'sign-in/locked'],
})

export const signOut = contract({
  does: 'Ends the session of the caller on the server.',
  method: 'DELETE',
  path: '/session',
  permission: 'signed-in',
  ledger: 'session.ended',
  reply: z.object({ ended: z.literal(true) }),
  refuses: [],
})
