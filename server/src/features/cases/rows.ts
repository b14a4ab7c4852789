import type { Level } from '@sallyport/core/access'
import type { CaseId, ItemId, NoteId, PersonId } from '@sallyport/core/ids'
import { type NotNull, sql } from 'kysely'
import { anyOf } from '#db/any-of.ts'
import type { Cursor } from '#db/cursor.ts'
import type { Tx } from '#db/within.ts'

/** What of a case stands sealed, as it was first written. */
export type CaseFacts = {
  readonly number: string
  readonly title: string
  readonly type: string
  readonly description: string | null
}

const columns = ['id', 'sealed', 'opened_by', 'opened_at', 'exhibits'] as const
const place = (tx: Tx, id: string) => ({ table: 'case_file', agency: tx.actor.agency, id })

const opened = <Row extends { id: CaseId; sealed: Uint8Array }>(tx: Tx, row: Row) => ({
  ...row,
  facts: tx.keys.open(place(tx, row.id), row.sealed) as CaseFacts,
})

export async function caseById(tx: Tx, id: CaseId) {
  const row = await tx.selectFrom('case_file').select(columns).where('id', '=', id).executeTakeFirst()
  return row && opened(tx, row)
}

export type CaseRow = NonNullable<Awaited<ReturnType<typeof caseById>>>

/** Holds a case against other corrections of its record until the transaction ends. Uploads to it go on. */
export const holdCase = (tx: Tx, id: CaseId) =>
  tx.selectFrom('case_file').select('id').where('id', '=', id).forNoKeyUpdate().executeTakeFirst()

/** The cases of these ids that the transaction may see, newest first. */
export async function casesByIds(tx: Tx, ids: readonly string[]): Promise<CaseRow[]> {
  if (ids.length === 0) return []
  const rows = await tx
    .selectFrom('case_file')
    .select(columns)
    .where('id', '=', anyOf(ids as readonly CaseId[]))
    .orderBy('opened_at', 'desc')
    .orderBy('id', 'desc')
    .execute()
  return rows.map((row) => opened(tx, row))
}

