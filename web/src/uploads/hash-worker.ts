import { newSha256 } from '@sallyport/core/sha256'

export type Hashing =
  | { readonly is: 'hashed'; readonly bytes: number }
  | { readonly is: 'done'; readonly sha256: string }
  | { readonly is: 'failed' }

/** Small enough that memory stays flat, large enough that reading is not the slow part. */
const piece = 4 * 1024 * 1024

/** Reads a file from end to end, beside the upload, so that its digest is the sender's own. */
async function hash(file: File): Promise<void> {
  const stream = newSha256()
  for (let at = 0; at < file.size; at += piece) {
    stream.update(new Uint8Array(await file.slice(at, at + piece).arrayBuffer()))
    tell({ is: 'hashed', bytes: Math.min(at + piece, file.size) })
  }
  tell({ is: 'done', sha256: Array.from(stream.digest(), (byte) => byte.toString(16).padStart(2, '0')).join('') })
}

const tell = (message: Hashing) => globalThis.postMessage(message)

globalThis.addEventListener('message', ({ data }: MessageEvent<File>) => {
  hash(data).catch(() => tell({ is: 'failed' }))
})
