import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, fstatSync, openSync, readSync, renameSync, statSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import { type Say, StartFault } from '../start-fault.ts'
import { cannotRun, whyFailed } from './binaries.ts'
import {
  appRole,
  type Cluster,
  type ClusterOptions,
  database,
  groupRole,
  ownerRole,
  prepareCluster,
} from './cluster.ts'
import { endOrphan, lockCluster, readPostmaster } from './living-vault.ts'

/** A PostgreSQL that belongs to this process, on a Unix socket that only its own user and root may open. */
export type Embedded = {
  readonly ownerConfig: pg.ClientConfig
  readonly appConfig: pg.ClientConfig
  /** Of the postmaster. Changes when it had to be started again. */
  readonly pid: () => number
  readonly stop: () => Promise<void>
}

/**
 * What PostgreSQL is run with, whatever its own file says.
 *
 * The log names no statement and no value: errors reach the server as replies, and it decides there what
 * may be written down. What remains is starts, stops, crashes and full disks. Nothing here trades away
 * durability: a commit is on the disk before it is answered.
 */
const ways = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  max_connections: '60',
  shared_buffers: '128MB',
  effective_cache_size: '1GB',
  maintenance_work_mem: '64MB',
  max_wal_size: '1GB',
  wal_compression: 'on',
  max_worker_processes: '4',
  autovacuum_max_workers: '2',
  max_logical_replication_workers: '0',
  // What is read often is in the page cache, where a detour through another process costs more than the read.
  io_method: 'sync',
  max_wal_senders: '2',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  allow_alter_system: 'off',
  logging_collector: 'off',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_statement: 'none',
  log_checkpoints: 'off',
  log_parameter_max_length: '0',
  log_line_prefix: '%m [%p] ',
} as const

const unsafe = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' } as const

/** Starts the PostgreSQL of a folder, makes it first if need be, and keeps it running until it is stopped. */
export async function startEmbedded(folder: string, say: Say, options: ClusterOptions = {}): Promise<Embedded> {
  try {
    const cluster = await prepareCluster(folder, options)
    await endOrphan(cluster, say)
    const keeper = new Keeper(cluster, await argumentsFor(cluster, options), say)
    await keeper.start()
    const reached = { host: cluster.socket, port: 5432, database }
    return {
      ownerConfig: { ...reached, user: ownerRole, password: cluster.passwords.owner },
      appConfig: { ...reached, user: appRole, password: cluster.passwords.app },
      pid: () => keeper.pid,
      stop: async () => {
        await keeper.stop()
        if (!cluster.socket.startsWith(folder)) await rm(cluster.socket, { recursive: true, force: true })
      },
    }
  } catch (error) {
    throw inWords(error)
  }
}

/** What the file system refused, as a sentence; anything else as it is. */
function inWords(error: unknown): unknown {
  const { code, path } = error as NodeJS.ErrnoException
  if (!path) return error
  if (code === 'EACCES' || code === 'EPERM')
    return new StartFault(
      `This program may not use ${path}. Start it as the user that owns the data folder, or give it the folder.`,
    )
  const said = { ENOSPC: 'No space left on device', EDQUOT: 'Disk quota exceeded', EROFS: 'Read-only file system' }[
    code ?? ''
  ]
  return said ? new StartFault(whyFailed(said)) : error
}

async function argumentsFor(cluster: Cluster, { forTests }: ClusterOptions): Promise<readonly string[]> {
  const hba = join(cluster.folder, 'pg_hba.conf')
  const may = forTests ? 'all all' : `${database} ${ownerRole},+${groupRole}`
  await writeFile(hba, `local ${may} scram-sha-256\n`, { mode: 0o644 })
  const place = { unix_socket_directories: `"${cluster.socket}"`, hba_file: hba }
  const settings = Object.entries({ ...ways, ...(forTests && unsafe), ...place })
  return ['-D', cluster.data, ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])]
}

/** Holds one running postmaster and the connection that proves it to be ours. */
class Keeper {
  readonly #cluster: Cluster
  readonly #args: readonly string[]
  readonly #say: Say
  #child: ChildProcess | undefined
  #lock: pg.Client | undefined
  #stopping = false
  /** When the server ends by a fault of its own, PostgreSQL still stops in order. */
  readonly #atExit = () => void this.#child?.kill('SIGINT')

  constructor(cluster: Cluster, args: readonly string[], say: Say) {
    this.#cluster = cluster
    this.#args = args
    this.#say = say
  }

  get pid(): number {
    return this.#child?.pid ?? 0
  }

