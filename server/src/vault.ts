import { join } from 'node:path'
import type { AgencyId } from '@sallyport/core/ids'
import type { Kysely } from 'kysely'
import type { Schema } from '#db/schema.ts'
import type { Actor, Ground } from '#db/within.ts'
import { agenciesOf, agencyNamed, agencyRoutes } from '#features/agencies/routes.ts'
import { newSetUpLinks, type SetUpLinks } from '#features/agencies/set-up.ts'
import { unlockAtStart, withdrawAll } from '#features/agencies/unlock.ts'
import { alarmRoutes } from '#features/alarms/routes.ts'
import { caseRoutes } from '#features/cases/routes.ts'
import { custodyRoutes } from '#features/custody/routes.ts'
import type { Bagging } from '#features/exports/bag.ts'
import { moveRoutes } from '#features/moves/routes.ts'
import { expungementRoutes } from '#features/expungements/routes.ts'
import { exportRoutes } from '#features/exports/routes.ts'
import { type Fixity, startFixity } from '#features/fixity/round.ts'
import { fixityRoutes } from '#features/fixity/routes.ts'
import { itemRoutes } from '#features/items/routes.ts'
import { paperRoutes } from '#features/papers/routes.ts'
import { gatherServed, type Served } from '#features/items/viewings.ts'
import { releaseByHand } from '#features/people/release-by-hand.ts'
import { peopleRoutes } from '#features/people/routes.ts'
import { searchRoutes } from '#features/search/routes.ts'
import { sessionRoutes } from '#features/sessions/routes.ts'
import { doorkeeper } from '#features/sessions/sign-in.ts'
import { expire } from '#features/transfers/answer.ts'
import { transferRoutes } from '#features/transfers/routes.ts'
import { type Receiving, startReceiving } from '#features/uploads/receiving.ts'
import { uploadRoutes } from '#features/uploads/routes.ts'
import { stampFor } from '#features/stamps/proofs.ts'
import { stampRoutes } from '#features/stamps/routes.ts'
import { witnessRoutes } from '#features/witnesses/routes.ts'
import { serveLedgers } from '#features/witnesses/serve-ledger.ts'
import type { Log, Meters } from '#http/observe.ts'
import type { Route } from '#http/route.ts'
import { serve } from '#http/serve.ts'
import { every } from '#jobs/every.ts'
import { type Leases, newLeases } from '#keys/leases.ts'
import type { ObjectStore } from '#store/object-store.ts'
import type { Config } from './config.ts'
import { type Ledgers, startLedgers, watchedClock } from './ledgers.ts'

/** What a vault is made of; `main.ts` makes the real ones, and tests make small real ones. */
export type VaultParts = {
  readonly config: Pick<
    Config,
    | 'data'
    | 'origin'
    | 'passphrase'
    | 'setupToken'
    | 'uploadDays'
    | 'maxBytes'
    | 'quarantineTypes'
    | 'fixityDays'
    | 'fixityRate'
    | 'timeServers'
    | 'stampMinutes'
    | 'demo'
  >
  readonly db: Kysely<Schema>
  readonly store: ObjectStore
  readonly serverKey: Buffer
  readonly now: () => Date
  readonly log: Log
  readonly meters: Meters
  readonly version: string
  readonly verifier: Bagging['verifier']
  readonly tls?: object
}

export type Vault = {
  readonly app: ReturnType<typeof serve>
  readonly ground: Ground
  readonly leases: Leases
  readonly routes: readonly Route[]
  readonly links: SetUpLinks
  /** Agencies whose key is not released to this server yet. */
  readonly sealed: readonly AgencyId[]
  readonly agencies: () => Promise<readonly { id: AgencyId; slug: string }[]>
  /** Runs the ledger of an agency until nothing waits. */
  readonly settle: (agency: AgencyId) => Promise<void>
  readonly healthy: (agency: AgencyId) => boolean
  /** Releases a locked account at the word of somebody with the rights of this server. */
  readonly releaseByHand: (asked: unknown) => Promise<object>
  /** Replays the end of a ledger whose database is older than what was published. */
  readonly recoverLedger: (asked: unknown) => Promise<object>
  /** Ends everything but what was given: requests first, then what they left to be done. */
  readonly stop: () => Promise<void>
}

const tidyMs = 60_000
/** How long answers under way may take to end at a stop; then their connections are cut, and the rest is put in order. */
const graceMs = 8_000

