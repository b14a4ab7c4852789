import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openVault, send, textOf, type Vault } from '../../cli/src/client.ts'

const program = fileURLToPath(new URL('../../server/src/main.ts', import.meta.url))
const patienceMs = 90_000

/** A vault as it is run: the server as a process of its own, with its own folder, port and PostgreSQL. */
export type RunningVault = {
  readonly origin: string
  readonly data: string
  readonly setUpLink: string
  readonly setUpToken: string
  /** Of the server process that runs now. */
  readonly pid: () => number
  /** Connections as the command line makes them, trusting the authority of this vault. */
  readonly reach: () => Promise<Vault>
  /** As a power cut for the server alone: nothing is drained. Its PostgreSQL is left to itself. */
  readonly kill: () => Promise<void>
  /** Starts it again in the same folder, and gives the milliseconds until it was ready. */
  readonly start: () => Promise<number>
  readonly ready: () => Promise<boolean>
  /** What the server wrote since the test began. */
  readonly said: () => string
  /** Ends the server as an operator does, and gives its exit code. The folder stays. */
  readonly stop: () => Promise<number>
  /** Ends it and removes the folder. */
  readonly remove: () => Promise<void>
}

type Options = { readonly env?: NodeJS.ProcessEnv }

export async function startVault({ env = {} }: Options = {}): Promise<RunningVault> {
  const data = await mkdtemp(join(tmpdir(), 'sallyport-e2e-'))
  // PostgreSQL does not run as root; the account that it runs under then must reach its own folder.
  await chmod(data, 0o711)
  const port = await freePort()
  const origin = `https://localhost:${port}`
  const token = randomBytes(32).toString('base64url')
  const lines: string[] = []
  let child: ChildProcess | undefined
  let asked = false
  const spawnServer = () => {
    child = spawn(process.execPath, [program], {
      env: {
        ...cleanEnvironment(),
        SALLYPORT_DATA: data,
        SALLYPORT_LISTEN: `127.0.0.1:${port}`,
        SALLYPORT_ORIGIN: origin,
        SALLYPORT_SETUP_TOKEN: token,
        SALLYPORT_LOG_LEVEL: 'warn',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part: Buffer) => lines.push(part.toString()))
    child.once('exit', (code, signal) => {
      if (!asked) console.log(`# the server ended unasked (${signal ?? code}):\n${lines.join('').slice(-3000)}`)
    })
    return child
  }
  const ended = (of: ChildProcess) =>
    new Promise<number>((done) => {
      if (of.exitCode !== null || of.signalCode !== null) done(of.exitCode ?? 128)
      else of.once('exit', (code) => done(code ?? 128))
    })
  const reach = async () => openVault(origin, [await readFile(join(data, 'tls', 'ca.crt'), 'utf8')])
  const ready = async () => {
    const vault = await reach().catch(() => undefined)
    if (!vault) return false
    try {
      const answer = await send(vault, { method: 'GET', path: '/readyz' })
      await textOf(answer)
      return answer.statusCode === 200
    } catch {
      return false
    } finally {
      vault.agent.destroy()
    }
  }
  const start = async () => {
    const begun = performance.now()
    asked = false
    const now = spawnServer()
    while (!(await ready())) {
      if (now.exitCode !== null || now.signalCode !== null || performance.now() - begun > patienceMs)
        throw new Error(`The vault did not become ready:\n${lines.join('')}`)
      await pause(100)
    }
    return Math.round(performance.now() - begun)
  }
  const end = async (signal: NodeJS.Signals) => {
    const now = child
    if (!now) return 0
    asked = true
    now.kill(signal)
    return ended(now)
  }
  const stop = () => end('SIGTERM')
  await start()
  return {
    origin,
    data,
    setUpLink: `${origin}/set-up#${token}`,
    setUpToken: token,
    pid: () => child?.pid ?? 0,
    reach,
    kill: async () => void (await end('SIGKILL')),
    start,
    ready,
    said: () => lines.join(''),
    stop,
    remove: async () => {
      await stop()
      await rm(data, { recursive: true, force: true })
    },
  }
}

/** The environment of the run without settings of a vault that somebody may have exported. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(SALLYPORT_|DATABASE_)/.test(name)))
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done))
  const { port } = probe.address() as AddressInfo
  await new Promise((done) => probe.close(done))
  return port
}
