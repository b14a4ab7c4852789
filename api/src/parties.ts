import { z } from 'zod'
import { id, instant, line } from './contract.ts'

/** What an outsider showed to be who they say. Its number is not asked for: the vault has no need of it. */
export const identityDocuments = [
  'agency-credential',
  'driver-license',
  'passport',
  'military-id',
  'court-order',
  'other',
] as const

/** Somebody who is not in this vault: a laboratory, a court, another agency. */
export const outsider = z.strictObject({
  kind: z.literal('outside'),
  name: line(120),
  agency: line(200),
  badge: line(40).optional(),
  document: z.enum(identityDocuments),
  /** The name as the outsider typed it themselves, in place of a signature. */
  signature: line(120),
})

/** Who has or gets custody of an item. */
export const party = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('person'), id: id<'person'>(), name: z.string() }),
  outsider.omit({ signature: true }).extend({ badge: line(40).nullable() }),
])

/** In whose hands an item is, and since when. */
export const holding = z.object({
  by: party,
  since: instant.nullable(),
  /** An offer that waits for its answer. */
  offer: z.object({ id: id<'transfer'>(), to: z.string(), endsAt: instant }).nullable(),
})

/** A number that an item had in a case before it was moved. The case is named as far as the caller sees it. */
export const earlierNumber = z.object({
  case: z.object({ id: id<'case'>(), number: z.string().nullable() }),
  exhibit: z.int(),
  until: instant,
})
