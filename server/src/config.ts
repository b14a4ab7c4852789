import { randomBytes } from 'node:crypto'
import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type Listen, notSettings, runsByItself, type SettingName, settings } from './settings.ts'

/** Everything the server was told, read once. */
export type Config = {
  /** Absolute. Not yet made. */
  readonly data: string
  readonly listen: Listen
  /** Scheme, host and port, without a slash at the end. */
  readonly origin: string
  /** Paths of a certificate chain and its key, or null for the local authority. */
  readonly tls: { readonly cert: string; readonly key: string } | null
  /** Null means the embedded PostgreSQL. */
  readonly database: { readonly url: string; readonly ownerUrl: string | null } | null
  readonly passphrase: string | null
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'
  readonly metricsToken: string | null
  readonly setupToken: string
  readonly uploadDays: number
  readonly maxBytes: number
  /** Lower case: media types, or extensions with their dot. */
  readonly quarantineTypes: readonly string[]
  readonly fixityDays: number
  /** Megabytes a second. */
  readonly fixityRate: number
  readonly timeServers: readonly Listen[]
  readonly stampMinutes: number
  readonly pool: number
  readonly demo: boolean
  /** What a person should read at the start, in sentences. */
  readonly remarks: readonly string[]
}

/** Every fault in the settings, each a sentence. None of them repeats a secret. */
export class ConfigFaults extends Error {
  override readonly name = 'ConfigFaults'
  readonly faults: readonly string[]
  constructor(faults: readonly string[]) {
    super(faults.join('\n'))
    this.faults = faults
  }
}

export type Environment = Readonly<Record<string, string | undefined>>
type Start = { readonly folder: string; readonly root: boolean }
type Given = { readonly text: string; readonly folder: string; readonly where: string }

const isSetting = (name: string): name is SettingName => Object.hasOwn(settings, name)

/**
 * Reads all settings from an environment and from the file that it may name.
 *
 * Throws {@link ConfigFaults} with everything that is wrong, not the first thing: whoever installs
 * this at night should not meet the faults one start at a time.
 */
export function readConfig(
  env: Environment,
  start: Start = { folder: process.cwd(), root: process.getuid?.() === 0 },
): Config {
  const faults: string[] = []
  const given = gather(env, start, faults)
  const read = reader(given, faults)

  const path = (name: SettingName): string | null => {
    const found = given.get(name)
    return found ? resolve(found.folder, found.text) : null
  }
  const file = (name: SettingName): string | null => {
    const found = path(name)
    if (found) checkReadable(name, found, faults)
    return found
  }

  const listen = read('SALLYPORT_LISTEN', settings.SALLYPORT_LISTEN.read) ?? { host: '127.0.0.1', port: 8443 }
  const { data, remarks } = placeOfData(path('SALLYPORT_DATA'), start, faults)
  const config: Config = {
    data,
    listen,
    origin:
      read('SALLYPORT_ORIGIN', settings.SALLYPORT_ORIGIN.read) ?? new URL(`https://localhost:${listen.port}`).origin,
    tls: pair(file('SALLYPORT_TLS_CERT'), file('SALLYPORT_TLS_KEY'), faults),
    database: databases(read, faults),
    passphrase: passphrase(read, file('SALLYPORT_KEY_PASSPHRASE_FILE'), faults),
    logLevel: read('SALLYPORT_LOG_LEVEL', settings.SALLYPORT_LOG_LEVEL.read) ?? 'info',
    metricsToken: read('SALLYPORT_METRICS_TOKEN', settings.SALLYPORT_METRICS_TOKEN.read) ?? null,
    setupToken:
      read('SALLYPORT_SETUP_TOKEN', settings.SALLYPORT_SETUP_TOKEN.read) ?? randomBytes(32).toString('base64url'),
    uploadDays: read('SALLYPORT_UPLOAD_DAYS', settings.SALLYPORT_UPLOAD_DAYS.read) ?? 7,
    maxBytes: read('SALLYPORT_MAX_BYTES', settings.SALLYPORT_MAX_BYTES.read) ?? 100 * 2 ** 30,
    quarantineTypes:
      read('SALLYPORT_QUARANTINE_TYPES', settings.SALLYPORT_QUARANTINE_TYPES.read) ?? runsByItself.split(', '),
    fixityDays: read('SALLYPORT_FIXITY_DAYS', settings.SALLYPORT_FIXITY_DAYS.read) ?? 30,
    fixityRate: read('SALLYPORT_FIXITY_RATE', settings.SALLYPORT_FIXITY_RATE.read) ?? 20,
    timeServers: read('SALLYPORT_TIME_SERVERS', settings.SALLYPORT_TIME_SERVERS.read) ?? [],
    stampMinutes: read('SALLYPORT_STAMP_MINUTES', settings.SALLYPORT_STAMP_MINUTES.read) ?? 60,
    pool: read('SALLYPORT_POOL', settings.SALLYPORT_POOL.read) ?? 10,
    demo: read('SALLYPORT_DEMO', settings.SALLYPORT_DEMO.read) ?? false,
    remarks,
  }
  if (faults.length > 0) throw new ConfigFaults(faults)
  return config
}

