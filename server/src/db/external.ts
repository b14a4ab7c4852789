import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import type { Config } from '../config.ts'
import { type Say, StartFault } from '../start-fault.ts'
import { groupRole } from './cluster.ts'
import { migrate, pending } from './migrate.ts'

/**
 * Makes a PostgreSQL that someone else runs ready for the vault, and answers how the server reaches it
 * with a role that owns nothing.
 *
 * Three ways, in this order: two addresses, one of them the owner's; one address that may make roles,
 * from which the server makes itself a smaller one; one address that owns nothing, of a database that is
 * already in shape.
 */
export async function reachExternal(config: Pick<Config, 'data' | 'database'>, say: Say): Promise<pg.ClientConfig> {
  if (!config.database) throw new Error('There is no database address.')
  const { url, ownerUrl } = config.database
  const given = { connectionString: url }
  const found = await inspect(given, say)
  if (ownerUrl) {
    const owner = { connectionString: ownerUrl }
    const owning = await inspect(owner, say)
    if (owning.user === found.user)
      throw new StartFault(`DATABASE_URL and DATABASE_OWNER_URL both name the role ${found.user}. ${twoRoles(found)}`)
    await migrate(owner, { say })
    if (!found.serves) await withClient(owner, (client) => letServe(client, found.user))
    return given
  }
  if (found.superuser || found.makesRoles) {
    await migrate(given, { say })
    return ownRole(config.data, url, found)
  }
  const due = found.serves ? await withClient(given, (client) => pending(client)) : ['all']
  if (due.length === 0) return given
  throw new StartFault(
    `The role ${found.user} may neither change the shape of the database nor make a role that may. ${twoRoles(found)}`,
  )
}

type Found = {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly superuser: boolean
  readonly makesRoles: boolean
  readonly serves: boolean
}

async function inspect(config: pg.ClientConfig, say: Say): Promise<Found> {
  return withClient(config, async (client) => {
    const { rows } = await client.query<{
      version: number
      encoding: string
      superuser: boolean
      makes_roles: boolean
      serves: boolean
    }>(
      `select current_setting('server_version_num')::int as version, current_setting('server_encoding') as encoding,
         rolsuper as superuser, rolcreaterole as makes_roles,
         coalesce((select pg_has_role(current_user, oid, 'usage') from pg_roles where rolname = $1), false) as serves
       from pg_roles where rolname = current_user`,
      [groupRole],
    )
    const row = rows[0]
    if (!row) throw new Error('PostgreSQL does not tell the role of this connection.')
    const { host, port, database = '', user = '' } = client
    if (row.version < 150_000)
      throw new StartFault(
        `The PostgreSQL at ${host} is version ${Math.floor(row.version / 10_000)}. Sallyport needs version 15 or newer.`,
      )
    if (row.encoding !== 'UTF8')
      throw new StartFault(
        `The database ${database} is encoded in ${row.encoding}. Make one for Sallyport with:\n` +
          `  create database sallyport encoding 'UTF8' locale 'C' template template0;`,
      )
    if (!client.ssl && !isLocal(host))
      say(
        `The connection to PostgreSQL at ${host} is not encrypted: passwords are proved, not sent, but rows go in clear over ` +
          'the network. Add ?sslmode=verify-full to the address.',
      )
    return { host, port, database, user, superuser: row.superuser, makesRoles: row.makes_roles, serves: row.serves }
  })
}

const isLocal = (host: string) => host.startsWith('/') || /^(localhost|127\.[0-9.]+|::1)$/.test(host)

/** Connects, works, and closes; a server that cannot be reached becomes a sentence. */
async function withClient<T>(config: pg.ClientConfig, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ ...config, connectionTimeoutMillis: 10_000, application_name: 'sallyport set-up' })
  client.on('error', () => {})
  try {
    await client.connect()
  } catch (error) {
    await client.end().catch(() => {})
    throw whyNot(client, error as NodeJS.ErrnoException)
  }
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

