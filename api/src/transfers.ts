import { z } from 'zod'
import { contract, id, instant, line, pageOf, paging, sha256Hex } from './contract.ts'
import { itemRecord } from './items.ts'
import { outsider, party } from './parties.ts'

export const transferStates = ['offered', 'accepted', 'refused', 'withdrawn', 'expired'] as const

/** A code from the authenticator of whoever is signed in, asked for again: with it the session signs. */
const code = z.string().regex(/^\d{6}$/, 'Six digits')
const one = z.strictObject({ id: id<'transfer'>() })
const onItem = z.strictObject({ id: id<'item'>() })

export const transfer = z.object({
  id: id<'transfer'>(),
  item: z.object({
    id: id<'item'>(),
    case: z.string(),
    exhibit: z.int(),
    title: z.string(),
    sha256: sha256Hex.nullable(),
    size: z.int(),
  }),
  state: z.enum(transferStates),
  from: party,
  to: party,
  offeredBy: z.object({ id: id<'person'>(), name: z.string() }),
  why: z.string().nullable(),
  condition: z.string(),
  package: z.string().nullable(),
  /** SHA-256 of what stands above, as it was offered. Who accepts sends it back, and both entries hold it. */
  digest: sha256Hex,
  offeredAt: instant,
  endsAt: instant,
  decidedAt: instant.nullable(),
  may: z.object({ accept: z.boolean(), refuse: z.boolean(), withdraw: z.boolean() }),
})

export const offerTransfer = contract({
  does: 'Offers custody of an item to another person, signed with session and authenticator. To somebody outside it passes at once, signed by the custodian alone.',
  method: 'POST',
  path: '/items/:id/transfers',
  permission: 'item.transfer',
  ledger: 'item.transfer-offered',
  params: onItem,
  body: z.strictObject({
    to: z.discriminatedUnion('kind', [z.strictObject({ kind: z.literal('person'), id: id<'person'>() }), outsider]),
    why: line(400).optional(),
    /** In what state the item, or the thing that bears it, changes hands. */
    condition: line(400),
    /** Number of the seal or the package, where there is one. */
    package: line(120).optional(),
    code,
  }),
  reply: transfer,
  refuses: [
    'item/not-found',
    'item/expunged',
    'item/not-held',
    'item/reason-needed',
    'case/not-yours',
    'person/not-found',
    'transfer/open',
    'transfer/not-holder',
    'transfer/same-person',
    'transfer/receiver-cannot-see',
    'transfer/wrong-code',
    'sign-in/locked',
    'session/not-permitted',
  ],
})

export const listTransfers = contract({
  does: 'Lists the transfers of one item, or the offers that wait for the caller or were made by them, newest first.',
  method: 'GET',
  path: '/transfers',
  permission: 'item.transfer',
  ledger: 'transfer.listed',
  query: z.strictObject({ item: id<'item'>().optional(), ...paging }),
  reply: pageOf(transfer),
  refuses: ['item/not-found'],
})

export const acceptTransfer = contract({
  does: 'Takes over custody that was offered to the caller, signed with session and authenticator, for exactly what they saw.',
  method: 'POST',
  path: '/transfers/:id/accept',
  permission: 'item.transfer',
  ledger: 'item.transferred',
  params: one,
  body: z.strictObject({ digest: sha256Hex, code }),
  reply: transfer,
  refuses: [
    'transfer/not-found',
    'transfer/not-yours',
    'transfer/changed',
    'transfer/decided',
    'transfer/wrong-code',
    'item/not-found',
    'item/expunged',
    'case/not-yours',
    'sign-in/locked',
  ],
})

export const refuseTransfer = contract({
  does: 'Refuses custody that was offered to the caller, with a reason.',
  method: 'POST',
  path: '/transfers/:id/refuse',
  permission: 'item.transfer',
  ledger: 'item.transfer-refused',
  params: one,
  body: z.strictObject({ why: line(400) }),
  reply: transfer,
  refuses: ['transfer/not-found', 'transfer/not-yours', 'transfer/decided'],
})

export const withdrawTransfer = contract({
  does: 'Takes back an offer of custody that nobody has answered yet.',
  method: 'POST',
  path: '/transfers/:id/withdraw',
  permission: 'item.transfer',
  ledger: 'item.transfer-withdrawn',
  params: one,
  body: z.strictObject({ why: line(400) }),
  reply: transfer,
  refuses: ['transfer/not-found', 'transfer/not-yours', 'transfer/decided'],
})

export const moveItem = contract({
  does: 'Moves an item to another case of the agency, where it gets a new number. The old number stays on record and is given to nothing else.',
  method: 'POST',
  path: '/items/:id/move',
  permission: 'item.move',
  ledger: 'item.moved',
  params: onItem,
  body: z.strictObject({ case: id<'case'>(), why: line(400) }),
  reply: itemRecord,
  refuses: [
    'item/not-found',
    'item/expunged',
    'item/not-held',
    'item/same-case',
    'case/not-found',
    'case/not-yours',
    'transfer/open',
  ],
})
