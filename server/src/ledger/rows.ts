import { sql } from 'kysely'
import type { EntryId } from '@sallyport/core/ids'
import type { Tx } from '#db/within.ts'

/** Holds the ledger of the transaction's agency against every other sequencer. False if another has it. */
export async function holdLedger(tx: Tx): Promise<boolean> {
  const { rows } = await sql<{ held: boolean }>`
    select pg_try_advisory_xact_lock(hashtextextended('sallyport ledger ' || vault.agency()::text, 0)) as held`.execute(
    tx,
  )
  return rows[0]?.held === true
}

export const ledgerHead = (tx: Tx) => tx.selectFrom('ledger_head').selectAll().executeTakeFirst()

export const countWaiting = async (tx: Tx): Promise<number> => {
  const { rows } = await sql<{ waiting: number }>`
    select count(*) as waiting from vault.ledger_entry where position is null`.execute(tx)
  return Number(rows[0]?.waiting ?? 0)
}

/**
 * Gives every waiting entry its place, in order of time, without a gap. Gives how many there were.
 *
 * The head row counts the places given; both change in one transaction, so a crash gives none twice.
 */
export async function placeWaiting(tx: Tx, most: number): Promise<number> {
  const { rows } = await sql<{ placed: number }>`
    with head as (select placed from vault.ledger_head for update),
    waiting as (
      select id, row_number() over (order by at, id) - 1 as nth
      from (select id, at from vault.ledger_entry where position is null order by at, id limit ${most}) as first
    ),
    numbered as (
      update vault.ledger_entry as entry set position = head.placed + waiting.nth
      from waiting, head where entry.agency_id = vault.agency() and entry.id = waiting.id returning 1
    )
    update vault.ledger_head set placed = placed + (select count(*) from numbered)
    where (select count(*) from numbered) > 0
    returning (select count(*) from numbered) as placed`.execute(tx)
  return Number(rows[0]?.placed ?? 0)
}

/** The leaves at places `from` (inclusive) to `to` (exclusive), in order. Fewer if the ledger is shorter. */
export const leavesFrom = async (tx: Tx, from: number, to: number): Promise<Buffer[]> => {
  const rows = await tx
    .selectFrom('ledger_entry')
    .select('leaf')
    .where('position', '>=', from)
    .where('position', '<', to)
    .orderBy('position')
    .execute()
  return rows.map(({ leaf }) => leaf as Buffer)
}

/** As {@link leavesFrom}, with what stands beside each leaf in clear. */
export const placedFrom = (tx: Tx, from: number, to: number) =>
  tx
    .selectFrom('ledger_entry')
    .select(['id', 'at', 'act', 'leaf'])
    .where('position', '>=', from)
    .where('position', '<', to)
    .orderBy('position')
    .execute()

/** Of these entries and what each is about, how many are not found by it. */
export async function countUnlisted(
  tx: Tx,
  entries: readonly { readonly id: string; readonly at: Date; readonly on: readonly string[] }[],
): Promise<number> {
  const about = entries.flatMap(({ id, at, on }) => on.map((subject) => ({ subject, at, id })))
  const { rows } = await sql<{ unlisted: number }>`
    select count(*) as unlisted from unnest(
      ${about.map(({ subject }) => subject)}::uuid[], ${about.map(({ at }) => at)}::timestamptz[],
      ${about.map(({ id }) => id)}::uuid[]) as about (subject, at, id)
    where not exists (
      select from vault.ledger_subject as listed where listed.agency_id = vault.agency()
        and listed.subject = about.subject and listed.at = about.at and listed.entry_id = about.id)`.execute(tx)
  return Number(rows[0]?.unlisted ?? 0)
}

/** How many times entries with a place before `size` are listed under a thing. */
export async function countListed(tx: Tx, size: number): Promise<number> {
  const { rows } = await sql<{ listed: number }>`
    select count(*) as listed from vault.ledger_subject as listed
    join vault.ledger_entry as entry on entry.agency_id = listed.agency_id and entry.id = listed.entry_id
    where entry.position < ${size}`.execute(tx)
  return Number(rows[0]?.listed ?? 0)
}

