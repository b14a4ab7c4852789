import { z } from 'zod'
import { verdict } from './agency.ts'
import { annotation, byteCount, contract, id, instant, line, pageOf, paging, prose, sha256Hex } from './contract.ts'
import { earlierNumber, holding } from './parties.ts'

export const categories = [
  'body-worn-video',
  'in-car-video',
  'interview',
  'surveillance-video',
  'photograph',
  'audio',
  'document',
  'phone-extraction',
  'computer-image',
  'other',
] as const
export const itemStates = ['receiving', 'held', 'quarantined', 'abandoned', 'expunged'] as const

/** How a derivative was made (a clip, a redacted copy, a transcript), so that somebody can make it again and compare. */
export const derivation = z.strictObject({
  tool: line(120),
  version: line(60),
  parameters: line(1000).optional(),
  /** Of what went in; that of the parent if nothing is said. */
  inputSha256: sha256Hex.optional(),
  /** The tool decided what the result says or shows, as one that transcribes or enhances does. */
  machine: z.boolean(),
  /** Who looked at the result and found it right. */
  reviewer: line(120).optional(),
})

/** What the officer tells of an item when it is delivered. All of it is sealed in the row. */
export const itemParticulars = z.strictObject({
  title: line(200),
  description: prose(8000).optional(),
  category: z.enum(categories),
  source: z.strictObject({ device: line(120).optional(), person: line(200).optional() }).default({}),
  /** When it was recorded, by the clock of the device. */
  recordedAt: instant.optional(),
  /** How far the clock of the device is ahead of true time, in seconds; negative if behind. */
  clockOffsetSeconds: z.int().min(-31_536_000).max(31_536_000).optional(),
  place: line(300).optional(),
  tags: z.array(line(40)).max(32).default([]),
  derivation: derivation.optional(),
})

const by = z.object({ id: id<'person'>(), name: z.string() })

export const itemLine = z.object({
  id: id<'item'>(),
  case: z.object({ id: id<'case'>(), number: z.string() }),
  /** Number of the exhibit within its case; `null` until the item is received. */
  exhibit: z.int().nullable(),
  title: z.string(),
  category: z.enum(categories),
  state: z.enum(itemStates),
  mediaType: z.string(),
  size: byteCount,
  recordedAt: instant.nullable(),
  receivedAt: instant.nullable(),
  addedAt: instant,
  addedBy: by,
  /** The item that this one was made from, if it is a derivative. */
  parent: z.object({ id: id<'item'>(), exhibit: z.int().nullable() }).nullable(),
})

export const itemRecord = itemLine.extend({
  description: z.string().nullable(),
  source: z.object({ device: z.string().nullable(), person: z.string().nullable() }),
  clockOffsetSeconds: z.int().nullable(),
  place: z.string().nullable(),
  tags: z.array(z.string()),
  originalName: z.string(),
  sha256: sha256Hex.nullable(),
  /** Of the stored, sealed bytes: whoever holds no key can still check them. */
  sealedSha256: sha256Hex.nullable(),
  /** When the stored bytes were last hashed again, and what was found; `null` until their first turn. */
  fixity: z.object({ checkedAt: instant, result: z.enum(['whole', 'missing', 'altered']) }).nullable(),
  quarantine: z.object({ reasons: z.array(z.string()) }).nullable(),
  /** How it was made, if it is a derivative and the sender said. */
  derivation: derivation.nullable(),
  derivatives: z.array(z.object({ id: id<'item'>(), exhibit: z.int().nullable(), title: z.string() })),
  /** Other items of the agency with the same bytes, as far as the caller may see them. */
  sameBytes: z.array(z.object({ id: id<'item'>(), exhibit: z.int().nullable(), caseNumber: z.string() })),
  annotations: z.array(annotation),
  holder: holding,
  /** Numbers that it had in other cases before it was moved, oldest first. */
  earlier: z.array(earlierNumber),
  may: z.object({
    change: z.boolean(),
    print: z.boolean(),
    move: z.boolean(),
    transfer: z.boolean(),
    play: z.boolean(),
    download: z.boolean(),
    export: z.boolean(),
    verify: z.boolean(),
    release: z.boolean(),
    custody: z.boolean(),
    papers: z.boolean(),
  }),
})

const one = z.strictObject({ id: id<'item'>() })

export const listItems = contract({
  does: 'Lists the items that the caller may see, of one case or of all, newest first.',
  method: 'GET',
  path: '/items',
  permission: 'item.read',
  ledger: 'item.listed',
  query: z.strictObject({
    case: id<'case'>().optional(),
    category: z.enum(categories).optional(),
    state: z.enum(itemStates).optional(),
    mine: z.stringbool().optional(),
    ...paging,
  }),
  reply: pageOf(itemLine),
  refuses: ['case/not-found'],
})

export const readItem = contract({
  does: 'Gives the whole record of an item: particulars, digests, lineage, corrections.',
  method: 'GET',
  path: '/items/:id',
  permission: 'item.read',
  ledger: 'item.read',
  params: one,
  reply: itemRecord,
  refuses: ['item/not-found'],
})

