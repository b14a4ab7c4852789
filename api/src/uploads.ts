import { z } from 'zod'
import { byteCount, contract, id, instant, line, pageOf, paging, sha256Hex } from './contract.ts'
import { itemParticulars } from './items.ts'

/** What a client declares before it sends the first byte. */
export const declaration = z.strictObject({
  case: id<'case'>(),
  /** The item that this file was made from, if it is a derivative (a clip, a redacted copy). */
  parent: id<'item'>().optional(),
  particulars: itemParticulars,
  originalName: line(255),
  mediaType: z
    .string()
    .max(120)
    .regex(/^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/, 'A media type such as video/mp4')
    .default('application/octet-stream'),
  size: byteCount,
  /** May also be declared while the upload is under way; the upload completes only when it is known. */
  sha256: sha256Hex.optional(),
})

export const upload = z.object({
  id: id<'upload'>(),
  item: id<'item'>(),
  case: z.object({ id: id<'case'>(), number: z.string() }),
  title: z.string(),
  originalName: z.string(),
  size: byteCount,
  /** Bytes that are safely stored; sending goes on from here. */
  received: byteCount,
  /** `checking`: all bytes are here, and are being compared with what was declared. */
  state: z.enum(['receiving', 'checking', 'held', 'quarantined', 'refused', 'cancelled', 'expired']),
  declaredSha256: sha256Hex.nullable(),
  /** Where the bytes go, by the tus 1.0 protocol. */
  tus: z.string(),
  begunAt: instant,
  expiresAt: instant,
  /** Items of the agency with the same bytes, if the caller may see them. */
  sameBytes: z.array(z.object({ id: id<'item'>(), exhibit: z.int().nullable(), caseNumber: z.string() })),
})

const one = z.strictObject({ id: id<'upload'>() })

export const declareUpload = contract({
  does: 'Declares an item and begins its upload. The bytes then go to the address in `tus`.',
  method: 'POST',
  path: '/uploads',
  permission: 'item.add',
  ledger: 'item.declared',
  body: declaration,
  reply: upload,
  refuses: ['case/not-found', 'case/not-yours', 'item/not-found', 'upload/empty', 'vault/disk-full'],
})

export const listUploads = contract({
  does: 'Lists the uploads of the caller, newest first. Those under way can be gone on with.',
  method: 'GET',
  path: '/uploads',
  permission: 'item.add',
  ledger: 'upload.listed',
  query: z.strictObject({ open: z.stringbool().optional(), ...paging }),
  reply: pageOf(upload),
  refuses: [],
})

export const readUpload = contract({
  does: 'Gives the state of one upload.',
  method: 'GET',
  path: '/uploads/:id',
  permission: 'item.add',
  ledger: 'upload.read',
  params: one,
  reply: upload,
  refuses: ['upload/not-found'],
})

export const declareDigest = contract({
  does: 'Declares the SHA-256 that the sender computed. Needed before the upload can complete; cannot be changed.',
  method: 'PUT',
  path: '/uploads/:id/digest',
  permission: 'item.add',
  ledger: 'upload.digest-declared',
  params: one,
  body: z.strictObject({ sha256: sha256Hex }),
  reply: upload,
  refuses: ['upload/not-found', 'upload/finished', 'upload/digest-mismatch'],
})

export const cancelUpload = contract({
  does: 'Cancels an upload and destroys what had arrived.',
  method: 'DELETE',
  path: '/uploads/:id',
  permission: 'item.add',
  ledger: 'upload.cancelled',
  params: one,
  reply: upload,
  refuses: ['upload/not-found', 'upload/finished'],
})

/**
 * The bytes of an upload, by tus 1.0 (https://tus.io/protocols/resumable-upload): HEAD gives the
 * offset, PATCH sends a part. `POST /uploads/bytes` is the creation extension for tus clients that
 * know nothing else: its `Upload-Metadata` holds `declaration`, the JSON of {@link declaration}.
 */
export const sendBytes = contract({
  does: 'Sends a part of a file (tus 1.0 PATCH).',
  method: 'PATCH',
  path: '/uploads/:id/bytes',
  permission: 'item.add',
  ledger: 'upload.part-received',
  params: one,
  reply: 'bytes',
  refuses: [
    'upload/not-found',
    'upload/expired',
    'upload/finished',
    'upload/wrong-offset',
    'upload/busy',
    'upload/digest-mismatch',
    'vault/disk-full',
    'vault/busy',
  ],
})

/** A label for a file of unknown origin, from its name alone: never trusted, only shown. */
export const titleFromName = (name: string): string =>
  line(200)
    .catch('Untitled')
    .parse(name.replace(/\.[^.]{1,8}$/, '').slice(0, 200))
