import type { CaseId, ExportId, ItemId } from '@sallyport/core/ids'
import { sql } from 'kysely'
import type { Tx } from '#db/within.ts'
import { type ItemRow, itemsByIds } from '../items/rows.ts'

type New = {
  readonly id: ExportId
  readonly caseId: CaseId
  readonly why: string
  readonly at: Date
  readonly ends: Date
}

const place = (tx: Tx, id: string) => ({ table: 'export', agency: tx.actor.agency, id })

export function insertExport(tx: Tx, { id, caseId, why, at, ends }: New) {
  const { session, person } = tx.actor
  if (!session || !person) throw new Error('An export needs a session.')
  const row = {
    id,
    case_id: caseId,
    session_id: session,
    person_id: person,
    why: tx.keys.seal(place(tx, id), why),
    made_at: at,
    ends_at: ends,
  }
  return tx.insertInto('export').values(row).execute()
}

/** Puts items into an export, the newest first, from a place on. */
export const insertExportItems = (
  tx: Tx,
  { id, from, items }: { readonly id: ExportId; readonly from: number; readonly items: readonly ItemId[] },
) =>
  sql`
    insert into vault.export_item (export_id, nth, item_id)
    select ${id}::uuid, ${from}::int + (nth - 1)::int, item
    from unnest(${[...items]}::uuid[]) with ordinality as given (item, nth)`.execute(tx)

/** An export of the session that asks; undefined if it is another's or its time is over. */
export async function ownExport(tx: Tx, id: ExportId, now: Date) {
  const row = await tx
    .selectFrom('export')
    .select(['id', 'case_id', 'why', 'made_at'])
    .where('id', '=', id)
    .where('session_id', '=', tx.actor.session ?? null)
    .where('ends_at', '>', now)
    .executeTakeFirst()
  return row && { ...row, why: tx.keys.open(place(tx, id), row.why) as string }
}

export type Exported = NonNullable<Awaited<ReturnType<typeof ownExport>>>

/** How many items an export has, and how many bytes they are. */
export async function exportSums(tx: Tx, id: ExportId): Promise<{ readonly items: number; readonly bytes: number }> {
  const { items, bytes } = await tx
    .selectFrom('export_item as listed')
    .innerJoin('item', (join) =>
      join.onRef('item.agency_id', '=', 'listed.agency_id').onRef('item.id', '=', 'listed.item_id'),
    )
    .where('listed.export_id', '=', id)
    .select(({ fn }) => [fn.countAll<number>().as('items'), fn.sum<number | null>('item.size').as('bytes')])
    .executeTakeFirstOrThrow()
  return { items: Number(items), bytes: Number(bytes ?? 0) }
}

/** Where the receipts of an export's items stand in the ledger, in its order; of very many an even sample. */
export async function receiptPlaces(tx: Tx, id: ExportId, most: number): Promise<readonly number[]> {
  const { rows } = await sql<{ position: string }>`
    with places as (
      select entry.position, row_number() over (order by entry.position) as nth, count(*) over () as of
      from vault.export_item as listed
      join vault.item as item on item.agency_id = listed.agency_id and item.id = listed.item_id
      join vault.ledger_entry as entry on entry.agency_id = item.agency_id and entry.id = item.received_entry
      where listed.export_id = ${id}::uuid and entry.position is not null
    )
    select position from places where nth % greatest(1, ceil(of / ${most}::numeric)::bigint) = 0 or nth = 1
    order by position`.execute(tx)
  return rows.map(({ position }) => Number(position))
}

/** Items of an export, the oldest first: those before a place, or the last ones. */
export async function placedItems(
  tx: Tx,
  id: ExportId,
  { before, limit }: { readonly before?: number | undefined; readonly limit: number },
): Promise<readonly { readonly nth: number; readonly item_id: ItemId }[]> {
  return tx
    .selectFrom('export_item')
    .select(['nth', 'item_id'])
    .where('export_id', '=', id)
    .$if(before !== undefined, (query) => query.where('nth', '<', before as number))
    .orderBy('nth', 'desc')
    .limit(limit)
    .execute()
}

export async function exportedItems(
  tx: Tx,
  id: ExportId,
  page: { readonly limit: number },
): Promise<readonly ItemRow[]> {
  const placed = await placedItems(tx, id, page)
  return itemsByIds(
    tx,
    placed.map(({ item_id }) => item_id),
  )
}
