import { randomUUID } from 'node:crypto'
import type { Answered, Asked } from '@sallyport/api/contract'
import type { copyItem, printItem } from '@sallyport/api/prints'
import { hex } from '@sallyport/core/bytes'
import { Refusal } from '@sallyport/core/refusal'
import { type Tx, tell } from '#db/within.ts'
import { mustGiveReason } from '../agencies/reasons.ts'
import { agencyFile } from '../agencies/rows.ts'
import { itemFor, mayOnItem } from './shown.ts'
import { open } from './viewings.ts'

/**
 * Enters that the page of an item is printed, before a page is made ready for paper. What a browser shows can be
 * photographed, so this proves who asked to print, not that nobody has a picture who did not.
 */
export async function print(
  tx: Tx,
  { id, content, why }: Asked<typeof printItem>,
  now: Date,
): Promise<Answered<typeof printItem>> {
  const seen = await itemFor(tx, id, 'item.print')
  if (content && !mayOnItem(tx, 'item.play', seen)) throw new Refusal('case/not-yours')
  if (content && seen.row.state !== 'held') throw new Refusal('item/not-held')
  await mustGiveReason(tx, 'print', why)
  const number = randomUUID()
  tell(tx, [id, seen.row.case_id], { print: number, what: content ? 'record and content' : 'record', ...reason(why) })
  const { name } = await agencyFile(tx)
  const by = tx.actor.name
  return { number, at: now.toISOString(), by, marking: `Criminal justice information · ${name}` }
}

/**
 * Enters that a copy is handed out, and opens the content for it: whoever fetches it does so under an entry that
 * names the medium and the receiver. What becomes of the copy afterwards no vault can know.
 */
export async function copy(
  tx: Tx,
  { id, medium, label, receiver, why }: Asked<typeof copyItem>,
  now: Date,
): Promise<Answered<typeof copyItem>> {
  await mustGiveReason(tx, 'copy', why)
  const { viewing, row } = await open(tx, { id, purpose: 'download' }, now)
  if (!row.sha256) throw new Refusal('item/not-held')
  const number = randomUUID()
  const sha256 = hex(row.sha256)
  tell(tx, [id, row.case_id], { copy: number, medium, label, receiver, sha256, ...reason(why) })
  return { ...viewing, number, sha256 }
}

const reason = (why: string | undefined) => (why === undefined ? {} : { why })
