import { concat, equal, u64be, utf8 } from '@sallyport/core/bytes'
import type { FloePrimitives } from '@sallyport/core/floe'

/**
 * What stands beside an object that is being written: segments before `segments` are on the disk for
 * good, and `plain` follows them but does not fill a segment (or fills the last, which only the end
 * of the writing may seal).
 */
export type Tail = { readonly segments: number; readonly plain: Uint8Array }

/** The object a tail belongs to. */
export type TailOf = { readonly key: Uint8Array; readonly header: Uint8Array }

const version = Uint8Array.of(1)
const clearLength = 9
const ivLength = 12

/**
 * Seals a tail: version (1), segments (8, big-endian), IV (12), AES-256-GCM text, tag (16).
 *
 * Its key is derived from the object's with a label that no FLOE derivation begins with (those begin
 * with two zero bytes), so nothing sealed here ever opens as a segment. Many tails are sealed under
 * that key, each under a fresh random IV: at most one a settle, far below the 2^32 of SP 800-38D
 * section 8.3. Whoever holds the disk can put an older tail back; it then belongs to fewer segments
 * than are there, and is ignored, or its bytes are sent again and the digest of the whole decides.
 */
export function sealTail(primitives: FloePrimitives, of: TailOf, { segments, plain }: Tail): Uint8Array<ArrayBuffer> {
  const clear = concat(version, u64be(segments))
  const iv = primitives.random(ivLength)
  const { text, tag } = primitives.seal(tailKey(primitives, of), { iv, aad: concat(clear, of.header) }, plain)
  return concat(clear, iv, text, tag)
}

/** Undefined for anything that was not sealed as a tail of this very object, torn writes included. */
export function openTail(primitives: FloePrimitives, of: TailOf, stored: Uint8Array): Tail | undefined {
  const clear = stored.subarray(0, clearLength)
  if (stored.length < clearLength + ivLength + 16 || !equal(clear.subarray(0, 1), version)) return undefined
  const iv = stored.subarray(clearLength, clearLength + ivLength)
  const sealed = stored.subarray(clearLength + ivLength)
  const plain = primitives.open(tailKey(primitives, of), { iv, aad: concat(clear, of.header) }, sealed)
  if (!plain) return undefined
  return { segments: Number(new DataView(stored.buffer, stored.byteOffset).getBigUint64(1)), plain }
}

const tailKey = (primitives: FloePrimitives, { key, header }: TailOf): Uint8Array =>
  primitives.hmacSha384(key, concat(utf8('sallyport/tail/v1\n'), header)).slice(0, 32)
