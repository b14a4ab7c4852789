import { z } from 'zod'
import { contract, instant } from './contract.ts'

export const authorityName = z.string().regex(/^[a-z0-9](-?[a-z0-9]){1,39}$/, 'Letters, digits and single hyphens')

/** An authority outside that states when it saw a checkpoint (RFC 3161). */
export const timeAuthority = z.object({
  name: authorityName,
  url: z.string(),
  addedAt: instant,
  endedAt: instant.nullable(),
  /** The newest stamp: over how many entries, and the time that the authority states. */
  stamped: z.object({ size: z.int(), time: instant }).nullable(),
  triedAt: instant.nullable(),
  /** What went wrong last, in a sentence. Null while nothing does. */
  failure: z.string().nullable(),
  failingSince: instant.nullable(),
})

/** What the vault knows of its own clock. Each entry of the ledger says it of its own time. */
export const clockTrust = z.object({
  /** `none`: nobody was asked. Else who was compared with. */
  source: z.string(),
  /** How far this clock was ahead of the source, in milliseconds. */
  offsetMs: z.int().nullable(),
  checkedAt: instant.nullable(),
})

export const stamping = z.object({
  authorities: z.array(timeAuthority),
  /** Entries of the ledger, and how many of them no authority has stamped yet. */
  size: z.int(),
  unstamped: z.int(),
  /** A stamp is asked for so often, if there is anything new. */
  everyMinutes: z.int(),
  clock: clockTrust,
})

export const readStamping = contract({
  does: 'Tells which authorities stamp the time on the ledger, how far they have come, and how well the clock is known.',
  method: 'GET',
  path: '/ledger/stamps',
  permission: 'ledger.read',
  ledger: 'ledger.read',
  reply: stamping,
  refuses: [],
})

export const addAuthority = contract({
  does: 'Names an authority that stamps the time on the ledger, with the root certificates that the agency trusts for it.',
  method: 'POST',
  path: '/ledger/authorities',
  permission: 'agency.change',
  ledger: 'authority.added',
  body: z.strictObject({
    name: authorityName,
    url: z.url({ protocol: /^https?$/ }).max(500),
    /** PEM: root certificates, and those between them and the signer if the authority does not send them. */
    roots: z.string().min(1).max(100_000),
  }),
  reply: stamping,
  refuses: ['authority/bad-roots', 'authority/name-taken'],
})

export const endAuthority = contract({
  does: 'Ends an authority: it is asked no more. Its stamps stay, and are checked as before.',
  method: 'DELETE',
  path: '/ledger/authorities/:name',
  permission: 'agency.change',
  ledger: 'authority.ended',
  params: z.strictObject({ name: authorityName }),
  reply: stamping,
  refuses: ['authority/not-found'],
})

export const stampNow = contract({
  does: 'Has every authority stamp the newest checkpoint now.',
  method: 'POST',
  path: '/ledger/stamps',
  permission: 'agency.change',
  ledger: 'stamp.asked',
  reply: stamping,
  refuses: [],
})
