import { randomUUID } from 'node:crypto'
import type { AlarmCode } from '@sallyport/core/alarms'
import type { AlarmId, PersonId } from '@sallyport/core/ids'
import { sql } from 'kysely'
import type { Cursor } from '#db/cursor.ts'
import type { Tx } from '#db/within.ts'

export type AlarmFacts = Readonly<Record<string, string | number>>

const columns = [
  'id',
  'code',
  'subjects',
  'facts',
  'times',
  'raised_at',
  'last_at',
  'acknowledged_at',
  'acknowledged_by',
  'note',
] as const

const place = (tx: Tx, id: string) => ({ table: 'alarm', agency: tx.actor.agency, id })

type Row = Awaited<ReturnType<typeof rowsById>>[number]
export type AlarmRow = Omit<Row, 'note'> & { readonly note: string | null }

const opened = (tx: Tx, row: Row): AlarmRow => ({
  ...row,
  note: row.note ? (tx.keys.open(place(tx, row.id), row.note) as string) : null,
})

const rowsById = (tx: Tx, id: AlarmId) => tx.selectFrom('alarm').select(columns).where('id', '=', id).execute()

export async function alarmById(tx: Tx, id: AlarmId): Promise<AlarmRow | undefined> {
  const [row] = await rowsById(tx, id)
  return row && opened(tx, row)
}

/** Reads an alarm and holds it against others who acknowledge it until the transaction ends. */
export const holdAlarm = (tx: Tx, id: AlarmId) =>
  tx
    .selectFrom('alarm')
    .select(['id', 'subjects', 'acknowledged_at'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()

export async function newestAlarms(
  tx: Tx,
  { open, after, limit }: { open: boolean | undefined; after: Cursor | undefined; limit: number },
): Promise<AlarmRow[]> {
  const rows = await tx
    .selectFrom('alarm')
    .select(columns)
    .$if(open === true, (query) => query.where('acknowledged_at', 'is', null))
    .$if(open === false, (query) => query.where('acknowledged_at', 'is not', null))
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(raised_at, id) < (${after?.at}, ${after?.id}::uuid)`),
    )
    .orderBy('raised_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => opened(tx, row))
}

type New = { readonly code: AlarmCode; readonly on: readonly string[]; readonly facts: AlarmFacts; readonly at: Date }

/** Inserts an alarm, or counts up the open one of the same kind about the same things. */
export async function upsertAlarm(tx: Tx, { code, on, facts, at }: New): Promise<{ id: AlarmId; times: number }> {
  const { rows } = await sql<{ id: AlarmId; times: number }>`
    insert into vault.alarm (id, code, subjects, facts, raised_at, last_at)
    values (${randomUUID()}, ${code}, ${[...new Set(on)].sort()}::uuid[], ${JSON.stringify(facts)}::jsonb, ${at}, ${at})
    on conflict (agency_id, code, subjects) where acknowledged_at is null
    do update set times = alarm.times + 1, facts = excluded.facts, last_at = greatest(alarm.last_at, excluded.last_at)
    returning id, times`.execute(tx)
  const [row] = rows
  if (!row) throw new Error('An alarm was not written.')
  return row
}

export const setAcknowledged = (tx: Tx, id: AlarmId, { by, note, at }: { by: PersonId; note: string; at: Date }) =>
  tx
    .updateTable('alarm')
    .set({ acknowledged_at: at, acknowledged_by: by, note: tx.keys.seal(place(tx, id), note) })
    .where('id', '=', id)
    .execute()
