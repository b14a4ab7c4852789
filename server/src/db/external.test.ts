import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { sql } from 'kysely'
import pg from 'pg'
import { testPostgres } from '../testing/postgres.ts'
import { openDatabase } from './connect.ts'

const server = await testPostgres()
const silently = () => {}

type Role = { readonly name: string; readonly password: string }

const urlFor = ({ name, password }: Role, database: string) =>
  `postgres://${name}:${encodeURIComponent(password)}@localhost/${database}?host=${encodeURIComponent(String(server.ownerConfig.host))}`

const owner: Role = { name: 'sallyport_owner', password: String(server.ownerConfig.password) }

async function asOwner(text: string): Promise<readonly pg.QueryResultRow[]> {
  const client = new pg.Client(server.ownerConfig)
  await client.connect()
  return (await client.query(text).finally(() => client.end())).rows
}

async function emptyDatabase(): Promise<string> {
  const name = `external_${randomBytes(6).toString('hex')}`
  await asOwner(`create database ${name}`)
  return name
}

async function role(options: string): Promise<Role> {
  const made = { name: `role_${randomBytes(6).toString('hex')}`, password: randomBytes(12).toString('base64url') }
  await asOwner(`create role ${made.name} login password '${made.password}' ${options}`)
  return made
}

async function dataFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-external-'))
  after(() => rm(folder, { recursive: true }))
  return folder
}

const open = async (
  url: string,
  { ownerUrl = null as string | null, data = '', say = silently as (s: string) => void } = {},
) => openDatabase({ data: data || (await dataFolder()), database: { url, ownerUrl }, pool: 2 }, say)

test('from one address that may make roles the server makes itself a role that owns nothing, once', async () => {
  const data = await dataFolder()
  const url = urlFor(owner, await emptyDatabase())

  const names: string[] = []
  for (let start = 0; start < 2; start++) {
    const { db, stop } = await open(url, { data })
    const { rows } = await sql<{ name: string }>`select current_user as name`.execute(db)
    names.push(rows[0]?.name ?? '')
    await assert.rejects(sql`drop table vault.session`.execute(db), { code: '42501' })
    await stop()
  }

  assert.match(names[0] ?? '', /^sallyport_app_[0-9a-f]{8}$/)
  assert.equal(names[1], names[0])
  assert.equal((await stat(join(data, 'database.json'))).mode & 0o777, 0o600)
  assert.ok((await readFile(join(data, 'database.json'), 'utf8')).includes(names[0] ?? '-'))
})

test('with two addresses the owner prepares the database and the server uses the other', async () => {
  const database = await emptyDatabase()
  const app = await role('')

  const { db, stop } = await open(urlFor(app, database), { ownerUrl: urlFor(owner, database) })

  const { rows } = await sql`select current_user as name`.execute(db)
  assert.deepEqual(rows, [{ name: app.name }])
  await stop()
})

test('a role that owns nothing can use a database that is in shape, and is told what to run for one that is not', async () => {
  const database = await emptyDatabase()
  const app = await role('in role sallyport_server')

  await assert.rejects(open(urlFor(app, database)), (error: Error) => {
    assert.equal(error.name, 'StartFault')
    assert.match(error.message, /create role sallyport_owner login password/)
    assert.match(error.message, /DATABASE_OWNER_URL=postgres:\/\/sallyport_owner:PASSWORD@/)
    return true
  })

  await (await open(urlFor(app, database), { ownerUrl: urlFor(owner, database) })).stop()
  await (await open(urlFor(app, database))).stop()
})

test('the server does not run as a role that could step around row security', async () => {
  const database = await emptyDatabase()
  const maker = await role('createrole in role sallyport_server')

  await assert.rejects(
    open(urlFor(maker, database), { ownerUrl: urlFor(owner, database) }),
    /may make roles, and so become another/,
  )
  await assert.rejects(
    open(urlFor(owner, database), { ownerUrl: urlFor(owner, database) }),
    /both name the role sallyport_owner/,
  )
})

test('a database that cannot be reached is told in a sentence that names the reason and no password', async () => {
  const app = await role('')
  const wrong = { name: app.name, password: 'not-the-password' }

  const reasons = await Promise.all(
    [
      urlFor(wrong, 'sallyport'),
      urlFor(app, 'no_such_database'),
      'postgres://app:not-the-password@127.0.0.1:1/sallyport',
      'postgres://app:not-the-password@localhost/sallyport?host=/nowhere',
      'postgres://app:not-the-password@no-such-host.invalid/sallyport',
    ].map((url) =>
      open(url).then(
        () => 'open',
        (error: Error) => `${error.name}: ${error.message}`,
      ),
    ),
  )

  const expected = [
    /password of the role/,
    /no database no_such_database/,
    /nothing listens at 127.0.0.1:1/,
    /no socket in \/nowhere/,
    /name no-such-host.invalid|name service/,
  ]
  for (const [index, reason] of reasons.entries()) {
    assert.match(reason, expected[index] ?? /never/)
    assert.match(reason, /^StartFault: The database cannot be reached: .*\.$|create database/s)
    assert.ok(!reason.includes('not-the-password'))
  }
})
