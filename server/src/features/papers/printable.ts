import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** DejaVu holds Latin, Greek, Cyrillic, Hebrew, Arabic, Armenian, Georgian and the signs of most trades. */
export const typefaces = {
  plain: fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf')),
  bold: fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf')),
  mono: fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSansMono.ttf')),
} as const

/** What a person cannot see, or what turns the order of what they see: it is shown by its number instead. */
const unseen = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u

let known: ((codePoint: number) => boolean)[] | undefined

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

/** What is said may be set in bold, so only what both typefaces have counts. */
function has(codePoint: number): boolean {
  known ??= [typefaces.plain, typefaces.bold].map((file) => coverage(readFileSync(file)))
  return known.every((holds) => holds(codePoint))
}

const number = (character: string) => `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`

/**
 * A text as it can be printed: what the typeface lacks, and what nobody can see, is shown by its Unicode number
 * in brackets. Nothing is left out and nothing is passed off as something else.
 */
export function printable(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text
  let [shown, numbers] = ['', new Array<string>()]
  const flush = () => {
    if (numbers.length > 0) shown += `[${numbers.join(' ')}]`
    numbers = []
  }
  for (const character of text.normalize('NFC').toWellFormed()) {
    if (character === '\n' || (!unseen.test(character) && has(character.codePointAt(0) ?? 0))) {
      flush()
      shown += character
    } else numbers.push(number(character))
  }
  flush()
  return shown
}
