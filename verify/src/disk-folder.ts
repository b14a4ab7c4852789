import crypto, { createHash, createPublicKey, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { lstat, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { concat, unhex } from '@sallyport/core/bytes'
import type { Verifiers, VerifySignature } from '@sallyport/core/note'
import type { Sha256 } from '@sallyport/core/sha256'
import type { Folder, Host, Listed } from './folder.ts'
import { hashingThread } from './hashing-thread.ts'

/** A folder on this machine's disk, judged with Node's own cryptography. */
export const diskHost = (root: string, { sha512 }: { readonly sha512: boolean }): Host => ({
  folder: diskFolder(root, sha512),
  hash: nativeSha256,
  verify: nativeVerifiers,
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

/** The DER headers of SubjectPublicKeyInfo before the key's bytes: of Ed25519 (RFC 8410) and ML-DSA-44 (RFC 9881). */
const ed25519Header = unhex('302a300506032b6570032100') as Uint8Array
const mldsa44Header = unhex('30820532300b06096086480165030403110382052100') as Uint8Array

const publicKeyOf = (header: Uint8Array, key: Uint8Array) =>
  createPublicKey({ key: Buffer.from(concat(header, key)), format: 'der', type: 'spki' })

const verifyWith =
  (header: Uint8Array): VerifySignature =>
  (publicKey, message, signature) =>
    verify(null, message, publicKeyOf(header, publicKey), signature)

/** Node has ML-DSA from 24 on only, and the verifier runs on older ones too. */
const hasMldsa44 = (): boolean => {
  try {
    publicKeyOf(mldsa44Header, new Uint8Array(1312))
    return true
  } catch {
    return false
  }
}

export const nativeVerifiers: Verifiers = {
  ed25519: verifyWith(ed25519Header),
  ...(hasMldsa44() && { mldsa44: verifyWith(mldsa44Header) }),
}

function diskFolder(root: string, sha512: boolean): Folder {
  const spare = Buffer.allocUnsafe(chunk)
  const thread = sha512 ? hashingThread(chunk) : undefined
  return {
    list: () => listed(root, ''),
    // A ledger is tens of thousands of small files, which Node reads several times faster in this way.
    read: async (path) => readFileSync(join(root, path)),
    async digest(path, { sha512, onBytes }) {
      const first = createHash('sha256')
      const second = sha512 ? thread : undefined
      let last: string | undefined
      const file = await open(join(root, path), 'r')
      try {
        for (let turn = 0; ; turn++) {
          const room = (await second?.room(turn)) ?? spare
          const { bytesRead } = await file.read(room, 0, room.length)
          if (bytesRead === 0) break
          second?.update(turn, bytesRead)
          first.update(room.subarray(0, bytesRead))
          onBytes(bytesRead)
        }
      } finally {
        await file.close()
        last = await second?.end()
      }
      return { sha256: first.digest('hex'), ...(last !== undefined && { sha512: last }) }
    },
  }
}

const chunk = 4 * 1024 * 1024

/** Lists files below a folder. Links are not followed: they are listed as what they are. */
async function listed(root: string, below: string): Promise<Listed[]> {
  const found: Listed[] = []
  for (const entry of await readdir(join(root, below), { withFileTypes: true })) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.isDirectory()) found.push(...(await listed(root, path)))
    else found.push({ path, size: (await lstat(join(root, path))).size, plain: entry.isFile() })
  }
  return found
}
