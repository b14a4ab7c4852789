import { hex } from '@sallyport/core/bytes'
import type { AgencyId } from '@sallyport/core/ids'
import { type Ground, theServer, within } from '#db/within.ts'
import type { Digested, ObjectStore } from '#store/object-store.ts'
import type { Pace } from './due.ts'
import { keepFinding } from './found.ts'
import { countUp, type Due, dueObjects, keepResults, leaseRound, type NewFinding, type Result } from './rows.ts'

export type Checking = {
  readonly ground: Ground
  readonly store: Pick<ObjectStore, 'digest' | 'survey' | 'weigh' | 'remove'>
  readonly pace: Pace
  readonly now: () => Date
  /** Names this server in the lease of a round. */
  readonly holder: string
  readonly signal: AbortSignal
}

/** Which round of which agency is worked on. */
export type Working = { readonly agency: AgencyId; readonly number: number }

/** Objects looked at between two commits. */
const atOnce = 64
/** After so long what was looked at is committed, however little it is. */
const sliceMs = 20_000
const renewMs = 30_000

type Found = {
  readonly due: Due
  readonly result: Result
  readonly reason: NewFinding['reason']
  readonly bytes: number | null
}

/** Looks at the next objects of a round. False when none is left. */
export async function checkSome(parts: Checking, { agency, number }: Working): Promise<boolean> {
  const { ground, signal } = parts
  const self = theServer(agency)
  const due = await within(ground, self, (tx) => dueObjects(tx, number, atOnce))
  const until = performance.now() + sliceMs
  const found: Found[] = []
  for (const one of due) {
    if (signal.aborted || performance.now() > until) break
    const looked = await look(parts, agency, one)
    if (looked) found.push(looked)
  }
  if (found.length > 0) await keep(parts, { agency, number }, found)
  return due.length > 0
}

/** Undefined if the reading was broken off: then nothing is known. */
async function look(parts: Checking, agency: AgencyId, due: Due): Promise<Found | undefined> {
  try {
    const read = await digest(parts, agency, due)
    if (read === 'stopped') return undefined
    if (!read) return { due, result: 'missing', reason: 'gone', bytes: null }
    const whole = read.sealedLength === due.sealedLength && read.sealedSha256 === hex(due.sealedSha256)
    return { due, result: whole ? 'whole' : 'altered', reason: 'other-bytes', bytes: read.sealedLength }
  } catch (fault) {
    if (!isOfTheFile(fault)) throw fault
    return { due, result: 'altered', reason: 'unreadable', bytes: null }
  }
}

/** The disk gives an error for this file, not for every one: it is a finding, and the round goes on. */
const isOfTheFile = (fault: unknown): boolean =>
  ['EIO', 'EACCES', 'EPERM', 'EISDIR', 'ELOOP', 'ENOTDIR', 'EUCLEAN', 'EBADMSG'].includes(
    String((fault as { code?: unknown }).code ?? ''),
  )

async function digest(parts: Checking, agency: AgencyId, due: Due): Promise<Digested | undefined | 'stopped'> {
  const { ground, store, pace, holder, signal } = parts
  const reading = store.digest(due.object)
  let [before, renewed] = [0, performance.now()]
  try {
    for (;;) {
      const step = await reading.next()
      const at = step.done ? (step.value?.sealedLength ?? before) : step.value
      await pace.take(at - before, signal)
      before = at
      if (step.done) return step.value
      if (signal.aborted) return 'stopped'
      if (performance.now() - renewed < renewMs) continue
      renewed = performance.now()
      if ((await within(ground, theServer(agency), (tx) => leaseRound(tx, holder))) === undefined) return 'stopped'
    }
  } finally {
    await reading.return(undefined)
  }
}

async function keep({ ground, now, holder }: Checking, { agency, number }: Working, found: readonly Found[]) {
  await within(ground, theServer(agency), async (tx) => {
    const at = now()
    const checked = found.map(({ due, result }) => ({ object: due.object, result, length: due.sealedLength }))
    const kept = await keepResults(tx, { number, at, checked })
    const counted = found.filter(({ due }) => kept.has(due.object))
    const many = (wanted: Result) => counted.filter(({ result }) => result === wanted).length
    const add = {
      checked: counted.length,
      checked_bytes: counted.reduce((sum, { due }) => sum + due.sealedLength, 0),
      missing: many('missing'),
      altered: many('altered'),
      untracked: 0,
    }
    if (!(await countUp(tx, { number, holder, add }))) throw new LeaseLost()
    for (const { due, result, reason, bytes } of counted) {
      if (result === 'whole') continue
      const finding = {
        round: number,
        what: result,
        object: due.object,
        item: due.item,
        bytes,
        reason,
        removed: false,
        at,
      }
      await keepFinding(tx, finding, [due.item, due.case])
    }
  })
}

/** Another server goes on with the round. Nothing of the step is kept, since that one takes it again. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost'
}
