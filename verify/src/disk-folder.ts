import crypto, { createHash } from 'node:crypto'
import { createReadStream, lstatSync, readFileSync, readdirSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sha256 } from '@sallyport/core/sha256'
import type { Folder, Host, Listed } from './folder.ts'
import { hashingThread } from './hashing-thread.ts'
import { nativeDigest, nativeSignature, nativeVerifiers } from './native-crypto.ts'

/** A folder on this machine's disk, judged with Node's own cryptography. */
export const diskHost = (root: string, { sha512 }: { readonly sha512: boolean }): Host => ({
  folder: diskFolder(root, sha512),
  hash: nativeSha256,
  verify: nativeVerifiers,
  stamps: { digest: nativeDigest, checkSignature: nativeSignature },
})

/**
 * Node's SHA-256 by way of a string: V8 makes a short string several times faster than the buffer
 * that `hash` would otherwise answer with, and a ledger of millions of entries is all short hashes.
 */
export const nativeSha256: Sha256 = (bytes) => {
  const digest = oneShot ? oneShot('sha256', bytes, 'binary') : createHash('sha256').update(bytes).digest('binary')
  const out = new Uint8Array(32)
  for (let at = 0; at < 32; at++) out[at] = digest.charCodeAt(at)
  return out
}

/** Node 20 has it from 20.12 on only, and the verifier runs on all of them. */
const oneShot: typeof crypto.hash | undefined = crypto.hash

const chunk = 4 * 1024 * 1024
/** A bag has a small file for every entry: these are read and hashed at once, which is several times faster. */
const small = 256 * 1024

function diskFolder(root: string, sha512: boolean): Folder {
  const rooms = [Buffer.allocUnsafeSlow(chunk), Buffer.allocUnsafeSlow(chunk)] as const
  const thread = sha512 ? hashingThread(chunk) : undefined
  return {
    list: async () => Array.from(listed(root, '')),
    // A ledger is tens of thousands of small files, which Node reads several times faster in this way.
    read: async (path) => readFileSync(join(root, path)),
    stream: (path) => createReadStream(join(root, path), { highWaterMark: chunk }),
    async digest({ path, size }, how) {
      if (size <= small) {
        const bytes = readFileSync(join(root, path))
        how.onBytes(bytes.length)
        const digest = (name: string) => oneShot?.(name, bytes) ?? createHash(name).update(bytes).digest('hex')
        return { sha256: digest('sha256'), ...(how.sha512 && sha512 && { sha512: digest('sha512') }) }
      }
      const first = createHash('sha256')
      const second = how.sha512 ? thread : undefined
      let last: string | undefined
      const file = await open(join(root, path), 'r')
      try {
        const room = async (turn: number) => (await second?.room(turn)) ?? (rooms[turn % 2] as Uint8Array)
        const fill = async (turn: number) => {
          const into = await room(turn)
          return into.subarray(0, (await file.read(into, 0, into.length)).bytesRead)
        }
        // The next part is read from the disk while this one is hashed.
        let next = fill(0)
        for (let turn = 0; ; turn++) {
          const part = await next
          if (part.length === 0) break
          second?.update(turn, part.length)
          next = fill(turn + 1)
          first.update(part)
          how.onBytes(part.length)
        }
      } finally {
        await file.close()
        last = await second?.end()
      }
      return { sha256: first.digest('hex'), ...(last !== undefined && { sha512: last }) }
    },
  }
}

/** Lists files below a folder. Links are not followed: they are listed as what they are. */
function* listed(root: string, below: string): Generator<Listed> {
  for (const entry of readdirSync(join(root, below), { withFileTypes: true })) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.isDirectory()) yield* listed(root, path)
    else yield { path, size: lstatSync(join(root, path)).size, plain: entry.isFile() }
  }
}
