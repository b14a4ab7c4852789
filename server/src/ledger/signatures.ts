import crypto, { createHash, createPublicKey, verify } from 'node:crypto'
import type { Verifiers, VerifySignature } from '@sallyport/core/note'
import type { CheckSignature } from '@sallyport/core/signature-algorithm'
import type { StampPorts } from '@sallyport/core/stamp'

/** SubjectPublicKeyInfo is such a prefix and the key's bytes: of Ed25519 (RFC 8410) and of ML-DSA-44 (RFC 9881). */
const ed25519Spki = Buffer.from('302a300506032b6570032100', 'hex')
const mldsa44Spki = Buffer.from('30820532300b06096086480165030403110382052100', 'hex')

const verifyWith =
  (spki: Buffer): VerifySignature =>
  (publicKey, message, signature) =>
    verify(
      null,
      message,
      createPublicKey({ key: Buffer.concat([spki, publicKey]), format: 'der', type: 'spki' }),
      signature,
    )

export const verifiers: Verifiers = { ed25519: verifyWith(ed25519Spki), mldsa44: verifyWith(mldsa44Spki) }

const names = { 'SHA-1': 'sha1', 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' } as const

/** Checks a signature of an authority's certificate or stamp. A key that OpenSSL cannot read has signed nothing. */
const checkSignature: CheckSignature = ({ algorithm, spki, message, signature }) => {
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

/** What stamps of the time (RFC 3161) are checked with. SHA-1 is met in old names of certificates only. */
export const stampPorts: StampPorts = {
  digest: (hash, bytes) => createHash(names[hash]).update(bytes).digest(),
  checkSignature,
}
