import type { Leaf } from '@sallyport/core/entry'
import { sql } from 'kysely'
import type { Tx } from '#db/within.ts'

type Known = { readonly id: string; readonly position: number | null; readonly leaf: Buffer }

/** The entries that have one of these ids, or stand at one of these places. */
export async function placesOf(
  tx: Tx,
  { ids, places }: { ids: readonly string[]; places: readonly number[] },
): Promise<readonly Known[]> {
  const { rows } = await sql<Known>`
    select id, position, leaf from vault.ledger_entry
    where id = any(${ids}::uuid[]) or position = any(${places}::bigint[])`.execute(tx)
  return rows.map((row) => ({ ...row, position: row.position === null ? null : Number(row.position) }))
}

/**
 * Writes entries at their places: those that the database has keep what they say, of the others only the
 * leaf is left. Gives how many others there were.
 */
export async function replayEntries(
  tx: Tx,
  leaves: readonly { readonly entry: Uint8Array; readonly place: number; readonly leaf: Leaf }[],
): Promise<number> {
  const subjects = leaves.flatMap(({ leaf }) => leaf.on.map((subject) => ({ subject, at: leaf.at, id: leaf.id })))
  const { rows } = await sql<{ lost: number }>`
    with told as (
      select * from unnest(
        ${leaves.map(({ leaf }) => leaf.id)}::uuid[], ${leaves.map(({ leaf }) => leaf.at)}::timestamptz[],
        ${leaves.map(({ leaf }) => leaf.act)}::text[], ${leaves.map(({ entry }) => Buffer.from(entry))}::bytea[],
        ${leaves.map(({ place }) => place)}::bigint[]) as told (id, at, act, leaf, place)
    ),
    known as (
      update vault.ledger_entry as entry set position = told.place from told
      where entry.agency_id = vault.agency() and entry.id = told.id and entry.position is null
    ),
    lost as (
      insert into vault.ledger_entry (id, at, act, leaf, holder, position)
      select id, at, act, leaf, 'server', place from told
      where not exists (
        select from vault.ledger_entry as entry where entry.agency_id = vault.agency() and entry.id = told.id)
      returning id
    ),
    listed as (
      insert into vault.ledger_subject (subject, at, entry_id)
      select * from unnest(
        ${subjects.map(({ subject }) => subject)}::uuid[], ${subjects.map(({ at }) => at)}::timestamptz[],
        ${subjects.map(({ id }) => id)}::uuid[])
      on conflict do nothing
    )
    update vault.ledger_head set placed = greatest(placed, ${Math.max(...leaves.map(({ place }) => place)) + 1})
    returning (select count(*) from lost) as lost`.execute(tx)
  return Number(rows[0]?.lost ?? 0)
}
