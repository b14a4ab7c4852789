import type { Asked } from '@sallyport/api/contract'
import type { moveItem } from '@sallyport/api/transfers'
import type { CaseId, ObjectId } from '@sallyport/core/ids'
import { Refusal } from '@sallyport/core/refusal'
import { type Tx, tell } from '#db/within.ts'
import { caseKey, nextExhibit, remarksOn } from '../cases/rows.ts'
import { corrected } from '../cases/shown.ts'
import { caseFor, me } from '../cases/standing.ts'
import { indexItem } from '../items/items.ts'
import { holdItem, type ItemRow, objectKey, objectOf } from '../items/rows.ts'
import { correctedItem, itemFor, itemShown } from '../items/shown.ts'
import { asTheVault } from '../expungements/touched.ts'
import { openTransfer } from '../transfers/rows.ts'
import { endExportsOf, moveRows, rewrapObjectKey } from './rows.ts'

/**
 * Moves an item to another case, by somebody who leads both or is a custodian.
 *
 * It gets the next number there; the number it had is given to nothing else. Who sees it changes with the case: row
 * security looks at the case alone. Its key is wrapped anew, so that from here on the key of the old case opens
 * nothing of it. The bytes stay where they lie. Papers and bags that were made before name the old number; a bag that
 * was prepared and not yet fetched is prepared again.
 */
export async function move(tx: Tx, { id, case: to, why }: Asked<typeof moveItem>, now: Date) {
  await holdItem(tx, id)
  const { row, caseFacts } = await itemFor(tx, id, 'item.move')
  if (row.case_id === to) throw new Refusal('item/same-case')
  const target = await caseFor(tx, to, 'item.move')
  if (row.state !== 'held' || row.exhibit === null) throw new Refusal('item/not-held')
  if (await openTransfer(tx, id)) throw new Refusal('transfer/open')
  const from = { case: row.case_id, exhibit: row.exhibit }
  const there = { case: to, exhibit: await nextExhibit(tx, to) }
  await rewrap(tx, row, { to, now })
  await asTheVault(tx, (vault) => endExportsOf(vault, id, now))
  await moveRows(tx, { item: id, from, to: there, by: me(tx), at: now })
  const { number } = corrected(target.row.facts, await remarksOn(tx, [to], { item: false }))
  const facts = correctedItem(row, await remarksOn(tx, [id], { item: true }))
  await indexItem(tx, { ...row, case_id: to }, { ...facts, number })
  tell(tx, [id, from.case, to], {
    why,
    from: { ...from, number: caseFacts.number },
    to: { ...there, number },
    key: 'object',
    purpose: 'to wrap it under the key of the other case',
  })
  return itemShown(tx, id)
}

async function rewrap(tx: Tx, row: ItemRow, { to, now }: { to: CaseId; now: Date }): Promise<void> {
  const object = await objectOf(tx, row.id)
  if (!object) throw new Refusal('item/not-held')
  const [old, next] = [await caseKey(tx, row.case_id), await caseKey(tx, to)]
  const key = await objectKey(tx, object.id as ObjectId, old)
  await rewrapObjectKey(tx, { object: object.id, to, under: next, key }, now)
  for (const secret of [old, next, key]) secret.fill(0)
}