export const annotateItem = contract({
  does: 'Corrects or adds to the record of an item by annotation. What stood there stays readable.',
  method: 'POST',
  path: '/items/:id/annotations',
  permission: 'item.change',
  ledger: 'item.annotated',
  params: one,
  body: z.strictObject({
    field: z.enum(['title', 'description', 'category', 'place', 'recordedAt', 'device', 'person', 'tags']),
    says: prose(8000),
    why: line(400),
  }),
  reply: itemRecord,
  refuses: ['item/not-found', 'item/expunged', 'case/not-yours', 'request/malformed'],
})

export const releaseItem = contract({
  does: 'Releases an item from quarantine, with a reason.',
  method: 'POST',
  path: '/items/:id/release',
  permission: 'item.release',
  ledger: 'item.released',
  params: one,
  body: z.strictObject({ why: line(400) }),
  reply: itemRecord,
  refuses: ['item/not-found', 'item/expunged', 'item/not-quarantined', 'case/not-yours'],
})

export const verifyItem = contract({
  does: 'Opens every stored byte of an item, hashes it, and compares it with the ledger; checks the proof of every entry.',
  method: 'POST',
  path: '/items/:id/verify',
  permission: 'item.verify',
  ledger: 'item.verified',
  params: one,
  reply: verdict,
  refuses: ['item/not-found', 'item/expunged', 'item/not-held', 'case/not-yours'],
})

export const openViewing = contract({
  does: 'Enters in the ledger that the caller opens the content of an item, and gives the address to play or download it from.',
  method: 'POST',
  path: '/items/:id/viewings',
  permission: 'item.play',
  ledger: 'item.opened',
  params: one,
  body: z.discriminatedUnion('purpose', [
    z.strictObject({ purpose: z.literal('view'), why: line(400).optional() }),
    z.strictObject({ purpose: z.literal('download'), why: line(400) }),
  ]),
  reply: z.object({
    id: id<'viewing'>(),
    /** Good for this session only, until `endsAt`. */
    content: z.string(),
    mediaType: z.string(),
    size: byteCount,
    endsAt: instant,
  }),
  refuses: ['item/not-found', 'item/expunged', 'item/not-held', 'item/reason-needed', 'session/not-permitted'],
})

export const readContent = contract({
  does: 'Streams the content of a viewing, whole or a range of bytes. Every segment is checked before it is sent.',
  method: 'GET',
  path: '/viewings/:id/content',
  permission: 'item.play',
  ledger: 'item.served',
  params: z.strictObject({ id: id<'viewing'>() }),
  reply: 'bytes',
  refuses: ['viewing/not-found', 'viewing/bad-range', 'item/altered'],
})

export const reportPlayed = contract({
  does: 'Enters in the ledger which seconds were played, at what speed.',
  method: 'POST',
  path: '/viewings/:id/played',
  permission: 'item.play',
  ledger: 'item.played',
  params: z.strictObject({ id: id<'viewing'>() }),
  body: z.strictObject({
    parts: z
      .array(
        z.strictObject({
          from: z.number().min(0).max(1e7),
          to: z.number().min(0).max(1e7),
          speed: z.number().min(0.05).max(32),
        }),
      )
      .min(1)
      .max(200),
  }),
  reply: z.object({ entered: z.literal(true) }),
  refuses: ['viewing/not-found'],
})

const custodyFacts = z.record(z.string(), z.unknown())

export const custodyLine = z.object({
  entry: id<'entry'>(),
  at: instant,
  act: z.string(),
  outcome: z.enum(['done', 'refused', 'failed']),
  /** Place in the tree; `null` for the moment between the act and the next checkpoint. */
  index: z.int().nullable(),
  by: z.object({ id: z.string().nullable(), name: z.string(), roles: z.array(z.string()) }),
  from: z.object({ address: z.string().nullable(), agent: z.string().nullable() }),
  facts: custodyFacts,
  /** The detail was destroyed by a court order; the entry and its proof stand. */
  expunged: z.boolean(),
})

export const readCustody = contract({
  does: 'Gives the custody of an item: every entry of the ledger about it, oldest first.',
  method: 'GET',
  path: '/items/:id/custody',
  permission: 'custody.read',
  ledger: 'custody.read',
  params: one,
  query: z.strictObject({
    after: z.string().max(200).optional(),
    limit: z.coerce.number().int().min(1).max(1000).default(200),
  }),
  reply: pageOf(custodyLine).extend({ checkpoint: z.object({ size: z.int(), note: z.string() }).nullable() }),
  refuses: ['item/not-found'],
})

export const readProof = contract({
  does: 'Gives the proof of one entry about an item, as a C2SP tlog-proof, with the entry and the key of the ledger.',
  method: 'GET',
  path: '/items/:id/custody/:entry',
  permission: 'custody.read',
  ledger: 'custody.read',
  params: z.strictObject({ id: id<'item'>(), entry: id<'entry'>() }),
  reply: z.object({ index: z.int().nullable(), leaf: z.string(), proof: z.string().nullable(), key: z.string() }),
  refuses: ['item/not-found'],
})

export const readLedger = contract({
  does: 'Reads the ledger of the agency, newest first, without content.',
  method: 'GET',
  path: '/ledger',
  permission: 'ledger.read',
  ledger: 'ledger.read',
  query: z.strictObject({
    act: z
      .string()
      .max(60)
      .regex(/^[a-z-]+\.[a-z-]+$/, 'An act such as item.opened')
      .optional(),
    person: id<'person'>().optional(),
    from: instant.optional(),
    to: instant.optional(),
    ...paging,
  }),
  reply: pageOf(custodyLine),
  refuses: [],
})
