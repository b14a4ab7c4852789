import { concat, utf8 as utf8Bytes } from './bytes.ts'

/**
 * DER (ITU-T X.690): a writer of the few forms that certificates, signatures and stamps are made of,
 * and a strict reader for what others wrote.
 */
export type Der = Uint8Array<ArrayBuffer>

/** Identifier octets as they stand in the bytes. */
export const tag = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8: 0x0c,
  sequence: 0x30,
  set: 0x31,
  utcTime: 0x17,
  generalizedTime: 0x18,
} as const

/** Any value: identifier octet, length in its shortest form, content. */
export function tlv(identifier: number, ...contents: readonly Uint8Array[]): Der {
  const content = concat(...contents)
  const length: number[] = []
  for (let left = content.length; left > 0; left = Math.floor(left / 256)) length.unshift(left & 0xff)
  const head = content.length < 0x80 ? [identifier, content.length] : [identifier, 0x80 | length.length, ...length]
  return concat(Uint8Array.from(head), content)
}

export const sequence = (...parts: readonly Uint8Array[]): Der => tlv(tag.sequence, ...parts)
export const octets = (content: Uint8Array): Der => tlv(tag.octets, content)
export const utf8 = (words: string): Der => tlv(tag.utf8, utf8Bytes(words))
export const yes = (): Der => tlv(tag.boolean, Uint8Array.of(0xff))
export const nothing = (): Der => tlv(tag.null)
export const bits = (content: Uint8Array, unused = 0): Der => tlv(tag.bits, Uint8Array.of(unused), content)

/** A set of values in ascending order of their bytes, as X.690, 11.6 asks; `parts` may come in any order. */
export const setOf = (...parts: readonly Uint8Array[]): Der => tlv(tag.set, ...parts.toSorted(compared))

/** A whole number that is not negative, from its bytes. */
export function integer(bytes: Uint8Array): Der {
  const first = bytes.findIndex((byte) => byte !== 0)
  const least = first < 0 ? Uint8Array.of(0) : bytes.subarray(first)
  return tlv(tag.integer, (least[0] ?? 0) & 0x80 ? Uint8Array.of(0) : new Uint8Array(), least)
}

/** A tag whose meaning its place gives. `constructed` when it holds whole DER values. */
export const tagged = (number: number, constructed: boolean, ...contents: readonly Uint8Array[]): Der =>
  tlv((constructed ? 0xa0 : 0x80) | number, ...contents)

export function oid(dotted: string): Der {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const septets = [arc & 0x7f]
    for (let left = arc >>> 7; left > 0; left >>>= 7) septets.unshift((left & 0x7f) | 0x80)
    return septets
  })
  return tlv(tag.oid, Uint8Array.from(bytes))
}

/** To the second. Two digits for the year until 2049, four from then on (RFC 5280, 4.1.2.5). */
export function time(at: Date): Der {
  const digits = `${at.toISOString().slice(0, 19).replaceAll(/[-T:]/g, '')}Z`
  return at.getUTCFullYear() < 2050
    ? tlv(tag.utcTime, utf8Bytes(digits.slice(2)))
    : tlv(tag.generalizedTime, utf8Bytes(digits))
}

const compared = (a: Uint8Array, b: Uint8Array): number => {
  const at = a.findIndex((byte, index) => byte !== b[index])
  return at < 0 ? a.length - b.length : (a[at] ?? 0) - (b[at] ?? -1)
}

/** Thrown by the readers below. A parser of a whole message catches it at its edge and answers `undefined`. */
export class DerFault extends Error {
  override readonly name = 'DerFault'
}

/** A value as it stands in bytes that {@link readDer} has walked through. */
export type DerValue = { readonly tag: number; readonly content: Uint8Array; readonly whole: Uint8Array }

/** A stamp with its certificates has some ten thousand bytes. */
const longest = 1024 * 1024
const deepest = 32
/** An RSA key of 16,384 bits, which is the longest that browsers take. */
const longestInteger = 2_049
const longestOid = 64

/**
 * Reads bytes that are exactly one DER value, down to its innermost parts.
 *
 * Whoever wrote them may be hostile. One value has one spelling here: no indefinite or padded length, no
 * string in pieces, no tag above 30, nothing after the end, nothing deeper than 32. So two readers cannot
 * take the same bytes for two things. Throws {@link DerFault}, also for what is longer than `most` bytes.
 */
export function readDer(bytes: Uint8Array, most: number = longest): DerValue {
  if (bytes.length > most) throw new DerFault(`longer than ${most} bytes`)
  const value = valueAt(bytes, 0)
  if (value.whole.length !== bytes.length) throw new DerFault('bytes after the end')
  descend(value, 0)
  return value
}

/** Walks by recursion no deeper than `deepest`, and keeps nothing: a small bomb must not become a large tree. */
function descend(value: DerValue, depth: number): void {
  if (depth > deepest) throw new DerFault('nested too deeply')
  const constructed = (value.tag & 0x20) !== 0
  const universal = (value.tag & 0xc0) === 0
  const holdsParts = (value.tag | 0x20) === tag.sequence || (value.tag | 0x20) === tag.set
  if (universal && constructed !== holdsParts) {
    throw new DerFault(`tag ${value.tag} in a form that DER does not have`)
  }
  for (let at = 0; constructed && at < value.content.length; ) {
    const part = valueAt(value.content, at)
    descend(part, depth + 1)
    at += part.whole.length
  }
}

