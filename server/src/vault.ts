import { join } from 'node:path'
import type { AgencyId } from '@sallyport/core/ids'
import type { Kysely } from 'kysely'
import type { Schema } from '#db/schema.ts'
import type { Ground } from '#db/within.ts'
import { agenciesOf, agencyNamed, agencyRoutes } from '#features/agencies/routes.ts'
import { newSetUpLinks, type SetUpLinks } from '#features/agencies/set-up.ts'
import { unlockAtStart } from '#features/agencies/unlock.ts'
import { caseRoutes } from '#features/cases/routes.ts'
import { custodyRoutes } from '#features/custody/routes.ts'
import type { Bagging } from '#features/exports/bag.ts'
import { exportRoutes } from '#features/exports/routes.ts'
import { itemRoutes } from '#features/items/routes.ts'
import { gatherServed } from '#features/items/viewings.ts'
import { peopleRoutes } from '#features/people/routes.ts'
import { searchRoutes } from '#features/search/routes.ts'
import { sessionRoutes } from '#features/sessions/routes.ts'
import { doorkeeper } from '#features/sessions/sign-in.ts'
import { startReceiving } from '#features/uploads/receiving.ts'
import { uploadRoutes } from '#features/uploads/routes.ts'
import type { Log, Meters } from '#http/observe.ts'
import type { Route } from '#http/route.ts'
import { serve } from '#http/serve.ts'
import { every } from '#jobs/every.ts'
import { newLeases } from '#keys/leases.ts'
import { startSequencer } from '#ledger/sequencer.ts'
import type { ObjectStore } from '#store/object-store.ts'
import type { Config } from './config.ts'

/** What a vault is made of; `main.ts` makes the real ones, and tests make small real ones. */
export type VaultParts = {
  readonly config: Pick<
    Config,
    'data' | 'origin' | 'passphrase' | 'setupToken' | 'uploadDays' | 'maxBytes' | 'quarantineTypes' | 'demo'
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
  readonly routes: readonly Route[]
  readonly links: SetUpLinks
  /** Agencies whose key is not released to this server yet. */
  readonly sealed: readonly AgencyId[]
  readonly agencies: () => Promise<readonly { id: AgencyId; slug: string }[]>
  /** Runs the ledger of an agency until nothing waits. */
  readonly settle: (agency: AgencyId) => Promise<void>
  readonly healthy: (agency: AgencyId) => boolean
  /** Ends everything but what was given: requests first, then what they left to be done. */
  readonly stop: () => Promise<void>
}

const tidyMs = 60_000

/** Puts a vault together. It serves nothing until its `app` listens. */
export async function assembleVault(parts: VaultParts): Promise<Vault> {
  const { config, db, store, serverKey, now, log, meters, version } = parts
  const leases = newLeases(serverKey)
  const ground: Ground = { db, keysOf: leases.of }
  const keyFolder = join(config.data, 'keys')
  const ledger = join(config.data, 'ledger')
  const say = (fault: unknown) => log.error({ err: fault }, 'fault')
  const sequencer = startSequencer({ ground, folder: ledger, serverKey, now, say })
  const agencies = () => agenciesOf(ground)
  const known = await agencies()
  const links = newSetUpLinks(known.length === 0 ? config.setupToken : undefined)
  const sealed = await unlockAtStart(
    { ground, leases, folder: keyFolder },
    { agencies: known.map(({ id }) => id), given: config.passphrase },
    now(),
  )

  const poke = (agency: AgencyId) => sequencer.poke(agency)
  const served = gatherServed(ground, { now, say, poke: ({ agency }) => poke(agency) })
  const rule = { maxBytes: config.maxBytes, types: config.quarantineTypes }
  const receiving = startReceiving({
    ground,
    store,
    rule,
    now,
    days: config.uploadDays,
    poke: ({ agency }) => poke(agency),
  })
  const room = () => store.room()
  const bagging = { ground, store, ledger, version, verifier: parts.verifier }

  const routes: readonly Route[] = [
    ...agencyRoutes({
      ground,
      leases,
      keyFolder,
      origin: config.origin,
      version,
      demonstration: config.demo,
      links,
      room,
    }),
    ...sessionRoutes({ ground, agencyNamed: (slug) => agencyNamed(ground, slug) }),
    ...peopleRoutes({ origin: config.origin, isAgency: async (id) => (await agencies()).some((one) => one.id === id) }),
    ...caseRoutes,
    ...itemRoutes({ ground, store, served, ledger, now }),
    ...uploadRoutes({ ground, receiving, room, days: config.uploadDays, now, poke, say }),
    ...custodyRoutes({ ground, ledger, now }),
    ...searchRoutes,
    ...exportRoutes({ ...bagging, sequencer, now }),
  ]
  const app = serve({ ground, sequencer, routes, doorkeeper, now, log, meters, ...(parts.tls && { tls: parts.tls }) })
  const tidying = every(
    tidyMs,
    async () => void (await Promise.all((await agencies()).map(({ id }) => receiving.tidy(id)))),
    say,
  )

  const stop = async () => {
    await tidying.stop()
    await app.close()
    await receiving.drain()
    await served.settle()
    await Promise.all((await agencies()).map(({ id }) => sequencer.settle(id)))
    await sequencer.stop()
    leases.withdraw()
  }
  return { app, ground, routes, links, sealed, agencies, settle: sequencer.settle, healthy: sequencer.healthy, stop }
}
