import { z } from 'zod'
import { contract, id, instant, line, sha256Hex } from './contract.ts'
import { openViewing } from './items.ts'

const one = z.strictObject({ id: id<'item'>() })

export const printItem = contract({
  does: 'Enters in the ledger that the caller prints the page of an item, and gives the number that is to stand on the paper.',
  method: 'POST',
  path: '/items/:id/print',
  permission: 'item.print',
  ledger: 'item.printed',
  params: one,
  body: z.strictObject({
    /** Whether a picture of the content stands on the page. It was opened before, by a viewing of its own. */
    content: z.boolean().default(false),
    why: line(400).optional(),
  }),
  reply: z.object({
    /** Stands on the paper and in the entry, so that one leads to the other. */
    number: z.uuid(),
    at: instant,
    by: z.string(),
    marking: z.string(),
  }),
  refuses: ['item/not-found', 'item/expunged', 'item/not-held', 'item/reason-needed', 'case/not-yours'],
})

export const copyItem = contract({
  does: 'Enters in the ledger that a copy of an item is handed out on a medium, to whom and why, and gives the address to fetch its bytes from.',
  method: 'POST',
  path: '/items/:id/copies',
  permission: 'item.download',
  ledger: 'item.copied',
  params: one,
  body: z.strictObject({
    medium: z.enum(['disc', 'flash-drive', 'hard-drive', 'paper', 'network', 'other']),
    /** What is written on the medium, so that the thing on the table can be found in the ledger. */
    label: line(120),
    receiver: line(200),
    why: line(400).optional(),
  }),
  reply: openViewing.reply.extend({
    /** Stands in the entry; to be written on the medium. */
    number: z.uuid(),
    sha256: sha256Hex,
  }),
  refuses: ['item/not-found', 'item/expunged', 'item/not-held', 'item/reason-needed', 'session/not-permitted'],
})
