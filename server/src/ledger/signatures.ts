import { createPublicKey, verify } from 'node:crypto'
import type { Verifiers, VerifySignature } from '@sallyport/core/note'

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
