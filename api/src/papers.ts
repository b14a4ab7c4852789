import { z } from 'zod'
import { byteCount, contract, id, instant, line, pageOf, paging, sha256Hex } from './contract.ts'

export const paperKinds = ['custody', 'certification-902-13', 'certification-902-14', 'system-description'] as const

export const paper = z.object({
  id: id<'paper'>(),
  kind: z.enum(paperKinds),
  case: z.object({ id: id<'case'>(), number: z.string() }),
  /** The one item that it is about; `null` if it is about several of the case. */
  item: z.object({ id: id<'item'>(), exhibit: z.int().nullable() }).nullable(),
  items: z.int(),
  fileName: z.string(),
  /** Address of the PDF, for whoever may have papers made on the case. */
  file: z.string(),
  /** Of the PDF, as the ledger holds it. */
  sha256: sha256Hex,
  size: byteCount,
  /** An authority outside has stamped the time on its signature. */
  stamped: z.boolean(),
  madeAt: instant,
  madeBy: z.object({ id: id<'person'>(), name: z.string() }),
})

/** What the court and the named person are called, as far as it is known; what is not is left to be filled by hand. */
const filling = {
  why: line(400),
  court: line(200).optional(),
  caption: line(300).optional(),
  person: z.strictObject({ name: line(120), title: line(120).optional() }).optional(),
}

/** One thing that a paper is about. */
const about = z.discriminatedUnion('of', [
  z.strictObject({ of: z.literal('item'), id: id<'item'>() }),
  z.strictObject({ of: z.literal('case'), id: id<'case'>() }),
  z.strictObject({ of: z.literal('export'), id: id<'export'>() }),
])

export const preparePaper = contract({
  does: 'Makes a court paper: checks now what it states, writes it as PDF/A, signs it as the vault, and enters its SHA-256.',
  method: 'POST',
  path: '/papers',
  permission: 'paper.prepare',
  ledger: 'paper.prepared',
  body: z.strictObject({ kind: z.enum(paperKinds), about, ...filling }),
  reply: paper,
  refuses: [
    'item/not-found',
    'item/expunged',
    'case/not-found',
    'case/not-yours',
    'export/not-found',
    'paper/nothing',
    'paper/too-much',
  ],
})

export const listPapers = contract({
  does: 'Lists the court papers that were made of a case, or of one item, newest first.',
  method: 'GET',
  path: '/papers',
  permission: 'paper.prepare',
  ledger: 'paper.listed',
  query: z.strictObject({ case: id<'case'>(), item: id<'item'>().optional(), ...paging }),
  reply: pageOf(paper),
  refuses: ['case/not-found', 'case/not-yours'],
})

export const readPaper = contract({
  does: 'Sends a court paper as it was made, byte for byte.',
  method: 'GET',
  path: '/papers/:id/paper.pdf',
  permission: 'paper.prepare',
  ledger: 'paper.delivered',
  params: z.strictObject({ id: id<'paper'>() }),
  reply: 'bytes',
  refuses: ['paper/not-found', 'item/expunged'],
})
