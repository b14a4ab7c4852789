import { randomUUID } from 'node:crypto'
import type { CaseId, ItemId, ObjectId, PersonId } from '@sallyport/core/ids'
import { sql } from 'kysely'
import type { Tx } from '#db/within.ts'
import { wrapKey } from '#keys/primitives.ts'

type Move = {
  readonly item: ItemId
  readonly from: { readonly case: CaseId; readonly exhibit: number }
  readonly to: { readonly case: CaseId; readonly exhibit: number }
  readonly by: PersonId
  readonly at: Date
}

/** Puts a move on record and does it: the item, and what people added to its record. */
export async function moveRows(tx: Tx, { item, from, to, by, at }: Move): Promise<void> {
  const row = { from_case: from.case, from_exhibit: from.exhibit, to_case: to.case, to_exhibit: to.exhibit }
  await tx
    .insertInto('item_move')
    .values({ id: randomUUID(), item_id: item, ...row, by, at })
    .execute()
  await tx.updateTable('item').set({ case_id: to.case, exhibit: to.exhibit }).where('id', '=', item).execute()
  await tx.updateTable('remark').set({ case_id: to.case }).where('item_id', '=', item).execute()
}

/** Ends the exports that hold an item under the number that it has left. To be called as the vault: they are anybody's. */
export const endExportsOf = (tx: Tx, item: ItemId, at: Date) =>
  sql`update vault.export set ends_at = ${at} where ends_at > ${at}
    and id in (select export_id from vault.export_item where item_id = ${item})`.execute(tx)

/** Moves of an item, oldest first: where it was and under which number. */
export const movesOf = (tx: Tx, item: ItemId) =>
  tx
    .selectFrom('item_move')
    .select(['from_case', 'from_exhibit', 'to_case', 'to_exhibit', 'at'])
    .where('item_id', '=', item)
    .orderBy('at')
    .orderBy('from_exhibit')
    .execute()

type Rewrapping = { readonly object: ObjectId; readonly to: CaseId; readonly under: Buffer; readonly key: Buffer }

/** Wraps the key of an object under the key of another case, and destroys what it was wrapped in before. */
export async function rewrapObjectKey(tx: Tx, { object, to, under, key }: Rewrapping, at: Date): Promise<void> {
  const wrapped = wrapKey(under, key)
  await sql`
    insert into vault.object_key (object_id, version, case_id, wrapped, at)
    select object_id, max(version) + 1, ${to}, ${wrapped}, ${at}
    from vault.object_key where object_id = ${object} group by object_id`.execute(tx)
  await sql`
    update vault.object_key as old set wrapped = null
    where object_id = ${object} and wrapped is not null
      and exists (select from vault.object_key as later
        where later.agency_id = old.agency_id and later.object_id = old.object_id and later.version > old.version)`.execute(
    tx,
  )
}
