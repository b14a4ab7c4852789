import type { CaseId, EntryId, ItemId, ObjectId, PersonId, ViewingId } from '@sallyport/core/ids'
import { Refusal } from '@sallyport/core/refusal'
import { sql } from 'kysely'
import { anyOf } from '#db/any-of.ts'
import type { Cursor } from '#db/cursor.ts'
import type { Tx } from '#db/within.ts'
import { unwrapKey, wrapKey } from '#keys/primitives.ts'

/** What of an item stands sealed, as it was first written. */
export type ItemFacts = {
  readonly title: string
  readonly description: string | null
  readonly category: string
  readonly device: string | null
  readonly person: string | null
  readonly clockOffsetSeconds: number | null
  readonly place: string | null
  readonly tags: readonly string[]
  readonly originalName: string
  readonly mediaType: string
  /** Absent from items that came before this was asked. */
  readonly derivation?: {
    readonly tool: string
    readonly version: string
    readonly parameters?: string | undefined
    readonly inputSha256?: string | undefined
    readonly machine: boolean
    readonly reviewer?: string | undefined
  }
}

const columns = [
  'id',
  'case_id',
  'exhibit',
  'state',
  'sealed',
  'size',
  'sha256',
  'parent_id',
  'recorded_at',
  'added_by',
  'added_at',
  'received_at',
  'received_entry',
  'quarantine',
] as const
const place = (tx: Tx, id: string) => ({ table: 'item', agency: tx.actor.agency, id })

const opened = <Row extends { id: ItemId; sealed: Uint8Array }>(tx: Tx, row: Row) => ({
  ...row,
  facts: tx.keys.open(place(tx, row.id), row.sealed) as ItemFacts,
})

export async function itemById(tx: Tx, id: ItemId) {
  const row = await tx.selectFrom('item').select(columns).where('id', '=', id).executeTakeFirst()
  return row && opened(tx, row)
}

export type ItemRow = NonNullable<Awaited<ReturnType<typeof itemById>>>

/** Holds an item against other corrections of its record until the transaction ends. */
export const holdItem = (tx: Tx, id: ItemId) =>
  tx.selectFrom('item').select('id').where('id', '=', id).forNoKeyUpdate().executeTakeFirst()

/** The items of these ids that the transaction may see, newest first. */
export async function itemsByIds(tx: Tx, ids: readonly string[]): Promise<ItemRow[]> {
  if (ids.length === 0) return []
  const rows = await tx
    .selectFrom('item')
    .select(columns)
    .where('id', '=', anyOf(ids as readonly ItemId[]))
    .orderBy('added_at', 'desc')
    .orderBy('id', 'desc')
    .execute()
  return rows.map((row) => opened(tx, row))
}

export type Listing = {
  readonly cases?: readonly CaseId[] | undefined
  readonly by?: PersonId | undefined
  readonly state?: ItemRow['state'] | undefined
  readonly after?: Cursor | undefined
  readonly limit: number
}

