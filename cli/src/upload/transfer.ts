import { createHash, type Hash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { readUpload } from '@sallyport/api/uploads'
import type { UploadId } from '@sallyport/core/ids'
import { call, good, refusalIn, send, textOf, type Vault } from '../client.ts'
import { NotDone, Refused } from '../not-done.ts'
import { patiently } from './patience.ts'

/** Bytes of one tus PATCH: large enough for full speed, small enough that a proxy with a limit lets it by. */
const part = 64 * 1024 * 1024
const piece = 512 * 1024
const tus = { 'tus-resumable': '1.0.0' } as const

export type Transfer = {
  readonly vault: Vault
  readonly upload: { readonly id: UploadId; readonly tus: string; readonly size: number }
  readonly file: FileHandle
  /** Told how many bytes have left here; after a cut, how many the vault holds. */
  readonly report: (done: number) => void
  readonly note: (sentence: string) => void
}

/** A SHA-256 that follows the file from its first byte, whatever is sent twice or was sent earlier. */
type Running = { readonly hash: Hash; hashed: number }

/**
 * Sends a file by tus 1.0 and gives the SHA-256 of what was read here, in lower-case hexadecimal.
 *
 * The digest is taken over the very bytes that are sent. What an earlier run sent is read again and
 * hashed before the rest goes out, so that the digest always stands for the file as it is now: if
 * it is another file under the same name, the vault finds that the digests differ.
 */
export async function transfer(sending: Transfer): Promise<string> {
  const { upload, file, note } = sending
  const running: Running = { hash: createHash('sha256'), hashed: 0 }
  let safe = 0
  const sendRest = async () => {
    safe = await offsetOf(sending)
    sending.report(safe)
    if (running.hashed < safe) for await (const _ of read(file, running, { from: running.hashed, to: safe }));
    while (safe < upload.size) {
      const to = Math.min(safe + part, upload.size)
      safe = await sendPart(sending, running, { from: safe, to })
      sending.report(safe)
    }
  }
  await patiently(sendRest, { note, progress: () => safe })
  return running.hash.digest('hex')
}

type Range = { readonly from: number; readonly to: number }
type Reading = Range & { readonly report?: (at: number) => void }

/** Asks how many bytes the vault holds. An upload that is gone from tus may have been completed. */
async function offsetOf({ vault, upload }: Transfer): Promise<number> {
  const answer = await send(vault, { method: 'HEAD', path: pathOf(vault, upload.tus), headers: tus })
  const told = await textOf(answer)
  const offset = Number(answer.headers['upload-offset'])
  if (good(answer) && Number.isSafeInteger(offset) && offset >= 0 && offset <= upload.size) return offset
  if (good(answer)) throw new NotDone('The vault names a place that is not in this file.', 'Upload the file again.')
  if (![404, 409, 410].includes(answer.statusCode ?? 0)) throw refusalIn(answer, told)
  const { state } = await call(vault, readUpload, { id: upload.id })
  if (state === 'checking' || state === 'held' || state === 'quarantined') return upload.size
  throw new NotDone(`The upload is ${state}.`, 'Upload the file again.')
}

async function sendPart(sending: Transfer, running: Running, range: Range): Promise<number> {
  const { vault, upload, file } = sending
  const answer = await send(vault, {
    method: 'PATCH',
    path: pathOf(vault, upload.tus),
    headers: {
      ...tus,
      'content-type': 'application/offset+octet-stream',
      'content-length': String(range.to - range.from),
      'upload-offset': String(range.from),
    },
    body: read(file, running, { ...range, report: sending.report }),
  })
  const told = await textOf(answer)
  if (!good(answer)) throw refusalIn(answer, told)
  const offset = Number(answer.headers['upload-offset'])
  if (offset !== range.to) throw new Refused(409, wrongOffset)
  return offset
}

const wrongOffset = {
  code: 'upload/wrong-offset',
  says: 'The vault did not take the whole part.',
  next: '',
  facts: {},
  request: undefined,
} as const

/** Reads a range, and hashes what of it was not hashed before. */
async function* read(file: FileHandle, running: Running, { from, to, report }: Reading) {
  for (let at = from; at < to; ) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafeSlow(Math.min(piece, to - at)), { position: at })
    if (!bytesRead)
      throw new NotDone('The file became shorter while it was sent.', 'Deliver a file that nothing writes to.')
    const bytes = buffer.subarray(0, bytesRead)
    if (at + bytesRead > running.hashed) {
      running.hash.update(bytes.subarray(Math.max(0, running.hashed - at)))
      running.hashed = at + bytesRead
    }
    at += bytesRead
    report?.(at)
    yield bytes
  }
}

/** The address without its host: bytes go to the vault that was signed in to, whatever an answer names. */
function pathOf({ origin }: Vault, address: string): string {
  const { pathname, search } = new URL(address, origin)
  return pathname + search
}
