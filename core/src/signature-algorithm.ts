import { equal } from './bytes.ts'
import {
  DerFault,
  type DerValue,
  inside,
  partsOf,
  readBits,
  readDer,
  readInteger,
  readOid,
  readSmall,
  tag,
} from './der.ts'

/** Hashes by the names that WebCrypto has for them. */
export type HashName = 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512'
export type StrongHash = Exclude<HashName, 'SHA-1'>

/** How a signature is to be checked: the algorithm that it names, and the curve that the key is on. */
export type SignatureAlgorithm =
  | { readonly is: 'rsa-pkcs1'; readonly hash: StrongHash }
  | { readonly is: 'rsa-pss'; readonly hash: StrongHash; readonly saltLength: number }
  | { readonly is: 'ecdsa'; readonly hash: StrongHash; readonly curve: Curve }
  | { readonly is: 'ed25519' }

export type Curve = 'P-256' | 'P-384' | 'P-521'

/**
 * Checks one signature with the machine's own cryptography. `spki` is the key as DER, the signature of
 * ECDSA is DER too (see {@link rawEcdsa}). Undefined when the machine lacks the algorithm: that is no
 * verdict, and must never be told as one.
 */
export type CheckSignature = (asked: {
  readonly algorithm: SignatureAlgorithm
  readonly spki: Uint8Array
  readonly message: Uint8Array
  readonly signature: Uint8Array
}) => boolean | undefined | Promise<boolean | undefined>

const hashes: Readonly<Record<string, HashName>> = {
  '1.3.14.3.2.26': 'SHA-1',
  '2.16.840.1.101.3.4.2.1': 'SHA-256',
  '2.16.840.1.101.3.4.2.2': 'SHA-384',
  '2.16.840.1.101.3.4.2.3': 'SHA-512',
}

export const sha256Oid = '2.16.840.1.101.3.4.2.1'

const signatures: Readonly<Record<string, { readonly is: 'rsa-pkcs1' | 'ecdsa'; readonly hash: StrongHash }>> = {
  '1.2.840.113549.1.1.11': { is: 'rsa-pkcs1', hash: 'SHA-256' },
  '1.2.840.113549.1.1.12': { is: 'rsa-pkcs1', hash: 'SHA-384' },
  '1.2.840.113549.1.1.13': { is: 'rsa-pkcs1', hash: 'SHA-512' },
  '1.2.840.10045.4.3.2': { is: 'ecdsa', hash: 'SHA-256' },
  '1.2.840.10045.4.3.3': { is: 'ecdsa', hash: 'SHA-384' },
  '1.2.840.10045.4.3.4': { is: 'ecdsa', hash: 'SHA-512' },
}

const [rsa, pss, ed25519, ecKey, mgf1] = [
  '1.2.840.113549.1.1.1',
  '1.2.840.113549.1.1.10',
  '1.3.101.112',
  '1.2.840.10045.2.1',
  '1.2.840.113549.1.1.8',
]

const curves: Readonly<Record<string, Curve>> = {
  '1.2.840.10045.3.1.7': 'P-256',
  '1.3.132.0.34': 'P-384',
  '1.3.132.0.35': 'P-521',
}

/** Fewer bits than NIST SP 800-131A still allows for checking what was signed after 2013. */
const leastRsaBits = 2048

/** Reads the AlgorithmIdentifier of a hash. Throws a DerFault for any other hash than SHA-1 and SHA-2. */
export function readHash(value: DerValue): HashName {
  const { id, parameters } = readAlgorithm(value)
  const hash = hashes[id]
  // RFC 5754, section 2: parameters are absent, or NULL by those who did not know better.
  if (!hash || !isNothing(parameters)) throw new DerFault(`the hash ${id} is not known here`)
  return hash
}

export function readStrongHash(value: DerValue): StrongHash {
  const hash = readHash(value)
  if (hash === 'SHA-1') throw new DerFault('SHA-1 is not strong enough here')
  return hash
}

function readAlgorithm(value: DerValue): { readonly id: string; readonly parameters: DerValue | undefined } {
  const parts = partsOf(value)
  const id = readOid(parts.take(tag.oid))
  const parameters = parts.more() ? parts.take() : undefined
  parts.end()
  return { id, parameters }
}

