import { join } from 'node:path'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { Config } from '../config.ts'
import { type Say, StartFault } from '../start-fault.ts'
import { groupRole } from './cluster.ts'
import { type Embedded, startEmbedded } from './embedded.ts'
import { reachExternal } from './external.ts'
import { migrate } from './migrate.ts'
import type { Schema } from './schema.ts'

type Database = {
  readonly db: Kysely<Schema>
  /** The same connections as `db` has, by a role that owns nothing. For readiness, not for rows. */
  readonly ownerless: pg.Pool
  readonly embedded: Embedded | null
  readonly stop: () => Promise<void>
}

type Chosen = Pick<Config, 'data' | 'database' | 'pool'>

/** Opens the vault's database, the embedded one or a given one, in the shape that this program needs. */
export async function openDatabase(config: Chosen, say: Say): Promise<Database> {
  const embedded = config.database ? null : await startEmbedded(join(config.data, 'postgres'), say)
  try {
    const server = embedded
      ? await migrate(embedded.ownerConfig, { say }).then(() => embedded.appConfig)
      : await reachExternal(config, say)
    const { db, pool } = connect(server, config.pool)
    const stop = async () => {
      await db.destroy()
      await embedded?.stop()
    }
    await checkRole(pool).catch(async (error: unknown) => {
      await db.destroy()
      throw error
    })
    return { db, ownerless: pool, embedded, stop }
  } catch (error) {
    await embedded?.stop()
    throw error
  }
}

/** Connections for the server's own role, and the query builder over them. */
export function connect(server: pg.ClientConfig, max: number): { db: Kysely<Schema>; pool: pg.Pool } {
  const pool = new pg.Pool({
    ...server,
    max,
    types,
    application_name: 'sallyport',
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 60_000,
    statement_timeout: 30_000,
    lock_timeout: 10_000,
    idle_in_transaction_session_timeout: 60_000,
  })
  // An idle connection that breaks is taken out of the pool; the next query opens another, or fails and says why.
  pool.on('error', () => {})
  // One that breaks in the middle of a transaction fails its query, and also emits: unheard, that would end the server.
  pool.on('connect', (client) => client.on('error', () => {}))
  return { db: new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) }), pool }
}

const int8 = 20
const int8s = 1016
const date = 1082

/**
 * Sizes and counts are numbers here, not texts. One that a double cannot hold exactly is a fault, never
 * a number that is nearly right. A date stays the text it is, since a Date would give it a time zone.
 */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    if (oid === int8 && format !== 'binary') return exactly
    if (oid === int8s && format !== 'binary') return eachExactly
    if (oid === date && format !== 'binary') return String
    return pg.types.getTypeParser(oid, format as 'text')
  }) as typeof pg.types.getTypeParser,
}

function exactly(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new Error(`${text} does not fit in a number.`)
  return value
}

/** One dimension, as PostgreSQL writes it: {1,2,NULL}. */
function eachExactly(text: string): readonly (number | null)[] {
  const inside = text.slice(1, -1)
  return inside === '' ? [] : inside.split(',').map((entry) => (entry === 'NULL' ? null : exactly(entry)))
}

/**
 * Refuses a role for which row security would be a courtesy: one that may step around it, or that owns
 * the tables and could drop it, or that could make itself either.
 */
async function checkRole(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{
    name: string
    superuser: boolean
    bypasses: boolean
    makes_roles: boolean
    owns: boolean
    serves: boolean
  }>(
    `select current_user as name, rolsuper as superuser, rolbypassrls as bypasses, rolcreaterole as makes_roles,
       exists (
         select from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname in ('vault', 'vault_migrations') and pg_has_role(current_user, c.relowner, 'member')
       ) as owns,
       pg_has_role(current_user, $1, 'usage') as serves
     from pg_roles where rolname = current_user`,
    [groupRole],
  )
  const role = rows[0]
  if (!role) throw new Error('PostgreSQL does not tell the role of this connection.')
  const because = role.superuser
    ? 'is a superuser'
    : role.bypasses
      ? 'may bypass row security'
      : role.makes_roles
        ? 'may make roles, and so become another'
        : role.owns
          ? 'owns tables of the vault, or belongs to the role that does'
          : null
  if (because)
    throw new StartFault(
      `The server may not use the database as ${role.name}, which ${because}: one agency could then be shown what is ` +
        `another's. Give the server a role that owns nothing, as docs/operations/postgresql.md says.`,
    )
  if (!role.serves)
    throw new StartFault(
      `The role ${role.name} may not use the vault's tables. Run this as an administrator of PostgreSQL, then start again:\n` +
        `  grant ${groupRole} to ${pg.escapeIdentifier(role.name)};`,
    )
}