/** File first, then the environment over it. An empty value counts as not set, as compose files have it. */
function gather(env: Environment, { folder }: Start, faults: string[]): ReadonlyMap<SettingName, Given> {
  const given = new Map<SettingName, Given>()
  const take = (name: string, from: Given) => {
    if (isSetting(name)) {
      if (from.text !== '') given.set(name, from)
    } else faults.push(`${name}${from.where} is not a setting of Sallyport.${nearest(name)}`)
  }

  const config = env['SALLYPORT_CONFIG']
  if (config) {
    const path = resolve(folder, config)
    for (const { name, text, line } of readLines(path, faults))
      take(name, { text, folder: dirname(path), where: ` (line ${line} of ${path})` })
  }
  for (const [name, text] of Object.entries(env)) {
    const ours = isSetting(name) || (name.startsWith('SALLYPORT_') && !notSettings.has(name))
    if (ours) take(name, { text: text?.trim() ?? '', folder, where: '' })
  }
  return given
}

function readLines(path: string, faults: string[]): readonly { name: string; text: string; line: number }[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    faults.push(`SALLYPORT_CONFIG names ${path}, which cannot be read (${codeOf(error)}).`)
    return []
  }
  return text.split(/\r?\n/).flatMap((whole, index) => {
    if (/^\s*(#|$)/.test(whole)) return []
    const parts = /^\s*([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$/.exec(whole)
    if (!parts) {
      faults.push(`Line ${index + 1} of ${path} is not of the form NAME=value.`)
      return []
    }
    const value = parts[2] ?? ''
    const quoted = /^(["'])(.*)\1$/.exec(value)
    return [{ name: parts[1] ?? '', text: quoted?.[2] ?? value, line: index + 1 }]
  })
}

type Read = <T>(name: SettingName, understand: (text: string) => T | undefined) => T | undefined

const reader =
  (given: ReadonlyMap<SettingName, Given>, faults: string[]): Read =>
  (name, understand) => {
    const found = given.get(name)
    if (!found) return undefined
    const value = understand(found.text)
    if (value !== undefined) return value
    const { expects, secret } = settings[name]
    const shown = secret ? 'is not as it must be' : `is ${JSON.stringify(found.text)}`
    faults.push(`${name}${found.where} ${shown}. Expected ${expects}.`)
    return undefined
  }

function placeOfData(given: string | null, { folder, root }: Start, faults: string[]) {
  const data = given ?? resolve(folder, 'data')
  if (given === null && root && !othersMayPass(data))
    return {
      data: '/var/lib/sallyport',
      remarks: [
        `The vault's data is in /var/lib/sallyport: the database does not run as root, and no other user may enter ${data}.`,
      ],
    }
  if (statSync(data, { throwIfNoEntry: false })?.isDirectory() === false)
    faults.push(`SALLYPORT_DATA is ${data}, which is a file. Expected ${settings.SALLYPORT_DATA.expects}.`)
  return { data, remarks: [] }
}

/** Whether every folder above this one lets any user through. */
function othersMayPass(path: string): boolean {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const found = statSync(folder, { throwIfNoEntry: false })
    if (found && (found.mode & 0o001) === 0) return false
    if (folder === dirname(folder)) return true
  }
}

function checkReadable(name: SettingName, path: string, faults: string[]): void {
  try {
    accessSync(path, constants.R_OK)
    if (statSync(path).isDirectory())
      faults.push(`${name} names ${path}, which is a folder. Expected ${settings[name].expects}.`)
  } catch (error) {
    faults.push(`${name} names ${path}, which cannot be read (${codeOf(error)}).`)
  }
}

function pair(cert: string | null, key: string | null, faults: string[]): Config['tls'] {
  if (cert && key) return { cert, key }
  if (cert) faults.push('SALLYPORT_TLS_CERT is set and SALLYPORT_TLS_KEY is not. Set both or neither.')
  if (key) faults.push('SALLYPORT_TLS_KEY is set and SALLYPORT_TLS_CERT is not. Set both or neither.')
  return null
}

function databases(read: Read, faults: string[]): Config['database'] {
  const before = faults.length
  const url = read('DATABASE_URL', settings.DATABASE_URL.read)
  const ownerUrl = read('DATABASE_OWNER_URL', settings.DATABASE_OWNER_URL.read) ?? null
  if (url) return { url, ownerUrl }
  if (ownerUrl && faults.length === before)
    faults.push('DATABASE_OWNER_URL is set and DATABASE_URL is not. Set DATABASE_URL to the role that the server uses.')
  return null
}

function passphrase(read: Read, file: string | null, faults: string[]): string | null {
  const inline = read('SALLYPORT_KEY_PASSPHRASE', settings.SALLYPORT_KEY_PASSPHRASE.read) ?? null
  if (!file) return inline
  if (inline) faults.push('SALLYPORT_KEY_PASSPHRASE and SALLYPORT_KEY_PASSPHRASE_FILE are both set. Set one.')
  let line: string
  try {
    line = readFileSync(file, 'utf8').split(/\r?\n/)[0] ?? ''
  } catch {
    return null
  }
  if (settings.SALLYPORT_KEY_PASSPHRASE.read(line)) return line
  faults.push(
    `The first line of the file that SALLYPORT_KEY_PASSPHRASE_FILE names is not a passphrase. Expected ${settings.SALLYPORT_KEY_PASSPHRASE.expects}.`,
  )
  return null
}

/** The setting that was probably meant, for a name that is none: a typing error must not leave a default in force. */
function nearest(name: string): string {
  const ranked = Object.keys(settings)
    .map((known) => ({ known, steps: stepsBetween(name.toUpperCase(), known) }))
    .sort((a, b) => a.steps - b.steps)
  const best = ranked[0]
  return best && best.steps <= 4 ? ` Did you mean ${best.known}?` : ' See docs/operations/settings.md.'
}

/** Levenshtein's distance. */
function stepsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const kept = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(kept, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error)