/** Compare-and-swap of the newest checkpoint. False if another one was put there in between. */
export async function swapHead(tx: Tx, from: number, to: { size: number; root: Uint8Array; note: string; at: Date }) {
  const { numUpdatedRows } = await tx
    .updateTable('ledger_head')
    .set({ size: to.size, root: Buffer.from(to.root), note: to.note, published_at: to.at })
    .where('size', '=', from)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

export const beginHead = (tx: Tx, { root, note, at }: { root: Uint8Array; note: string; at: Date }) =>
  tx
    .insertInto('ledger_head')
    .values({ placed: 0, size: 0, root: Buffer.from(root), note, published_at: at })
    .execute()

type NewRow = {
  readonly id: string
  readonly at: Date
  readonly act: string
  readonly on: readonly string[]
  readonly person: string | null
  readonly leaf: Buffer
  readonly holder: string
  readonly secret: Buffer
  readonly sealed: Buffer
}

/** Inserts entries and what they are about, in one statement however many there are. */
export async function insertEntries(tx: Tx, rows: readonly NewRow[]): Promise<void> {
  const column = <Name extends keyof NewRow>(name: Name) => rows.map((row) => row[name])
  const subjects = rows.flatMap(({ id, on, at }) => [...new Set(on)].map((subject) => ({ subject, at, id })))
  await sql`
    with told as (
      insert into vault.ledger_entry (id, at, act, person_id, leaf, holder, secret, sealed)
      select * from unnest(
        ${column('id')}::uuid[], ${column('at')}::timestamptz[], ${column('act')}::text[], ${column('person')}::uuid[],
        ${column('leaf')}::bytea[], ${column('holder')}::text[], ${column('secret')}::bytea[], ${column('sealed')}::bytea[])
    )
    insert into vault.ledger_subject (subject, at, entry_id)
    select * from unnest(
      ${subjects.map(({ subject }) => subject)}::uuid[], ${subjects.map(({ at }) => at)}::timestamptz[],
      ${subjects.map(({ id }) => id)}::uuid[])`.execute(tx)
}

const entry = ['id', 'at', 'act', 'person_id', 'leaf', 'holder', 'secret', 'sealed', 'position'] as const

export const entriesAbout = (
  tx: Tx,
  { subject, after, limit }: { subject: string; after?: { at: Date; id: string }; limit: number },
) =>
  tx
    .selectFrom('ledger_subject as about')
    .innerJoin('ledger_entry as entry', (join) =>
      join.onRef('entry.agency_id', '=', 'about.agency_id').onRef('entry.id', '=', 'about.entry_id'),
    )
    .select(entry.map((column) => `entry.${column}` as const))
    .where('about.subject', '=', subject)
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(about.at, about.entry_id) > (${after?.at}, ${after?.id})`),
    )
    .orderBy('about.at')
    .orderBy('about.entry_id')
    .limit(limit)
    .execute()

export const entryById = (tx: Tx, id: EntryId) =>
  tx.selectFrom('ledger_entry').select(entry).where('id', '=', id).executeTakeFirst()

export type EntryRow = Awaited<ReturnType<typeof entriesAbout>>[number]

export const newestEntries = (
  tx: Tx,
  asked: { act?: string; person?: string; from?: Date; to?: Date; after?: { at: Date; id: string }; limit: number },
) =>
  tx
    .selectFrom('ledger_entry')
    .select(entry)
    .$if(asked.act !== undefined, (query) => query.where(sql<boolean>`act = ${asked.act}`))
    .$if(asked.person !== undefined, (query) => query.where(sql<boolean>`person_id = ${asked.person}`))
    .$if(asked.from !== undefined, (query) => query.where('at', '>=', asked.from as Date))
    .$if(asked.to !== undefined, (query) => query.where('at', '<', asked.to as Date))
    .$if(asked.after !== undefined, (query) =>
      query.where(sql<boolean>`(at, id) < (${asked.after?.at}, ${asked.after?.id})`),
    )
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(asked.limit)
    .execute()

export const logKeys = (tx: Tx) =>
  tx.selectFrom('agency_file').select(['log_origin', 'log_public', 'log_private']).executeTakeFirst()

export const knownAgencies = (tx: Tx) =>
  tx.selectFrom('directory').select(['agency_id', 'slug']).orderBy('created_at').execute()
