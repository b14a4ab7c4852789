import { hash, randomBytes } from 'node:crypto'
import { openCase } from '@sallyport/api/cases'
import type { Answered, Asking } from '@sallyport/api/contract'
import { openViewing, readItem } from '@sallyport/api/items'
import { declareUpload } from '@sallyport/api/uploads'
import type { CaseId, ItemId, UploadId } from '@sallyport/core/ids'
import { asker, Refused, type Reply, send } from './asking.ts'
import type { Person } from './cast.ts'
import type { House } from './house.ts'

export const sha256Of = (bytes: Uint8Array): string => hash('sha256', bytes)

let cases = 0

/** Opens a case. */
export function openACase(house: House, person: Person, record: Partial<Asking<typeof openCase>> = {}) {
  cases += 1
  const number = `26-${String(cases).padStart(6, '0')}`
  return asker(house.vault, person)(openCase, {
    number,
    title: `Assault on Elm Street ${cases}`,
    type: 'assault',
    ...record,
  })
}

type Particulars = Asking<typeof declareUpload>['particulars']

export type Delivery = {
  readonly case: CaseId
  readonly bytes?: Uint8Array
  readonly particulars?: Partial<Particulars>
  readonly originalName?: string
  readonly mediaType?: string
  readonly parent?: ItemId
  /** What the sender says the digest is; `null` to say it later. */
  readonly sha256?: string | null
}

export type Declared = Answered<typeof declareUpload>

export const somePlain = (size = 1000): Buffer => randomBytes(size)

/** Declares an item, without sending anything. */
export function declareItem(
  house: House,
  person: Person,
  delivery: Delivery & { bytes: Uint8Array },
): Promise<Declared> {
  const { bytes, particulars, sha256 = sha256Of(bytes), parent } = delivery
  return asker(house.vault, person)(declareUpload, {
    case: delivery.case,
    particulars: { title: 'Body-worn video of unit 12', category: 'body-worn-video', ...particulars },
    originalName: delivery.originalName ?? 'clip.mp4',
    mediaType: delivery.mediaType ?? 'video/mp4',
    size: bytes.length,
    ...(sha256 !== null && { sha256 }),
    ...(parent && { parent }),
  })
}

export type Part = { readonly upload: UploadId; readonly bytes: Uint8Array; readonly offset?: number }

/** Sends a part by the tus protocol. */
export const sendPart = (house: House, person: Person, { upload, bytes, offset = 0 }: Part): Promise<Reply> =>
  send(house.vault(), person, {
    method: 'PATCH',
    path: `/uploads/${upload}/bytes`,
    body: Buffer.from(bytes),
    headers: {
      'tus-resumable': '1.0.0',
      'upload-offset': String(offset),
      'content-type': 'application/offset+octet-stream',
    },
  })

/** How many bytes of an upload the vault says are safe. */
export async function offsetOf(house: House, person: Person, upload: UploadId): Promise<number> {
  const path = `/uploads/${upload}/bytes`
  const reply = await send(house.vault(), person, { method: 'HEAD', path, headers: { 'tus-resumable': '1.0.0' } })
  if (reply.status !== 200) throw new Refused(reply)
  return Number(reply.headers['upload-offset'])
}

/** Delivers an item: declared, sent whole, received. */
export async function deliverItem(house: House, person: Person, delivery: Delivery) {
  const bytes = delivery.bytes ?? somePlain()
  const { id, item } = await declareItem(house, person, { ...delivery, bytes })
  const sent = await sendPart(house, person, { upload: id, bytes })
  if (sent.status !== 204) throw new Refused(sent)
  return { id: item, upload: id, bytes, record: await asker(house.vault, person)(readItem, { id: item }) }
}

/** Opens the content of an item and reads it, whole or a range. */
export async function readBytes(
  house: House,
  person: Person,
  { id, range }: { id: ItemId; range?: string },
): Promise<Reply> {
  const viewing = await asker(house.vault, person)(openViewing, { id, purpose: 'view' })
  return readViewing(house, person, { path: viewing.content, ...(range && { range }) })
}

export const readViewing = (
  house: House,
  person: Person,
  { path, range }: { path: string; range?: string },
): Promise<Reply> =>
  send(house.vault(), person, { method: 'GET', path: path.replace('/api', ''), ...(range && { headers: { range } }) })
