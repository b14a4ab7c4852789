import { createHash, randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import pg from 'pg'
import { groupRole } from '../db/cluster.ts'
import { connect } from '../db/connect.ts'
import { migrate, migrationsFolder } from '../db/migrate.ts'
import type { Schema } from '../db/schema.ts'
import { atEnd, testPostgres } from './postgres.ts'

export type TestDatabase = {
  readonly db: Kysely<Schema>
  readonly pool: pg.Pool
  readonly appConfig: pg.ClientConfig
  readonly ownerConfig: pg.ClientConfig
  readonly drop: () => Promise<void>
}

/** A migrated database of its own, gone when the test file ends. */
export async function testDatabase(): Promise<TestDatabase> {
  const server = await testPostgres()
  const database = `test_${randomBytes(8).toString('hex')}`
  const from = await template(server.ownerConfig)
  await asOwner(server.ownerConfig, async (client) => {
    await client.query(`create database ${database} template ${from}`)
    await client.query(`revoke connect, temporary on database ${database} from public`)
    await client.query(`grant connect on database ${database} to ${groupRole}`)
  })
  const appConfig = { ...server.appConfig, database }
  const { db, pool } = connect(appConfig, 8)
  let dropped: Promise<void> | undefined
  const drop = () => {
    dropped ??= db.destroy().then(() => removeDatabase(server.ownerConfig, database))
    return dropped
  }
  atEnd(drop)
  return { db, pool, appConfig, ownerConfig: { ...server.ownerConfig, database }, drop }
}

/** What works in a database for PostgreSQL itself, such as its vacuum, cannot be sent away, but soon ends. */
async function removeDatabase(owner: pg.ClientConfig, database: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await asOwner(owner, (client) => client.query(`drop database ${database} with (force)`))
      return
    } catch (fault) {
      if (tries === 50 || (fault as { code?: string }).code !== '42501') throw fault
      await pause(100)
    }
  }
}

/** Migrates a template once for the whole run; every test file then copies it in a blink. */
export async function template(owner: pg.ClientConfig): Promise<string> {
  const name = `template_${await digestOfMigrations()}`
  await asOwner(owner, async (client) => {
    await client.query('select pg_advisory_lock(1)')
    const there = await client.query('select 1 from pg_database where datname = $1', [name])
    if (there.rowCount) return
    const building = `building_${randomBytes(8).toString('hex')}`
    await client.query(`create database ${building}`)
    await migrate({ ...owner, database: building }, { say: console.error })
    await client.query(`alter database ${building} rename to ${name}`)
  })
  return name
}

async function digestOfMigrations(): Promise<string> {
  const hash = createHash('sha256')
  for (const name of (await readdir(migrationsFolder)).filter((name) => name.endsWith('.sql')).sort())
    hash.update(await readFile(join(migrationsFolder, name)))
  return hash.digest('hex').slice(0, 16)
}

async function asOwner<T>(owner: pg.ClientConfig, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(owner)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
