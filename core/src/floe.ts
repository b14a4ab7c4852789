import { concat, equal, utf8 } from './bytes.ts'

/**
 * What FLOE asks of a host's cryptographic module. All of it is FIPS-approved: AES-256-GCM with
 * IVs from an approved DRBG, and HMAC-SHA-384 as one step of HKDF-Expand.
 */
export type FloePrimitives = {
  readonly random: (length: number) => Uint8Array
  readonly hmacSha384: (key: Uint8Array, data: Uint8Array) => Uint8Array
  /** AES-256-GCM. The tag is 16 bytes. */
  readonly seal: (key: Uint8Array, nonce: Nonce, plain: Uint8Array) => { text: Uint8Array; tag: Uint8Array }
  /** AES-256-GCM over ciphertext and tag in one piece; undefined if the tag does not match. */
  readonly open: (key: Uint8Array, nonce: Nonce, sealed: Uint8Array) => Uint8Array | undefined
}

export type Nonce = { readonly iv: Uint8Array; readonly aad: Uint8Array }

/** One sealed object, with its keys derived. Segments may be sealed and opened in any order. */
export type Floe = {
  readonly segmentLength: number
  readonly seal: (index: number, final: boolean, plain: Uint8Array) => Uint8Array<ArrayBuffer>
  readonly open: (index: number, final: boolean, segment: Uint8Array) => Uint8Array | undefined
}

/** Thrown when a header or a call is not of FLOE's form: wrong key, wrong aad, altered header, wrong length. */
export class FloeFault extends Error {
  override readonly name = 'FloeFault'
}

export const headerLength = 74
/** Length prefix, IV and tag. */
export const segmentOverhead = 32
/** The length of a sealed segment. 256 KiB: a seek opens two at most, and the space lost is 0.012 %. */
export const defaultSegmentLength = 262_144

const notFinal = 0xffff_ffff
const paramsLength = 10
const longestIndex = 2 ** 40

/**
 * Writes the header of a new object: parameters, a random object IV and the header tag.
 *
 * The tag commits to key, parameters, IV and `aad` (C2SP FLOE), so that one ciphertext cannot be
 * made to open under two keys. `aad` should name the object; it goes into every key derivation, so
 * keep it below 200 bytes.
 */
export function newHeader(
  primitives: FloePrimitives,
  key: Uint8Array,
  { aad, segmentLength }: { readonly aad: Uint8Array; readonly segmentLength: number },
): Uint8Array<ArrayBuffer> {
  const prefix = concat(paramsOf(segmentLength), primitives.random(32))
  return concat(prefix, deriving(primitives, prefix, aad)(key, utf8('HEADER_TAG:'), 32))
}

/**
 * Opens a FLOE object (C2SP FLOE, AES-256-GCM with HKDF-Expand-SHA-384) for sealing or reading.
 *
 * An attacker may hold and change every stored byte. A segment opens only at the place and in the
 * object it was sealed for, and only as last if it was sealed as last; so what opens is what was
 * sealed there. It does not show that a range one did not read is whole, nor how long the object
 * should be: compare length and header tag with those in the ledger before trusting a range.
 *
 * The caller must never seal one place of one object twice with different bytes: both would open.
 * `rotationBits` is 20 in the standard; only known-answer tests use another value.
 */
export function floe(
  primitives: FloePrimitives,
  key: Uint8Array,
  object: { readonly header: Uint8Array; readonly aad: Uint8Array; readonly rotationBits?: number },
): Floe {
  const { header, aad, rotationBits = 20 } = object
  const segmentLength = readHeader(header)
  const derive = deriving(primitives, header.slice(0, paramsLength + 32), aad)
  if (!equal(derive(key, utf8('HEADER_TAG:'), 32), header.subarray(paramsLength + 32))) {
    throw new FloeFault('the header was not made with this key and for this object')
  }
  const messageKey = derive(key, utf8('MESSAGE_KEY:'), 48)
  const epochLength = 2 ** rotationBits
  let epoch = -1
  let epochKey: Uint8Array = new Uint8Array(0)
  const keyFor = (index: number) => {
    if (Math.floor(index / epochLength) !== epoch) {
      epoch = Math.floor(index / epochLength)
      epochKey = derive(messageKey, concat(utf8('DEK:'), place(epoch * epochLength, false).subarray(0, 8)), 32)
    }
    return epochKey
  }
  return { segmentLength, ...sealing(primitives, segmentLength, keyFor) }
}

