/**
 * One setting: what it does, what stands when nobody sets it, and how its text is read.
 *
 * `read` answers undefined for what it does not understand; the sentence that tells so is built from
 * `expects`. A `secret` is never repeated in a message, whatever is wrong with it.
 */
type Setting<T> = {
  readonly does: string
  readonly unset: string
  readonly expects: string
  readonly secret?: true
  readonly read: (given: string) => T | undefined
}

const setting = <T>(of: Setting<T>): Setting<T> => of

const units: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
  TIB: 2 ** 40,
}

function readBytes(given: string): number | undefined {
  const parts = /^(\d+(?:\.\d+)?)\s*([KMGT]?I?B)?$/i.exec(given)
  if (!parts) return undefined
  const bytes = Math.floor(Number(parts[1]) * (units[(parts[2] ?? '').toUpperCase()] ?? 1))
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : undefined
}

const readWhole = (least: number, most: number) => (given: string) => {
  const value = Number(given)
  return /^\d+$/.test(given) && value >= least && value <= most ? value : undefined
}

export type Listen = { readonly host: string; readonly port: number }

function readListen(given: string): Listen | undefined {
  const parts = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]/]+)):(\d{1,5})$/.exec(given)
  const host = parts?.[1] ?? parts?.[2]
  const port = Number(parts?.[3])
  return host && port <= 65_535 ? { host, port } : undefined
}

function readOrigin(given: string): string | undefined {
  if (!URL.canParse(given)) return undefined
  const url = new URL(given)
  const bare = url.pathname === '/' && !url.search && !url.hash && !url.username && !url.password
  return url.protocol === 'https:' && bare ? url.origin : undefined
}

const readPostgres = (given: string) =>
  URL.canParse(given) && /^postgres(ql)?:$/.test(new URL(given).protocol) ? given : undefined

/** Names or addresses of time servers, each with a port if it is not 123. */
function readTimeServers(given: string): readonly Listen[] | undefined {
  const named = given.split(',').map((one) => one.trim())
  const servers = named.flatMap((one) => readListen(/^\[.*\]$|^[^:]*$/.test(one) ? `${one}:123` : one) ?? [])
  return servers.length === named.length ? servers : undefined
}

const readYes = (given: string) =>
  /^(1|true|yes|on)$/i.test(given) ? true : /^(0|false|no|off)$/i.test(given) ? false : undefined

function readTypes(given: string): readonly string[] | undefined {
  const types = given
    .split(',')
    .map((type) => type.trim().toLowerCase())
    .filter((type) => type !== '')
  return types.every((type) => /^(\.[a-z0-9]+|[a-z0-9.+-]+\/([a-z0-9.+-]+|\*))$/.test(type)) ? types : undefined
}

