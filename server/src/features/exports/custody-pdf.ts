import { acts } from '@sallyport/core/acts'
import PdfDocument from 'pdfkit'
import type { Opened } from '#ledger/read.ts'

type Report = {
  readonly agency: { readonly name: string; readonly ori: string }
  readonly timeZone: string
  readonly number: string
  readonly item: {
    readonly exhibit: string
    readonly title: string
    readonly originalName: string
    readonly size: number
    readonly sha256: string
    readonly sha512: string
  }
  readonly custody: readonly Opened[]
}

type Pdf = InstanceType<typeof PdfDocument>
type Manner = { readonly size?: number; readonly bold?: boolean; readonly gap?: number }

const marking = 'CRIMINAL JUSTICE INFORMATION'
const sides = 54

/** The standard fonts of PDF know Latin letters only; others are shown as a sign rather than wrongly. */
const latin = (text: string) => text.replace(/[^\x20-\x7e\xa0-\xff\u2013\u2014\u2018\u2019\u201c\u201d]/g, '\u00a4')

/** The custody of an item for people, marked on every page. The machine's version is custody.jsonl. */
export function custodyPdf(report: Report): Promise<Uint8Array> {
  const { agency, number, item } = report
  const title = `Custody of exhibit ${item.exhibit}, case ${number}`
  const pdf = new PdfDocument({
    size: 'LETTER',
    margins: { top: 64, bottom: 64, left: sides, right: sides },
    bufferPages: true,
    pdfVersion: '1.7',
    tagged: true,
    displayTitle: true,
    lang: 'en-US',
    info: { Title: title, Producer: 'Sallyport', Author: agency.name },
  })
  const parts: Buffer[] = []
  pdf.on('data', (part: Buffer) => parts.push(part))
  const done = new Promise<Uint8Array>((resolve) => pdf.on('end', () => resolve(Buffer.concat(parts))))
  writeReport(pdf, report)
  markPages(pdf, `exhibit ${item.exhibit}, case ${latin(number)}`)
  pdf.end()
  return done
}

function writeReport(pdf: Pdf, { agency, timeZone, number, item, custody }: Report): void {
  const document = pdf.struct('Document')
  pdf.addStructure(document)
  const say = (kind: 'H1' | 'H2' | 'P', text: string, { size = 9, bold = false, gap = 3 }: Manner = {}) => {
    const font = bold ? 'Helvetica-Bold' : 'Helvetica'
    const write = () =>
      void pdf
        .font(font)
        .fontSize(size)
        .text(latin(text))
        .moveDown(gap / 10)
    document.add(pdf.struct(kind, {}, write))
  }
  say('H1', `Custody of exhibit ${item.exhibit}`, { size: 18, bold: true, gap: 4 })
  say('P', `${agency.name}, ORI ${agency.ori}. Case ${number}. ${item.title}`, { size: 11, gap: 6 })
  say('P', `File as received: ${item.originalName}, ${item.size.toLocaleString('en-US')} bytes`)
  say('P', `SHA-256 ${grouped(item.sha256)}`)
  say('P', `SHA-512 ${grouped(item.sha512)}`, { gap: 8 })
  say('H2', `${custody.length} entries of the ledger, oldest first`, { size: 12, bold: true })
  const zoned = new Intl.DateTimeFormat('en-US', { timeZone, dateStyle: 'medium', timeStyle: 'long' })
  for (const entry of custody) {
    const { row, leaf } = entry
    const utc = leaf.at.replace('T', ' ').replace('Z', ' UTC')
    say('P', `${row.position}.  ${utc}  (${zoned.format(new Date(leaf.at))})`, { bold: true, gap: 0 })
    say('P', sentenceOf(entry), { gap: 5 })
  }
  document.end()
}

/** Head and foot of every page, as artifacts: a screen reader does not read them out on each. */
function markPages(pdf: Pdf, subject: string): void {
  const pages = pdf.bufferedPageRange().count
  for (let page = 0; page < pages; page++) {
    pdf.switchToPage(page)
    const { width, height } = pdf.page
    pdf.page.margins = { top: 0, bottom: 0, left: 0, right: 0 }
    const line = (text: string, y: number) => {
      pdf.markContent('Artifact', { type: 'Pagination' }).font('Helvetica').fontSize(8)
      pdf.text(text, sides, y, { width: width - 2 * sides, align: 'center', lineBreak: false })
      pdf.endMarkedContent()
    }
    line(marking, 30)
    line(`${marking}  |  ${subject}  |  page ${page + 1} of ${pages}`, height - 40)
  }
}

const grouped = (digits: string): string => digits.replace(/(.{8})(?=.)/g, '$1 ')

function sentenceOf({ leaf, shown }: Opened): string {
  const roles = shown?.actor['roles']
  const held = Array.isArray(roles) && roles.length > 0 ? ` (${roles.join(', ')})` : ''
  const who = shown
    ? `${String(shown.actor['name'] ?? '')}${held}`
    : 'Somebody (the detail was destroyed by order of a court)'
  const deed = acts[leaf.act as keyof typeof acts] ?? leaf.act
  const ended = leaf.outcome === 'done' ? '' : ` [${leaf.outcome}]`
  return `${who} ${deed}${ended}.${factsOf(shown?.detail ?? {})}`
}

/** The facts of an entry that a reader asks for first; all of them stand in custody.jsonl. */
function factsOf({ why, sha256, parts, bytes, field, before, after }: Readonly<Record<string, unknown>>): string {
  const played = ({ from, to, speed }: { from: number; to: number; speed: number }) =>
    `${from.toFixed(1)} to ${to.toFixed(1)} at ${speed}x`
  return [
    why ? ` Reason: ${String(why)}.` : '',
    sha256 ? ` SHA-256 ${grouped(String(sha256))}.` : '',
    Array.isArray(parts) ? ` Seconds ${parts.map(played).join(', ')}.` : '',
    typeof bytes === 'number' ? ` ${bytes.toLocaleString('en-US')} bytes.` : '',
    field ? ` ${String(field)}: from "${String(before)}" to "${String(after)}".` : '',
  ].join('')
}
