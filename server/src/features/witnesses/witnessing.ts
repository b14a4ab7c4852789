import { setTimeout as pause } from 'node:timers/promises'
import type { AgencyId } from '@sallyport/core/ids'
import { writeVkey } from '@sallyport/core/note'
import type { PolicyWitness } from '@sallyport/core/policy'
import { type Ground, theServer, within } from '#db/within.ts'
import { NotHeard } from '#http/outbound.ts'
import { type Ending, endsIt } from '#ledger/newest.ts'
import { ledgerFolder } from '#ledger/sequencer.ts'
import { tileFolder } from '#ledger/tile-folder.ts'
import { raise } from '../alarms/raise.ts'
import { logKeyOf, policyOf } from './policy.ts'
import { ledgerSetting, newestCosigned, setWitness, witnessRow } from './rows.ts'
import { compare, NotCosigned, submit, type Submitting } from './submit.ts'

/** No witness is asked more often than this: a busy ledger publishes many times a second. */
const restMs = 200
const firstRetryMs = 1_000
const longestRetryMs = 60_000
/** How long a witness may be away before somebody is called. */
const awayMs = 10 * 60_000
/** How long the start of a ledger waits for its witnesses. */
const startMs = 5_000

export type Witnessing = {
  /** Tells that there is a newer checkpoint, or another policy. */
  readonly wake: (agency: AgencyId) => void
  /** Asks the witnesses whether they hold more than this server knows. Throws if one shows it, signed. */
  readonly compareAtStart: (agency: AgencyId) => Promise<void>
  /** Waits until enough witnesses have cosigned the first `size` entries; at most so long. Gives whether they have. */
  readonly cosigned: (agency: AgencyId, size: number, ms: number) => Promise<boolean>
  readonly stop: () => Promise<void>
}

type Parts = {
  readonly ground: Ground
  readonly folder: string
  readonly now: () => Date
  readonly halt: (agency: AgencyId, why: Ending) => void
  readonly say: (fault: unknown) => void
}
type Asked = PolicyWitness & { readonly url: string }
type Line = { readonly wake: () => void; readonly ended: () => Promise<void> }

const asked = (witness: PolicyWitness): witness is Asked => witness.url !== undefined

/** Speaks with the witnesses of every agency, each by itself, so that one that is away holds up no other. */
export function startWitnessing(parts: Parts): Witnessing {
  const { ground, folder, now, say } = parts
  const lines = new Map<string, Line>()
  const ending = new AbortController()
  const submitting = (agency: AgencyId): Submitting => ({
    ground,
    agency,
    now,
    signal: ending.signal,
    folder: tileFolder(ledgerFolder(folder, agency)),
  })
  const witnessesOf = (agency: AgencyId) =>
    within(
      ground,
      theServer(agency),
      async (tx) => policyOf((await ledgerSetting(tx)).policy)?.witnesses.filter(asked) ?? [],
    )

  const wake = async (agency: AgencyId) => {
    for (const witness of await witnessesOf(agency)) {
      if (ending.signal.aborted) return
      const under = `${agency} ${witness.name} ${writeVkey(witness.key)} ${witness.url}`
      const line = lines.get(under) ?? lineTo(witness, { ...parts, ...submitting(agency) })
      lines.set(under, line)
      line.wake()
    }
  }
  const waking = new Set<Promise<void>>()
  return {
    wake(agency) {
      const one: Promise<void> = wake(agency)
        .catch(say)
        .finally(() => waking.delete(one))
      waking.add(one)
    },
    async compareAtStart(agency) {
      const log = await within(ground, theServer(agency), logKeyOf)
      const comparing = (await witnessesOf(agency)).map((witness) =>
        compare(submitting(agency), witness, log).catch((fault: unknown) => fault),
      )
      // One that is away cannot be asked, and holds up no other: it is asked again with every checkpoint.
      const late = pause(startMs, undefined, { ref: false })
      const found = await Promise.all(comparing.map((one) => Promise.race([one, late])))
      const ends = found.find(endsIt)
      if (ends) throw ends
    },
    async cosigned(agency, size, ms) {
      const holds = () =>
        within(ground, theServer(agency), async (tx) => ((await newestCosigned(tx))?.size ?? -1) >= size)
      const policy = await within(ground, theServer(agency), async (tx) => policyOf((await ledgerSetting(tx)).policy))
      if (!policy || policy.quorum === 'none') return false
      for (const until = Date.now() + ms; Date.now() < until; await pause(50)) if (await holds()) return true
      return holds()
    },
    async stop() {
      ending.abort()
      await Promise.all(waking)
      await Promise.all([...lines.values()].map((line) => line.ended()))
    },
  }
}

type LineParts = Omit<Parts, 'folder'> & Submitting

/** The conversation with one witness: asked when there is something new, again and again while it fails. */
function lineTo(witness: Asked, parts: LineParts): Line {
  const { signal } = parts
  let wanted = false
  let delay = 0
  let running: Promise<void> | undefined
  const rest = (ms: number) => pause(ms, undefined, { signal, ref: false }).catch(() => undefined)

  const run = async () => {
    while (wanted && !signal.aborted) {
      wanted = false
      try {
        if (!(await submit(parts, witness))) wanted = true
        delay = 0
        await rest(restMs)
      } catch (fault) {
        await tell(parts, witness, fault).catch(parts.say)
        delay = Math.min(longestRetryMs, Math.max(firstRetryMs, delay * 2))
        wanted = true
        await rest(delay)
      }
    }
  }
  const wake = () => {
    wanted = true
    running ??= run().finally(() => {
      running = undefined
      // What was asked for just as the last round ended.
      if (wanted && !signal.aborted) wake()
    })
  }
  return {
    wake,
    ended: () => running ?? Promise.resolve(),
  }
}

/** Keeps what went wrong, and calls somebody when it does not pass by itself. */
async function tell(parts: LineParts, { name, url }: Asked, fault: unknown): Promise<void> {
  const { ground, agency, now, say } = parts
  const at = now()
  const says = fault instanceof Error ? fault.message : String(fault)
  const expected = fault instanceof NotHeard || fault instanceof NotCosigned || endsIt(fault)
  if (!expected) say(fault)
  await within(ground, theServer(agency), async (tx) => {
    // Another policy may have come in between: then this witness is nobody's concern any more.
    const policy = policyOf((await ledgerSetting(tx)).policy)
    if (!policy?.witnesses.some((one) => one.name === name && one.url === url)) return
    const before = await witnessRow(tx, name)
    const since = before?.failing_since ?? at
    await setWitness(tx, name, { tried_at: at, failure: says, failing_since: since })
    const away =
      at.getTime() - since.getTime() >= awayMs && (before?.tried_at ?? at).getTime() - since.getTime() < awayMs
    const facts = { witness: name, says, since: since.toISOString() }
    if (fault instanceof NotCosigned && fault.grave)
      await raise(tx, { code: 'ledger/witness-refused', on: [], facts, at })
    else if (away) await raise(tx, { code: 'ledger/witness-behind', on: [], facts, at })
  })
  if (endsIt(fault)) parts.halt(agency, fault)
}
