import { acts } from '@sallyport/core/acts'
import type { Opened } from '#ledger/read.ts'
import type { Paper } from './document.ts'
import { whoOf } from './examine.ts'
import { count, grouped } from './statement.ts'

export type Reported = {
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
  readonly entries: number
}

/** What one report prints. Who needs more reads custody.jsonl: nobody reads ten thousand pages. */
const most = 50_000

/** The custody of an item for people. The machine's version is custody.jsonl. */
export function beginReport(paper: Paper, { agency, timeZone, number, item, entries }: Reported) {
  paper.heading(1, `Custody of exhibit ${item.exhibit}`)
  paper.paragraph(`${agency.name}, ORI ${agency.ori}. Case ${number}. ${item.title}`, { size: 11, gap: 6 })
  paper.fact('File as received', `${item.originalName}, ${count(item.size)} bytes`)
  paper.fact('SHA-256 of the stored bytes, read anew', grouped(item.sha256))
  paper.fact('SHA-512', grouped(item.sha512))
  paper.paragraph(
    'Sign and number in brackets, as [U+202E], stand for a character that cannot be seen or that this typeface lacks.',
    { size: 8 },
  )
  paper.heading(2, `${count(entries)} entries of the ledger, oldest first`)
  if (entries > most)
    paper.paragraph(`The first ${count(most)} are printed. All of them stand in custody.jsonl of an export.`, {
      bold: true,
    })
  const zoned = new Intl.DateTimeFormat('en-US', { timeZone, dateStyle: 'medium', timeStyle: 'long' })
  let printed = 0
  return {
    add(entry: Opened): void {
      printed += 1
      if (printed > most) return
      const { row, leaf } = entry
      const utc = leaf.at.replace('T', ' ').replace('Z', ' UTC')
      paper.paragraph(`${row.position}.  ${utc}  (${zoned.format(new Date(leaf.at))})`, { bold: true, gap: 0 })
      paper.paragraph(sentenceOf(entry), { gap: 5 })
    },
  }
}

function sentenceOf(entry: Opened): string {
  const { leaf, shown } = entry
  const deed = acts[leaf.act as keyof typeof acts] ?? leaf.act
  const ended = leaf.outcome === 'done' ? '' : ` [${leaf.outcome}]`
  const address = shown?.actor['address']
  const from = typeof address === 'string' ? ` From ${address}.` : ''
  return `${whoOf(entry)} ${deed}${ended}.${from}${factsOf(shown?.detail ?? {})}`
}

/** The facts of an entry that a reader asks for first; all of them stand in custody.jsonl. */
function factsOf({ why, sha256, parts, bytes, field, before, after }: Readonly<Record<string, unknown>>): string {
  const played = ({ from, to, speed }: { from: number; to: number; speed: number }) =>
    `${from.toFixed(1)} to ${to.toFixed(1)} at ${speed}x`
  return [
    why ? ` Reason: ${String(why)}.` : '',
    sha256 ? ` SHA-256 ${grouped(String(sha256))}.` : '',
    Array.isArray(parts) ? ` Seconds ${parts.map(played).join(', ')}.` : '',
    typeof bytes === 'number' ? ` ${count(bytes)} bytes.` : '',
    field ? ` ${String(field)}: from "${String(before)}" to "${String(after)}".` : '',
  ].join('')
}
