import type { BagJudgement, UsedKey } from './bag.ts'
import { type Fault, type FaultCode, faults as sentences } from './faults.ts'
import type { LedgerJudgement } from './ledger.ts'

/** What the reader is told: the verdict in one line, then sentences in the order in which to read them. */
export type Report = {
  readonly verdict: 'sound' | 'not-sound' | 'not-done'
  readonly says: string
  readonly faults: readonly { readonly code: FaultCode; readonly at: string; readonly says: string }[]
  readonly shows: readonly string[]
  readonly doesNotShow: readonly string[]
  readonly items: readonly string[]
  readonly key?: UsedKey
  readonly log?: { readonly origin: string; readonly size: number }
}

export const notDone = (why: string): Report => ({
  verdict: 'not-done',
  says: shown(`Not done: ${why}`),
  faults: [],
  shows: [],
  doesNotShow: [],
  items: [],
})

export function reportOf(judgement: BagJudgement | LedgerJudgement): Report {
  if (judgement.faults.length === 0 && !judgement.key) {
    return notDone(
      'entries, tiles and checkpoint agree, but without the key of the log nobody can say who signed them.',
    )
  }
  const holds = holding(judgement.faults)
  const sound = judgement.faults.length === 0
  const faults = judgement.faults.map(toldFault)
  const places = new Set(faults.map(({ at }) => at)).size
  const told = judgement.is === 'bag' ? tellBag(judgement, holds) : tellLedger(judgement, holds)
  const says = sound
    ? `Sound: ${told.sound}`
    : `Not sound: ${count(faults.length, 'fault')} in ${count(places, 'file')}.`
  return {
    verdict: sound ? 'sound' : 'not-sound',
    says: shown(says),
    faults,
    shows: told.shows.map(shown),
    doesNotShow: told.doesNotShow.map(shown),
    items: told.items.map(shown),
    ...(judgement.key && { key: judgement.key }),
    ...(judgement.log && { log: { origin: judgement.log.origin, size: judgement.log.size } }),
  }
}