/** Absent, or NULL: a second spelling of the same must not have a third. */
const isNothing = (parameters: DerValue | undefined): boolean =>
  !parameters || (parameters.tag === tag.null && parameters.content.length === 0)

type Key = { readonly is: 'rsa' | 'ed25519' } | { readonly is: 'ec'; readonly curve: Curve }

function readKey(spki: Uint8Array): Key {
  const parts = partsOf(readDer(spki))
  const { id, parameters } = readAlgorithm(parts.take())
  const { bytes } = readBits(parts.take())
  parts.end()
  if (id === ed25519 && bytes.length === 32) return { is: 'ed25519' }
  if (id === ecKey && parameters) {
    const curve = curves[readOid(parameters)]
    if (curve) return { is: 'ec', curve }
  }
  if (id !== rsa && id !== pss) throw new DerFault(`keys of the kind ${id} are not known here`)
  const modulus = readInteger(partsOf(readDer(bytes)).take())
  const digits = modulus[0] === 0 ? modulus.subarray(1) : modulus
  const bits = 8 * digits.length - (Math.clz32(digits[0] ?? 0) - 24)
  if (bits < leastRsaBits) throw new DerFault(`an RSA key of ${bits} bits is too short`)
  return { is: 'rsa' }
}

/**
 * How a signature by this key under this AlgorithmIdentifier is to be checked. `hash` is what a CMS names
 * beside it: there, `rsaEncryption` alone stands for PKCS #1 v1.5 with that hash (RFC 3370, 3.2).
 *
 * Throws a DerFault for what must not be believed any more (SHA-1, short RSA keys) or is not known.
 */
export function signatureAlgorithm(value: DerValue, spki: Uint8Array, hash?: StrongHash): SignatureAlgorithm {
  const key = readKey(spki)
  const { id, parameters } = readAlgorithm(value)
  if (id === ed25519 && key.is === 'ed25519' && !parameters) return { is: 'ed25519' }
  if (id === pss && key.is === 'rsa' && parameters) return readPss(parameters)
  const known = id === rsa && hash ? ({ is: 'rsa-pkcs1', hash } as const) : signatures[id]
  if (known?.is === 'rsa-pkcs1' && key.is === 'rsa' && isNothing(parameters))
    return { is: 'rsa-pkcs1', hash: known.hash }
  if (known?.is === 'ecdsa' && key.is === 'ec' && !parameters) return { ...known, is: 'ecdsa', curve: key.curve }
  throw new DerFault(`signatures of the kind ${id} by such a key are not believed here`)
}

/** RSASSA-PSS-params (RFC 4055, 3.1). Its defaults are SHA-1, so they must all be given. */
function readPss(value: DerValue): SignatureAlgorithm {
  const parts = partsOf(value)
  const hash = readStrongHash(inside(parts.take(0xa0), 0xa0))
  const mask = readAlgorithm(inside(parts.take(0xa1), 0xa1))
  const saltLength = readSmall(inside(parts.take(0xa2), 0xa2))
  if (parts.more() && readSmall(inside(parts.take(0xa3), 0xa3)) !== 1) throw new DerFault('another trailer')
  parts.end()
  if (mask.id !== mgf1 || !mask.parameters || readStrongHash(mask.parameters) !== hash || saltLength > 64) {
    throw new DerFault('parameters of RSASSA-PSS that are not known here')
  }
  return { is: 'rsa-pss', hash, saltLength }
}

const coordinate: Readonly<Record<Curve, number>> = { 'P-256': 32, 'P-384': 48, 'P-521': 66 }

/** An ECDSA signature as r ‖ s of fixed width, which is what WebCrypto takes. Throws a DerFault if it is none. */
export function rawEcdsa(signature: Uint8Array, curve: Curve): Uint8Array<ArrayBuffer> {
  const width = coordinate[curve]
  const raw = new Uint8Array(2 * width)
  const parts = partsOf(readDer(signature))
  for (const end of [width, 2 * width]) {
    const number = readInteger(parts.take())
    const digits = number[0] === 0 ? number.subarray(1) : number
    if ((number[0] ?? 0) >= 0x80 || digits.length > width) throw new DerFault('no signature on this curve')
    raw.set(digits, end - digits.length)
  }
  parts.end()
  return raw
}

/** Whether two AlgorithmIdentifiers are the same to the byte. */
export const sameAlgorithm = (one: DerValue, other: DerValue): boolean => equal(one.whole, other.whole)
