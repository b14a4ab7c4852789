import { createHash, randomBytes } from 'node:crypto'
import { chmod, chown, lstat, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { StartFault } from '../start-fault.ts'
import { barredFrom, type Binaries, findBinaries, runToEnd, type SystemUser } from './binaries.ts'

/** Where one embedded PostgreSQL keeps its things, and what it is run with. */
export type Cluster = {
  readonly folder: string
  readonly data: string
  /** Holds the socket and nothing else. */
  readonly socket: string
  readonly log: string
  readonly user: SystemUser
  readonly binaries: Binaries
  readonly passwords: Passwords
}

type Passwords = { readonly owner: string; readonly app: string }

export const database = 'sallyport'
export const ownerRole = 'sallyport_owner'
export const groupRole = 'sallyport_server'
export const appRole = 'sallyport_app'
const superuser = 'postgres'
const major = '18'

/** How long an address of a Unix socket may be: 104 bytes on macOS, 108 on Linux, less the file's own name. */
const longestSocketFolder = 104 - '/.s.PGSQL.5432.lock'.length

export type ClusterOptions = {
  /** For test runs only: the owner may make databases, and nothing is made to survive a power cut. */
  readonly forTests?: boolean
}

/** Finds or makes the database cluster in a folder, ready to be started. Makes it whole or not at all. */
export async function prepareCluster(folder: string, options: ClusterOptions): Promise<Cluster> {
  const data = join(folder, 'cluster', 'pgdata')
  await mkdir(folder, { recursive: true, mode: 0o711 })
  const user = await chooseUser(data)
  if (user) await letThrough(folder, user)
  const binaries = await findBinaries(folder, user)
  const socket = await socketFolder(folder, user)
  const started = { folder, data, socket, log: join(folder, 'postgres.log'), user, binaries }

  const version = await readFile(join(data, 'PG_VERSION'), 'utf8').catch(() => null)
  if (version === null) return { ...started, passwords: await create(started, options) }
  if (version.trim() !== major)
    throw new StartFault(
      `The database in ${data} is of PostgreSQL ${version.trim()}, and this program brings PostgreSQL ${major}. ` +
        'Start the version of Sallyport that made it, export, and import here; see docs/operations/upgrade.md.',
    )
  return { ...started, passwords: await readPasswords(folder) }
}

/**
 * PostgreSQL refuses to run as root, so root hands it to a user that may do nothing else. A cluster
 * that is already there stays with the user that owns it.
 */
async function chooseUser(data: string): Promise<SystemUser> {
  const own = process.getuid?.()
  const owner = await stat(data).catch(() => null)
  if (own !== 0) {
    if (owner && own !== undefined && owner.uid !== own)
      throw new StartFault(
        `The database in ${data} belongs to the system user with number ${owner.uid}, and this program runs as number ${own}. ` +
          'Start it as that user, or give that user the folder.',
      )
    return null
  }
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':')
    return name && Number(uid) > 0 ? [{ name, uid: Number(uid), gid: Number(gid) }] : []
  })
  if (owner) {
    const found = users.find(({ uid }) => uid === owner.uid)
    if (found) return found
    if (owner.uid > 0) return { name: `number ${owner.uid}`, uid: owner.uid, gid: owner.gid }
    throw new StartFault(
      `The database in ${data} belongs to root, and PostgreSQL does not run as root. Give it another owner.`,
    )
  }
  for (const name of ['sallyport', 'postgres', 'nobody']) {
    const found = users.find((user) => user.name === name)
    if (found) return found
  }
  throw new StartFault(
    'PostgreSQL does not run as root, and none of the users sallyport, postgres and nobody exists here. ' +
      'Run `useradd --system sallyport` and start again, or start as an ordinary user, or set DATABASE_URL.',
  )
}

/** Opens the data folder and the database's folder for passing through, no more: neither can be listed. */
async function letThrough(folder: string, user: NonNullable<SystemUser>): Promise<void> {
  for (const own of [folder, dirname(folder)]) {
    const { mode, uid } = await stat(own)
    if (uid === 0 && (mode & 0o001) === 0) await chmod(own, (mode & 0o7777) | 0o011)
  }
  const barred = await barredFrom(folder, user)
  if (barred)
    throw new StartFault(
      `The database runs as the user ${user.name}, who may not enter ${barred}. ` +
        'Set SALLYPORT_DATA to a folder that every user may pass through, such as /var/lib/sallyport.',
    )
}

