import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { AgencyId } from '@sallyport/core/ids'
import { type Ground, noAgency, theServer, within } from '#db/within.ts'
import { type Log, type LogParts, sequence } from './log.ts'
import { type Ending, endsIt } from './newest.ts'
import { knownAgencies } from './rows.ts'
import { tileFolder } from './tile-folder.ts'

/** How long entries are gathered before a round: more of them then share one signature and one sync. */
const gatherMs = 40
/** How often a server looks for entries that another one wrote. */
const lookMs = 1_000
/** How long the ledger may fail before nothing is served any more. */
const patienceMs = 60_000
/** How often a fault that stays the same is told again. */
const repeatMs = 60_000
/** How long a reader waits for another server that holds the ledger. */
const settleMs = 10_000

export type Sequencer = {
  /** Tells that an entry was committed for an agency. */
  readonly poke: (agency: AgencyId) => void
  /** False when the ledger of the agency could not be published for a minute: then nothing is served. */
  readonly healthy: (agency: AgencyId) => boolean
  /** Waits until nothing that was committed before waits for its place, for a reader that needs its own entry in the tree. */
  readonly settle: (agency: AgencyId) => Promise<void>
  /** Signs nothing more for the agency: somebody outside holds what this ledger does not know. */
  readonly halt: (agency: AgencyId, why: Ending) => void
  /** Lets a ledger that stopped try again, after what was missing was replayed. */
  readonly resume: (agency: AgencyId) => Promise<void>
  readonly stop: () => Promise<void>
}

type Parts = {
  readonly ground: Ground
  readonly folder: string
  readonly serverKey: Uint8Array
  readonly now: () => Date
  readonly say: (fault: unknown, agency: AgencyId) => void
  /** Asks those outside who hold checkpoints, before the first is signed here. Throws an {@link Ending}. */
  readonly before?: (agency: AgencyId) => Promise<void>
  /** Told once when a ledger stops for good: what it holds and what it signed do not fit together. */
  readonly stopped?: (agency: AgencyId, fault: Ending) => void
  /** Told when a checkpoint was published. */
  readonly published?: (agency: AgencyId) => void
}

export const ledgerFolder = (folder: string, agency: AgencyId): string => join(folder, agency)

/** The ledger of one agency, as this process runs it. */
type Runner = {
  /** Gives whether this server held the ledger to the end of the rounds, or stopped it. */
  readonly begin: (after: number) => Promise<boolean>
  readonly under: () => Promise<boolean> | undefined
  readonly healthy: () => boolean
  readonly halt: (why: Ending) => void
  readonly resume: () => void
}

/** How a ledger stands. A fault is told once, and again every minute while it lasts. */
function standing(agency: AgencyId, { say, now, stopped }: Pick<Parts, 'say' | 'now' | 'stopped'>) {
  let failingSince: number | undefined
  let ended: string | undefined
  let told = { message: '', at: 0 }
  return {
    succeed() {
      failingSince = ended = undefined
    },
    fail(fault: unknown) {
      failingSince ??= now().getTime()
      const message = fault instanceof Error ? fault.message : String(fault)
      if (endsIt(fault) && ended !== message) {
        ended = message
        stopped?.(agency, fault)
      }
      if (told.message === message && now().getTime() - told.at < repeatMs) return
      told = { message, at: now().getTime() }
      say(fault, agency)
    },
    healthy: () => !ended && (failingSince === undefined || now().getTime() - failingSince < patienceMs),
  }
}

function runnerOf(agency: AgencyId, parts: Parts): Runner {
  const folder = tileFolder(ledgerFolder(parts.folder, agency))
  const log: LogParts = { ...parts, agency, folder }
  const known: { log?: Log } = {}
  const stands = standing(agency, parts)
  let running: Promise<boolean> | undefined
  let poked = false
  let asked = false
  let halted: Ending | undefined

  const rounds = async (): Promise<boolean> => {
    let held = true
    try {
      if (!asked && !halted) await parts.before?.(agency)
      asked = true
      for (let more = 0; poked || more > 0; ) {
        if (halted) throw halted
        poked = false
        const published = await sequence(log, known)
        held = published !== undefined
        // While another server holds the ledger, this one has not shown that it can publish.
        if (held && !halted) stands.succeed()
        more = published ?? 0
        if (more > 0) parts.published?.(agency)
      }
    } catch (fault) {
      delete known.log
      stands.fail(fault)
    }
    return held
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
    healthy: stands.healthy,
    halt(why) {
      halted = why
      stands.fail(why)
    },
    resume() {
      halted = undefined
      asked = false
      stands.succeed()
    },
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
      // Another server may hold the ledger just now. Once it lets go, nothing that was committed before waits.
      for (const until = Date.now() + settleMs; !(await runner(agency).begin(0)) && Date.now() < until; )
        await pause(20)
    },
    halt: (agency, why) => runner(agency).halt(why),
    async resume(agency) {
      await runner(agency).under()
      runner(agency).resume()
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