function valueAt(bytes: Uint8Array, at: number): DerValue {
  const [identifier, first] = [bytes[at], bytes[at + 1]]
  if (identifier === undefined || first === undefined) throw new DerFault('cut off')
  if ((identifier & 0x1f) === 0x1f) throw new DerFault('a tag of more than one byte')
  const count = first < 0x80 ? 0 : first & 0x7f
  if (first === 0x80 || count > 4) throw new DerFault('an indefinite length, or one of more than four bytes')
  let length = count === 0 ? first : 0
  for (let digit = 0; digit < count; digit++) length = length * 256 + (bytes[at + 2 + digit] ?? 0)
  if (count > 0 && (length < 0x80 || bytes[at + 2] === 0)) throw new DerFault('a length that is not the shortest')
  const from = at + 2 + count
  if (from + length > bytes.length) throw new DerFault('cut off')
  return { tag: identifier, content: bytes.subarray(from, from + length), whole: bytes.subarray(at, from + length) }
}

/** Takes the parts of a constructed value one after the other. */
export type Parts = {
  /** The next part, which must have this tag. */
  readonly take: (identifier?: number) => DerValue
  /** The next part if it has this tag, for what is optional. */
  readonly option: (identifier: number) => DerValue | undefined
  readonly more: () => boolean
  /** What is left must be nothing. */
  readonly end: () => void
}

/** Opens a constructed value, whose tag must be this one. */
export function partsOf(value: DerValue, identifier: number = tag.sequence): Parts {
  if (value.tag !== identifier) throw new DerFault(`tag ${value.tag} where ${identifier} belongs`)
  let at = 0
  const more = () => at < value.content.length
  const take = (wanted?: number) => {
    const part = valueAt(value.content, at)
    if (wanted !== undefined && part.tag !== wanted) throw new DerFault(`tag ${part.tag} where ${wanted} belongs`)
    at += part.whole.length
    return part
  }
  return {
    take,
    option: (wanted) => (more() && value.content[at] === wanted ? take() : undefined),
    more,
    end() {
      if (more()) throw new DerFault('a part too many')
    },
  }
}

/** Every part of a constructed value. */
export function allOf(value: DerValue, identifier: number = tag.sequence): DerValue[] {
  const parts = partsOf(value, identifier)
  const all: DerValue[] = []
  while (parts.more()) all.push(parts.take())
  return all
}

/** A value of another module's type whose tag its place gave, read as what it stands for (IMPLICIT). */
export const as = ({ content, whole }: DerValue, identifier: number): DerValue => ({ tag: identifier, content, whole })

/** The one value within an explicit tag. */
export function inside(value: DerValue, identifier: number): DerValue {
  const parts = partsOf(value, identifier)
  const only = parts.take()
  parts.end()
  return only
}

const contentOf = (value: DerValue, identifier: number): Uint8Array => {
  if (value.tag !== identifier) throw new DerFault(`tag ${value.tag} where ${identifier} belongs`)
  return value.content
}

export const readOctets = (value: DerValue): Uint8Array => contentOf(value, tag.octets)

/** The content of an INTEGER, in two's complement, in its shortest form (X.690, 8.3.2). */
export function readInteger(value: DerValue): Uint8Array {
  const content = contentOf(value, tag.integer)
  const [first, second = 0] = content
  const padded = content.length > 1 && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))
  if (first === undefined || padded) throw new DerFault('a whole number that is not in its shortest form')
  if (content.length > longestInteger) throw new DerFault('a whole number too large')
  return content
}

/** A whole number from 0 to 2^31 - 1, as versions, counts and fractions of a second are. */
export function readSmall(value: DerValue): number {
  const content = readInteger(value)
  const number = content.reduce((sum, byte) => sum * 256 + byte, 0)
  if ((content[0] ?? 0) >= 0x80 || number > 0x7fff_ffff) throw new DerFault('a number out of its range')
  return number
}

/** TRUE is all ones (X.690, 11.1). */
export function readBoolean(value: DerValue): boolean {
  const content = contentOf(value, tag.boolean)
  if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff)) throw new DerFault('no truth value')
  return content[0] === 0xff
}

/** The bytes of a BIT STRING; `unused` bits at the end must be zero (X.690, 11.2.1). */
export function readBits(value: DerValue): { readonly bytes: Uint8Array; readonly unused: number } {
  const content = contentOf(value, tag.bits)
  const [unused = 8] = content
  // Of nothing no bit can be unused.
  const last = content.length > 1 ? (content.at(-1) ?? 1) : 1
  if (unused > 7 || last % 2 ** unused !== 0) throw new DerFault('a string of bits with stray ones')
  return { bytes: content.subarray(1), unused }
}

export function readOid(value: DerValue): string {
  const content = contentOf(value, tag.oid)
  if (content.length > longestOid) throw new DerFault('an object identifier too long')
  const arcs: number[] = []
  let arc = 0
  for (const [at, byte] of content.entries()) {
    if (arc === 0 && byte === 0x80 && (at === 0 || (content[at - 1] ?? 0) < 0x80)) throw new DerFault('a padded arc')
    arc = arc * 128 + (byte & 0x7f)
    if (arc > Number.MAX_SAFE_INTEGER / 128) throw new DerFault('an arc too large')
    if (byte >= 0x80) continue
    if (arcs.length === 0) arcs.push(Math.min(2, Math.floor(arc / 40)), arc - 40 * Math.min(2, Math.floor(arc / 40)))
    else arcs.push(arc)
    arc = 0
  }
  if (content.length === 0 || (content.at(-1) ?? 0) >= 0x80) throw new DerFault('no object identifier')
  return arcs.join('.')
}

/** Reads with what throws {@link DerFault}; undefined where it does. */
export function attempted<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (thrown) {
    if (thrown instanceof DerFault) return undefined
    throw thrown
  }
}
