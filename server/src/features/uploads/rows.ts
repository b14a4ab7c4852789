import type { CaseId, ItemId, ObjectId, PersonId, UploadId } from '@sallyport/core/ids'
import { sql } from 'kysely'
import type { Cursor } from '#db/cursor.ts'
import type { Tx } from '#db/within.ts'

const columns = [
  'id',
  'item_id',
  'case_id',
  'object_id',
  'person_id',
  'size',
  'received',
  'state',
  'declared_sha256',
  'begun_at',
  'expires_at',
] as const

export const uploadById = (tx: Tx, id: UploadId) =>
  tx.selectFrom('upload').select(columns).where('id', '=', id).executeTakeFirst()

export type UploadRow = NonNullable<Awaited<ReturnType<typeof uploadById>>>

/** The upload that an item came by. */
export const uploadOfItem = async (tx: Tx, item: ItemId): Promise<UploadId | undefined> =>
  (await tx.selectFrom('upload').select('id').where('item_id', '=', item).executeTakeFirst())?.id

/** Reads an upload and holds it against other writers until the transaction ends. */
export const holdUpload = (tx: Tx, id: UploadId) =>
  tx.selectFrom('upload').select(columns).where('id', '=', id).forUpdate().executeTakeFirst()

export const newestUploads = (
  tx: Tx,
  { open, after, limit }: { open: boolean | undefined; after: Cursor | undefined; limit: number },
) =>
  tx
    .selectFrom('upload')
    .select(columns)
    .where('person_id', '=', tx.actor.person ?? null)
    .$if(open === true, (query) => query.where('state', 'in', ['receiving', 'checking']))
    .$if(after !== undefined, (query) => query.where(sql<boolean>`(begun_at, id) < (${after?.at}, ${after?.id}::uuid)`))
    .orderBy('begun_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()

type New = {
  readonly id: UploadId
  readonly item: ItemId
  readonly caseId: CaseId
  readonly object: ObjectId
  readonly person: PersonId
  readonly size: number
  readonly sha256: string | undefined
  readonly at: Date
  readonly expires: Date
}

export const insertUpload = (tx: Tx, { id, item, caseId, object, person, size, sha256, at, expires }: New) =>
  tx
    .insertInto('upload')
    .values({
      id,
      item_id: item,
      case_id: caseId,
      object_id: object,
      person_id: person,
      size,
      state: 'receiving',
      declared_sha256: sha256 ? Buffer.from(sha256, 'hex') : null,
      begun_at: at,
      moved_at: at,
      expires_at: expires,
    })
    .execute()

export const setArrived = (
  tx: Tx,
  id: UploadId,
  { received, at, expires }: { received: number; at: Date; expires: Date },
) =>
  tx
    .updateTable('upload')
    .set({ received, moved_at: at, expires_at: expires })
    .where('id', '=', id)
    .where('state', 'in', ['receiving', 'checking'])
    .execute()

export const setUploadState = (tx: Tx, id: UploadId, state: UploadRow['state']) =>
  tx.updateTable('upload').set({ state }).where('id', '=', id).execute()

/**
 * Every byte is here. The count is set again: when the database failed at the last part, nobody had told
 * it, and a digest that is declared now is only compared when the count is whole.
 */
export const setChecking = (tx: Tx, id: UploadId) =>
  tx
    .updateTable('upload')
    .set(({ ref }) => ({ state: 'checking' as const, received: ref('size') }))
    .where('id', '=', id)
    .execute()

export const setDeclared = (tx: Tx, id: UploadId, sha256: string) =>
  tx
    .updateTable('upload')
    .set({ declared_sha256: Buffer.from(sha256, 'hex') })
    .where('id', '=', id)
    .execute()

/** Uploads under way that ran out of time. */
export const expiredUploads = (tx: Tx, now: Date) =>
  tx
    .selectFrom('upload')
    .select(columns)
    .where('state', 'in', ['receiving', 'checking'])
    .where('expires_at', '<', now)
    .limit(100)
    .execute()

/** Uploads of which every byte is here and whose digest is declared: a crash may have come before the end. */
export const unfinishedUploads = (tx: Tx) =>
  tx
    .selectFrom('upload')
    .select(columns)
    .where('state', 'in', ['receiving', 'checking'])
    .where('declared_sha256', 'is not', null)
    .where(sql<boolean>`received = size`)
    .execute()
