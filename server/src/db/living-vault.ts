import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { type Say, StartFault } from '../start-fault.ts'
import { type Cluster, database, ownerRole } from './cluster.ts'

/** Of the lock that says "a living vault uses this cluster". It ends with its connection, so it cannot be left behind. */
const livingVault = 0x5a11_0001

/**
 * Opens a connection that holds the lock of the living vault. Answers 'held' when a living vault has it,
 * and null when PostgreSQL does not (yet) accept connections.
 */
export async function lockCluster({ passwords }: Cluster, socket: string): Promise<pg.Client | 'held' | null> {
  const client = new pg.Client({
    host: socket,
    port: 5432,
    database,
    user: ownerRole,
    password: passwords.owner,
    application_name: 'sallyport keeper',
    connectionTimeoutMillis: 5_000,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    const { rows } = await client.query<{ got: boolean }>('select pg_try_advisory_lock($1) as got', [livingVault])
    if (rows[0]?.got) return client
    await client.end()
    return 'held'
  } catch (error) {
    await client.end().catch(() => {})
    if ((error as NodeJS.ErrnoException).code === '28P01')
      throw new StartFault(
        'The password of the embedded database does not fit. Restore postgres/cluster from one backup, whole.',
      )
    return null
  }
}

type Postmaster = { readonly pid: number; readonly socket: string }

export async function readPostmaster(data: string): Promise<Postmaster | null> {
  const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
  const pid = Number(lines[0])
  return pid > 1 ? { pid, socket: lines[4] ?? '' } : null
}

/**
 * Ends a PostgreSQL that outlived a vault which was killed, and refuses to touch one whose vault lives.
 *
 * A number in postmaster.pid that now belongs to something else (after a restart of a container, always)
 * would keep PostgreSQL from starting; such a file is removed. PostgreSQL's own check for memory that is
 * still in use stands behind this one.
 */
export async function endOrphan(cluster: Cluster, say: Say): Promise<void> {
  const found = await readPostmaster(cluster.data)
  if (!found) return
  if (!(await isPostmaster(found.pid, cluster.data))) {
    await rm(join(cluster.data, 'postmaster.pid'), { force: true })
    await rm(join(found.socket || cluster.socket, '.s.PGSQL.5432.lock'), { force: true })
    return
  }
  const until = Date.now() + 10_000
  let lock = await lockCluster(cluster, found.socket)
  while (lock === null && Date.now() < until && (await isPostmaster(found.pid, cluster.data))) {
    await pause(100)
    lock = await lockCluster(cluster, found.socket)
  }
  if (lock === 'held') throw anotherVault()
  if (lock === null && (await isPostmaster(found.pid, cluster.data)))
    throw new StartFault(
      `A PostgreSQL (process ${found.pid}) runs on ${cluster.data} and does not answer. End it with \`kill -INT ${found.pid}\`, then start again.`,
    )
  if (lock) await lock.end()
  if (await livesAfterAll(cluster, found.socket)) throw anotherVault()
  say('The last start did not end in order. Its PostgreSQL still runs and is stopped first.')
  await endProcess(found.pid, cluster.data)
}

/** A vault that has just started this PostgreSQL tries for its lock 25 times a second; half a second lets it win. */
async function livesAfterAll(cluster: Cluster, socket: string): Promise<boolean> {
  await pause(500)
  const lock = await lockCluster(cluster, socket)
  if (lock && lock !== 'held') await lock.end()
  return lock === 'held'
}

const anotherVault = () =>
  new StartFault(
    'Another vault runs on this data folder. Stop it first, or give this one a folder of its own with SALLYPORT_DATA.',
  )

async function endProcess(pid: number, data: string): Promise<void> {
  const until = Date.now() + 60_000
  process.kill(pid, 'SIGINT')
  while (await isPostmaster(pid, data)) {
    if (Date.now() > until) process.kill(pid, 'SIGQUIT')
    await pause(50)
  }
}

/** Whether a process is the postmaster of this very folder, and not one that got its number later. */
async function isPostmaster(pid: number, data: string): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => null)
  if (command !== null) return command.split('\0').includes(data)
  if (process.platform === 'linux') return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