const readLevel = (given: string) =>
  (['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const).find((level) => level === given)

const readSecret = (least: number) => (given: string) =>
  given.length >= least && /^[\x21-\x7e]+$/.test(given) ? given : undefined

/**
 * What runs by itself when an officer opens it on an office machine. Such a file is kept whole, as
 * evidence must be, but a custodian looks at it before anyone else can open it.
 */
export const runsByItself =
  '.exe, .com, .scr, .pif, .msi, .msp, .bat, .cmd, .ps1, .vbs, .vbe, .js, .jse, .wsf, .wsh, .hta, .cpl, .dll, .sys, ' +
  '.lnk, .reg, .jar, .apk, .app, .dmg, .pkg, .deb, .rpm, .sh, .iso, .img, .vhd, .docm, .xlsm, .pptm, ' +
  'application/x-msdownload, application/x-dosexec, application/x-msi, application/x-executable, application/x-sharedlib, ' +
  'application/x-mach-binary, application/java-archive, application/vnd.android.package-archive'

const aPath = { expects: 'the path of a file that the server can read', read: (given: string) => given }
const aPostgresUrl = {
  expects: 'an address such as postgres://user:password@host:5432/database?sslmode=verify-full',
  secret: true,
  read: readPostgres,
} as const

/** Every setting there is. docs/operations/settings.md is written from this table. */
export const settings = {
  SALLYPORT_DATA: setting({
    does: 'The folder that holds everything the vault keeps on this machine: objects, keys, certificates, the embedded database.',
    unset:
      '`data` in the folder where the server starts; `/var/lib/sallyport` when it starts as root from a private folder',
    expects: 'the path of a folder',
    read: (given) => given,
  }),
  SALLYPORT_LISTEN: setting({
    does: 'The address and port to listen on.',
    unset: '127.0.0.1:8443',
    expects: 'an address and a port, such as 0.0.0.0:8443 or [::]:8443',
    read: readListen,
  }),
  SALLYPORT_ORIGIN: setting({
    does: 'The address that people type. Cookies, links and the ledger bear its name, so choose it before the first start.',
    unset: 'https://localhost and the port',
    expects: 'an https address without a path, such as https://vault.example.gov',
    read: readOrigin,
  }),
  SALLYPORT_TLS_CERT: setting({
    does: 'A certificate of your own with its chain, as PEM. Goes with SALLYPORT_TLS_KEY.',
    unset: 'a certificate by a local authority, made and renewed by the server',
    ...aPath,
  }),
  SALLYPORT_TLS_KEY: setting({
    does: 'The private key of that certificate, as PEM.',
    unset: 'none',
    ...aPath,
  }),
  DATABASE_URL: setting({
    does: 'A PostgreSQL server, 15 or newer, that you run yourself. See `sslmode` in its documentation: `verify-full` is the safe one.',
    unset: 'the embedded PostgreSQL, on a Unix socket in the data folder',
    ...aPostgresUrl,
  }),
  DATABASE_OWNER_URL: setting({
    does: 'The role that owns the tables and runs migrations, when DATABASE_URL names a role that owns nothing.',
    unset: 'none',
    ...aPostgresUrl,
  }),
  SALLYPORT_KEY_PASSPHRASE: setting({
    does: 'The passphrase over the agency key file. Prefer the file: an environment can be read by other programs of the same user.',
    unset: 'none: kept in the data folder or entered after each start, as was chosen at set-up',
    expects: 'at least 15 characters',
    secret: true,
    read: (given) => (given.length >= 15 ? given : undefined),
  }),
  SALLYPORT_KEY_PASSPHRASE_FILE: setting({
    does: 'A file whose first line is that passphrase.',
    unset: 'none',
    ...aPath,
  }),
  SALLYPORT_LOG_LEVEL: setting({
    does: 'How much is logged. No level logs a secret or case information.',
    unset: 'info',
    expects: 'one of fatal, error, warn, info, debug, trace, silent',
    read: readLevel,
  }),
  SALLYPORT_METRICS_TOKEN: setting({
    does: 'The bearer token that `/metrics` asks for.',
    unset: 'none: `/metrics` answers on the loopback address only',
    expects: 'at least 16 printable characters without spaces',
    secret: true,
    read: readSecret(16),
  }),
  SALLYPORT_SETUP_TOKEN: setting({
    does: 'The token of the one-time set-up link.',
    unset: 'random, printed at the start of an empty vault',
    expects: 'at least 32 printable characters without spaces',
    secret: true,
    read: readSecret(32),
  }),
  SALLYPORT_UPLOAD_DAYS: setting({
    does: 'After how many days without a new part an unfinished upload expires.',
    unset: '7',
    expects: 'a whole number of days from 1 to 365',
    read: readWhole(1, 365),
  }),
  SALLYPORT_MAX_BYTES: setting({
    does: 'The largest upload that is held at once. A larger one is kept too, but quarantined until a custodian releases it.',
    unset: '100 GiB',
    expects: 'a size, such as 500 MB or 100 GiB',
    read: readBytes,
  }),
  SALLYPORT_QUARANTINE_TYPES: setting({
    does: 'Media types and file extensions, with commas between, that are quarantined until a custodian releases them.',
    unset: 'programs and other files that run when opened',
    expects: 'media types such as application/x-msdownload and extensions such as .exe, with commas between',
    read: readTypes,
  }),
  SALLYPORT_FIXITY_DAYS: setting({
    does: 'Within how many days every stored byte is hashed again.',
    unset: '30',
    expects: 'a whole number of days from 1 to 30',
    read: readWhole(1, 30),
  }),
  SALLYPORT_FIXITY_RATE: setting({
    does: 'How many megabytes a second are read for that at most, on this server. The Fixity page says when it is too little.',
    unset: '20',
    expects: 'a whole number of megabytes from 1 to 10000',
    read: readWhole(1, 10_000),
  }),
  SALLYPORT_TIME_SERVERS: setting({
    does: 'Time servers (NTP) that this server compares its clock with every quarter of an hour. What it finds stands on each entry of the ledger. It sets no clock.',
    unset: 'none: the clock is compared with the time-stamping authorities of the agency only',
    expects: 'names or addresses with commas between, such as time.example.gov, 192.0.2.7:123',
    read: readTimeServers,
  }),
  SALLYPORT_STAMP_MINUTES: setting({
    does: 'How often the authorities that an agency named stamp the time on its ledger, if there is anything new.',
    unset: '60',
    expects: 'a whole number of minutes from 1 to 1440',
    read: readWhole(1, 1440),
  }),
  SALLYPORT_POOL: setting({
    does: 'How many connections to PostgreSQL one server holds at most.',
    unset: '10',
    expects: 'a whole number from 2 to 200',
    read: readWhole(2, 200),
  }),
  SALLYPORT_DEMO: setting({
    does: 'Marks every page as a demonstration. Set by `sallyport demo`, not by hand.',
    unset: 'no',
    expects: 'yes or no',
    read: readYes,
  }),
}

export type SettingName = keyof typeof settings

/** Names that begin like ours and belong to the command line or the tests, which share the environment. */
export const notSettings: ReadonlySet<string> = new Set([
  'SALLYPORT_CONFIG',
  'SALLYPORT_URL',
  'SALLYPORT_CA',
  'SALLYPORT_PASSWORD',
  'SALLYPORT_TOTP_SECRET',
  'SALLYPORT_TEST_POSTGRES',
])

/** docs/operations/settings.md, whole. */
export function settingsPage(): string {
  const rows = Object.entries(settings).map(([name, { does, unset }]) => `| \`${name}\` | ${does} | ${unset} |`)
  return `${[
    '# Settings',
    '',
    'Every setting is an environment variable. They may also stand in one file, named by `SALLYPORT_CONFIG`, as lines of',
    '`NAME=value` with `#` before a comment; the environment wins over the file. A path in the file is read from the',
    'folder of the file. All are read once, at the start, and everything that is wrong with them is told at once.',
    '',
    '| name | what it does | when it is not set |',
    '|---|---|---|',
    ...rows,
  ].join('\n')}\n`
}
