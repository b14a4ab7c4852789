import { createPrivateKey, createPublicKey, generateKeyPairSync, hash, type KeyObject, sign, verify } from 'node:crypto'
import { concat, unhex } from '@sallyport/core/bytes'
import type { Verifiers, VerifySignature } from '@sallyport/core/note'
import type { Sha256 } from '@sallyport/core/sha256'

/** What stands before the key in a SubjectPublicKeyInfo (RFC 8410, RFC 9881). */
const headers = {
  ed25519: unhex('302a300506032b6570032100') as Uint8Array,
  'ml-dsa-44': unhex('30820532300b06096086480165030403110382052100') as Uint8Array,
}

export type Algorithm = keyof typeof headers

export const sha256: Sha256 = (bytes) => {
  // By way of a string: V8 makes a short one several times faster than a buffer, and a tree is all short hashes.
  const digest = hash('sha256', bytes, 'binary')
  const out = new Uint8Array(32)
  for (let at = 0; at < 32; at++) out[at] = digest.charCodeAt(at)
  return out
}

const verifyWith =
  (algorithm: Algorithm): VerifySignature =>
  (publicKey, message, signature) => {
    const key = Buffer.from(concat(headers[algorithm], publicKey))
    return verify(null, message, createPublicKey({ key, format: 'der', type: 'spki' }), signature)
  }

export const verifiers: Required<Verifiers> = { ed25519: verifyWith('ed25519'), mldsa44: verifyWith('ml-dsa-44') }

/** A private key, its public one as bytes, and what signs with it. */
export type Pair = { readonly publicKey: Uint8Array; readonly sign: (message: Uint8Array) => Uint8Array }

/** Makes a new private key, as PKCS#8 in PEM. */
export function newPrivateKey(algorithm: Algorithm): string {
  const { privateKey } = algorithm === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ml-dsa-44')
  return privateKey.export({ format: 'pem', type: 'pkcs8' }) as string
}

/** Opens a private key; throws if it is none, or of another algorithm. */
export function openPair(algorithm: Algorithm, pem: string): Pair {
  const key: KeyObject = createPrivateKey(pem)
  if (key.asymmetricKeyType !== algorithm) throw new TypeError(`a key of ${algorithm} was expected`)
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
  return {
    publicKey: new Uint8Array(spki.subarray(headers[algorithm].length)),
    sign: (message) => new Uint8Array(sign(null, message, key)),
  }
}
