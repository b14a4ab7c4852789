import { Refusal } from '@sallyport/core/refusal'
import { hex } from '@sallyport/core/bytes'
import type { AgencyId, ObjectId } from '@sallyport/core/ids'
import type { Tx } from '#db/within.ts'
import type { ObjectStore, Stored } from '#store/object-store.ts'
import { caseKey } from '../cases/rows.ts'
import { type ItemRow, objectKey, objectOf } from './rows.ts'

/** What binds an object to its place: it opens under no other agency, name or version. */
export const objectAad = (agency: AgencyId, id: ObjectId): Buffer =>
  Buffer.from(`sallyport/object/v1\n${agency}\n${id}\n1`)

/** What it takes to read the original of an item: where it lies, its key, and what it must be. */
export type Original = { readonly stored: Stored; readonly sealedSha256: string; readonly sha256: string }

/** Releases the key of an item's original to this transaction's caller, who wipes it. */
export async function originalOf(tx: Tx, row: ItemRow): Promise<Original> {
  const object = await objectOf(tx, row.id)
  if (!object || !row.sha256) throw new Refusal('item/not-held')
  const under = await caseKey(tx, row.case_id)
  const key = await objectKey(tx, object.id, under)
  under.fill(0)
  return {
    stored: {
      id: object.id,
      key,
      aad: objectAad(tx.actor.agency, object.id),
      length: object.length,
      sealedLength: object.sealed_length,
      headerTag: hex(object.header_tag),
    },
    sealedSha256: hex(object.sealed_sha256),
    sha256: hex(row.sha256),
  }
}

type Part = { readonly start: number; readonly end: number }

/** Streams checked bytes of an original, and wipes the key when the stream ends, however it ends. */
export async function* bytesOf(
  store: ObjectStore,
  { stored }: Original,
  { start, end }: Part,
): AsyncGenerator<Uint8Array> {
  try {
    const reading = await store.read(stored)
    try {
      yield* reading.bytes(start, end)
    } finally {
      await reading.close()
    }
  } finally {
    stored.key.fill(0)
  }
}

/**
 * Reads a Range header (RFC 9110 section 14.2): one range of bytes, end exclusive. Undefined for the
 * whole: there is no header, or it asks for something that a server may pass over.
 */
export function rangeOf(header: string | undefined, length: number): Part | undefined {
  const found = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '')
  if (!found) return undefined
  const [, first = '', last = ''] = found
  if (first === '' && last === '') return undefined
  const start = first === '' ? Math.max(0, length - Number(last)) : Number(first)
  const end = first === '' || last === '' ? length : Math.min(length, Number(last) + 1)
  if (start >= length || end <= start) throw new Refusal('viewing/bad-range', { length: String(length) })
  return { start, end }
}
