import { once } from 'node:events'
import { command, type Say, type Tell } from '../command.ts'
import { check } from '../ledger/check.ts'
import { entriesOf, tellEntry } from '../ledger/entries.ts'
import { follow } from '../ledger/follow.ts'
import { type LedgerReach, ledgerHelp, ledgerOptions, newestOf, openLedger, unpinned } from '../ledger/open.ts'
import { prove } from '../ledger/prove.ts'
import { recover } from '../ledger/recover.ts'
import { NotDone } from '../not-done.ts'

export const ledgerCommand = command({
  usage: 'ledger check|show|follow|proof FOLDER|URL [ENTRY], or ledger recover',
  does: 'Reads a published ledger from outside: checks it, shows or follows its entries, writes the proof of one.',
  help: [
    'check WHERE          every entry, tile and signature, with the offline verifier',
    'show WHERE [N..M]    entries from place N on, or N to M, or one (else the last 20), each proved to stand there',
    'follow WHERE         new entries as the ledger grows, each time proved to continue what was before',
    'proof WHERE ENTRY    the tlog-proof of an entry, by its place or id, and the entry itself, as two files',
    'WHERE                a folder, or an address such as https://vault.example/agencies/NAME/ledger',
    '--out NAME           proof: the files are NAME.tlog-proof and NAME.entry (else the id of the entry)',
    '--from N             follow: from this place on (else only what is new)',
    '--every SECONDS      follow: how often to look (else 2)',
    '--count N            follow: end after so many entries',
    'recover              replays, in the vault of this machine, the end of a ledger that an old backup does not know',
    '--mirror FOLDER      recover: from this copy (else from what the vault itself has published)',
    '--dry                recover: look at everything and change nothing',
    '--agency SHORT-NAME  recover: the agency, if the vault has several',
    '--data FOLDER        recover: data folder of the vault (else SALLYPORT_DATA, else ./data)',
    ...ledgerHelp,
  ],
  options: {
    ...ledgerOptions,
    out: { type: 'string' },
    from: { type: 'string' },
    every: { type: 'string' },
    count: { type: 'string' },
    mirror: { type: 'string' },
    dry: { type: 'boolean' },
    agency: { type: 'string' },
    data: { type: 'string' },
  },
  async run({ positionals: [verb, where, what], values }, tell, warn) {
    if (verb === 'recover') return recover(values, tell)
    if (verb === 'check') return check(where, values, tell)
    if (verb === 'show') return show(where, { ...values, what }, { tell, warn })
    if (verb === 'proof' && what !== undefined)
      return prove(await openLedger(where, values), { entry: what, out: values.out }, tell)
    if (verb !== 'follow')
      throw new NotDone(
        'A ledger can be checked, shown and followed, and an entry of it proved.',
        'Say: sallyport ledger check|show|follow FOLDER|URL, or sallyport ledger proof FOLDER|URL ENTRY',
      )
    const stop = new AbortController()
    for (const signal of ['SIGINT', 'SIGTERM'] as const) void once(process, signal).then(() => stop.abort())
    const from = values.from === undefined ? undefined : numberIn(values.from, '--from')
    const most = values.count === undefined ? Number.POSITIVE_INFINITY : numberIn(values.count, '--count')
    const everyMs = 1000 * numberIn(values.every ?? '2', '--every')
    const ledger = await openLedger(where, values)
    return follow(ledger, { from, most, everyMs, stopped: stop.signal }, { tell, warn })
  },
})

type Showing = LedgerReach & { readonly what: string | undefined }

async function show(where: string | undefined, { what, ...reach }: Showing, { tell, warn }: { tell: Tell; warn: Say }) {
  const ledger = await openLedger(where, reach)
  const { checkpoint } = await newestOf(ledger)
  const range = rangeIn(what, checkpoint.size)
  for (const line of unpinned(ledger)) warn(line)
  for await (const placed of entriesOf(ledger.source, checkpoint, range)) tellEntry(placed, tell)
  if (range.from < range.to) return 0
  warn(`${checkpoint.origin} has ${checkpoint.size} entries; there is nothing to show.`)
  return 1
}

/** `7`, `7..`, `7..9` (both of them included) or `..9`; without any the last 20. */
export function rangeIn(what: string | undefined, size: number): { from: number; to: number } {
  if (what === undefined) return { from: Math.max(0, size - 20), to: size }
  const [, first = '', dots, last = ''] = /^(\d{0,15})(\.\.)?(\d{0,15})$/.exec(what) ?? []
  if ((first === '' && last === '') || (dots === undefined && last !== ''))
    throw new NotDone(`${what} is no range of entries.`, 'Say 7, or 7.., or 7..9')
  const from = Number(first)
  const to = dots === undefined ? from + 1 : last === '' ? size : Number(last) + 1
  return { from, to: Math.min(to, size) }
}

export function numberIn(text: string, option: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new NotDone(`${option} takes a whole number, not ${text}.`)
  return Number(text)
}
