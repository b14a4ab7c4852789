import { createPublicKey, verify } from 'node:crypto'
import type { Ed25519Verify } from '@sallyport/core/note'

/** SubjectPublicKeyInfo of an Ed25519 key (RFC 8410 section 4) is this prefix and the 32 bytes. */
const spki = Buffer.from('302a300506032b6570032100', 'hex')

export const ed25519Verify: Ed25519Verify = (publicKey, message, signature) =>
  verify(
    null,
    message,
    createPublicKey({ key: Buffer.concat([spki, publicKey]), format: 'der', type: 'spki' }),
    signature,
  )
