import { randomUUID } from 'node:crypto'
import type { CaseId, FindingId, ItemId, ObjectId, PersonId } from '@sallyport/core/ids'
import { sql } from 'kysely'
import { anyOf } from '#db/any-of.ts'
import type { Cursor } from '#db/cursor.ts'
import type { Schema } from '#db/schema.ts'
import type { Tx } from '#db/within.ts'

const round = [
  'number',
  'begun_at',
  'begun_by',
  'ended_at',
  'objects',
  'bytes',
  'checked',
  'checked_bytes',
  'missing',
  'altered',
  'untracked',
] as const

/** The round under way, or the last one. */
export const lastRound = (tx: Tx) =>
  tx.selectFrom('fixity_round').select(round).orderBy('number', 'desc').limit(1).executeTakeFirst()

export type RoundRow = NonNullable<Awaited<ReturnType<typeof lastRound>>>

/** Begins a round over everything that is stored now. Undefined if one is under way. */
export async function insertRound(
  tx: Tx,
  { by, at }: { by: PersonId | null; at: Date },
): Promise<RoundRow | undefined> {
  await sql`
    insert into vault.fixity_round (number, begun_at, begun_by, objects, bytes)
    select coalesce((select max(number) from vault.fixity_round), 0) + 1, ${at}, ${by}::uuid, count(*), coalesce(sum(o.sealed_length), 0)
    from vault.fixity f join vault.object o on o.agency_id = f.agency_id and o.id = f.object_id
    where f.round < ${neverDue}
    on conflict do nothing`.execute(tx)
  const last = await lastRound(tx)
  return last && last.begun_at.getTime() === at.getTime() && !last.ended_at ? last : undefined
}

/** The round of an object that was destroyed by order: it is never due again. */
export const neverDue = 2_147_483_647

/**
 * Takes or renews the lease of the round under way, by the database's clock. Undefined if there is none or
 * another server has it.
 */
export async function leaseRound(tx: Tx, holder: string): Promise<number | undefined> {
  const { rows } = await sql<{ number: number }>`
    update vault.fixity_round set holder = ${holder}::uuid, held_until = clock_timestamp() + interval '2 minutes'
    where ended_at is null and (holder is null or holder = ${holder}::uuid or held_until < clock_timestamp())
    returning number`.execute(tx)
  return rows[0]?.number
}

/** Gives the lease back, so that another server need not wait for its end. */
export const releaseRound = (tx: Tx, holder: string) =>
  tx
    .updateTable('fixity_round')
    .set({ held_until: null, holder: null })
    .where('ended_at', 'is', null)
    .where('holder', '=', holder)
    .execute()

export type Due = {
  readonly object: ObjectId
  readonly item: ItemId
  readonly case: CaseId
  readonly sealedSha256: Uint8Array
  readonly sealedLength: number
}

/** The next objects of a round, by their random turn. */
export async function dueObjects(tx: Tx, number: number, limit: number): Promise<readonly Due[]> {
  const { rows } = await sql<Due>`
    with due as (
      select object_id, round, turn from vault.fixity where round < ${number} order by round, turn limit ${limit}
    )
    select o.id as object, o.item_id as item, i.case_id as case, o.sealed_sha256 as "sealedSha256", o.sealed_length as "sealedLength"
    from due join vault.object o on o.agency_id = vault.agency() and o.id = due.object_id
      join vault.item i on i.agency_id = o.agency_id and i.id = o.item_id
    order by due.round, due.turn`.execute(tx)
  return rows.map((row) => ({ ...row, sealedLength: Number(row.sealedLength) }))
}

export type Result = NonNullable<Schema['fixity']['result']>
export type Checked = { readonly object: ObjectId; readonly result: Result; readonly length: number }

/** Keeps what was found of these objects, unless they were destroyed by order meanwhile. Gives those that were kept. */
export async function keepResults(
  tx: Tx,
  { number, at, checked }: { number: number; at: Date; checked: readonly Checked[] },
): Promise<ReadonlySet<ObjectId>> {
  const { rows } = await sql<{ object: ObjectId }>`
    update vault.fixity as f set round = ${number}, turn = gen_random_uuid(), checked_at = ${at}, result = found.result
    from unnest(${checked.map(({ object }) => object)}::uuid[], ${checked.map(({ result }) => result)}::text[]) as found (object, result)
    where f.agency_id = vault.agency() and f.object_id = found.object and f.round < ${number}
    returning f.object_id as object`.execute(tx)
  return new Set(rows.map(({ object }) => object))
}

