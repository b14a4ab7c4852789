import { acts } from '@sallyport/core/acts'
import { z } from 'zod'
import { byteCount, contract, id, instant, line, pageOf, paging, prose } from './contract.ts'

/** What an order of a court is about. */
const scope = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('item'), item: id<'item'>() }),
  /** A person who was named in a case. */
  z.strictObject({ kind: z.literal('person'), case: id<'case'>(), note: id<'note'>() }),
  /** Somebody who has, or had, an account. */
  z.strictObject({ kind: z.literal('account'), person: id<'person'>() }),
])

export const expungementStates = ['drafted', 'withdrawn', 'declined', 'executed'] as const

export const expungement = z.object({
  id: id<'expungement'>(),
  state: z.enum(expungementStates),
  court: z.string(),
  /** The number of the order. It stands in the ledger for good. */
  reference: z.string(),
  issuedOn: z.iso.date(),
  judge: z.string(),
  scope,
  /** While it is a draft, for those who see the cases of the agency: else `null`. */
  note: z.string().nullable(),
  words: z.array(z.string()).nullable(),
  draftedAt: instant,
  draftedBy: z.object({ id: id<'person'>(), name: z.string() }),
  decidedAt: instant.nullable(),
  decidedBy: z.object({ id: id<'person'>(), name: z.string() }).nullable(),
  may: z.object({ approve: z.boolean(), withdraw: z.boolean() }),
})

const one = z.strictObject({ id: id<'expungement'>() })

export const listExpungements = contract({
  does: 'Lists the orders to destroy what entries and records say, newest first. It names no content.',
  method: 'GET',
  path: '/expungements',
  permission: 'expungement.read',
  ledger: 'expungement.listed',
  query: z.strictObject({ ...paging }),
  reply: pageOf(expungement),
  refuses: ['request/malformed'],
})

export const draftExpungement = contract({
  does: 'Drafts the execution of a court order. Nothing is destroyed until a second person has approved it.',
  method: 'POST',
  path: '/expungements',
  permission: 'expungement.draft',
  ledger: 'expungement.drafted',
  body: z.strictObject({
    court: line(200),
    reference: line(120),
    issuedOn: z.iso.date(),
    judge: line(120),
    /** The wording of the order, or where its original lies. Destroyed with the rest. */
    note: prose(8000).optional(),
    scope,
    /** Entries anywhere in the ledger that contain one of these words, and notes of the same case, go too. */
    words: z
      .array(line(100).refine((word) => word.length >= 3, 'At least three characters'))
      .max(20)
      .default([]),
  }),
  reply: expungement,
  refuses: ['item/not-found', 'item/not-held', 'case/not-found', 'person/not-found', 'expungement/done-before'],
})

export const readExpungement = contract({
  does: 'Gives an order, who drafted it and who decided.',
  method: 'GET',
  path: '/expungements/:id',
  permission: 'expungement.read',
  ledger: 'expungement.read',
  params: one,
  reply: expungement,
  refuses: ['expungement/not-found'],
})

export const expungementPreview = z.object({
  /** Entries of the ledger whose detail would be destroyed. Their places and proofs stay. */
  entries: z.int(),
  /**
   * Receipts of other items that the order is about too. They stay: without its receipt nobody could prove that
   * an item is the one that was received.
   */
  receiptsKept: z.int(),
  byAct: z.array(
    z.object({ act: z.enum(Object.keys(acts) as [keyof typeof acts, ...(keyof typeof acts)[]]), count: z.int() }),
  ),
  /** Items whose custody would lose something. */
  custodies: z.int(),
  /** Records, corrections and notes. */
  records: z.int(),
  papers: z.int(),
  /** Stored files and their bytes. */
  objects: z.int(),
  bytes: byteCount,
  /** Copies that left the vault before and that no vault can reach. */
  copies: z.object({ exports: z.int(), downloads: z.int() }),
  /** Records of the same case that contain one of the words, or papers that an account had made, and are not touched: they are corrected by hand, or by an order of their own. */
  remaining: z.int(),
})

export const previewExpungement = contract({
  does: 'Counts exactly what an order would touch if it were approved now. It names no content.',
  method: 'GET',
  path: '/expungements/:id/preview',
  permission: 'expungement.read',
  ledger: 'expungement.previewed',
  params: one,
  reply: expungementPreview,
  refuses: ['expungement/not-found', 'expungement/decided'],
})

export const approveExpungement = contract({
  does: 'Destroys, for good, what the order names. Asked by another person than the one who drafted it, who types its number.',
  method: 'POST',
  path: '/expungements/:id/approve',
  permission: 'expungement.approve',
  ledger: 'expungement.approved',
  params: one,
  body: z.strictObject({ reference: line(120) }),
  reply: z.object({ expungement, destroyed: expungementPreview }),
  refuses: [
    'expungement/not-found',
    'expungement/decided',
    'expungement/same-person',
    'expungement/wrong-reference',
    'expungement/done-before',
    'person/last-administrator',
  ],
})

export const declineExpungement = contract({
  does: 'Declines to execute an order as it was drafted, with a reason. Nothing is destroyed.',
  method: 'POST',
  path: '/expungements/:id/decline',
  permission: 'expungement.approve',
  ledger: 'expungement.declined',
  params: one,
  body: z.strictObject({ why: line(400) }),
  reply: expungement,
  refuses: ['expungement/not-found', 'expungement/decided'],
})

export const withdrawExpungement = contract({
  does: 'Withdraws a draft. Nothing is destroyed.',
  method: 'POST',
  path: '/expungements/:id/withdraw',
  permission: 'expungement.draft',
  ledger: 'expungement.withdrawn',
  params: one,
  reply: expungement,
  refuses: ['expungement/not-found', 'expungement/decided'],
})

export const proveExpungement = contract({
  does: 'Gives what proves that something was lawfully destroyed, when and under which order, and nothing else.',
  method: 'GET',
  path: '/expungements/:id/proof',
  permission: 'expungement.read',
  ledger: 'expungement.proved',
  params: one,
  reply: z.object({
    /** The key of the ledger, as a C2SP vkey. */
    key: z.string(),
    entries: z.array(
      z.object({
        entry: id<'entry'>(),
        /** `null` for the moment between the act and the next checkpoint. */
        index: z.int().nullable(),
        /** The bytes that the tree hashes. */
        leaf: z.string(),
        /** A C2SP tlog-proof. */
        proof: z.string().nullable(),
        /** What shows that the leaf commits to this detail. Who approved is not shown. */
        detail: z.object({ salt: z.string(), value: z.record(z.string(), z.unknown()) }).nullable(),
      }),
    ),
  }),
  refuses: ['expungement/not-found', 'expungement/not-executed'],
})
