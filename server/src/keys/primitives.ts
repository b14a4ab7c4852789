import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hash, pbkdf2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'

/** The FIPS-approved primitives of the vault, by the provider that Node runs on. Nothing else calls a cipher. */

const derive = promisify(pbkdf2)

/** By way of 'binary', which costs a third of what handing over a buffer costs. */
export const sha256 = (bytes: Uint8Array): Buffer => Buffer.from(hash('sha256', bytes, 'binary'), 'binary')

/** Node looks three times as long at bytes, to see what kind of key they are, as it takes to use them. */
const keyOf = (bytes: Uint8Array) => createSecretKey(bytes)

export const hmacSha256 = (key: Uint8Array, ...parts: readonly (Uint8Array | string)[]): Buffer => {
  const mac = createHmac('sha256', keyOf(key))
  for (const part of parts) mac.update(part)
  return mac.digest()
}

/** PBKDF2-HMAC-SHA-512 (SP 800-132). Runs on the thread pool. */
export const stretch = (secret: string, { salt, rounds, bytes }: { salt: Uint8Array; rounds: number; bytes: number }) =>
  derive(secret.normalize('NFC'), salt, rounds, bytes, 'sha512')

/** RFC 3394 section 2.2.3.1. */
const wrapIv = Buffer.from('a6a6a6a6a6a6a6a6', 'hex')
/** A key of at least two blocks of 64 bits, and one block more (RFC 3394 section 2). */
const shortestWrapped = 24

/** AES-256-KW (SP 800-38F, RFC 3394): 8 bytes longer than the key it wraps. */
export function wrapKey(under: Uint8Array, key: Uint8Array): Buffer {
  const cipher = createCipheriv('id-aes256-wrap', keyOf(under), wrapIv)
  return Buffer.concat([cipher.update(key), cipher.final()])
}

/** Undoes {@link wrapKey}; undefined if the wrapped bytes were changed or the key is another one. */
export function unwrapKey(under: Uint8Array, wrapped: Uint8Array): Buffer | undefined {
  // OpenSSL takes no bytes at all for a key of no bytes.
  if (wrapped.length < shortestWrapped) return undefined
  try {
    const decipher = createDecipheriv('id-aes256-wrap', keyOf(under), wrapIv)
    return Buffer.concat([decipher.update(wrapped), decipher.final()])
  } catch {
    return undefined
  }
}

const sealVersion = 1

/**
 * AES-256-GCM: version(1) ‖ random IV(12) ‖ ciphertext ‖ tag(16). A random 96-bit IV allows 2^32
 * seals under one key (SP 800-38D section 8.3); every caller derives a key per table or per entry.
 */
export function sealBytes(key: Uint8Array, aad: string, plain: Uint8Array): Buffer {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', keyOf(key), iv)
  cipher.setAAD(Buffer.from(aad))
  return Buffer.concat([Buffer.of(sealVersion), iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

/** Undoes {@link sealBytes}; undefined if anything differs, and then no byte of it is given out. */
export function openBytes(key: Uint8Array, aad: string, sealed: Uint8Array): Buffer | undefined {
  if (sealed.length < 29 || sealed[0] !== sealVersion) return undefined
  const decipher = createDecipheriv('aes-256-gcm', keyOf(key), sealed.subarray(1, 13), { authTagLength: 16 })
  decipher.setAAD(Buffer.from(aad))
  decipher.setAuthTag(sealed.subarray(-16))
  const plain = decipher.update(sealed.subarray(13, -16))
  try {
    return Buffer.concat([plain, decipher.final()])
  } catch {
    return undefined
  }
}

export { randomBytes }
