/**
 * Writes the few DER forms (ITU-T X.690) that a certificate is made of.
 *
 * It only writes, and only what this server chose itself; whatever comes from outside is read by
 * OpenSSL through node:crypto.
 */
export type Der = Buffer

function tlv(tag: number, ...contents: readonly Uint8Array[]): Der {
  const content = Buffer.concat(contents)
  if (content.length < 0x80) return Buffer.concat([Uint8Array.of(tag, content.length), content])
  const length = Buffer.from(
    content.length.toString(16).padStart(content.length > 0xffff ? 6 : content.length > 0xff ? 4 : 2, '0'),
    'hex',
  )
  return Buffer.concat([Uint8Array.of(tag, 0x80 | length.length), length, content])
}

export const sequence = (...parts: readonly Uint8Array[]): Der => tlv(0x30, ...parts)
export const setOf = (...parts: readonly Uint8Array[]): Der => tlv(0x31, ...parts)
export const octets = (content: Uint8Array): Der => tlv(0x04, content)
export const utf8 = (text: string): Der => tlv(0x0c, Buffer.from(text))
export const yes = (): Der => tlv(0x01, Uint8Array.of(0xff))

/** A whole number that is not negative, from its bytes. */
export function integer(bytes: Uint8Array): Der {
  const first = bytes.findIndex((byte) => byte !== 0)
  const least = first < 0 ? Uint8Array.of(0) : bytes.subarray(first)
  return tlv(0x02, (least[0] ?? 0) & 0x80 ? Uint8Array.of(0) : new Uint8Array(), least)
}

export const bits = (content: Uint8Array, unused = 0): Der => tlv(0x03, Uint8Array.of(unused), content)

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
  return tlv(0x06, Uint8Array.from(bytes))
}

/** To the second. Two digits for the year until 2049, four from then on (RFC 5280, 4.1.2.5). */
export function time(at: Date): Der {
  const digits = `${at.toISOString().slice(0, 19).replaceAll(/[-T:]/g, '')}Z`
  return at.getUTCFullYear() < 2050 ? tlv(0x17, Buffer.from(digits.slice(2))) : tlv(0x18, Buffer.from(digits))
}
