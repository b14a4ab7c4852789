import { z } from 'zod'
import { byteCount, contract, id, instant, line } from './contract.ts'

export const exported = z.object({
  id: id<'export'>(),
  /** Address of the bag, a ZIP that is made while it is sent. Good for this session until `endsAt`. */
  bag: z.string(),
  fileName: z.string(),
  /** What is in the bag; of more than a thousand, the newest thousand. `count` tells how many there are. */
  items: z.array(z.object({ id: id<'item'>(), exhibit: z.int().nullable(), title: z.string(), size: byteCount })),
  count: z.int(),
  /** Items of the case that are not in the bag, each with its reason; at most a thousand of them. */
  leftOut: z.array(z.object({ id: id<'item'>(), title: z.string(), why: z.string() })),
  leftOutCount: z.int(),
  bytes: byteCount,
  endsAt: instant,
})

export const exportItem = contract({
  does: 'Prepares a BagIt bag of one item: original, record, custody, proofs, keys and the verifier.',
  method: 'POST',
  path: '/items/:id/exports',
  permission: 'item.export',
  ledger: 'item.exported',
  params: z.strictObject({ id: id<'item'>() }),
  body: z.strictObject({ why: line(400) }),
  reply: exported,
  refuses: ['item/not-found', 'item/expunged', 'item/not-held', 'case/not-yours'],
})

export const exportCase = contract({
  does: 'Prepares a BagIt bag of every held item of a case that the caller may export.',
  method: 'POST',
  path: '/cases/:id/exports',
  permission: 'item.export',
  ledger: 'case.exported',
  params: z.strictObject({ id: id<'case'>() }),
  body: z.strictObject({ why: line(400) }),
  reply: exported,
  refuses: ['case/not-found', 'case/not-yours', 'export/nothing'],
})

export const readBag = contract({
  does: 'Streams the bag of an export as a ZIP. If a stored byte does not match, the stream breaks off.',
  method: 'GET',
  path: '/exports/:id/bag.zip',
  permission: 'item.export',
  ledger: 'export.delivered',
  params: z.strictObject({ id: id<'export'>() }),
  reply: 'bytes',
  refuses: ['export/not-found', 'item/altered'],
})