/** Puts a vault together. It serves nothing until its `app` listens. */
export async function assembleVault(parts: VaultParts): Promise<Vault> {
  const { config, db, store, serverKey, now, log } = parts
  const leases = newLeases(serverKey)
  const say = (fault: unknown) => log.error({ err: fault }, 'fault')
  const { ground, clock, agencies, ids, named } = groundOf({ db, keysOf: leases.of }, { now, say })
  const keyFolder = join(config.data, 'keys')
  const folder = join(config.data, 'ledger')
  const outside = { stampMinutes: config.stampMinutes, timeServers: config.timeServers }
  const ledgers = startLedgers({
    ground,
    folder,
    serverKey,
    now,
    say,
    agencyNamed: named,
    agencies: ids,
    clock,
    ...outside,
  })
  const { sequencer } = ledgers
  const known = await ids()
  const isAgency = remembering(known, agencies)
  const links = newSetUpLinks(known.length === 0 ? config.setupToken : undefined)
  const unlocking = { ground, leases, folder: keyFolder }
  const sealed = await unlockAtStart(unlocking, { agencies: known, given: config.passphrase, say }, now())

  const poke = ({ agency }: Pick<Actor, 'agency'>) => sequencer.poke(agency)
  const served = gatherServed(ground, { now, say, poke })
  const rule = { maxBytes: config.maxBytes, types: config.quarantineTypes }
  const receiving = startReceiving({ ground, store, rule, now, days: config.uploadDays, poke, say })
  const pace = { days: config.fixityDays, bytesPerSecond: config.fixityRate * 1e6 }
  const fixity = startFixity({ ground, store, rule: pace, agencies: ids, now, poke: sequencer.poke, say })
  const made = { ground, leases, keyFolder, ledgers, links, served, receiving, fixity, isAgency, say }
  const routes = routesOf(parts, made)
  const app = serve({ ...parts, ground, sequencer, routes, doorkeeper, isAgency })
  serveLedgers(app, { ground, folder, now, agencyNamed: (slug) => named(slug).catch(() => undefined) })
  const expiring = async (agency: AgencyId) => (await expire(ground, agency, now())) > 0 && sequencer.poke(agency)
  const tidy = (agency: AgencyId) => Promise.all([receiving.tidy(agency), expiring(agency)])
  const tidying = every(tidyMs, async () => void (await Promise.all((await ids()).map(tidy))), say)

  const stop = async () => {
    await tidying.stop()
    const hashing = fixity.stop()
    await close(app)
    await hashing
    await receiving.drain()
    await served.settle()
    const all = await ids()
    await withdrawAll(unlocking, all, now())
    await Promise.all(all.map((id) => sequencer.settle(id)))
    await ledgers.stop()
  }
  const shown = { app, ground, leases, routes, links, sealed, agencies, stop }
  return {
    ...shown,
    settle: sequencer.settle,
    healthy: sequencer.healthy,
    releaseByHand: (asked) => releaseByHand({ ground, agencyNamed: named, now }, asked),
    recoverLedger: ledgers.recover,
  }
}

/** A film that stands still in a browser keeps its connection for as long as the page is open: it is cut. */
async function close(app: Vault['app']): Promise<void> {
  const cutting = setTimeout(() => app.server.closeAllConnections(), graceMs)
  await app.close().finally(() => clearTimeout(cutting))
}

/** What transactions stand on, with the clock that their entries speak of, and the agencies that there are. */
function groundOf(bare: Ground, { now, say }: { now: () => Date; say: (fault: unknown) => void }) {
  const agencies = () => agenciesOf(bare)
  const ids = async () => (await agencies()).map(({ id }) => id)
  const clock = watchedClock({ ground: bare, agencies: ids, now, say })
  const ground: Ground = { ...bare, clock: clock.trust }
  return { ground, clock, agencies, ids, named: (slug: string | undefined) => agencyNamed(ground, slug) }
}

/** Whether there is such an agency. None is ever removed, so one that was seen needs no second look. */
function remembering(known: readonly AgencyId[], agencies: Vault['agencies']): (id: AgencyId) => Promise<boolean> {
  const seen = new Set(known)
  return async (id) => {
    if (!seen.has(id)) for (const one of await agencies()) seen.add(one.id)
    return seen.has(id)
  }
}

type Machinery = {
  readonly ground: Ground
  readonly leases: Leases
  readonly keyFolder: string
  readonly ledgers: Ledgers
  readonly links: SetUpLinks
  readonly served: Served
  readonly receiving: Receiving
  readonly fixity: Fixity
  readonly isAgency: (id: AgencyId) => Promise<boolean>
  readonly say: (fault: unknown) => void
}

/** Every route of the vault, each feature given what it needs and nothing else. */
function routesOf({ config, store, now, version, verifier }: VaultParts, made: Machinery): readonly Route[] {
  const { ground, leases, keyFolder, ledgers, links, served, receiving, fixity, isAgency, say } = made
  const { origin, uploadDays: days, demo: demonstration } = config
  const { sequencer, witnessing, stamping, proofsOf } = ledgers
  const ledger = join(config.data, 'ledger')
  const room = () => store.room()
  const poke = (agency: AgencyId) => sequencer.poke(agency)
  const stamp = stampFor(stamping)
  const { serverKey } = leases
  const papers = { ground, store, ledger, serverKey, version, sequencer, proofsOf, stamp, now }
  return [
    ...agencyRoutes({ ground, leases, keyFolder, origin, version, demonstration, links, room }),
    ...sessionRoutes({ ground, agencyNamed: (slug) => agencyNamed(ground, slug) }),
    ...peopleRoutes({ origin, isAgency }),
    ...caseRoutes,
    ...itemRoutes({ ground, store, served, ledger, now }),
    ...transferRoutes({ ground }),
    ...moveRoutes,
    ...uploadRoutes({ ground, receiving, room, days, now, poke, say }),
    ...custodyRoutes({ ground, ledger, now }),
    ...searchRoutes,
    ...alarmRoutes,
    ...fixityRoutes(fixity),
    ...expungementRoutes({ store, ledger, say }),
    ...witnessRoutes({ origin, witnessing }),
    ...stampRoutes({ ground, stamping }),
    ...exportRoutes({ ...papers, verifier }),
    ...paperRoutes(papers),
  ]
}