type Counts = Pick<RoundRow, 'checked' | 'checked_bytes' | 'missing' | 'altered' | 'untracked'>

/** Counts up a round. False if this server has lost its lease: then nothing of its step may be kept. */
export async function countUp(
  tx: Tx,
  { number, holder, add }: { number: number; holder: string; add: Counts },
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('fixity_round')
    .set(({ eb }) => ({
      checked: eb('checked', '+', add.checked),
      checked_bytes: eb('checked_bytes', '+', add.checked_bytes),
      missing: eb('missing', '+', add.missing),
      altered: eb('altered', '+', add.altered),
      untracked: eb('untracked', '+', add.untracked),
    }))
    .where('number', '=', number)
    .where('ended_at', 'is', null)
    .where('holder', '=', holder)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

export const endRound = (tx: Tx, number: number, at: Date) =>
  tx
    .updateTable('fixity_round')
    .set({ ended_at: at, holder: null, held_until: null })
    .where('number', '=', number)
    .where('ended_at', 'is', null)
    .returning(round)
    .executeTakeFirst()

export type NewFinding = {
  readonly round: number
  readonly what: 'missing' | 'altered' | 'untracked'
  readonly object: ObjectId | null
  readonly item: ItemId | null
  readonly bytes: number | null
  readonly reason: Schema['fixity_finding']['reason']
  readonly removed: boolean
  readonly at: Date
}

export async function insertFinding(tx: Tx, { object, item, ...rest }: NewFinding): Promise<FindingId> {
  const id = randomUUID() as FindingId
  await tx
    .insertInto('fixity_finding')
    .values({ id, object_id: object, item_id: item, ...rest })
    .execute()
  return id
}

export const newestFindings = (tx: Tx, { after, limit }: { after: Cursor | undefined; limit: number }) =>
  tx
    .selectFrom('fixity_finding')
    .select(['id', 'round', 'what', 'object_id', 'item_id', 'bytes', 'reason', 'removed', 'at'])
    .$if(after !== undefined, (query) => query.where(sql<boolean>`(at, id) < (${after?.at}, ${after?.id}::uuid)`))
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()

/** What was last found of the stored bytes of an item; undefined if nothing is stored or it was never its turn. */
export const lastCheck = (tx: Tx, item: ItemId) =>
  tx
    .selectFrom('object')
    .innerJoin('fixity', (join) =>
      join.onRef('fixity.agency_id', '=', 'object.agency_id').onRef('fixity.object_id', '=', 'object.id'),
    )
    .select(['fixity.checked_at', 'fixity.result'])
    .where('object.item_id', '=', item)
    .where('object.expunged_at', 'is', null)
    .executeTakeFirst()

/** Why bytes lie in the store, as far as this agency knows: a state of their upload, or that they are held. */
export type Standing = 'held' | 'expunged' | Schema['upload']['state']

export async function standingOf(tx: Tx, ids: readonly ObjectId[]): Promise<ReadonlyMap<ObjectId, Standing>> {
  if (ids.length === 0) return new Map()
  const uploads = await tx
    .selectFrom('upload')
    .select(['object_id', 'state'])
    .where('object_id', '=', anyOf(ids))
    .execute()
  const objects = await tx.selectFrom('object').select(['id', 'expunged_at']).where('id', '=', anyOf(ids)).execute()
  return new Map<ObjectId, Standing>([
    ...uploads.map(({ object_id, state }) => [object_id, state] as const),
    ...objects.map(({ id, expunged_at }) => [id, expunged_at ? ('expunged' as const) : ('held' as const)] as const),
  ])
}

export const setUpAt = async (tx: Tx): Promise<Date | undefined> =>
  (await tx.selectFrom('agency_file').select('created_at').executeTakeFirst())?.created_at
