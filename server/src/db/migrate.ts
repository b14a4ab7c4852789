import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { type Say, StartFault } from '../start-fault.ts'
import { groupRole } from './cluster.ts'

type Migration = { readonly number: number; readonly name: string; readonly text: string; readonly sha256: string }
type Applied = { readonly number: number; readonly name: string; readonly sha256: string }

export const migrationsFolder = fileURLToPath(new URL('../../migrations/', import.meta.url))

/** Of the lock under which one server at a time changes the shape of a database. */
const migrating = 0x5a11_0002

/**
 * Brings a database to the shape that this program needs, as the role that owns it.
 *
 * Each file runs in a transaction of its own, with the row that says so inserted first: if two servers
 * ever got past the lock (a pooler that hands sessions around can do that), the second insert waits for
 * the first and then fails, and nothing is applied twice. A file that was edited after it was applied is
 * refused, since no one could say any more which shape the database has.
 */
export async function migrate(
  owner: pg.ClientConfig,
  { folder = migrationsFolder, say }: { readonly folder?: string; readonly say: Say },
): Promise<readonly string[]> {
  const known = await readMigrations(folder)
  const client = new pg.Client({ ...owner, application_name: 'sallyport migrations' })
  await client.connect()
  try {
    await takeTurn(client, say)
    await prepare(client)
    const applied = await readApplied(client)
    compare(known, applied)
    const due = known.slice(applied.length)
    for (const migration of due) await apply(client, migration)
    return due.map(({ name }) => name)
  } finally {
    await client.end()
  }
}

/** The migrations of this program that a database has not seen, without changing anything. */
export async function pending(client: pg.ClientBase, folder = migrationsFolder): Promise<readonly string[]> {
  const known = await readMigrations(folder)
  const { rows } = await client.query<{ there: boolean }>(
    `select to_regclass('vault_migrations.applied') is not null as there`,
  )
  const applied = rows[0]?.there ? await readApplied(client) : []
  compare(known, applied)
  return known.slice(applied.length).map(({ name }) => name)
}

async function readMigrations(folder: string): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()
  return Promise.all(
    names.map(async (name, index) => {
      const number = Number(/^(\d{4})-[a-z0-9-]+\.sql$/.exec(name)?.[1])
      if (number !== index + 1)
        throw new Error(`${name} is not migration number ${index + 1}: names are 0001-name.sql, without gaps.`)
      const text = await readFile(join(folder, name), 'utf8')
      return { number, name, text, sha256: createHash('sha256').update(text).digest('hex') }
    }),
  )
}

async function takeTurn(client: pg.Client, say: Say): Promise<void> {
  const { rows } = await client.query<{ got: boolean }>('select pg_try_advisory_lock($1) as got', [migrating])
  if (rows[0]?.got) return
  say('Another server is preparing the database. Waiting for it.')
  await client.query('select pg_advisory_lock($1)', [migrating])
}

/** The group that migrations grant to is known to the whole cluster, so two databases may race to make it. */
async function prepare(client: pg.Client): Promise<void> {
  const { rows } = await client.query('select 1 from pg_roles where rolname = $1', [groupRole])
  if (rows.length === 0)
    await client.query(`create role ${groupRole} nologin`).catch((error: pg.DatabaseError) => {
      if (error.code === '42501')
        throw new StartFault(
          `The role that owns the database may not make roles. Run this as an administrator of PostgreSQL, then start again:\n` +
            `  create role ${groupRole} nologin;`,
        )
      if (error.code !== '42710' && error.code !== '23505') throw error
    })
  await client
    .query(`
      create schema if not exists vault_migrations;
      create table if not exists vault_migrations.applied (
        number  integer     primary key,
        name    text        not null,
        sha256  text        not null,
        at      timestamptz not null default now()
      );
      grant usage on schema vault_migrations to ${groupRole};
      grant select on vault_migrations.applied to ${groupRole}`)
    .catch((error: pg.DatabaseError) => {
      if (error.code !== '42501') throw error
      throw new StartFault(
        `The role ${client.user} may not make schemas in the database ${client.database}. ` +
          `Run this as an administrator of PostgreSQL, then start again:\n` +
          `  alter database ${pg.escapeIdentifier(client.database ?? '')} owner to ${pg.escapeIdentifier(client.user ?? '')};`,
      )
    })
}

const readApplied = async (client: pg.ClientBase): Promise<readonly Applied[]> =>
  (await client.query<Applied>('select number, name, sha256 from vault_migrations.applied order by number')).rows

function compare(known: readonly Migration[], applied: readonly Applied[]): void {
  const newest = applied.at(-1)
  if (newest && newest.number > known.length)
    throw new StartFault(
      `This database was last used by a newer version of Sallyport (it has ${newest.name}; this program ends at ` +
        `${known.at(-1)?.name ?? 'nothing'}). Start the newer version: a database does not go back.`,
    )
  for (const [index, { number, name, sha256 }] of applied.entries()) {
    const file = known[index]
    if (number !== index + 1)
      throw new StartFault(
        `The database does not know of migration ${index + 1}, but of later ones. Restore it from a backup.`,
      )
    if (file && (file.name !== name || file.sha256 !== sha256))
      throw new StartFault(
        `The migration ${file.name} was edited after it was applied to this database (as ${name}). ` +
          'Put the file back as it was released; a change is a new migration.',
      )
  }
}

async function apply(client: pg.Client, { number, name, text, sha256 }: Migration): Promise<void> {
  await client.query('begin')
  try {
    await client.query('insert into vault_migrations.applied (number, name, sha256) values ($1, $2, $3)', [
      number,
      name,
      sha256,
    ])
    await client.query(text)
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => {})
    if (!(error instanceof pg.DatabaseError)) throw error
    if (error.code === '53100')
      throw new StartFault('The disk of the database is full. Free some space, then start again; nothing was changed.')
    const at = error.position ? ` at line ${text.slice(0, Number(error.position) - 1).split('\n').length}` : ''
    throw new Error(`Migration ${name} failed${at}: ${error.message}`, { cause: error })
  }
}
