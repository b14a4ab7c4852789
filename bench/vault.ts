import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beginSetUp, readEntrance, setUp } from '@sallyport/api/agency'
import { enrol, invitePerson, readEnrolment } from '@sallyport/api/people'
import { signIn } from '@sallyport/api/sessions'
import type { Role } from '@sallyport/core/access'
import type { AgencyId, PersonId } from '@sallyport/core/ids'
import { call, openVault, send, textOf, type Vault } from '../cli/src/client.ts'
import { codeAt, stepAt } from '../cli/src/totp.ts'

const root = resolve(import.meta.dirname, '..')
const setupToken = 'set-up-token-of-a-measurement-0123456789ab'
const passphrase = 'the passphrase of a measurement'
const password = 'seven grey herons by the river'

/** A vault as it is started by its users: a process of its own, TLS, its own PostgreSQL, on loopback. */
export type Running = {
  readonly origin: string
  readonly ca: readonly string[]
  readonly data: string
  readonly pid: number
  /** Milliseconds from the start of the process until it said that it was ready. */
  readonly readyMs: number
  /** Ends the process as an operator does. The data stay. */
  readonly stop: () => Promise<void>
}

/** Somebody who has signed in. */
export type Person = { readonly id: PersonId; readonly vault: Vault; readonly signInName: string }
export type Founded = { readonly id: AgencyId; readonly administrator: Person }

export async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done))
  const { port } = probe.address() as { port: number }
  await new Promise((done) => probe.close(done))
  return port
}

/** A temporary folder that the account of PostgreSQL can pass through, when all this runs as root. */
export async function aFolder(): Promise<string> {
  const folder = await mkdtemp(join(process.env['SALLYPORT_BENCH_FOLDER'] ?? tmpdir(), 'sallyport-measured-'))
  await chmod(folder, 0o711)
  return folder
}

export const removeFolder = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true })

export async function startVault(folder: string, env: NodeJS.ProcessEnv = {}): Promise<Running> {
  const port = await freePort()
  const data = join(folder, 'data')
  const origin = `https://localhost:${port}`
  const began = performance.now()
  const child = spawn(process.execPath, [...profiling(), join(root, 'server/src/main.ts')], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      SALLYPORT_DATA: data,
      SALLYPORT_LISTEN: `127.0.0.1:${port}`,
      SALLYPORT_ORIGIN: origin,
      SALLYPORT_SETUP_TOKEN: setupToken,
      SALLYPORT_LOG_LEVEL: 'warn',
      ...env,
    },
  })
  const ended = new Promise<void>((done) => child.on('close', () => done()))
  await ready(child)
  const readyMs = performance.now() - began
  const stop = async () => {
    child.kill('SIGTERM')
    await ended
  }
  process.once('exit', () => child.kill('SIGTERM'))
  const authority = join(data, 'tls', 'ca.crt')
  const ca = existsSync(authority) ? [readFileSync(authority, 'utf8')] : []
  return { origin, ca, data, pid: child.pid ?? 0, readyMs, stop }
}

/** SALLYPORT_BENCH_PROFILE names a folder for a CPU profile of the server. */
const profiling = (): string[] => {
  const folder = process.env['SALLYPORT_BENCH_PROFILE']
  return folder ? ['--cpu-prof', `--cpu-prof-dir=${folder}`] : []
}

async function ready({ stdout, stderr, exitCode }: ChildProcess): Promise<void> {
  let said = ''
  await new Promise<void>((done, failed) => {
    const hear = (part: Buffer) => {
      said += part.toString()
      if (said.includes('The vault is ready')) done()
    }
    stdout?.on('data', hear)
    stderr?.on('data', hear)
    stdout?.on('close', () => failed(new Error(`The vault did not start (${exitCode}):\n${said}`)))
  })
}

export const anyone = ({ origin, ca }: Pick<Running, 'origin' | 'ca'>): Vault => openVault(origin, ca)

/** Sets the empty vault up, and signs its administrator in. */
export async function found(running: Running): Promise<Founded> {
  const vault = anyone(running)
  const { totpSecret, bannerText } = await call(vault, beginSetUp, { token: setupToken })
  const { id } = await call(vault, setUp, {
    token: setupToken,
    name: 'Measured Police Department',
    ori: 'OH0123456',
    slug: 'measured-pd',
    timeZone: 'America/New_York',
    bannerText,
    unlock: 'by-file',
    passphrase,
    administrator: {
      name: 'A. Administrator',
      signInName: 'administrator',
      password,
      totpSecret,
      code: codeAt(totpSecret, stepAt(new Date()) - 1),
    },
  })
  return { id, administrator: await enter(running, 'administrator', totpSecret) }
}

/** Signs in with the code of this moment. */
export async function enter(running: Running, signInName: string, totpSecret: string): Promise<Person> {
  const vault = anyone(running)
  const { banner } = await call(vault, readEntrance, {})
  const code = codeAt(totpSecret, stepAt(new Date()))
  const session = await call(vault, signIn, { signInName, password, code, bannerAccepted: banner?.version ?? '' })
  vault.session = { cookie: vault.session?.cookie ?? '', csrf: session.csrf }
  return { id: session.person.id, vault, signInName }
}

/** Invites a person, and enrols and signs them in as they would do it themselves. */
export async function hire(running: Running, { administrator }: Founded, role: Role, nth = 1): Promise<Person> {
  const signInName = `${role}.${nth}`
  const { link } = await call(administrator.vault, invitePerson, { name: `${role} ${nth}`, signInName, roles: [role] })
  const token = new URL(link).hash.slice(1)
  const vault = anyone(running)
  const { totpSecret } = await call(vault, readEnrolment, { token })
  await call(vault, enrol, { token, password, code: codeAt(totpSecret, stepAt(new Date()) - 1) })
  vault.agent.destroy()
  return enter(running, signInName, totpSecret)
}

/** Waits until the checkpoint of an agency has stood still for a while. */
export async function settled({ data }: Running, agency: AgencyId): Promise<void> {
  const path = join(data, 'ledger', agency, 'checkpoint')
  const read = () => (existsSync(path) ? readFileSync(path, 'utf8') : '')
  for (let last = ''; ; ) {
    const now = read()
    if (now !== '' && now === last) return
    last = now
    await sleep(1500)
  }
}

/** Reads what a path of the vault gives, as a person, and counts it. */
export async function fetched({ vault }: Person, path: string, headers: Record<string, string> = {}): Promise<Buffer> {
  const answer = await send(vault, { method: 'GET', path, headers })
  if ((answer.statusCode ?? 0) >= 300) throw new Error(`${path}: ${answer.statusCode} ${await textOf(answer)}`)
  const parts: Buffer[] = []
  for await (const part of answer as AsyncIterable<Buffer>) parts.push(part)
  return Buffer.concat(parts)
}
