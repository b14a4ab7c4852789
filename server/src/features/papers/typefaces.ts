import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** DejaVu holds Latin, Greek, Cyrillic, Hebrew, Arabic, Armenian, Georgian and the signs of most trades. */
export const typefaces = {
  plain: fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf')),
  bold: fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf')),
  mono: fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSansMono.ttf')),
} as const

/**
 * Which characters a typeface has, from its `cmap` table (format 12, or 4), as OpenType has them. A PDF/A may
 * show no character that its typeface lacks (ISO 19005-2, 6.2.11.8).
 */
export function coverage(font: Uint8Array): (codePoint: number) => boolean {
  const view = new DataView(font.buffer, font.byteOffset, font.byteLength)
  const tables = view.getUint16(4)
  const entry = Array.from({ length: tables }, (_, nth) => 12 + 16 * nth).find(
    (at) => view.getUint32(at) === 0x636d6170,
  )
  if (entry === undefined) throw new Error('A typeface without a table of its characters.')
  const cmap = view.getUint32(entry + 8)
  const maps = Array.from({ length: view.getUint16(cmap + 2) }, (_, nth) => cmap + view.getUint32(cmap + 8 + 8 * nth))
  const whole = maps.find((at) => view.getUint16(at) === 12)
  if (whole === undefined) throw new Error('A typeface without a full table of its characters.')
  const groups = Array.from({ length: view.getUint32(whole + 12) }, (_, nth) => {
    const at = whole + 16 + 12 * nth
    return { from: view.getUint32(at), to: view.getUint32(at + 4) }
  })
  return (codePoint) => groups.some(({ from, to }) => codePoint >= from && codePoint <= to)
}

type Table = { readonly tag: string; readonly head: Buffer; readonly bytes: Buffer }

/** Rules for joining and moving glyphs, which Arabic needs and digits do not. */
const shaping: ReadonlySet<string> = new Set(['GSUB', 'GPOS', 'GDEF', 'kern', 'MATH'])

/** Letters that change with their neighbours, or stand over each other. */
export const isShaped = (text: string): boolean =>
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Nko}\p{Script=Lao}\p{M}]/u.test(text)

/**
 * A typeface without its rules of shaping (OpenType, "Organization of an OpenType Font"). To read them takes
 * longer than to write a page, and a bag has a report for each of its items.
 */
function lean(font: Buffer): Buffer {
  const all = Array.from({ length: font.readUInt16BE(4) }, (_, nth): Table => {
    const head = font.subarray(12 + 16 * nth, 28 + 16 * nth)
    const at = head.readUInt32BE(8)
    return { tag: head.toString('latin1', 0, 4), head, bytes: font.subarray(at, at + head.readUInt32BE(12)) }
  })
  const kept = all.filter(({ tag }) => !shaping.has(tag))
  const directory = Buffer.alloc(12 + 16 * kept.length)
  font.copy(directory, 0, 0, 12)
  directory.writeUInt16BE(kept.length, 4)
  let at = directory.length
  const parts = kept.map(({ head, bytes }, nth) => {
    head.copy(directory, 12 + 16 * nth)
    directory.writeUInt32BE(at, 20 + 16 * nth)
    const padded = Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)])
    at += padded.length
    return padded
  })
  return Buffer.concat([directory, ...parts])
}

let ready: Readonly<Record<keyof typeof typefaces, Buffer>> | undefined

/** The typefaces as most papers take them. Read once. */
export function leanTypefaces(): Readonly<Record<keyof typeof typefaces, Buffer>> {
  const of = (file: string) => lean(readFileSync(file))
  ready ??= { plain: of(typefaces.plain), bold: of(typefaces.bold), mono: of(typefaces.mono) }
  return ready
}
