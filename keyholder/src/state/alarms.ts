import { join } from 'node:path'
import { hex, utf8 } from '@sallyport/core/bytes'
import { readNote } from '@sallyport/core/note'
import { Fault } from '../fault.ts'
import { sha256 } from '../signing.ts'
import { namesIn, readIfThere, type StateFolder } from './folder.ts'

/**
 * What was seen that should not be.
 *
 * - `split-view`: the log signed two trees that contradict each other. Of one size, both notes together prove
 *   it to anybody.
 * - `does-not-follow`: the log signed a tree that was not shown to hold the one seen before. It is the
 *   log's doing if its own tiles give no better proof; a sender with a bad proof can look the same.
 * - `rolled-back`: the log shows a smaller tree than before, as after an old backup was put back.
 */
export type AlarmKind = 'split-view' | 'does-not-follow' | 'rolled-back'

/** `seen` and `shown` are the signed notes: the one that was held, and the one that came now. */
export type Alarm = {
  readonly kind: AlarmKind
  readonly at: string
  readonly origin: string
  readonly seen: string
  readonly shown: string
}

/**
 * How many of a kind are kept. Whoever can read what a log signs can send its newer checkpoints here with
 * bad proofs, so what a bad proof brings must not crowd out other evidence. A split view takes the log's
 * own key, twice for one size: none of these is ever left out.
 */
const mostOfAKind = 1000

/** One signed text is one piece of evidence, whichever lines of signatures came under it. */
const fileOf = ({ kind, shown }: Pick<Alarm, 'kind' | 'shown'>) =>
  `alarms/${kind}-${hex(sha256(utf8(readNote(utf8(shown))?.text ?? shown))).slice(0, 16)}.json`

/** `known` was there already, and was told then. `full` was left out, for there are too many of its kind. */
export type Keeping = 'kept' | 'known' | 'full'

/** Keeps the evidence, durably. The same evidence is kept once. */
export async function keepAlarm(folder: Omit<StateFolder, 'close'>, alarm: Alarm): Promise<Keeping> {
  if (await folder.read(fileOf(alarm))) return 'known'
  if (alarm.kind !== 'split-view') {
    const alike = (await alarmFiles(folder.path)).filter((name) => name.startsWith(`${alarm.kind}-`))
    if (alike.length >= mostOfAKind) return 'full'
  }
  await folder.replace(fileOf(alarm), utf8(`${JSON.stringify(alarm, null, 2)}\n`))
  return 'kept'
}

/** Every alarm that was kept, oldest first. */
export async function readAlarms(path: string): Promise<Alarm[]> {
  const found = await Promise.all(
    (await alarmFiles(path)).map(async (name) => {
      const bytes = await readIfThere(join(path, 'alarms', name))
      return bytes ? [alarmIn(name, bytes)] : []
    }),
  )
  return found.flat().sort((a, b) => (a.at < b.at ? -1 : 1))
}

function alarmIn(name: string, bytes: Buffer): Alarm {
  try {
    return JSON.parse(bytes.toString('utf8')) as Alarm
  } catch {
    throw new Fault(`The alarm ${name} was damaged.`, 'Look at the file itself: it may still show the two notes.')
  }
}

const alarmFiles = async (path: string): Promise<string[]> =>
  (await namesIn(join(path, 'alarms'))).filter((name) => name.endsWith('.json'))

/** What an alarm means and what to do, for a person. */
export const meaningOf: Readonly<Record<AlarmKind, { readonly says: string; readonly next: string }>> = {
  'split-view': {
    says: 'signed two trees that contradict each other. One of its two histories is false.',
    next: 'Keep both notes: they prove it without us. Stop relying on the log, and ask who holds its key.',
  },
  'does-not-follow': {
    says: 'signed a tree that was not shown to hold what was seen before.',
    next: 'Fetch the tiles of the log and compare: if they give no proof either, its history was changed.',
  },
  'rolled-back': {
    says: 'shows a smaller tree than it showed before.',
    next: 'Ask whether an old backup was put back. The vault must replay the lost entries from a mirror, and not sign anew.',
  },
}
