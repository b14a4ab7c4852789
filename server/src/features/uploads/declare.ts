import { randomUUID } from 'node:crypto'
import type { Asked } from '@sallyport/api/contract'
import {
  type cancelUpload,
  type declareDigest,
  type declareUpload,
  type listUploads,
  type upload as uploadForm,
} from '@sallyport/api/uploads'
import { hex } from '@sallyport/core/bytes'
import type { ItemId, ObjectId, UploadId } from '@sallyport/core/ids'
import { Refusal } from '@sallyport/core/refusal'
import type { z } from 'zod'
import { page, readCursor } from '#db/cursor.ts'
import { type Tx, tell } from '#db/within.ts'
import { randomBytes } from '#keys/primitives.ts'
import { caseKey } from '../cases/rows.ts'
import { caseFor, me } from '../cases/standing.ts'
import { indexItem } from '../items/items.ts'
import { type ItemFacts, insertItem, insertObjectKey, itemsByIds, setItemState } from '../items/rows.ts'
import { caseNumbers, sameBytes, seenItem } from '../items/shown.ts'
import {
  holdUpload,
  insertUpload,
  newestUploads,
  setDeclared,
  setUploadState,
  type UploadRow,
  uploadById,
} from './rows.ts'

type Shown = z.output<typeof uploadForm>

export const tusPath = (id: UploadId): string => `/api/uploads/${id}/bytes`

async function uploadsShown(tx: Tx, rows: readonly UploadRow[]): Promise<Shown[]> {
  const items = new Map(
    (
      await itemsByIds(
        tx,
        rows.map(({ item_id }) => item_id),
      )
    ).map((item) => [item.id, item]),
  )
  const numbers = await caseNumbers(
    tx,
    rows.map(({ case_id }) => case_id),
  )
  return Promise.all(
    rows.map(async (row) => {
      const item = items.get(row.item_id)
      return {
        id: row.id,
        item: row.item_id,
        case: { id: row.case_id, number: numbers.get(row.case_id) ?? '' },
        title: item?.facts.title ?? '',
        originalName: item?.facts.originalName ?? '',
        size: row.size,
        received: row.received,
        state: row.state,
        declaredSha256: row.declared_sha256 ? hex(row.declared_sha256) : null,
        tus: tusPath(row.id),
        begunAt: row.begun_at.toISOString(),
        expiresAt: row.expires_at.toISOString(),
        sameBytes: row.declared_sha256 ? await sameBytes(tx, row.declared_sha256, row.item_id) : [],
      }
    }),
  )
}

async function shown(tx: Tx, id: UploadId): Promise<Shown> {
  const row = await uploadById(tx, id)
  const [one] = row ? await uploadsShown(tx, [row]) : []
  if (!one) throw new Refusal('upload/not-found')
  return one
}

export const read = shown

export async function list(tx: Tx, { open, after, limit }: Asked<typeof listUploads>) {
  const rows = await newestUploads(tx, { open, after: readCursor(after), limit: limit + 1 })
  const { rows: some, next } = page(rows, limit, ({ begun_at, id }) => ({ at: begun_at, id }))
  return { rows: await uploadsShown(tx, some), next }
}

type Around = { readonly room: () => Promise<{ readonly free: number }>; readonly days: number }

/** Declares an item: its record is written, its key is made and wrapped, and its bytes may come. */
export async function declare(tx: Tx, asked: Asked<typeof declareUpload> & Around, now: Date): Promise<Shown> {
  const { particulars, originalName, mediaType, size, sha256, parent, room, days } = asked
  const { row: file } = await caseFor(tx, asked.case, 'item.add')
  if (parent && (await seenItem(tx, parent)).row.case_id !== file.id) throw new Refusal('item/not-found')
  if (size === 0) throw new Refusal('upload/empty')
  if ((await room()).free < size) throw new Refusal('vault/disk-full')
  const [id, item, object] = [randomUUID() as UploadId, randomUUID() as ItemId, randomUUID() as ObjectId]
  const facts: ItemFacts = {
    title: particulars.title,
    description: particulars.description ?? null,
    category: particulars.category,
    device: particulars.source.device ?? null,
    person: particulars.source.person ?? null,
    clockOffsetSeconds: particulars.clockOffsetSeconds ?? null,
    place: particulars.place ?? null,
    tags: particulars.tags,
    originalName,
    mediaType,
    ...(particulars.derivation && { derivation: particulars.derivation }),
  }
  const recordedAt = particulars.recordedAt ? new Date(particulars.recordedAt) : null
  await insertItem(tx, {
    id: item,
    caseId: file.id,
    facts,
    size,
    parent: parent ?? null,
    recordedAt,
    by: me(tx),
    at: now,
  })
  await indexItem(
    tx,
    { id: item, case_id: file.id, added_by: me(tx), added_at: now, state: 'receiving' },
    { ...facts, number: file.facts.number },
  )
  const [key, under] = [randomBytes(32), await caseKey(tx, file.id)]
  await insertObjectKey(tx, { id: object, caseId: file.id, caseKey: under, key, at: now })
  for (const secret of [key, under]) secret.fill(0)
  const expires = expiry(now, days)
  await insertUpload(tx, { id, item, caseId: file.id, object, person: me(tx), size, sha256, at: now, expires })
  tell(tx, [id, item, file.id, ...(parent ? [parent] : [])], {
    originalName,
    size,
    mediaType,
    declaredSha256: sha256 ?? null,
  })
  return shown(tx, id)
}

/** An upload that nothing was sent to for so long expires; each part that arrives begins the time anew. */
export const expiry = (now: Date, days: number): Date => new Date(now.getTime() + days * 86_400_000)

const isOpen = ({ state }: UploadRow) => state === 'receiving' || state === 'checking'

/** Keeps the digest that the sender computed. A second, different one is refused: one of them is wrong. */
export async function declareSha256(tx: Tx, { id, sha256 }: Asked<typeof declareDigest>) {
  const row = await holdUpload(tx, id)
  if (!row) throw new Refusal('upload/not-found')
  const known = row.declared_sha256 ? hex(row.declared_sha256) : undefined
  if (known !== undefined && known !== sha256) throw new Refusal('upload/digest-mismatch')
  if (!isOpen(row) && known === undefined) throw new Refusal('upload/finished')
  if (known === undefined) await setDeclared(tx, id, sha256)
  tell(tx, [id, row.item_id, row.case_id], { sha256 })
  return { row, shown: await shown(tx, id) }
}

/** Cancels an upload. Its item stays on record as abandoned; the caller destroys what had arrived. */
export async function cancel(tx: Tx, { id }: Asked<typeof cancelUpload>) {
  const row = await holdUpload(tx, id)
  if (!row) throw new Refusal('upload/not-found')
  if (!isOpen(row)) throw new Refusal('upload/finished')
  await setUploadState(tx, id, 'cancelled')
  await setItemState(tx, row.item_id, 'abandoned')
  tell(tx, [id, row.item_id, row.case_id], { received: row.received, size: row.size })
  return { row, shown: await shown(tx, id) }
}