/**
 * The folder of the socket: `run` beside the data, or one below the system's temporary folder when that
 * path would be too long for an address. There a stranger may have been first, so what is found is used
 * only if it is a folder, no link, and belongs to the one user who could have made it.
 */
async function socketFolder(folder: string, user: SystemUser): Promise<string> {
  const near = join(folder, 'run')
  const short = join(tmpdir(), `sallyport-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`)
  const chosen = Buffer.byteLength(near) <= longestSocketFolder ? near : short
  await mkdir(chosen, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  const found = await lstat(chosen)
  const own = process.getuid?.() ?? found.uid
  if (!found.isDirectory() || (found.uid !== own && found.uid !== (user?.uid ?? own)))
    throw new StartFault(`${chosen} was made by someone else. Remove it and start again.`)
  await chmod(chosen, 0o700)
  if (user) await chown(chosen, user.uid, user.gid)
  return chosen
}

/**
 * Makes the cluster in a folder beside its place and moves it there when it is whole, so that a start
 * that was cut short leaves nothing that looks like a database.
 *
 * The roles are made in PostgreSQL's single-user mode. So the superuser never has a password and can
 * never sign in, not even in the first second.
 */
async function create(cluster: Omit<Cluster, 'passwords'>, { forTests }: ClusterOptions): Promise<Passwords> {
  const { folder, user, binaries } = cluster
  await removeLeftovers(folder)
  const fresh = join(folder, `new-${randomBytes(6).toString('hex')}`)
  const data = join(fresh, 'pgdata')
  await mkdir(fresh, { mode: 0o711 })
  await mkdir(data, { mode: 0o700 })
  if (user) await chown(data, user.uid, user.gid)
  const passwords = { owner: randomBytes(24).toString('base64url'), app: randomBytes(24).toString('base64url') }
  try {
    const choices = ['--data-checksums', '--encoding=UTF8', '--locale=C', '--locale-provider=builtin']
    const place = ['-D', data, '-U', superuser, '--builtin-locale=C.UTF-8', '--auth=reject', '--no-instructions']
    const args = [...choices, ...place, ...(forTests ? ['--no-sync'] : [])]
    await runToEnd({ program: binaries.initdb, args, binaries, user })
    const roles = [
      `create role ${ownerRole} login ${forTests ? 'createdb createrole' : ''} password '${passwords.owner}'`,
      `create role ${groupRole} nologin`,
      `create role ${appRole} login password '${passwords.app}' in role ${groupRole}`,
      `create database ${database} owner ${ownerRole}`,
      ...(forTests ? [`grant ${groupRole} to ${ownerRole} with admin true, inherit false, set false`] : []),
      `revoke connect, temporary on database ${database} from public`,
      `grant connect on database ${database} to ${groupRole}`,
      `alter role ${superuser} nologin`,
    ]
    await runToEnd({
      program: binaries.postgres,
      args: ['--single', '-D', data, 'postgres'],
      binaries,
      user,
      input: roles,
    })
    await writeFile(join(fresh, 'passwords.json'), JSON.stringify(passwords), { mode: 0o600, flush: true })
    await rename(fresh, join(folder, 'cluster'))
    await syncFolder(folder)
    return passwords
  } catch (error) {
    await rm(fresh, { recursive: true, force: true })
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return readPasswords(folder)
    throw error
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder)
  await handle.sync().finally(() => handle.close())
}

/** Half-made clusters of starts that were cut short. A young one may still be in the making by another start. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    if (/^(new|copy)-[0-9a-f]{12}$/.test(name) && Date.now() - (await stat(path)).mtimeMs > 600_000)
      await rm(path, { recursive: true, force: true })
  }
}

async function readPasswords(folder: string): Promise<Passwords> {
  const path = join(folder, 'cluster', 'passwords.json')
  try {
    const { owner, app } = JSON.parse(await readFile(path, 'utf8')) as Partial<Passwords>
    if (owner && app) return { owner, app }
  } catch {}
  throw new StartFault(
    `The database is here, but its passwords in ${path} are missing or cannot be read. Restore that file from a backup.`,
  )
}
