import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openDatabase } from '#db/connect.ts'
import { control } from '#http/control.ts'
import { probe } from '#http/health.ts'
import { type Log, newLog, newMeters } from '#http/observe.ts'
import { servePages } from '#http/pages.ts'
import { keepCertificate, tlsOptions } from '#http/tls.ts'
import { agenciesOf } from '#features/agencies/routes.ts'
import { sealedRing } from '#keys/keyring.ts'
import { serverKey } from '#keys/local-file.ts'
import { openDiskStore } from '#store/disk-store.ts'
import { type Config, ConfigFaults, readConfig } from './config.ts'
import { claimFolder, mustBeAfter, mustBelongTogether } from './data-folder.ts'
import { StartFault } from './start-fault.ts'
import { assembleVault, type Vault } from './vault.ts'

const project = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const say = (sentence: string) => console.log(sentence)
/** How long requests under way are waited for at a stop. */
const drainMs = 20_000

/** Starts the vault of this machine, and gives the function that stops it. */
async function start(config: Config): Promise<() => Promise<void>> {
  for (const remark of config.remarks) say(remark)
  await mkdir(config.data, { recursive: true, mode: 0o700 })
  await claimFolder(config.data)
  const log = newLog(config.logLevel, join(config.data, 'log'))
  const meters = newMeters()
  const database = await openDatabase(config, say)
  const closing: (() => Promise<unknown>)[] = [database.stop]
  try {
    // The clock is looked at before anything is made by it: a certificate of the wrong year would have to
    // be trusted anew on every workstation.
    const ground = { db: database.db, keysOf: () => sealedRing(Buffer.alloc(32)) }
    const agencies = await agenciesOf(ground)
    await mustBeAfter({ ground, agencies }, new Date())
    const keys = join(config.data, 'keys')
    await mustBelongTogether({ keys, agencies })
    const own = await serverKey(keys, { mayMake: agencies.length === 0 })
    if (!own)
      throw new StartFault(
        `The key of this server, ${join(keys, 'server.key')}, is missing, and the database was sealed under it. Restore it from the backup; nothing was changed.`,
      )
    const tls = await tlsOptions(config, say, new Date())
    const store = await openDiskStore({ folder: join(config.data, 'objects') })
    closing.unshift(() => store.close())
    const vault = await assembleVault({
      config,
      db: database.db,
      store,
      serverKey: own,
      now: () => new Date(),
      log,
      meters,
      version: await version(),
      verifier: await verifier(),
      tls,
    })
    closing.unshift(vault.stop)
    probe(vault.app, {
      meters,
      metricsToken: config.metricsToken,
      obstacles: () => obstacles(vault, database.ownerless),
    })
    await servePages(vault.app, project('web/dist'))
    const deeds = {
      'set-up-link': async () => ({ link: `${config.origin}/set-up#${vault.links.issue()}` }),
      release: (asked: unknown) => vault.releaseByHand(asked),
      'recover-ledger': (asked: unknown) => vault.recoverLedger(asked),
    }
    const controlled = await control(vault.app, { data: config.data, url: config.origin, deeds })
    closing.unshift(controlled.close)
    await listen(vault, config)
    const certificate = keepCertificate(vault.app.server, config, say)
    closing.unshift(async () => certificate.stop())
    await greet(vault, config)
  } catch (fault) {
    await closeAll(closing, log)
    throw fault
  }
  return () => closeAll(closing, log)
}

async function closeAll(closing: readonly (() => Promise<unknown>)[], log: Log): Promise<void> {
  for (const close of closing) await close().catch((fault: unknown) => log.error({ err: fault }, 'fault at the stop'))
}

async function listen({ app }: Vault, { listen: { host, port } }: Config): Promise<void> {
  try {
    await app.listen({ host, port })
  } catch (fault) {
    const { code } = fault as NodeJS.ErrnoException
    if (code === 'EADDRINUSE') {
      throw new StartFault(
        `Port ${port} on ${host} is in use by another program. Stop that program, or choose another port with SALLYPORT_LISTEN=${host}:${port + 1}.`,
      )
    }
    if (code === 'EACCES')
      throw new StartFault(
        `This user may not listen on port ${port}. Choose one above 1023 with SALLYPORT_LISTEN, or put a proxy in front.`,
      )
    if (code === 'EADDRNOTAVAIL') throw new StartFault(`This machine has no address ${host}. Correct SALLYPORT_LISTEN.`)
    throw fault
  }
}

async function greet(vault: Vault, config: Config): Promise<void> {
  const agencies = await vault.agencies()
  say(`The vault is ready at ${config.origin}`)
  if (agencies.length === 0)
    say(`It is empty. Set it up here, once, within this run:\n\n    ${config.origin}/set-up#${config.setupToken}\n`)
  if (vault.sealed.length > 0)
    say(`It is sealed: nothing can be read until an administrator enters the passphrase at ${config.origin}/unlock`)
}

/** What keeps the vault from serving, in sentences for whoever watches it. */
async function obstacles(vault: Vault, pool: { query: (text: string) => Promise<unknown> }): Promise<string[]> {
  const answers = await pool.query('select 1').then(
    () => true,
    () => false,
  )
  if (!answers) return ['The database does not answer.']
  const agencies = await vault.agencies()
  return agencies
    .filter(({ id }) => !vault.healthy(id))
    .map(({ slug }) => `The ledger of ${slug} cannot be published, so nothing is served.`)
}

const version = async (): Promise<string> =>
  (JSON.parse(await readFile(project('package.json'), 'utf8')) as { version: string }).version

const verifier = () =>
  Promise.all(
    ['verify.mjs', 'verify.html'].map(async (name) => ({
      name,
      bytes: await readFile(project(`verify/dist/${name}`)),
    })),
  )

/** Gives the function that stops what was started. A signal that comes meanwhile waits for it: half a vault leaves its database running. */
let starting: Promise<() => Promise<void>> | undefined
let stopping = false

/** One Ctrl-C may arrive twice, from the terminal and through npm; only a later one means "at once". */
const echoMs = 1_000
let asked = 0

function leave(code: number): void {
  if (stopping && Date.now() - asked > echoMs) process.exit(1)
  if (stopping) return
  stopping = true
  asked = Date.now()
  say('The vault is stopping.')
  setTimeout(() => process.exit(1), drainMs).unref()
  void Promise.resolve(starting)
    .then((stop) => stop?.())
    .catch(() => undefined)
    .then(() => process.exit(code))
}

process.on('SIGTERM', () => leave(0))
process.on('SIGINT', () => leave(0))
process.on('SIGHUP', () => leave(0))
process.on('unhandledRejection', (fault) => {
  console.error(fault)
  leave(1)
})

try {
  starting = start(readConfig(process.env))
  await starting
} catch (fault) {
  if (fault instanceof ConfigFaults) for (const sentence of fault.faults) console.error(sentence)
  else if (fault instanceof StartFault) console.error(fault.message)
  else console.error(fault)
  process.exit(1)
}
