import { text } from './bytes.ts'
import { DerFault, type DerValue, tag } from './der.ts'

/** Values of DER that are written as text: times and names. */
const longestText = 4_096

/**
 * Milliseconds since 1970 of a UTCTime (RFC 5280, 4.1.2.5.1: YY below 50 is 20YY) or a GeneralizedTime, in
 * UTC, to the second or with a fraction that does not end in 0 (X.690, 11.7; RFC 3161, 2.4.2). What is
 * finer than a millisecond is cut off.
 */
export function readTime(value: DerValue): number {
  const written = readText({ ...value, tag: tag.utf8 })
  const short = value.tag === tag.utcTime ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)()Z$/.exec(written) : undefined
  const long =
    value.tag === tag.generalizedTime
      ? /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{0,8}[1-9]))?Z$/.exec(written)
      : undefined
  const [, year = '', month, day, hour, minute, second, fraction = ''] = short ?? long ?? []
  const full = short ? `${Number(year) < 50 ? '20' : '19'}${year}` : year
  const iso = `${full}-${month}-${day}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}Z`
  const at = Date.parse(iso)
  if (Number.isNaN(at) || new Date(at).toISOString() !== iso) throw new DerFault('no time')
  return at
}

const textTags: Readonly<Record<number, 'utf8' | 'bytes' | 'pairs'>> = {
  0x0c: 'utf8',
  0x12: 'bytes',
  0x13: 'bytes',
  0x14: 'bytes',
  0x16: 'bytes',
  0x1a: 'bytes',
  0x1e: 'pairs',
}

/** The text of a string of any kind that stands in names. Teletex is read as Latin-1, as everybody does. */
export function readText({ tag: identifier, content }: DerValue): string {
  const kind = textTags[identifier]
  if (kind === undefined || (kind === 'pairs' && content.length % 2 !== 0)) throw new DerFault('no text')
  if (content.length > longestText) throw new DerFault('a text too long')
  if (kind === 'bytes') return Array.from(content, (byte) => String.fromCharCode(byte)).join('')
  if (kind === 'utf8') {
    try {
      return text(content)
    } catch {
      throw new DerFault('no UTF-8')
    }
  }
  return Array.from({ length: content.length / 2 }, (_, at) =>
    String.fromCharCode((content[2 * at] ?? 0) * 256 + (content[2 * at + 1] ?? 0)),
  ).join('')
}
