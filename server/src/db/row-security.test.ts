import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AgencyId } from '@sallyport/core/ids'
import type pg from 'pg'
import { plant } from '../testing/planted.ts'
import { testVault } from '../testing/vault.ts'
import { noAgency } from './within.ts'

const vault = await testVault()
const { agency } = await plant(vault)
const stranger = vault.home

type Row = { readonly [name: string]: unknown }

const { rows: tables } = await vault.owner.query<{ name: string }>(
  `select relname as name from pg_class where relnamespace = 'vault'::regnamespace and relkind = 'r' order by 1`,
)
const names = tables.map(({ name }) => name)

/** Runs statements as the server's own role, in a transaction that is taken back. */
async function asServer<T>(of: AgencyId | undefined, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await vault.database.pool.connect()
  try {
    await client.query('begin')
    if (of)
      await client.query(
        `select set_config('vault.agency', $1, true), set_config('vault.case_reach', 'agency', true), set_config('vault.item_reach', 'agency', true)`,
        [of],
      )
    return await work(client)
  } finally {
    await client.query('rollback')
    client.release()
  }
}

const ask = async (text: string): Promise<Row[]> => (await vault.owner.query<Row>(text)).rows

test('there is no table without row security, and none of which even the owner is free', async () => {
  const open = await ask(`
    select relname from pg_class
    where relnamespace = 'vault'::regnamespace and relkind in ('r', 'p') and not (relrowsecurity and relforcerowsecurity)`)

  assert.ok(names.length >= 18)
  assert.deepEqual(open, [])
})

test('on every table a rule that nothing can widen keeps each agency to its own rows', async () => {
  const policies = await ask(`
    select tablename, policyname, qual, with_check from pg_policies
    where schemaname = 'vault' and permissive = 'RESTRICTIVE' and cmd = 'ALL' and roles = '{public}'`)

  const kept = new Set(
    policies
      .filter(({ qual, with_check }) => String(with_check ?? qual).includes('agency_id = vault.agency()'))
      .map(({ tablename }) => tablename),
  )

  assert.deepEqual(
    names.filter((name) => !kept.has(name)),
    [],
  )
})

test('every key of every table begins with the agency', async () => {
  const keys = await ask(`
    select c.relname as table, a.attname as first
    from pg_index i join pg_class c on c.oid = i.indrelid
      join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
    where c.relnamespace = 'vault'::regnamespace and i.indisprimary`)

  assert.equal(keys.length, names.length)
  assert.deepEqual(
    keys.filter(({ first }) => first !== 'agency_id'),
    [],
  )
})

test('the server’s own role owns nothing, is nobody’s better, and cannot make anything', async () => {
  const [role] = (
    await asServer(undefined, (client) =>
      client.query<Row>(`
        select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication,
          exists (select from pg_class where relowner = r.oid) as owns,
          exists (select from pg_proc where proowner = r.oid) as "ownsFunctions",
          has_database_privilege(current_database(), 'create') as "makesSchemas",
          has_database_privilege(current_database(), 'temporary') as "makesTemporary",
          has_schema_privilege('public', 'create') as "makesInPublic",
          has_schema_privilege('vault', 'create') as "makesInVault",
          pg_has_role((select relowner from pg_class where oid = 'vault.item'::regclass), 'member') as "isOwner"
        from pg_roles as r where rolname = current_user`),
    )
  ).rows

  assert.ok(role)
  assert.deepEqual(
    Object.entries(role).filter(([, may]) => may !== false),
    [],
  )
})

test('the server’s own role removes no row of any table, and empties none', async () => {
  const { rows } = await asServer(undefined, (client) =>
    client.query<Row>(
      `select t from unnest($1::text[]) as t
       where has_table_privilege('vault.' || t, 'delete, truncate, references, trigger')`,
      [names],
    ),
  )

  assert.deepEqual(rows, [])
})

test('no function lends the server the rights of its maker', async () => {
  const lending = await ask(`select proname from pg_proc where pronamespace = 'vault'::regnamespace and prosecdef`)

  assert.deepEqual(lending, [])
})

test('for nobody there are no rows: a transaction that names no agency is an error', async () => {
  for (const name of names) {
    const outcome = asServer(undefined, (client) => client.query(`select * from vault.${name} limit 1`))
    await assert.rejects(outcome, { message: /vault\.agency|invalid input syntax for type uuid/ }, name)
  }
})

test('with another agency named, not one row of this one is to be had from any table', async () => {
  const seen: string[] = []
  const own: string[] = []

  for (const name of names) {
    const count = (of: AgencyId) =>
      asServer(of, async (client) => {
        const { rows } = await client.query<{ mine: number }>(
          `select count(*)::int as mine from vault.${name} where agency_id = $1`,
          [agency.id],
        )
        return rows[0]?.mine ?? 0
      })
    if ((await count(stranger.id)) > 0) seen.push(name)
    if ((await count(agency.id)) > 0) own.push(name)
  }

  assert.deepEqual(seen, [])
  assert.deepEqual(own, names)
})

test('the server itself, for no agency, sees that agencies exist and nothing else', async () => {
  const seen: string[] = []

  for (const name of names) {
    const { rowCount } = await asServer(noAgency, (client) => client.query(`select * from vault.${name} limit 1`))
    if (rowCount) seen.push(name)
  }

  assert.deepEqual(seen, ['directory'])
})

test('nothing can be written into another agency, whatever the row says', async () => {
  const refusedFor: string[] = []

  for (const name of names) {
    const row = await asServer(
      agency.id,
      async (client) =>
        (await client.query<{ row: unknown }>(`select to_jsonb(t) as row from vault.${name} as t limit 1`)).rows[0]
          ?.row,
    )
    const write = asServer(stranger.id, (client) =>
      client.query(`insert into vault.${name} select * from jsonb_populate_record(null::vault.${name}, $1)`, [
        JSON.stringify(row),
      ]),
    )
    await write.then(
      () => undefined,
      ({ message }: Error) => void (/row-level security|permission denied/.test(message) && refusedFor.push(name)),
    )
  }

  assert.deepEqual(refusedFor, names)
})

test('a person who is named sees the cases and items that their reach allows, and no others', async () => {
  const visible = async (reach: string, person: string) =>
    asServer(agency.id, async (client) => {
      await client.query(
        `select set_config('vault.person', $1, true), set_config('vault.case_reach', $2, true), set_config('vault.item_reach', $2, true)`,
        [person, reach],
      )
      const { rows } = await client.query<Row>(
        'select (select count(*)::int from vault.case_file) as cases, (select count(*)::int from vault.item) as items, (select count(*)::int from vault.remark) as remarks, (select count(*)::int from vault.upload) as uploads',
      )
      return Object.values(rows[0] ?? {})
    })
  const { rows } = await asServer(agency.id, (client) =>
    client.query<{ opened_by: string }>('select opened_by from vault.case_file'),
  )
  const opener = rows[0]?.opened_by ?? ''
  const nobody = crypto.randomUUID()

  const seen = [
    await visible('none', opener),
    await visible('own', nobody),
    await visible('case', nobody),
    await visible('agency', nobody),
  ]
  const opened = await visible('case', opener)

  assert.deepEqual(
    seen.slice(0, 3).map((counts) => counts.slice(0, 3)),
    [
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
    ],
  )
  assert.ok(seen[3]?.slice(0, 3).every((count) => Number(count) > 0))
  assert.equal(seen[3]?.[3], 0)
  assert.deepEqual(opened.slice(0, 1), [rows.length])
})
