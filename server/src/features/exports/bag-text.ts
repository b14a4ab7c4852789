import { base64, text } from '@sallyport/core/bytes'
import { canonical } from '@sallyport/core/canonical-json'
import type { Opened } from '#ledger/read.ts'
import type { Exported } from './rows.ts'

export type Sums = { readonly sha256: string; readonly sha512: string }

/** A line of a manifest, RFC 8493 section 2.1.3. Names are made safe before, so only `%` is left to encode. */
export const manifestLine = (path: string, digest: string): string => `${digest}  ${path.replace(/%/g, '%25')}\n`

/** Most file systems take 255 bytes of UTF-8 for a name, not characters. */
const longestName = 200

/** The beginning of a text that has at most so many bytes, never with half a character at its end. */
function beginning(text: string, most: number): string {
  let [kept, bytes] = ['', 0]
  for (const character of text) {
    bytes += Buffer.byteLength(character)
    if (bytes > most) break
    kept += character
  }
  return kept
}

/** A name that every file system takes, with its extension. The name as it came stands in item.json. */
export const safeName = (name: string): string => {
  const clean = name
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}/\\:*?"<>|%]/gu, '_')
    .replace(/^\.+/, '_')
  const [extension = ''] = /\.[^.]{1,16}$/u.exec(clean) ?? []
  const stem = clean.slice(0, clean.length - extension.length)
  const plain = `${beginning(stem, longestName - Buffer.byteLength(extension))}${extension}`.replace(/[. ]+$/, '_')
  return plain === '' || /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(plain) ? `_${plain}` : plain
}

/** One line of custody.jsonl. An expunged entry keeps its leaf and its proof, and shows nothing else. */
export function custodyLine({ row, shown }: Opened): string {
  const opening = (field: 'actor' | 'detail') =>
    shown ? { salt: base64(shown.salts[field]), value: shown[field] } : null
  const proof = `proofs/${row.id}.tlog-proof`
  return `${canonical({ index: row.position, leaf: text(row.leaf), actor: opening('actor'), detail: opening('detail'), proof })}\n`
}

const columns = ['exhibit', 'title', 'path', 'size', 'sha256', 'sha512'] as const
export type IndexRow = Readonly<Record<(typeof columns)[number], string | number>>

/** A line of a table as spreadsheets read it (RFC 4180). */
export function csvLine(row: IndexRow): string {
  // What begins so would be read as a formula; some programs pass over what nobody sees before it.
  const cell = (value: string | number) =>
    `"${String(value)
      .replace(/^[\s\p{Cc}\p{Cf}]*[=+\-@]/u, "'$&")
      .replace(/"/g, '""')}"`
  return `${columns.map((name) => cell(row[name])).join(',')}\r\n`
}

export const csvHead = `${columns.join(',')}\r\n`

type Info = {
  readonly exported: Exported
  readonly agency: { readonly name: string; readonly ori: string }
  readonly number: string
  readonly sums: { readonly items: number; readonly bytes: number }
  readonly version: string
}

/** RFC 8493 section 2.2.2. One line each: no value of ours carries a line break. */
export function bagInfo({ exported, agency, number, sums, version }: Info): string {
  const labels = {
    'Source-Organization': agency.name,
    'Originating-Agency-Identifier': agency.ori,
    'External-Identifier': number,
    'External-Description': `Criminal justice information. Exported because: ${exported.why}`,
    'Bagging-Date': exported.made_at.toISOString().slice(0, 10),
    'Payload-Oxum': `${sums.bytes}.${sums.items}`,
    'Bag-Group-Identifier': exported.case_id,
    'Internal-Sender-Identifier': exported.id,
    'Bag-Software-Agent': `Sallyport ${version}`,
  }
  return Object.entries(labels)
    .map(([label, value]) => `${label}: ${value}\n`)
    .join('')
}
