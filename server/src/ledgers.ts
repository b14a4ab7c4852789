import { slug } from '@sallyport/api/agency'
import type { AgencyId } from '@sallyport/core/ids'
import { Refusal } from '@sallyport/core/refusal'
import { z } from 'zod'
import { type Clock, newClock } from '#db/clock.ts'
import { type Ground, theServer, within } from '#db/within.ts'
import { raise, type Raising } from '#features/alarms/raise.ts'
import { proofsFrom } from '#features/stamps/proofs.ts'
import { startStamping, type Stamping } from '#features/stamps/stamping.ts'
import { startWitnessing, type Witnessing } from '#features/witnesses/witnessing.ts'
import { malformed } from '#http/refuse.ts'
import { askTimeServer, type TimeServer } from '#jobs/ask-time.ts'
import { every } from '#jobs/every.ts'
import { type Ending, LedgerBehind, SplitView } from '#ledger/newest.ts'
import type { ProofsOf } from '#ledger/proof-set.ts'
import { NothingMissing, NotReplayed, type Replayed, replayTail } from '#ledger/recover/replay.ts'
import { ledgerFolder, type Sequencer, startSequencer } from '#ledger/sequencer.ts'
import { tileFolder } from '#ledger/tile-folder.ts'

type Parts = {
  readonly ground: Ground
  /** The folder in which each agency's tree has its own. */
  readonly folder: string
  readonly serverKey: Buffer
  readonly now: () => Date
  readonly say: (fault: unknown) => void
  readonly agencyNamed: (slug: string | undefined) => Promise<AgencyId>
  readonly agencies: () => Promise<readonly AgencyId[]>
  readonly clock: Clock
  readonly stampMinutes: number
  readonly timeServers: readonly TimeServer[]
}

export type Ledgers = {
  readonly sequencer: Sequencer
  readonly witnessing: Witnessing
  readonly stamping: Stamping
  readonly proofsOf: ProofsOf
  /** Replays the end of a ledger whose database is older than what was published, at the word of somebody with the rights of this server. */
  readonly recover: (asked: unknown) => Promise<Replayed>
  readonly stop: () => Promise<void>
}

/** How often the clock is compared, and how long a time server has to answer. */
const compareMs = 15 * 60_000
const timeServerMs = 5_000

const recovery = z.strictObject({
  agency: slug.optional(),
  /** A mirror's copy of the tree; without it, the vault's own published folder. */
  from: z.string().min(1).max(4096).optional(),
  dry: z.boolean(),
})

/** Compares the clock with the first time server that answers. */
async function compareClock({ timeServers, clock, now }: Parts): Promise<void> {
  for (const server of timeServers) {
    const told = await askTimeServer(server, { timeoutMs: timeServerMs, now }).catch(() => undefined)
    if (told) return clock.compared(server.host, told)
  }
}

/** A clock that calls for somebody when another one differs from it: in the agency whose authority it is, or in every one. */
export const watchedClock = ({
  ground,
  agencies,
  now,
  say,
}: Pick<Parts, 'ground' | 'agencies' | 'now' | 'say'>): Clock =>
  newClock((source, offsetMs, only) => {
    const call = async () => {
      const alarm = { code: 'time/clock-off', on: [], facts: { source, offsetMs }, at: now() } as const
      for (const agency of only ? [only] : await agencies())
        await within(ground, theServer(agency), (tx) => raise(tx, alarm))
    }
    void call().catch(say)
  })

function alarmOf(fault: Ending): Pick<Raising, 'code' | 'facts'> {
  const says = fault.message
  if (fault instanceof LedgerBehind)
    return { code: 'ledger/rolled-back', facts: { says, published: fault.published, known: fault.known } }
  if (fault instanceof SplitView)
    return { code: 'ledger/split-view', facts: { says, size: fault.size, root: fault.root } }
  return { code: 'ledger/stopped', facts: { says } }
}

/** The ledgers of a vault: who signs them, who outside answers for them, and what is done when these disagree. */
export function startLedgers(parts: Parts): Ledgers {
  const { ground, folder, serverKey, now, say, agencyNamed } = parts
  const callFor = async (agency: AgencyId, fault: Ending) => {
    await within(ground, theServer(agency), (tx) => raise(tx, { ...alarmOf(fault), on: [], at: now() }))
  }
  const sequencer = startSequencer({
    ground,
    folder,
    serverKey,
    now,
    say,
    before: (agency) => witnessing.compareAtStart(agency),
    stopped: (agency, fault) => void callFor(agency, fault).catch(say),
    published: (agency) => witnessing.wake(agency),
  })
  const witnessing = startWitnessing({ ground, folder, now, say, halt: sequencer.halt })
  const stamping = startStamping({ ...parts, everyMinutes: parts.stampMinutes })
  const comparing = every(compareMs, () => compareClock(parts), say)
  return {
    sequencer,
    witnessing,
    stamping,
    proofsOf: proofsFrom({ ground, folder, witnessing, stamping }),
    async recover(given) {
      const asked = recovery.safeParse(given)
      if (!asked.success) throw malformed(asked.error)
      const agency = await agencyNamed(asked.data.agency)
      const own = tileFolder(ledgerFolder(folder, agency))
      const source = asked.data.from === undefined ? own : tileFolder(asked.data.from)
      const log = { ground, agency, serverKey, now, folder: own }
      const replayed = await replayTail({ ...log, source, dry: asked.data.dry }).catch(async (fault: unknown) => {
        // Then it may go on, if those outside say so too: they are asked again before anything is signed.
        if (fault instanceof NothingMissing && !asked.data.dry) await sequencer.resume(agency)
        if (fault instanceof NotReplayed) throw new Refusal('ledger/not-replayed', { why: fault.message })
        throw fault
      })
      if (!asked.data.dry) await sequencer.resume(agency)
      return replayed
    },
    async stop() {
      await comparing.stop()
      await stamping.stop()
      await witnessing.stop()
      await sequencer.stop()
    },
  }
}
