import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import pg from 'pg'
import { testPostgres } from '../testing/postgres.ts'
import { migrate, migrationsFolder, pending } from './migrate.ts'

const server = await testPostgres()
const silently = () => {}

async function ask(config: pg.ClientConfig, text: string): Promise<readonly pg.QueryResultRow[]> {
  const client = new pg.Client(config)
  await client.connect()
  return (await client.query(text).finally(() => client.end())).rows
}

async function emptyDatabase(): Promise<pg.ClientConfig> {
  const database = `migrate_${randomBytes(6).toString('hex')}`
  await ask(server.ownerConfig, `create database ${database}`)
  return { ...server.ownerConfig, database }
}

async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-migrations-'))
  after(() => rm(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  return folder
}

const two = {
  '0001-first.sql': 'create schema vault; create table vault.thing (id int);',
  '0002-second.sql': 'alter table vault.thing add column name text;',
}

test('an empty database is brought to the shape of this program, and a second start finds nothing to do', async () => {
  const config = await emptyDatabase()

  const first = await migrate(config, { say: silently })
  const second = await migrate(config, { say: silently })

  assert.equal(first[0], '0001-ground.sql')
  assert.deepEqual(second, [])
  const client = new pg.Client(config)
  await client.connect()
  assert.deepEqual(await pending(client), [])
  await client.end()
})

test('of many servers that start at once one prepares the database and the others wait for it', async () => {
  const config = await emptyDatabase()
  const sentences: string[] = []
  const say = (sentence: string) => sentences.push(sentence)

  const applied = await Promise.all(Array.from({ length: 5 }, () => migrate(config, { say })))

  assert.equal(applied.filter((names) => names.length > 0).length, 1)
  assert.equal(sentences.length, 4)
})

test('a migration that was edited or renamed after it was applied is refused', async () => {
  const config = await emptyDatabase()
  const folder = await folderOf(two)
  await migrate(config, { folder, say: silently })

  await writeFile(join(folder, '0002-second.sql'), `${two['0002-second.sql']} -- better`)
  await assert.rejects(migrate(config, { folder, say: silently }), /0002-second.sql was edited after it was applied/)

  await writeFile(join(folder, '0002-second.sql'), two['0002-second.sql'])
  await rename(join(folder, '0002-second.sql'), join(folder, '0002-other.sql'))
  await assert.rejects(migrate(config, { folder, say: silently }), {
    name: 'StartFault',
    message: /as 0002-second.sql/,
  })
})

test('a database that a newer version has used is refused', async () => {
  const config = await emptyDatabase()
  await migrate(config, { folder: await folderOf(two), say: silently })
  const older = await folderOf({ '0001-first.sql': two['0001-first.sql'] })

  await assert.rejects(migrate(config, { folder: older, say: silently }), {
    name: 'StartFault',
    message: /newer version of Sallyport \(it has 0002-second.sql; this program ends at 0001-first.sql\)/,
  })
})

test('a migration that fails changes nothing, names its line, and is tried again at the next start', async () => {
  const config = await emptyDatabase()
  const broken = 'create table vault.other (id int);\n\nselect nothing;'
  const folder = await folderOf({ ...two, '0003-third.sql': broken })

  await assert.rejects(migrate(config, { folder, say: silently }), /0003-third.sql failed at line 3: .*nothing/)

  assert.deepEqual(await ask(config, `select to_regclass('vault.other') as other`), [{ other: null }])
  await writeFile(join(folder, '0003-third.sql'), 'create table vault.other (id int);')
  assert.deepEqual(await migrate(config, { folder, say: silently }), ['0003-third.sql'])
})

test('a migration without its number in order is a fault of the program, found before anything runs', async () => {
  const config = await emptyDatabase()
  const folder = await folderOf({ '0001-first.sql': 'select 1', '0003-third.sql': 'select 1' })

  await assert.rejects(migrate(config, { folder, say: silently }), /0003-third.sql is not migration number 2/)
})

test('the server may read what was applied and change none of it', async () => {
  const config = await emptyDatabase()
  await migrate(config, { folder: migrationsFolder, say: silently })
  const asServer = { ...server.appConfig, database: config.database }

  const rows = await ask(asServer, 'select number from vault_migrations.applied limit 1')

  assert.deepEqual(rows, [{ number: 1 }])
  await assert.rejects(ask(asServer, `update vault_migrations.applied set sha256 = ''`), { code: '42501' })
})
