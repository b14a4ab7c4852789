import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { AgencyId } from '@sallyport/core/ids'
import { type Ground, noAgency, theServer, within } from '#db/within.ts'
import { type Log, type LogParts, sequence } from './log.ts'
import { knownAgencies } from './rows.ts'
import { tileFolder } from './tile-folder.ts'

/** How long entries are gathered before a round: more of them then share one signature and one sync. */
const gatherMs = 40
/** How often a server looks for entries that another one wrote. */
const lookMs = 1_000
/** How long the ledger may fail before nothing is served any more. */
const patienceMs = 60_000

export type Sequencer = {
  /** Tells that an entry was committed for an agency. */
  readonly poke: (agency: AgencyId) => void
  /** False when the ledger of the agency could not be published for a minute: then nothing is served. */
  readonly healthy: (agency: AgencyId) => boolean
  /** Runs rounds until nothing waits, for a reader that needs its own entry in the tree. */
  readonly settle: (agency: AgencyId) => Promise<void>
  readonly stop: () => Promise<void>
}

type Parts = {
  readonly ground: Ground
  readonly folder: string
  readonly serverKey: Uint8Array
  readonly now: () => Date
  readonly say: (fault: unknown, agency: AgencyId) => void
}

export const ledgerFolder = (folder: string, agency: AgencyId): string => join(folder, agency)

/** The ledger of one agency, as this process runs it. */
type Runner = {
  readonly begin: (after: number) => Promise<void>
  readonly under: () => Promise<void> | undefined
  readonly healthy: () => boolean
}

function runnerOf(agency: AgencyId, { say, now, ...parts }: Parts): Runner {
  const folder = tileFolder(ledgerFolder(parts.folder, agency))
  const log: LogParts = { ...parts, now, agency, folder }
  const known: { log?: Log } = {}
  let running: Promise<void> | undefined
  let poked = false
  let failingSince: number | undefined

  const rounds = async () => {
    try {
      for (let more = 0; poked || more > 0; ) {
        poked = false
        const published = await sequence(log, known)
        // While another server holds the ledger, this one has not shown that it can publish.
        if (published !== undefined) failingSince = undefined
        more = published ?? 0
      }
    } catch (fault) {
      delete known.log
      failingSince ??= now().getTime()
      say(fault, agency)
    }
  }
  return {
    begin(after) {
      poked = true
      running ??= pause(after, undefined, { ref: false })
        .then(rounds)
        .finally(() => {
          running = undefined
        })
      return running
    },
    under: () => running,
    healthy: () => failingSince === undefined || now().getTime() - failingSince < patienceMs,
  }
}

/** Runs the one sequencer of every agency, as far as no other server does. */
export function startSequencer(parts: Parts): Sequencer {
  const runners = new Map<AgencyId, Runner>()
  let stopped = false
  const runner = (agency: AgencyId): Runner => {
    const found = runners.get(agency) ?? runnerOf(agency, parts)
    runners.set(agency, found)
    return found
  }
  const look = async () => {
    const agencies = await within(parts.ground, theServer(noAgency), knownAgencies)
    for (const { agency_id } of agencies) if (!stopped) void runner(agency_id as AgencyId).begin(0)
  }
  let looking: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    looking = look().catch((fault: unknown) => parts.say(fault, noAgency))
  }, lookMs).unref()
  return {
    poke: (agency) => void (stopped || runner(agency).begin(gatherMs)),
    healthy: (agency) => runners.get(agency)?.healthy() ?? true,
    async settle(agency) {
      await runner(agency).under()
      await runner(agency).begin(0)
    },
    async stop() {
      stopped = true
      clearInterval(timer)
      await looking
      await Promise.all([...runners.values()].flatMap(({ under }) => under() ?? []))
    },
  }
}
