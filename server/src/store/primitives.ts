import { createCipheriv, createDecipheriv, createHash, createHmac, randomFillSync } from 'node:crypto'
import type { FloePrimitives } from '@sallyport/core/floe'
import type { Sha256Stream } from '@sallyport/core/sha256'

/**
 * FLOE's primitives by the OpenSSL that Node was started with, its FIPS provider included.
 *
 * This is the border to the cryptographic module: nothing in `store/` calls one directly, so a helper
 * that makes GCM's IV inside the module (FIPS 140-3 IG C.H, which Node cannot ask for) replaces this
 * file and leaves every stored object as it is, because FLOE stores the IV.
 */
export const nodePrimitives: FloePrimitives = {
  random: (length) => randomFillSync(new Uint8Array(length)),
  hmacSha384: (key, data) => createHmac('sha384', key).update(data).digest(),
  seal(key, { iv, aad }, plain) {
    const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(aad)
    const text = cipher.update(plain)
    cipher.final()
    return { text, tag: cipher.getAuthTag() }
  },
  open(key, { iv, aad }, sealed) {
    const textLength = sealed.length - 16
    if (textLength < 0) return undefined
    const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: 16 }).setAAD(aad)
    decipher.setAuthTag(sealed.subarray(textLength))
    const plain = decipher.update(sealed.subarray(0, textLength))
    try {
      decipher.final()
      return plain
    } catch {
      plain.fill(0)
      return undefined
    }
  },
}

export function newNativeSha256(): Sha256Stream {
  const running = createHash('sha256')
  return { update: (bytes) => void running.update(bytes), digest: () => running.digest() }
}
