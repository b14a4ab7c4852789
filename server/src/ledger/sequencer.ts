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

type State = {
  readonly known: { log?: Log }
  running: Promise<void> | undefined
  poked: boolean
  failingSince: number | undefined
}

export const ledgerFolder = (folder: string, agency: AgencyId): string => join(folder, agency)

/** Runs the one sequencer of every agency, as far as no other server does. */
export function startSequencer({ ground, folder, serverKey, now, say }: Parts): Sequencer {
  const states = new Map<AgencyId, State>()
  let stopped = false

  const partsOf = (agency: AgencyId): LogParts => ({
    ground,
    agency,
    serverKey,
    now,
    folder: tileFolder(ledgerFolder(folder, agency)),
  })

  const stateOf = (agency: AgencyId): State => {
    const state = states.get(agency) ?? { known: {}, running: undefined, poked: false, failingSince: undefined }
    states.set(agency, state)
    return state
  }

  const rounds = async (agency: AgencyId, state: State) => {
    try {
      do {
        state.poked = false
        while ((await sequence(partsOf(agency), state.known)) ?? 0) state.poked = false
      } while (state.poked && !stopped)
      state.failingSince = undefined
    } catch (fault) {
      delete state.known.log
      state.failingSince ??= now().getTime()
      say(fault, agency)
    }
  }

  const begin = (agency: AgencyId, after: number): Promise<void> => {
    const state = stateOf(agency)
    state.poked = true
    state.running ??= pause(after, undefined, { ref: false })
      .then(() => rounds(agency, state))
      .finally(() => {
        state.running = undefined
      })
    return state.running
  }

  const look = async () => {
    const agencies = await within(ground, theServer(noAgency), knownAgencies)
    for (const { agency_id } of agencies) void begin(agency_id as AgencyId, 0)
  }
  const timer = setInterval(() => {
    look().catch((fault) => say(fault, noAgency))
  }, lookMs)
  timer.unref()

  return {
    poke: (agency) => void (stopped || begin(agency, gatherMs)),
    healthy: (agency) => {
      const since = states.get(agency)?.failingSince
      return since === undefined || now().getTime() - since < patienceMs
    },
    async settle(agency) {
      await states.get(agency)?.running
      await begin(agency, 0)
    },
    async stop() {
      stopped = true
      clearInterval(timer)
      await Promise.all([...states.values()].map(({ running }) => running))
    },
  }
}
