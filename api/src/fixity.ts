import { z } from 'zod'
import { byteCount, contract, id, instant, pageOf, paging } from './contract.ts'

/** What is wrong with stored bytes: gone, not those that were received, or known to nobody. */
export const findingKinds = ['missing', 'altered', 'untracked'] as const
export const findingReasons = [
  'gone',
  'other-bytes',
  'unreadable',
  'unknown',
  'cancelled',
  'refused',
  'expired',
  'expunged',
] as const

/** One pass over every stored byte, in random order. */
export const fixityRound = z.object({
  number: z.int(),
  begunAt: instant,
  /** Who asked for it; `null` when the vault began it because it was due. */
  by: z.object({ id: id<'person'>(), name: z.string() }).nullable(),
  endedAt: instant.nullable(),
  objects: z.int(),
  bytes: byteCount,
  checked: z.int(),
  checkedBytes: byteCount,
  missing: z.int(),
  altered: z.int(),
  untracked: z.int(),
  /** When it ends if it goes on as fast as until now; `null` when it has ended or has only begun. */
  expectedEnd: instant.nullable(),
})

export const fixityState = z.object({
  /** Every byte is hashed again within so many days. */
  days: z.int(),
  /** At most so many bytes a second are read for it, on one server. */
  bytesPerSecond: z.int(),
  /** The round under way, or the last one. */
  round: fixityRound.nullable(),
  /** When the next one begins by itself; `null` while one is under way. */
  nextAt: instant.nullable(),
  /** At the set rate the round takes longer than the days allow: the rate is too low for what is stored. */
  tooSlow: z.boolean(),
})

export const readFixity = contract({
  does: 'Tells how far the hashing of all stored bytes is, what it found, and when it comes again.',
  method: 'GET',
  path: '/fixity',
  permission: 'fixity.read',
  ledger: 'fixity.read',
  reply: fixityState,
  refuses: [],
})

export const beginFixityRound = contract({
  does: 'Begins a round now: every stored byte of the agency is hashed again and compared with what was received.',
  method: 'POST',
  path: '/fixity/rounds',
  permission: 'fixity.begin',
  ledger: 'fixity.round-begun',
  reply: fixityState,
  refuses: ['fixity/under-way'],
})

export const finding = z.object({
  id: id<'finding'>(),
  round: z.int(),
  what: z.enum(findingKinds),
  reason: z.enum(findingReasons),
  /** The name that the bytes lie under, where the vault gave it. */
  object: id<'object'>().nullable(),
  item: id<'item'>().nullable(),
  bytes: byteCount.nullable(),
  /** What was left over by an upload that ended, or by an expungement, was taken away. */
  removed: z.boolean(),
  at: instant,
})

export const listFindings = contract({
  does: 'Lists what the rounds found, newest first. Items are named by id: no content.',
  method: 'GET',
  path: '/fixity/findings',
  permission: 'fixity.read',
  ledger: 'fixity.read',
  query: z.strictObject({ ...paging }),
  reply: pageOf(finding),
  refuses: ['request/malformed'],
})
