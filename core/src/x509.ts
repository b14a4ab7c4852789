import { equal, hex, unbase64 } from './bytes.ts'
import {
  allOf,
  as,
  DerFault,
  type DerValue,
  inside,
  partsOf,
  readBits,
  readBoolean,
  readDer,
  readInteger,
  readOctets,
  readOid,
  readSmall,
  tag,
} from './der.ts'
import { readText, readTime } from './der-text.ts'
import { sameAlgorithm } from './signature-algorithm.ts'

/** What was signed, how, and the signature: the outer form of certificates and of revocation lists. */
type Signed = { readonly body: DerValue; readonly algorithm: DerValue; readonly signature: Uint8Array }

/** A certificate (RFC 5280, 4.1), with those extensions that a path to a time-stamping authority turns on. */
export type Certificate = Signed & {
  readonly whole: Uint8Array
  /** As the INTEGER has it, in two's complement. */
  readonly serial: Uint8Array
  /** Names as their DER: they are compared byte for byte, and never by how they read. */
  readonly issuer: Uint8Array
  readonly subject: Uint8Array
  /** Milliseconds since 1970. */
  readonly from: number
  readonly until: number
  readonly spki: Uint8Array
  readonly extensions: Extensions
}

export type Extensions = {
  readonly authority?: { readonly longest?: number }
  /** Bits by their number in RFC 5280, 4.2.1.3. */
  readonly uses?: ReadonlySet<number>
  readonly purposes?: { readonly of: readonly string[]; readonly critical: boolean }
  readonly keyId?: Uint8Array
  /** Critical extensions that are not understood here: a certificate that has one must not be used. */
  readonly foreign: readonly string[]
}

/** A list of revoked certificates (RFC 5280, 5.1). */
export type RevocationList = Signed & {
  readonly whole: Uint8Array
  readonly issuer: Uint8Array
  readonly from: number
  readonly until?: number
  /** By the serial number in hexadecimal. */
  readonly revoked: ReadonlyMap<string, Revocation>
  readonly foreign: readonly string[]
}

/** `reason` by its number in RFC 5280, 5.3.1; none was given when it is left out. */
export type Revocation = { readonly at: number; readonly reason?: number }

const id = {
  keyId: '2.5.29.14',
  uses: '2.5.29.15',
  subjectNames: '2.5.29.17',
  authority: '2.5.29.19',
  policies: '2.5.29.32',
  purposes: '2.5.29.37',
  reason: '2.5.29.21',
}

/** The longest list of revoked certificates that is read, some hundred thousand of them. */
const longestList = 16 * 1024 * 1024

function readSigned(whole: Uint8Array, most?: number): Signed {
  const parts = partsOf(readDer(whole, most))
  const [body, algorithm] = [parts.take(tag.sequence), parts.take(tag.sequence)]
  const { bytes, unused } = readBits(parts.take())
  parts.end()
  if (unused > 0) throw new DerFault('a signature of broken bytes')
  return { body, algorithm, signature: bytes }
}

/** Reads a certificate. Throws a DerFault if it is none, to the letter. Nothing is verified here. */
export function readCertificate(whole: Uint8Array): Certificate {
  const signed = readSigned(whole)
  const parts = partsOf(signed.body)
  const version = parts.option(0xa0)
  if (!version || readSmall(inside(version, 0xa0)) !== 2) throw new DerFault('no certificate of version 3')
  const serial = readInteger(parts.take())
  // RFC 5280, 4.1.1.2: the algorithm stands twice, and only the inner one is signed.
  if (!sameAlgorithm(parts.take(tag.sequence), signed.algorithm)) throw new DerFault('two algorithms for one signature')
  const issuer = parts.take(tag.sequence).whole
  const validity = partsOf(parts.take())
  const [from, until] = [readTime(validity.take()), readTime(validity.take())]
  validity.end()
  const subject = parts.take(tag.sequence).whole
  const spki = parts.take(tag.sequence).whole
  parts.option(0x81)
  parts.option(0x82)
  const written = parts.option(0xa3)
  parts.end()
  const extensions = readExtensions(written && inside(written, 0xa3))
  return { ...signed, whole, serial, issuer, subject, from, until, spki, extensions }
}

type Extension = { readonly id: string; readonly critical: boolean; readonly value: Uint8Array }

function extensionsIn(list: DerValue | undefined): Extension[] {
  const seen = new Set<string>()
  return (list ? allOf(list) : []).map((value) => {
    const parts = partsOf(value)
    const name = readOid(parts.take())
    const critical = parts.option(tag.boolean)
    const content = readOctets(parts.take())
    parts.end()
    if (seen.has(name)) throw new DerFault(`the extension ${name} twice`)
    seen.add(name)
    return { id: name, critical: critical !== undefined && readBoolean(critical), value: content }
  })
}

