import { hex } from './bytes.ts'
import { readSignedData, type SignedData } from './cms.ts'
import {
  allOf,
  as,
  attempted,
  type Der,
  DerFault,
  type DerValue,
  inside,
  integer,
  nothing,
  octets,
  oid,
  partsOf,
  readBits,
  readBoolean,
  readDer,
  readInteger,
  readOctets,
  readOid,
  readSmall,
  sequence,
  tag,
  yes,
} from './der.ts'
import { readText, readTime } from './der-text.ts'
import { type HashName, readHash, sha256Oid } from './signature-algorithm.ts'

/** RFC 3161 messages: what is sent to a time-stamping authority, and what it answers. */

/** What an authority states about a digest (TSTInfo, RFC 3161, 2.4.2). */
export type TstInfo = {
  readonly policy: string
  readonly imprint: { readonly hash: HashName; readonly digest: Uint8Array }
  /** In hexadecimal. */
  readonly serial: string
  /** Milliseconds since 1970. */
  readonly time: number
  /** How far the time may be off, either way, rounded up to a millisecond. Not every authority says. */
  readonly accuracyMs?: number
  readonly nonce?: Uint8Array
  /** The name that the authority gives itself, as DER. */
  readonly authority?: Uint8Array
}

/** A stamp as it stands: the statement, and the signature around it. */
export type Token = { readonly info: TstInfo; readonly message: SignedData }

/** An authority's answer. `status` and `failures` are those of RFC 3161, 2.4.2. */
export type Response =
  | { readonly is: 'granted'; readonly token: Uint8Array }
  | { readonly is: 'refused'; readonly status: number; readonly why: string }
  | { readonly is: 'malformed'; readonly why: string }

const tstInfo = '1.2.840.113549.1.9.16.1.4'

/**
 * Asks for a stamp over a digest (TimeStampReq, RFC 3161, 2.4.1), with the certificate in the answer.
 *
 * `nonce` is random, at least 8 bytes, and new for each request: an answer that repeats it was made
 * after the question, and not replayed.
 */
export function writeRequest({
  digest,
  nonce,
}: {
  readonly hash: 'sha256'
  readonly digest: Uint8Array
  readonly nonce: Uint8Array
}): Der {
  if (digest.length !== 32 || nonce.length < 8) throw new TypeError('a SHA-256 and a nonce of 8 bytes or more')
  const imprint = sequence(sequence(oid(sha256Oid), nothing()), octets(digest))
  return sequence(integer(Uint8Array.of(1)), imprint, integer(nonce), yes())
}

const statuses = ['granted', 'granted with changes', 'rejected', 'waiting', 'revocation warning', 'revoked']
const failures: Readonly<Record<number, string>> = {
  0: 'the hash is not supported',
  2: 'the request is not allowed',
  5: 'the request is malformed',
  14: 'the clock of the authority is not available',
  15: 'the policy is not supported',
  16: 'the extension is not supported',
  17: 'more information is needed',
  25: 'the authority has a fault',
}

/** Reads TimeStampResp. What it grants is not checked by being read: see `checkStamp`. */
export function readResponse(der: Uint8Array): Response {
  try {
    const parts = partsOf(readDer(der))
    const info = partsOf(parts.take())
    const status = readSmall(info.take())
    const words = info.option(tag.sequence)
    const failed = info.option(tag.bits)
    info.end()
    const token = parts.more() ? parts.take(tag.sequence).whole : undefined
    parts.end()
    const granted = status === 0 || status === 1
    // RFC 3161, 2.4.2: the token is there exactly when it was granted.
    if (granted !== (token !== undefined)) throw new DerFault('status and token contradict each other')
    if (token) return { is: 'granted', token }
    const said = [statuses[status] ?? `status ${status}`, ...(words ? allOf(words).map(readText) : [])]
    return { is: 'refused', status, why: [...said, ...(failed ? failuresIn(failed) : [])].join('; ') }
  } catch (thrown) {
    if (thrown instanceof DerFault) return { is: 'malformed', why: thrown.message }
    throw thrown
  }
}

function failuresIn(value: DerValue): string[] {
  const { bytes } = readBits(value)
  return Array.from({ length: Math.min(32, bytes.length * 8) }, (_, bit) => bit)
    .filter((bit) => ((bytes[bit >> 3] ?? 0) >> (7 - (bit % 8))) & 1)
    .map((bit) => failures[bit] ?? `failure ${bit}`)
}

/** Reads a stamp without its answer around it, as a signature carries it. Throws a DerFault if it is none. */
export function tokenIn(der: Uint8Array): Token {
  const message = readSignedData(der)
  if (message.contentType !== tstInfo) throw new DerFault('what is signed is no statement of a time')
  return { info: readInfo(readDer(message.content)), message }
}

/** As {@link tokenIn}; undefined where that throws. */
export const readToken = (der: Uint8Array): Token | undefined => attempted(() => tokenIn(der))

function readInfo(value: DerValue): TstInfo {
  const parts = partsOf(value)
  if (readSmall(parts.take()) !== 1) throw new DerFault('a statement of another version')
  const policy = readOid(parts.take())
  const imprint = partsOf(parts.take())
  const [hash, digest] = [readHash(imprint.take()), readOctets(imprint.take())]
  imprint.end()
  const serial = hex(readInteger(parts.take()))
  const time = readTime(parts.take(tag.generalizedTime))
  const accuracy = parts.option(tag.sequence)
  const ordering = parts.option(tag.boolean)
  if (ordering) readBoolean(ordering)
  const nonce = parts.option(tag.integer)
  const authority = parts.option(0xa0)
  const extensions = parts.option(0xa1)
  parts.end()
  if (extensions) refuseCritical(as(extensions, tag.sequence))
  return {
    policy,
    imprint: { hash, digest },
    serial,
    time,
    ...(accuracy && { accuracyMs: readAccuracy(accuracy) }),
    ...(nonce && { nonce: readInteger(nonce) }),
    ...(authority && { authority: directoryName(inside(authority, 0xa0)) }),
  }
}

function readAccuracy(value: DerValue): number {
  const parts = partsOf(value)
  const [seconds, millis, micros] = [parts.option(tag.integer), parts.option(0x80), parts.option(0x81)]
  parts.end()
  const small = (part: DerValue | undefined) => (part ? readSmall(as(part, tag.integer)) : 0)
  if (small(millis) > 999 || small(micros) > 999) throw new DerFault('an accuracy out of its range')
  return small(seconds) * 1000 + small(millis) + Math.ceil(small(micros) / 1000)
}

/** RFC 5280, 4.2: what is critical and not understood forbids the use of the whole. */
function refuseCritical(extensions: DerValue): void {
  for (const extension of allOf(extensions)) {
    const parts = partsOf(extension)
    const name = readOid(parts.take())
    if (parts.option(tag.boolean)?.content[0] === 0xff) throw new DerFault(`a condition ${name} not understood here`)
  }
}

/** The name within a GeneralName if it is a directory name; other kinds are of no use here. */
const directoryName = (name: DerValue): Uint8Array => (name.tag === 0xa4 ? inside(name, 0xa4).whole : name.whole)
