import { type FileHandle, open } from 'node:fs/promises'
import { hex } from '@sallyport/core/bytes'
import type { Digested } from './object-store.ts'
import { newNativeSha256 } from './primitives.ts'
import { readAt } from './segments.ts'

/** Bytes that are read before others get their turn, and before whoever paces the reading is asked. */
const step = 4 << 20

/** Hashes a stored file as it lies there, sealed: no key is needed. Undefined if there is no such file. */
export async function* sealedDigest(path: string): AsyncGenerator<number, Digested | undefined> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    return undefined
  })
  if (!file) return undefined
  try {
    return yield* digestOf(file)
  } finally {
    await file.close()
  }
}

async function* digestOf(file: FileHandle): AsyncGenerator<number, Digested> {
  const hash = newNativeSha256()
  const buffer = new Uint8Array(step)
  for (let offset = 0; ; ) {
    const read = await readAt(file, { offset, size: step }, buffer)
    hash.update(read)
    offset += read.length
    if (read.length < step) return { sealedSha256: hex(hash.digest()), sealedLength: offset }
    yield offset
  }
}
