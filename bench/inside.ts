import { hash } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Role } from '@sallyport/core/access'
import pg from 'pg'
import { newLog, newMeters } from '../server/src/http/observe.ts'
import { connect } from '../server/src/db/connect.ts'
import { startEmbedded } from '../server/src/db/embedded.ts'
import { migrate } from '../server/src/db/migrate.ts'
import { serverKey } from '../server/src/keys/local-file.ts'
import { openDiskStore } from '../server/src/store/disk-store.ts'
import { asker, type Caller, type Reply, send, type Wire } from '../server/src/testing/asking.ts'
import { type Founded, found, hire, type Person } from '../server/src/testing/cast.ts'
import { type House, setupToken } from '../server/src/testing/house.ts'
import { assembleVault, type Vault } from '../server/src/vault.ts'
import { aFolder, removeFolder } from './vault.ts'

/** A vault within this process, over a PostgreSQL that syncs as a real one does: for what HTTPS would hide. */
export type Inside = {
  readonly vault: Vault
  readonly folder: string
  /** Connections of the role that owns the tables. */
  readonly owner: pg.Pool
  readonly app: pg.Pool
  readonly home: Founded
  readonly hire: (role: Role) => Promise<Person>
  readonly ask: (caller: Caller) => ReturnType<typeof asker>
  readonly send: (caller: Caller, wire: Wire) => Promise<Reply>
  readonly stop: () => Promise<void>
}

const say = (sentence: string) => console.error(sentence)

/** `connections` is how many the server may hold, as SALLYPORT_POOL sets it. */
export async function startInside(connections = 10): Promise<Inside> {
  const folder = await aFolder()
  let ahead = 0
  const clock = { now: () => new Date(Date.now() + ahead), advance: (by: number) => void (ahead += by) }
  const postgres = await startEmbedded(join(folder, 'postgres'), say)
  await migrate(postgres.ownerConfig, { say })
  const { db, pool } = connect(postgres.appConfig, connections)
  const store = await openDiskStore({ folder: join(folder, 'objects') })
  const key = await serverKey(join(folder, 'keys'), { mayMake: true })
  if (!key) throw new Error('No key was made.')
  const meters = newMeters()
  const vault = await assembleVault({
    config: {
      data: folder,
      origin: 'https://vault.test',
      passphrase: null,
      setupToken,
      uploadDays: 7,
      maxBytes: 2 ** 40,
      quarantineTypes: [],
      fixityDays: 30,
      fixityRate: 20,
      timeServers: [],
      stampMinutes: 60,
      demo: false,
    },
    db,
    store,
    serverKey: key,
    now: clock.now,
    log: newLog('warn', join(folder, 'log')),
    meters,
    version: hash('sha256', 'bench').slice(0, 8),
    verifier: [],
  })
  await vault.app.ready()
  const owner = new pg.Pool({ ...postgres.ownerConfig, max: 4 })
  // Enrolment and sign-in ask a house for its clock and its vault, and for nothing else.
  const house = { ...clock, vault: () => vault } as House
  // What was loaded until here made the event loop late, and a vault that is late turns requests away.
  while (meters.lag() > 100) await sleep(200)
  const home = await found(house, true)
  return {
    vault,
    folder,
    owner,
    app: pool,
    home,
    hire: (role) => hire(house, home, { roles: [role] }),
    ask: (caller) => asker(() => vault, caller),
    send: (caller, wire) => send(vault, caller, wire),
    async stop() {
      await vault.stop()
      await store.close()
      await owner.end()
      await db.destroy()
      await postgres.stop()
      await removeFolder(folder)
    },
  }
}
