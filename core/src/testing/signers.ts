import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import { concat, unhex } from '../bytes.ts'
import { cosignerKey } from '../cosignature.ts'
import { ed25519Key, type NoteSigner, type Verifiers, type VerifySignature } from '../note.ts'
import { sha256 } from '../sha256.ts'

/** What stands before the key in a SubjectPublicKeyInfo (RFC 8410, RFC 9881). */
const headers = {
  ed25519: unhex('302a300506032b6570032100') as Uint8Array,
  'ml-dsa-44': unhex('30820532300b06096086480165030403110382052100') as Uint8Array,
}
type Algorithm = keyof typeof headers

const verifyWith =
  (algorithm: Algorithm): VerifySignature =>
  (publicKey, message, signature) => {
    const key = Buffer.from(concat(headers[algorithm], publicKey))
    return verify(null, message, createPublicKey({ key, format: 'der', type: 'spki' }), signature)
  }

export const verifiers: Required<Verifiers> = { ed25519: verifyWith('ed25519'), mldsa44: verifyWith('ml-dsa-44') }

/** A pair of keys, made on the spot: the public one as bytes, and what signs with the other. */
function pairOf(algorithm: Algorithm): { key: Uint8Array; sign: NoteSigner['sign'] } {
  const { publicKey, privateKey } =
    algorithm === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ml-dsa-44')
  const key = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }).subarray(headers[algorithm].length))
  return { key, sign: (message) => new Uint8Array(sign(null, message, privateKey)) }
}

/** Who signs the checkpoints of a log of this origin. */
export function aLog(origin: string): NoteSigner {
  const { key, sign } = pairOf('ed25519')
  return { key: ed25519Key(sha256, origin, key), sign }
}

/** Who cosigns under this name. */
export function aCosigner(name: string, algorithm: Algorithm): NoteSigner {
  const { key, sign } = pairOf(algorithm)
  return { key: cosignerKey(sha256, name, key), sign }
}