function whyNot({ host, port, user, database }: pg.Client, error: NodeJS.ErrnoException): StartFault {
  const where = host.startsWith('/') ? host : `${host}:${port}`
  const why =
    {
      ECONNREFUSED: `nothing listens at ${where}. Start PostgreSQL or correct the address`,
      ENOENT: `there is no socket in ${where}. Start PostgreSQL or correct the address`,
      ENOTFOUND: `the name ${host} is not known here. Correct the address or the name service`,
      EAI_AGAIN: `the name service does not answer for ${host}. Check the network`,
      '28P01': `the password of the role ${user} is wrong`,
      '28000': `PostgreSQL does not let the role ${user} in from here. Check pg_hba.conf`,
      '3D000': `there is no database ${database}. Make it with: create database ${pg.escapeIdentifier(database ?? '')} encoding 'UTF8' locale 'C' template template0;`,
      '53300': 'PostgreSQL has no connection left. Raise max_connections or lower SALLYPORT_POOL',
    }[error.code ?? ''] ?? `PostgreSQL at ${where} says: ${error.message || error.code}`
  return new StartFault(`The database cannot be reached: ${why.replace(/\.$/, '')}.`)
}

const twoRoles = ({ database, host, port }: Found) => {
  const at = host.startsWith('/') ? `/${database}?host=${host}&port=${port}` : `${host}:${port}/${database}`
  const address = (user: string) => `postgres://${user}:PASSWORD@${at}`
  return `Run this as an administrator of PostgreSQL, with passwords of your own:
  create role sallyport_owner login password '…';
  create role ${groupRole} nologin;
  create role sallyport_app login password '…' in role ${groupRole};
  alter database ${pg.escapeIdentifier(database)} owner to sallyport_owner;
and start with:
  DATABASE_OWNER_URL=${address('sallyport_owner')}
  DATABASE_URL=${address('sallyport_app')}`
}

async function letServe(owner: pg.Client, role: string): Promise<void> {
  const grant = `grant ${groupRole} to ${pg.escapeIdentifier(role)}`
  await owner.query(grant).catch((error: pg.DatabaseError) => {
    if (error.code !== '42501') throw error
    throw new StartFault(
      `The role ${role} may not use the vault's tables. Run this as an administrator of PostgreSQL, then start again:\n  ${grant};`,
    )
  })
}

type OwnRole = { readonly at: string; readonly role: string; readonly password: string }

/**
 * Makes a login role for this server alone and remembers it in the data folder.
 *
 * PostgreSQL is told what it needs to check the password (RFC 5803), not the password: statements end up
 * in logs and in the views of whoever administers it.
 */
async function ownRole(data: string, url: string, found: Found): Promise<pg.ClientConfig> {
  const path = join(data, 'database.json')
  const at = `${found.host}:${found.port}/${found.database}`
  const kept = await readFile(path, 'utf8').then(
    (text) => JSON.parse(text) as OwnRole,
    () => null,
  )
  const own =
    kept?.at === at
      ? kept
      : { at, role: `sallyport_app_${randomBytes(4).toString('hex')}`, password: randomBytes(24).toString('base64url') }
  if (own !== kept) {
    await mkdir(data, { recursive: true, mode: 0o711 })
    await writeFile(`${path}.new`, JSON.stringify(own), { mode: 0o600, flush: true })
    await rename(`${path}.new`, path)
  }
  await withClient({ connectionString: url }, async (client) => {
    const { rows } = await client.query('select 1 from pg_roles where rolname = $1', [own.role])
    if (rows.length > 0) return
    await client.query(`create role ${own.role} login password '${verifier(own.password)}'`)
    await letServe(client, own.role)
  })
  const address = new URL(url)
  address.username = own.role
  address.password = own.password
  return { connectionString: address.href }
}

function verifier(password: string): string {
  const salt = randomBytes(16)
  const rounds = 4096
  const salted = pbkdf2Sync(password, salt, rounds, 32, 'sha256')
  const keyed = (name: string) => createHmac('sha256', salted).update(name).digest()
  const stored = createHash('sha256').update(keyed('Client Key')).digest('base64')
  return `SCRAM-SHA-256$${rounds}:${salt.toString('base64')}$${stored}:${keyed('Server Key').toString('base64')}`
}