function sealing(primitives: FloePrimitives, segmentLength: number, keyFor: (index: number) => Uint8Array) {
  const seal = (index: number, final: boolean, plain: Uint8Array): Uint8Array<ArrayBuffer> => {
    const length = plain.length + segmentOverhead
    if (final ? length > segmentLength : length !== segmentLength) {
      throw new FloeFault(`a segment cannot hold ${plain.length} bytes here`)
    }
    const iv = primitives.random(12)
    const { text, tag } = primitives.seal(keyFor(index), { iv, aad: place(index, final) }, plain)
    const segment = new Uint8Array(length)
    new DataView(segment.buffer).setUint32(0, final ? length : notFinal)
    segment.set(iv, 4)
    segment.set(text, 16)
    segment.set(tag, length - 16)
    return segment
  }

  const open = (index: number, final: boolean, segment: Uint8Array): Uint8Array | undefined => {
    const { length } = segment
    if (final ? length < segmentOverhead || length > segmentLength : length !== segmentLength) return undefined
    // The prefix stands outside the tag, so a reader that skipped it would let an attacker change it.
    const prefix = new DataView(segment.buffer, segment.byteOffset).getUint32(0)
    if (prefix !== (final ? length : notFinal)) return undefined
    const nonce = { iv: segment.subarray(4, 16), aad: place(index, final) }
    return primitives.open(keyFor(index), nonce, segment.subarray(16))
  }

  return { seal, open }
}

/** KDF(key, purpose, n) of FLOE: with n up to 48, HKDF-Expand-SHA-384 is a single HMAC. */
function deriving(primitives: FloePrimitives, prefix: Uint8Array, aad: Uint8Array) {
  return (key: Uint8Array, purpose: Uint8Array, length: number): Uint8Array =>
    primitives.hmacSha384(key, concat(prefix, purpose, aad, Uint8Array.of(1))).slice(0, length)
}

/** The associated data of a segment: where it stands, and whether it is the last. */
function place(index: number, final: boolean): Uint8Array {
  if (!Number.isInteger(index) || index < 0 || index >= longestIndex) throw new FloeFault('no such segment')
  const bytes = new Uint8Array(9)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, Math.floor(index / 2 ** 32))
  view.setUint32(4, index % 2 ** 32)
  bytes[8] = final ? 1 : 0
  return bytes
}

function paramsOf(segmentLength: number): Uint8Array {
  checkSegmentLength(segmentLength)
  const params = new Uint8Array(paramsLength)
  const view = new DataView(params.buffer)
  view.setUint32(2, segmentLength)
  view.setUint32(6, 32)
  return params
}

function readHeader(header: Uint8Array): number {
  if (header.length !== headerLength) throw new FloeFault(`a header has ${headerLength} bytes`)
  const segmentLength = new DataView(header.buffer, header.byteOffset).getUint32(2)
  if (!equal(header.subarray(0, paramsLength), paramsOf(segmentLength))) {
    throw new FloeFault('the header names parameters that are not those of FLOE with AES-256-GCM and SHA-384')
  }
  return segmentLength
}

function checkSegmentLength(segmentLength: number): void {
  if (!Number.isInteger(segmentLength) || segmentLength <= segmentOverhead || segmentLength >= notFinal) {
    throw new FloeFault(`${segmentLength} is no segment length`)
  }
}

/** How many segments a plaintext takes. An empty one takes one, which is final and empty. */
export const segmentsOf = (plainLength: number, segmentLength: number): number =>
  Math.max(1, Math.ceil(plainLength / (segmentLength - segmentOverhead)))

/** Bytes of the whole object, header included. */
export const sealedLengthOf = (plainLength: number, segmentLength: number): number =>
  headerLength + plainLength + segmentOverhead * segmentsOf(plainLength, segmentLength)

/** The segment that holds a byte of the plaintext. */
export const segmentAt = (plainOffset: number, segmentLength: number): number =>
  Math.floor(plainOffset / (segmentLength - segmentOverhead))

/** Where a segment begins in the object. */
export const offsetOfSegment = (index: number, segmentLength: number): number => headerLength + index * segmentLength