  /** Tries until PostgreSQL accepts us or gives up. Recovery after a crash may take minutes, and says so. */
  async start(): Promise<void> {
    process.removeListener('exit', this.#atExit).once('exit', this.#atExit)
    const deadline = Date.now() + 15_000
    for (;;) {
      const said = await this.#run()
      if (said === null) return
      // Sessions of a postmaster that was killed need a moment to notice it and let go of its memory.
      if (!/pre-existing shared memory block|still in use/.test(said) || Date.now() > deadline) {
        process.removeListener('exit', this.#atExit)
        throw new StartFault(whyFailed(said))
      }
      await pause(200)
    }
  }

  /** Null when it runs, else what it said before it ended. */
  async #run(): Promise<string | null> {
    const {
      cluster: { log, user, binaries },
      child,
      begin,
    } = this.#spawn()
    const ended = new Promise<NodeJS.ErrnoException | null>((resolve) => {
      child.once('error', resolve)
      child.once('exit', () => resolve(null))
    })
    let failed: NodeJS.ErrnoException | null | undefined
    void ended.then((error) => {
      failed = error
    })
    const hint = setInterval(
      () => this.#say('PostgreSQL is still recovering from the last stop. This may take some minutes.'),
      10_000,
    )
    try {
      while (failed === undefined) {
        if (await this.#takeLock(child)) {
          void ended.then(() => this.#lost(child))
          return null
        }
        await Promise.race([ended, pause(40)])
      }
    } finally {
      clearInterval(hint)
    }
    if (failed) throw cannotRun(failed, binaries.postgres, user)
    return readFrom(log, begin)
  }

  #spawn() {
    const cluster = this.#cluster
    const { binaries, log, user } = cluster
    if ((statSync(log, { throwIfNoEntry: false })?.size ?? 0) > 10_000_000) renameSync(log, `${log}.1`)
    const out = openSync(log, 'a', 0o600)
    const begin = fstatSync(out).size
    // A group of its own: Ctrl-C in the terminal must reach the server first, which ends PostgreSQL when it is done.
    const child = spawn(binaries.postgres, this.#args, {
      env: binaries.env,
      cwd: '/',
      detached: true,
      stdio: ['ignore', out, out],
      ...(user && { uid: user.uid, gid: user.gid }),
    })
    closeSync(out)
    this.#child = child
    return { cluster, child, begin }
  }

  /** Takes the lock of the living vault, on the postmaster that we started and no other. */
  async #takeLock(child: ChildProcess): Promise<boolean> {
    const client = await lockCluster(this.#cluster, this.#cluster.socket)
    if (!client || client === 'held') return false
    if ((await readPostmaster(this.#cluster.data))?.pid !== child.pid) {
      await client.end()
      return false
    }
    this.#lock = client
    // After a crash of one session PostgreSQL ends all of them and goes on; the lock has to be taken again.
    client.once('end', () => void this.#retake(child))
    return true
  }

  async #retake(child: ChildProcess): Promise<void> {
    while (!this.#stopping && child.exitCode === null && child.signalCode === null)
      if (await this.#takeLock(child)) return
      else await pause(100)
  }

  /** PostgreSQL ended and nobody asked it to. It is started again, for as long as the vault runs. */
  async #lost(child: ChildProcess): Promise<void> {
    if (this.#stopping) return
    this.#say(
      `PostgreSQL (process ${child.pid}) ended unasked (${child.signalCode ?? child.exitCode}). Starting it again.`,
    )
    for (let wait = 250; !this.#stopping; wait = Math.min(wait * 2, 30_000)) {
      try {
        await this.start()
        if (this.#stopping) await this.#end()
        else this.#say('PostgreSQL runs again. Nothing that was acknowledged is lost.')
        return
      } catch (error) {
        this.#say(
          `${error instanceof Error ? error.message : String(error)} Trying again in ${Math.ceil(wait / 1000)} s.`,
        )
        await pause(wait)
      }
    }
  }

  async stop(): Promise<void> {
    this.#stopping = true
    await this.#end()
    process.removeListener('exit', this.#atExit)
  }

  async #end(): Promise<void> {
    const child = this.#child
    await this.#lock?.end().catch(() => {})
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const exit = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGINT')
    const slow = setTimeout(() => {
      this.#say(
        'PostgreSQL takes more than a minute to stop, so it is ended at once. It will recover at the next start.',
      )
      child.kill('SIGQUIT')
    }, 60_000)
    await exit
    clearTimeout(slow)
  }
}

function readFrom(path: string, begin: number): string {
  const file = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(Math.min(65_536, Math.max(0, fstatSync(file).size - begin)))
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, begin)).toString()
  } finally {
    closeSync(file)
  }
}
