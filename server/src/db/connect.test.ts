import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import pg from 'pg'
import { testDatabase } from '../testing/database.ts'

const { db, pool, ownerConfig } = await testDatabase()

test('sizes come back as exact numbers, and one that no number can hold is a fault', async () => {
  const { rows } = await sql<{ one: number; many: number[]; none: number[]; day: string }>`
    select ${2 ** 53 - 1}::bigint as one, array[1, null, 3]::bigint[] as many, '{}'::bigint[] as none,
      date '2026-03-14' as day`.execute(db)

  assert.deepEqual(rows, [{ one: 2 ** 53 - 1, many: [1, null, 3], none: [], day: '2026-03-14' }])
  await assert.rejects(sql`select 9007199254740993::bigint`.execute(db), /does not fit in a number/)
})

test('a question that takes too long, or waits too long for another, is ended by the database', async () => {
  const { rows } = await pool.query(
    `select name, setting from pg_settings
     where name in ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout') order by name`,
  )

  assert.deepEqual(
    rows.map(({ name, setting }) => `${name} ${setting}`),
    ['idle_in_transaction_session_timeout 60000', 'lock_timeout 10000', 'statement_timeout 30000'],
  )
})

test("the server's role can neither change a table nor become the role that can", async () => {
  const attempts = [
    'create table vault.mine ()',
    'drop table vault.session',
    'alter table vault.item disable row level security',
    'set role sallyport_owner',
    'create role another superuser',
    'delete from vault_migrations.applied',
    'create temporary table mine ()',
    `copy vault.item to program 'cat'`,
    `select pg_read_file('/etc/passwd')`,
  ]

  for (const attempt of attempts) await assert.rejects(pool.query(attempt), { code: '42501' }, attempt)
})

test('the role that owns the tables is no superuser, and the superuser cannot sign in', async () => {
  const client = new pg.Client(ownerConfig)
  await client.connect()

  const { rows } = await client.query(
    `select rolname, rolsuper, rolbypassrls, rolcanlogin from pg_roles
     where rolname like 'sallyport%' or rolsuper order by rolname collate "C"`,
  )
  await client.end()

  assert.deepEqual(
    rows.map((role) => [role.rolname, role.rolsuper, role.rolbypassrls, role.rolcanlogin].join(' ')),
    [
      'postgres true true false',
      'sallyport_app false false true',
      'sallyport_owner false false true',
      'sallyport_server false false false',
    ],
  )
})
