/**
 * Completes package-lock.json after an install from a registry that does not carry every platform.
 *
 * npm leaves out optional packages that it could not fetch, and `npm ci` then refuses the lock on every
 * machine. An entry with version, system and processor is enough: where it does not fit it is not
 * fetched. It carries no integrity; a registry that has the package fills it in at the next install.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'

type Entry = {
  readonly version?: string
  readonly dev?: boolean
  readonly optional?: boolean
  readonly os?: readonly string[]
  readonly cpu?: readonly string[]
  readonly libc?: readonly string[]
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const systems = ['android', 'darwin', 'freebsd', 'win32', 'openharmony', 'linux']
const processors = ['arm64', 'x64', 'ia32', 'ppc64', 'riscv64', 's390x', 'arm']

/** The platform that a package is for, by its name, as npm's own platform packages are named. */
function entryFor(name: string, version: string, dev: boolean): Entry {
  const last = name.split('/').at(-1) ?? name
  const os = systems.find((system) => last.includes(system))
  const cpu = processors.find((processor) => last.includes(processor))
  return {
    version,
    ...(cpu && { cpu: [cpu] }),
    ...(dev && { dev }),
    ...(last.includes('musl') && { libc: ['musl'] }),
    optional: true,
    ...(os && { os: [os] }),
  }
}

const path = resolve(import.meta.dirname, '../package-lock.json')
const lock = JSON.parse(await readFile(path, 'utf8')) as { packages: Record<string, Entry> }
const wanted = Object.values(lock.packages).flatMap(({ optionalDependencies = {}, dev = false }) =>
  Object.entries(optionalDependencies).map(([name, version]) => ({ name, version, dev })),
)
const missing = wanted.filter(({ name, version }) => !lock.packages[`node_modules/${name}`] && /^\d/.test(version))
for (const { name, version, dev } of missing) lock.packages[`node_modules/${name}`] = entryFor(name, version, dev)
const [first, ...rest] = Object.keys(lock.packages)
const sorted = [first ?? '', ...rest.sort()].map((name) => [name, lock.packages[name]])
await writeFile(path, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`)
console.log(missing.length === 0 ? 'The lock is complete.' : `Added ${missing.length} packages of other platforms.`)