function readExtensions(list: DerValue | undefined): Extensions {
  const all = extensionsIn(list)
  const find = (name: string) => all.find((extension) => extension.id === name)
  const [authority, uses, purposes, keyId] = [find(id.authority), find(id.uses), find(id.purposes), find(id.keyId)]
  const limits = authority && readAuthority(authority.value)
  const known = [id.authority, id.uses, id.purposes, id.keyId, id.subjectNames, id.policies]
  return {
    ...(limits && { authority: limits }),
    ...(uses && { uses: readUses(uses.value) }),
    ...(purposes && {
      purposes: { of: allOf(readDer(purposes.value)).map(readOid), critical: purposes.critical },
    }),
    ...(keyId && { keyId: readOctets(readDer(keyId.value)) }),
    foreign: all.filter((extension) => extension.critical && !known.includes(extension.id)).map(({ id: name }) => name),
  }
}

/** BasicConstraints (RFC 5280, 4.2.1.9): undefined for what is no authority. */
function readAuthority(value: Uint8Array): { readonly longest?: number } | undefined {
  const parts = partsOf(readDer(value))
  const is = parts.option(tag.boolean)
  const longest = parts.option(tag.integer)
  parts.end()
  if (!is || !readBoolean(is)) return undefined
  return longest ? { longest: readSmall(longest) } : {}
}

function readUses(value: Uint8Array): ReadonlySet<number> {
  const { bytes } = readBits(readDer(value))
  if (bytes.length > 2) throw new DerFault('uses of a key that there are not')
  const places = Array.from({ length: bytes.length * 8 }, (_, place) => place)
  return new Set(places.filter((place) => ((bytes[place >> 3] ?? 0) >> (7 - (place % 8))) & 1))
}

/** Reads a list of revoked certificates. Throws a DerFault if it is none. Nothing is verified here. */
export function readRevocationList(whole: Uint8Array): RevocationList {
  const signed = readSigned(whole, longestList)
  const parts = partsOf(signed.body)
  const version = parts.option(tag.integer)
  if (version && readSmall(version) !== 1) throw new DerFault('no revocation list of version 2')
  if (!sameAlgorithm(parts.take(tag.sequence), signed.algorithm)) throw new DerFault('two algorithms for one signature')
  const issuer = parts.take(tag.sequence).whole
  const from = readTime(parts.take())
  const next = parts.option(tag.utcTime) ?? parts.option(tag.generalizedTime)
  const entries = parts.option(tag.sequence)
  const written = parts.option(0xa0)
  parts.end()
  const revoked = new Map<string, Revocation>()
  const foreign = extensionsIn(written && inside(written, 0xa0)).filter(({ critical }) => critical)
  // One by one: a list of empty parts must not become a list of objects.
  const lines = entries && partsOf(entries)
  while (lines?.more()) {
    const fields = partsOf(lines.take())
    const serial = hex(readInteger(fields.take()))
    const at = readTime(fields.take())
    const extensions = extensionsIn(fields.option(tag.sequence))
    fields.end()
    foreign.push(...extensions.filter((extension) => extension.critical && extension.id !== id.reason))
    const reason = extensions.find((extension) => extension.id === id.reason)
    revoked.set(serial, { at, ...(reason && { reason: readReason(reason.value) }) })
  }
  const until = next && readTime(next)
  const unknown = foreign.map((extension) => extension.id)
  return { ...signed, whole, issuer, from, revoked, foreign: unknown, ...(until !== undefined && { until }) }
}

function readReason(value: Uint8Array): number {
  const reason = readDer(value)
  if (reason.tag !== tag.enumerated) throw new DerFault('no reason of a revocation')
  return readSmall(as(reason, tag.integer))
}

const attributes: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.5': 'SERIALNUMBER',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
}

/** A name as people read it, the most particular part first (RFC 4514). For showing only. */
export function nameText(name: Uint8Array): string {
  const parts = allOf(readDer(name)).flatMap((set) =>
    allOf(set, tag.set).map((pair) => {
      const fields = partsOf(pair)
      const type = readOid(fields.take())
      const value = fields.take()
      const words =
        value.tag in { 12: 0, 18: 0, 19: 0, 20: 0, 22: 0, 26: 0, 30: 0 } ? readText(value) : hex(value.whole)
      return `${attributes[type] ?? type}=${words.replace(/[\\,+"<>;=]/g, '\\$&')}`
    }),
  )
  return parts.toReversed().join(', ')
}

export const sameCertificate = (one: Certificate, other: Certificate): boolean => equal(one.whole, other.whole)

/** The blocks of a PEM file (RFC 7468) that bear this label. Undefined if one of them is not Base64. */
export function readPem(words: string, label: 'CERTIFICATE' | 'X509 CRL'): Uint8Array[] | undefined {
  const form = new RegExp(`-----BEGIN ${label}-----([A-Za-z0-9+/=\\s]*)-----END ${label}-----`, 'g')
  const blocks = Array.from(words.matchAll(form), ([, body = '']) => unbase64(body.replaceAll(/\s/g, '')))
  const begun = words.split(`-----BEGIN ${label}-----`).length - 1
  const read = blocks.filter((block) => block !== undefined)
  return read.length === begun ? read : undefined
}
