import crypto, { createHash, createPublicKey, verify } from 'node:crypto'
import type { CheckSignature, HashName } from '@sallyport/core/signature-algorithm'

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
