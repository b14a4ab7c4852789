import crypto, { createHash, createPublicKey, verify } from 'node:crypto'
import { concat, unhex } from '@sallyport/core/bytes'
import type { Verifiers, VerifySignature } from '@sallyport/core/note'
import type { CheckSignature, HashName } from '@sallyport/core/signature-algorithm'

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

const names: Readonly<Record<HashName, string>> = {
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
}

export const nativeDigest = (hash: HashName, bytes: Uint8Array): Uint8Array =>
  createHash(names[hash]).update(bytes).digest()

/** Checks a signature with Node's OpenSSL. A key that OpenSSL cannot read has signed nothing. */
export const nativeSignature: CheckSignature = ({ algorithm, spki, message, signature }) => {
  try {
    const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
    if (algorithm.is === 'ed25519') return verify(null, message, key, signature)
    const pss = algorithm.is === 'rsa-pss' && {
      padding: crypto.constants.RSA_PKCS1_PSS_PADDING,
      saltLength: algorithm.saltLength,
    }
    return verify(names[algorithm.hash], message, { key, ...pss }, signature)
  } catch {
    return false
  }
}