/** The newest cases that the transaction may see; among `ids` only, where they are given. */
export async function newestCases(
  tx: Tx,
  { ids, after, limit }: { ids?: readonly CaseId[] | undefined; after?: Cursor | undefined; limit: number },
) {
  if (ids?.length === 0) return []
  const rows = await tx
    .selectFrom('case_file')
    .select(columns)
    .$if(ids !== undefined, (query) => query.where('id', '=', anyOf(ids as readonly CaseId[])))
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(opened_at, id) < (${after?.at}, ${after?.id}::uuid)`),
    )
    .orderBy('opened_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => opened(tx, row))
}

/** The cases that a person opened or is a member of now. */
export async function casesOf(tx: Tx, person: PersonId): Promise<CaseId[]> {
  const rows = await tx
    .selectFrom('case_file')
    .select('id')
    .where('opened_by', '=', person)
    .union(
      tx
        .selectFrom('case_member')
        .select('case_id as id')
        .where('person_id', '=', person)
        .where('removed_at', 'is', null)
        .where(({ or, eb }) => or([eb('expires_at', 'is', null), eb('expires_at', '>', sql<Date>`now()`)])),
    )
    .execute()
  return rows.map(({ id }) => id)
}

/** Whether a number is taken, also by a case that the asker does not see. */
export const isNumberTaken = async (tx: Tx, number: string): Promise<boolean> => {
  const { rows } = await sql<{
    taken: boolean
  }>`select vault.number_taken(${tx.keys.find('case number', number.toLowerCase())}) as taken`.execute(tx)
  return rows[0]?.taken === true
}

export const insertCase = (
  tx: Tx,
  { id, facts, caseKey, by, at }: { id: CaseId; facts: CaseFacts; caseKey: Buffer; by: PersonId; at: Date },
) =>
  tx
    .insertInto('case_file')
    .values({
      id,
      number_index: tx.keys.find('case number', facts.number.toLowerCase()),
      sealed: tx.keys.seal(place(tx, id), facts),
      case_key: caseKey,
      opened_by: by,
      opened_at: at,
    })
    .execute()

export async function caseKey(tx: Tx, id: CaseId): Promise<Buffer> {
  const { case_key } = await tx
    .selectFrom('case_file')
    .select('case_key')
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  return tx.keys.unwrap(case_key)
}

/** The next exhibit number of a case. Holds the case, so that two items never get the same one. */
export async function nextExhibit(tx: Tx, id: CaseId): Promise<number> {
  const { exhibits } = await tx
    .updateTable('case_file')
    .set(({ eb }) => ({ exhibits: eb('exhibits', '+', 1) }))
    .where('id', '=', id)
    .returning('exhibits')
    .executeTakeFirstOrThrow()
  return exhibits
}

export const membersOf = (tx: Tx, id: CaseId) =>
  tx
    .selectFrom('case_member')
    .select(['person_id', 'level', 'added_at', 'expires_at'])
    .where('case_id', '=', id)
    .where('removed_at', 'is', null)
    .orderBy('added_at')
    .execute()

/** A person's levels on cases where they are a member now. */
export async function levelsOf(tx: Tx, person: PersonId, ids: readonly CaseId[]): Promise<ReadonlyMap<CaseId, Level>> {
  if (ids.length === 0) return new Map()
  const rows = await tx
    .selectFrom('case_member')
    .select(['case_id', 'level'])
    .where('person_id', '=', person)
    .where('case_id', '=', anyOf(ids))
    .where('removed_at', 'is', null)
    .where(({ or, eb }) => or([eb('expires_at', 'is', null), eb('expires_at', '>', sql<Date>`now()`)]))
    .execute()
  return new Map(rows.map(({ case_id, level }) => [case_id, level]))
}

export const setMember = (
  tx: Tx,
  row: { caseId: CaseId; person: PersonId; level: Level; by: PersonId; at: Date; expires: Date | null },
) =>
  tx
    .insertInto('case_member')
    .values({
      case_id: row.caseId,
      person_id: row.person,
      level: row.level,
      added_by: row.by,
      added_at: row.at,
      expires_at: row.expires,
    })
    .onConflict((conflict) =>
      conflict.columns(['agency_id', 'case_id', 'person_id']).doUpdateSet({
        level: row.level,
        added_by: row.by,
        added_at: row.at,
        expires_at: row.expires,
        removed_at: null,
      }),
    )
    .execute()

/** Removes a member. False if the person is none: whoever opened the case leads it without being one. */
export async function removeMemberRow(
  tx: Tx,
  caseId: CaseId,
  { person, at }: { person: PersonId; at: Date },
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('case_member')
    .set({ removed_at: at })
    .where('case_id', '=', caseId)
    .where('person_id', '=', person)
    .where('removed_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export type RemarkFacts = Readonly<Record<string, string | null>>
type NewRemark = {
  readonly id: NoteId
  readonly caseId: CaseId
  readonly itemId: ItemId | null
  readonly kind: 'note' | 'person' | 'annotation'
  readonly facts: RemarkFacts
  readonly by: PersonId
  readonly at: Date
}

export const insertRemark = (tx: Tx, { id, caseId, itemId, kind, facts, by, at }: NewRemark) =>
  tx
    .insertInto('remark')
    .values({
      id,
      case_id: caseId,
      item_id: itemId,
      kind,
      by,
      at,
      sealed: tx.keys.seal({ table: 'remark', agency: tx.actor.agency, id }, facts),
    })
    .execute()

const remark = ['id', 'case_id', 'item_id', 'kind', 'sealed', 'by', 'at'] as const

/** What was added to the records of cases (`item` false) or of items, oldest first. */
export async function remarksOn(tx: Tx, ids: readonly (CaseId | ItemId)[], { item }: { item: boolean }) {
  if (ids.length === 0) return []
  const rows = await tx
    .selectFrom('remark')
    .select(remark)
    .$if(item, (query) => query.where('item_id', '=', anyOf(ids as readonly ItemId[])))
    .$if(!item, (query) => query.where('case_id', '=', anyOf(ids as readonly CaseId[])).where('item_id', 'is', null))
    // What an order of a court destroyed is empty.
    .where('sealed', 'is not', null)
    .$narrowType<{ sealed: NotNull }>()
    .orderBy('at')
    .orderBy('id')
    .execute()
  return rows.map((row) => ({
    ...row,
    facts: tx.keys.open({ table: 'remark', agency: tx.actor.agency, id: row.id }, row.sealed) as RemarkFacts,
  }))
}

export type Remark = Awaited<ReturnType<typeof remarksOn>>[number]

export async function itemCounts(tx: Tx, ids: readonly CaseId[]): Promise<ReadonlyMap<CaseId, number>> {
  if (ids.length === 0) return new Map()
  const rows = await tx
    .selectFrom('item')
    .select(({ fn }) => ['case_id', fn.countAll<number>().as('items')])
    .where('case_id', '=', anyOf(ids))
    .where('state', '<>', 'abandoned')
    .groupBy('case_id')
    .execute()
  return new Map(rows.map(({ case_id, items }) => [case_id, Number(items)]))
}
