import { hash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AgencyId } from '@sallyport/core/ids'
import pg from 'pg'
import { newLog, newMeters } from '../http/observe.ts'
import { serverKey } from '../keys/local-file.ts'
import { runsByItself } from '../settings.ts'
import { openDiskStore } from '../store/disk-store.ts'
import type { ObjectStore } from '../store/object-store.ts'
import { assembleVault, type Vault, type VaultParts } from '../vault.ts'
import { testDatabase, type TestDatabase } from './database.ts'
import { atEnd } from './postgres.ts'

export type Options = {
  readonly maxBytes?: number
  readonly uploadDays?: number
  /** Megabytes a second. */
  readonly fixityRate?: number
  /** Mounts what stands beside the operations, before the vault answers. */
  readonly beside?: (vault: Vault, folder: string) => Promise<void>
  /** Stands between the vault and its store, for what a disk does only when it breaks. */
  readonly store?: (real: ObjectStore) => ObjectStore
}

/** A whole vault over a database and a folder of its own: nothing in it is played. */
export type House = {
  readonly database: TestDatabase
  /** Connections of the role that owns the tables, for what an intruder or an operator could do. */
  readonly owner: pg.Pool
  readonly folder: string
  readonly now: () => Date
  /** Lets time pass: the machine's clock goes on from there. */
  readonly advance: (ms: number) => void
  readonly vault: () => Vault
  /** The log that the vault has written so far. */
  readonly log: () => Promise<string>
  /** Ends the vault as a stop does, and puts it together anew over what it left behind. */
  readonly restart: (between?: () => Promise<void>) => Promise<void>
  readonly stop: () => Promise<void>
}

export const setupToken = 'set-up-token-of-a-test-0123456789abcdef'
export const origin = 'https://vault.test'

type Running = { readonly vault: Vault; readonly store: ObjectStore }

/** Stands in for the built verifier, of which the bag only takes the bytes. */
const verifier = ['verify.mjs', 'verify.html'].map((name) => ({ name, bytes: Buffer.from(`${name}\n`) }))

async function run(parts: Pick<VaultParts, 'db' | 'now'>, folder: string, options: Options): Promise<Running> {
  const real = await openDiskStore({ folder: join(folder, 'objects'), reserve: 0 })
  const store = options.store?.(real) ?? real
  const key = await serverKey(join(folder, 'keys'), { mayMake: true })
  if (!key) throw new Error('The server key was not made.')
  const vault = await assembleVault({
    ...parts,
    config: {
      data: folder,
      origin,
      passphrase: null,
      setupToken,
      uploadDays: options.uploadDays ?? 7,
      maxBytes: options.maxBytes ?? 2 ** 30,
      quarantineTypes: runsByItself.split(', '),
      fixityDays: 30,
      timeServers: [],
      stampMinutes: 60,
      fixityRate: options.fixityRate ?? 10_000,
      demo: false,
    },
    store,
    serverKey: key,
    log: newLog('info', join(folder, 'log')),
    meters: newMeters(),
    version: '0.0.0-test',
    verifier,
  })
  await options.beside?.(vault, folder)
  await vault.app.ready()
  return { vault, store }
}

export async function aHouse(options: Options = {}): Promise<House> {
  const database = await testDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-vault-'))
  const owner = new pg.Pool({ ...database.ownerConfig, max: 2 })
  let ahead = 0
  const now = () => new Date(Date.now() + ahead)
  let running: Running | undefined = await run({ db: database.db, now }, folder, options)

  const halt = async () => {
    const ending = running
    running = undefined
    await ending?.vault.stop()
    await ending?.store.close()
  }
  const stop = async () => {
    await halt()
    await owner.end()
    await rm(folder, { recursive: true, force: true })
  }
  let stopped: Promise<void> | undefined
  const stopOnce = () => (stopped ??= stop())
  atEnd(stopOnce)
  return {
    database,
    owner,
    folder,
    now,
    advance: (ms) => void (ahead += ms),
    vault() {
      if (!running) throw new Error('The vault does not run.')
      return running.vault
    },
    log: () => readFile(join(folder, 'log', 'vault.log'), 'utf8'),
    async restart(between) {
      await halt()
      await between?.()
      running = await run({ db: database.db, now }, folder, options)
    },
    stop: stopOnce,
  }
}

/** Waits until a thing is so, for what the vault does after it has answered. */
export async function until(what: string, isSo: () => Promise<boolean> | boolean): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    if (await isSo()) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`It never came about that ${what}.`)
}

/** Asks the database for an agency, as the role that owns the tables: row security is forced on it too. */
export async function rowsOf<Row extends pg.QueryResultRow>(
  { owner }: Pick<House, 'owner'>,
  agency: AgencyId,
  text: string,
): Promise<Row[]> {
  const client = await owner.connect()
  try {
    await client.query('begin')
    await client.query(
      `select set_config('vault.agency', $1, true), set_config('vault.case_reach', 'agency', true), set_config('vault.item_reach', 'agency', true)`,
      [agency],
    )
    const { rows } = await client.query<Row>(text)
    await client.query('commit')
    return rows
  } catch (fault) {
    await client.query('rollback')
    throw fault
  } finally {
    client.release()
  }
}

/** A digest of all that an agency has, table by table, but for what a request touches by being refused. */
export async function recordsOf(house: Pick<House, 'owner'>, agency: AgencyId): Promise<Record<string, string>> {
  const { rows } = await house.owner.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'vault'::regnamespace and relkind = 'r' order by relname`,
  )
  // The ledger goes on, and so do those outside who cosign and stamp it.
  const moving = /^ledger_|^session$|^directory$|^cosigned_checkpoint$|^witness$|^time_/
  const tables = rows.map(({ name }) => name).filter((name) => !moving.test(name))
  const found: Record<string, string> = {}
  for (const name of tables) {
    const all = await rowsOf<{ t: string }>(house, agency, `select t::text from vault.${name} as t order by 1`)
    found[name] = `${all.length} ${hash('sha256', all.map(({ t }) => t).join('\n'))}`
  }
  return found
}
