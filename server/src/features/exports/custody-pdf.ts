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

const marking = 'CRIMINAL JUSTICE INFORMATION'
const [left, right, top, bottom] = [54, 54, 64, 64]

/** The standard fonts of PDF know Latin letters only; others are shown as a box rather than wrongly. */
const latin = (text: string) => text.replace(/[^\x20-\x7e\xa0-\xff\u2013\u2014\u2018\u2019\u201c\u201d]/g, '\u00a4')

/** The custody of an item for people, marked on every page. The machine's version is custody.jsonl. */
export function custodyPdf({ agency, timeZone, number, item, custody }: Report): Promise<Uint8Array> {
  const pdf = new PdfDocument({
    size: 'LETTER',
    margins: { top, bottom, left, right },
    bufferPages: true,
    pdfVersion: '1.7',
    tagged: true,
    displayTitle: true,
    lang: 'en-US',
    info: { Title: `Custody of exhibit ${item.exhibit}, case ${number}`, Producer: 'Sallyport', Author: agency.name },
  })
  const parts: Buffer[] = []
  pdf.on('data', (part: Buffer) => parts.push(part))
  const done = new Promise<Uint8Array>((resolve) => pdf.on('end', () => resolve(Buffer.concat(parts))))
  const section = pdf.struct('Document')
  pdf.addStructure(section)
  const say = (kind: 'H1' | 'H2' | 'P', text: string, { size = 9, bold = false, gap = 3 } = {}) => {
    section.add(
      pdf.struct(
        kind,
        {},
        () =>
          void pdf
            .font(bold ? 'Helvetica-Bold' : 'Helvetica')
            .fontSize(size)
            .text(latin(text))
            .moveDown(gap / 10),
      ),
    )
  }
  say('H1', `Custody of exhibit ${item.exhibit}`, { size: 18, bold: true, gap: 4 })
  say('P', `${agency.name}, ORI ${agency.ori}. Case ${number}. ${item.title}`, { size: 11, gap: 6 })
  say('P', `File as received: ${item.originalName}, ${item.size.toLocaleString('en-US')} bytes`)
  say('P', `SHA-256 ${grouped(item.sha256)}`)
  say('P', `SHA-512 ${grouped(item.sha512)}`, { gap: 8 })
  say('H2', `${custody.length} entries of the ledger, oldest first`, { size: 12, bold: true })
  const zoned = new Intl.DateTimeFormat('en-US', { timeZone, dateStyle: 'medium', timeStyle: 'long' })
  for (const { row, leaf, shown } of custody) {
    const who = shown
      ? `${String(shown.actor['name'] ?? '')}${rolesOf(shown.actor['roles'])}`
      : 'somebody (the detail was destroyed by order of a court)'
    const deed = acts[leaf.act as keyof typeof acts] ?? leaf.act
    const ended = leaf.outcome === 'done' ? '' : ` [${leaf.outcome}]`
    say(
      'P',
      `${row.position}.  ${leaf.at.replace('T', ' ').replace('Z', ' UTC')}  (${zoned.format(new Date(leaf.at))})`,
      { bold: true, gap: 0 },
    )
    say('P', `${who} ${deed}${ended}.${factsOf(shown?.detail)}`, { gap: 5 })
  }
  const pages = pdf.bufferedPageRange().count
  for (let page = 0; page < pages; page++) {
    pdf.switchToPage(page)
    pdf.page.margins = { top: 0, bottom: 0, left: 0, right: 0 }
    const line = (text: string, y: number) =>
      pdf
        .markContent('Artifact', { type: 'Pagination' })
        .font('Helvetica')
        .fontSize(8)
        .text(text, left, y, { width: pdf.page.width - left - right, align: 'center', lineBreak: false })
        .endMarkedContent()
    line(marking, 30)
    line(
      `${marking}  |  exhibit ${item.exhibit}, case ${latin(number)}  |  page ${page + 1} of ${pages}`,
      pdf.page.height - 40,
    )
  }
  section.end()
  pdf.end()
  return done
}

const grouped = (digits: string): string => digits.replace(/(.{8})(?=.)/g, '$1 ')

const rolesOf = (roles: unknown): string => (Array.isArray(roles) && roles.length > 0 ? ` (${roles.join(', ')})` : '')

/** The facts of an entry that a reader asks for first; all of them stand in custody.jsonl. */
function factsOf(detail: Readonly<Record<string, unknown>> | undefined): string {
  const { why, sha256, parts, bytes, field, before, after } = detail ?? {}
  return [
    why ? ` Reason: ${String(why)}.` : '',
    sha256 ? ` SHA-256 ${grouped(String(sha256))}.` : '',
    Array.isArray(parts)
      ? ` Seconds ${parts.map((part: { from: number; to: number; speed: number }) => `${part.from.toFixed(1)} to ${part.to.toFixed(1)} at ${part.speed}x`).join(', ')}.`
      : '',
    typeof bytes === 'number' ? ` ${bytes.toLocaleString('en-US')} bytes.` : '',
    field ? ` ${String(field)}: from "${String(before)}" to "${String(after)}".` : '',
  ].join('')
}