/** The newest items that the transaction may see. What was abandoned is shown only to who asks for it. */
export async function newestItems(tx: Tx, { cases, by, state, after, limit }: Listing): Promise<ItemRow[]> {
  if (cases?.length === 0) return []
  const rows = await tx
    .selectFrom('item')
    .select(columns)
    .$if(cases !== undefined, (query) => query.where('case_id', '=', anyOf(cases as readonly CaseId[])))
    .$if(by !== undefined, (query) => query.where('added_by', '=', by as PersonId))
    .$if(state !== undefined, (query) => query.where('state', '=', state as ItemRow['state']))
    .$if(state === undefined, (query) => query.where('state', '<>', 'abandoned'))
    .$if(after !== undefined, (query) => query.where(sql<boolean>`(added_at, id) < (${after?.at}, ${after?.id}::uuid)`))
    .orderBy('added_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => opened(tx, row))
}

type New = {
  readonly id: ItemId
  readonly caseId: CaseId
  readonly facts: ItemFacts
  readonly size: number
  readonly parent: ItemId | null
  readonly recordedAt: Date | null
  readonly by: PersonId
  readonly at: Date
}

export const insertItem = (tx: Tx, { id, caseId, facts, size, parent, recordedAt, by, at }: New) =>
  tx
    .insertInto('item')
    .values({
      id,
      case_id: caseId,
      state: 'receiving',
      sealed: tx.keys.seal(place(tx, id), facts),
      size,
      parent_id: parent,
      recorded_at: recordedAt,
      added_by: by,
      added_at: at,
    })
    .execute()

type Receipt = {
  readonly state: 'held' | 'quarantined'
  readonly exhibit: number
  readonly sha256: Buffer
  readonly at: Date
  readonly quarantine: readonly string[]
}

export const setReceived = (tx: Tx, id: ItemId, { state, exhibit, sha256, at, quarantine }: Receipt) =>
  tx
    .updateTable('item')
    .set({ state, exhibit, sha256, received_at: at, quarantine: [...quarantine] })
    .where('id', '=', id)
    .where('state', '=', 'receiving')
    .execute()

export const setReceivedEntry = (tx: Tx, id: ItemId, entry: EntryId) =>
  tx.updateTable('item').set({ received_entry: entry }).where('id', '=', id).execute()

export const setItemState = (tx: Tx, id: ItemId, state: 'held' | 'abandoned') =>
  tx.updateTable('item').set({ state }).where('id', '=', id).execute()

export const derivativesOf = async (tx: Tx, id: ItemId) =>
  (
    await tx
      .selectFrom('item')
      .select(columns)
      .where('parent_id', '=', id)
      .where('state', '<>', 'abandoned')
      .orderBy('added_at')
      .execute()
  ).map((row) => opened(tx, row))

export const withSameBytes = async (tx: Tx, sha256: Uint8Array, than: ItemId) =>
  (
    await tx
      .selectFrom('item')
      .select(columns)
      .where('sha256', '=', Buffer.from(sha256))
      .where('id', '<>', than)
      .orderBy('added_at')
      .limit(20)
      .execute()
  ).map((row) => opened(tx, row))

/** The sealed bytes of an item: where they lie and what they must hash to, from the database. */
export const objectOf = (tx: Tx, item: ItemId) =>
  tx
    .selectFrom('object')
    .select(['id', 'length', 'sealed_length', 'sealed_sha256', 'header_tag'])
    .where('item_id', '=', item)
    .executeTakeFirst()

export type ObjectRow = NonNullable<Awaited<ReturnType<typeof objectOf>>>

type NewObject = {
  readonly id: ObjectId
  readonly item: ItemId
  readonly length: number
  readonly sealedLength: number
  readonly sealedSha256: string
  readonly headerTag: string
  readonly at: Date
}

export const insertObject = (tx: Tx, { id, item, length, sealedLength, sealedSha256, headerTag, at }: NewObject) =>
  tx
    .insertInto('object')
    .values({
      id,
      item_id: item,
      place: 'disk',
      length,
      sealed_length: sealedLength,
      sealed_sha256: Buffer.from(sealedSha256, 'hex'),
      header_tag: Buffer.from(headerTag, 'hex'),
      created_at: at,
    })
    .execute()

/** Keeps the key of an object, wrapped under the key of its case. */
export const insertObjectKey = (
  tx: Tx,
  { id, caseId, caseKey, key, at }: { id: ObjectId; caseId: CaseId; caseKey: Buffer; key: Uint8Array; at: Date },
) =>
  tx
    .insertInto('object_key')
    .values({ object_id: id, version: 1, case_id: caseId, wrapped: wrapKey(caseKey, key), at })
    .execute()

/** The key of an object, opened with the key of its case. The caller wipes it. */
export async function objectKey(tx: Tx, id: ObjectId, caseKey: Buffer): Promise<Buffer> {
  const { wrapped } = await tx
    .selectFrom('object_key')
    .select('wrapped')
    .where('object_id', '=', id)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow()
  if (!wrapped) throw new Refusal('item/expunged')
  const key = unwrapKey(caseKey, wrapped)
  if (!key) throw new Error('The key of an object does not open: it was changed, or belongs to another case.')
  return key
}

type NewViewing = {
  readonly id: ViewingId
  readonly item: ItemId
  readonly purpose: 'view' | 'download'
  readonly at: Date
  readonly ends: Date
}

export const insertViewing = (tx: Tx, { id, item, purpose, at, ends }: NewViewing) => {
  const { session, person } = tx.actor
  if (!session || !person) throw new Error('A viewing needs a session.')
  return tx
    .insertInto('viewing')
    .values({ id, item_id: item, session_id: session, person_id: person, purpose, opened_at: at, ends_at: ends })
    .execute()
}

/** A viewing of the session that asks; undefined if it is another's or has ended. */
export const ownViewing = (tx: Tx, id: ViewingId, now: Date) =>
  tx
    .selectFrom('viewing')
    .select(['id', 'item_id', 'purpose', 'opened_at'])
    .where('id', '=', id)
    .where('session_id', '=', tx.actor.session ?? null)
    .where('ends_at', '>', now)
    .executeTakeFirst()