/** The report as lines of text. */
export function linesOf({ says, faults, shows, doesNotShow, items }: Report): string[] {
  const part = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  - ${line}`)]
  return [
    says,
    ...part(
      'Faults',
      faults.map(({ at, says: sentence }) => `${at} ${sentence}`),
    ),
    ...part(faults.length > 0 ? 'What still holds' : 'What this shows', shows),
    ...part('What this does not show', doesNotShow),
    ...part('Items', items),
  ]
}

type Holds = (...groups: readonly string[]) => boolean
type Told = {
  readonly sound: string
  readonly shows: readonly string[]
  readonly doesNotShow: readonly string[]
  readonly items: readonly string[]
}

function holding(faults: readonly Fault[]): Holds {
  const broken = new Set(faults.map(({ code }) => code.slice(0, code.indexOf('/'))))
  return (...groups) => !groups.some((group) => broken.has(group))
}

function tellBag(bag: BagJudgement, holds: Holds): Told {
  const { items, files, bytes, sha512, litter, key, log } = bag
  const entries = items.reduce((sum, item) => sum + item.entries, 0)
  const origin = log?.origin ?? 'the ledger'
  // Proofs lead nowhere without a checkpoint, and a checkpoint is nobody's without a key.
  const traced: Holds = (...groups) => key !== undefined && log !== undefined && holds(...groups)
  const shows = [
    holds('files') &&
      `Files: each of the ${count(files, 'file')} (${count(bytes, 'byte')}) is as the bag lists it by ${sha512 ? 'SHA-256 and SHA-512' : 'SHA-256'}; none is missing, none was added.`,
    traced('log') &&
      key &&
      `Ledger: the checkpoint of ${origin} over ${count(log?.size ?? 0, 'entry')} is signed ${by(key)}`,
    traced('custody', 'log') &&
      `Custody: each of the ${count(entries, 'entry')} shown is in that ledger at the place given, with the person and the details shown, unchanged.`,
    traced('items', 'custody', 'log', 'files') &&
      `Items: each of the ${count(items.length, 'item')} has the size and the SHA-256 that the ledger entered when the item was received.`,
  ]
  const doesNotShow = [
    ...keyLimits(key),
    'Completeness: the agency may hold more items of a case, and the ledger more entries about an item, than this bag has.',
    "Truth: a record shows what was entered, by an account of the vault, at a time by the vault's own clock. It does not show what happened before the vault received the file.",
    "Descriptions: titles, categories, case numbers, the index and the PDF pages are covered by the bag's own lists only, not by the ledger.",
    'One history for all: nobody outside the vault has signed this checkpoint, so another reader may have been shown another ledger.',
    !sha512 && 'SHA-512: it was not computed here. SHA-256 was, for every file.',
    litter > 0 &&
      `${count(litter, 'file')} that a file manager left outside of data/ (such as .DS_Store) ${litter === 1 ? 'was' : 'were'} passed over.`,
  ]
  return {
    sound: `${count(items.length, 'item')} and ${count(entries, 'custody entry')} are as ${origin} has them, ${key?.pinned ? 'by the key that you gave.' : 'by the key that came with the bag.'}`,
    shows: shows.filter(isText),
    doesNotShow: doesNotShow.filter(isText),
    items: items.map(
      (item) =>
        `Exhibit ${item.exhibit}: ${item.originalName}, ${count(item.size, 'byte')}, SHA-256 ${item.sha256}, ${
          item.receivedAt === undefined ? 'no receipt found' : `received ${item.receivedAt}`
        }, ${count(item.entries, 'custody entry')}.`,
    ),
  }
}

function tellLedger({ log, tiles, first, last, key }: LedgerJudgement, holds: Holds): Told {
  const entries = count(log?.size ?? 0, 'entry')
  const origin = log?.origin ?? 'the ledger'
  const shows = [
    holds('tree', 'files', 'log') &&
      `Entries: all ${entries}${first === undefined ? '' : `, from ${first} to ${last},`} give exactly the ${count(tiles, 'hash tile')} and the root of the checkpoint.`,
    holds('log') && key && `Checkpoint: that of ${origin} over ${entries} is signed ${by(key)}`,
  ]
  const doesNotShow = [
    ...keyLimits(key),
    'Newness: the ledger may have grown since this checkpoint. Compare its size with the newest that was published.',
    'One history for all: nobody outside the vault has signed this checkpoint, so another reader may have been shown another ledger.',
    'Meaning: an entry shows that an act of its kind was entered, and commits to who did it and how. It does not show them.',
  ]
  return {
    sound: `all ${entries} of ${origin} are in the tree that its checkpoint signs, ${key?.pinned ? 'by the key that you gave.' : 'by the key that came with the ledger.'}`,
    shows: shows.filter(isText),
    doesNotShow,
    items: [],
  }
}

const by = ({ vkey, pinned }: UsedKey) => (pinned ? `by the key that you gave, ${vkey}.` : `by the key ${vkey}.`)

const keyLimits = (key: UsedKey | undefined): string[] =>
  !key || key.pinned
    ? []
    : [
        `Whose key it is: the key came with what was checked, so whoever made the one could have made the other. Ask the agency for the fingerprint of its ledger key and compare: ${grouped(key.fingerprint)}. Or check again with --key.`,
      ]

const isText = (line: string | false | undefined): line is string => typeof line === 'string'

const grouped = (digits: string) => digits.replace(/(.{4})(?=.)/g, '$1 ')

function count(number: number, what: string): string {
  const many = what.endsWith('entry') ? `${what.slice(0, -1)}ies` : `${what}s`
  return `${number.toLocaleString('en-US')} ${number === 1 ? what : many}`
}

function toldFault({ code, at, facts }: Fault) {
  return { code, at: shown(at), says: shown(sentences[code](facts)) }
}

/** Names and values come from the bag: none may move the cursor of a terminal or turn the direction of a line. */
const shown = (line: string): string =>
  // oxlint-disable-next-line no-control-regex -- control characters are what is taken out
  line.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, (character) => {
    return `\\u{${character.charCodeAt(0).toString(16)}}`
  })
