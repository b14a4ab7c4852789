import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { setTimeout as wait } from 'node:timers/promises'
import type { Answered, Asking, Contract } from '@sallyport/api/contract'
import { type RefusalCode, refusals } from '@sallyport/core/refusal'
import { NoAnswer, Refused } from './not-done.ts'

/** What the vault gave at sign-in. Whoever holds it acts as that person, so it lies in a file of mode 0600. */
export type Credentials = { readonly cookie: string; readonly csrf: string }

/** A vault, the connections to it, and the session that requests to it carry. */
export type Vault = {
  readonly origin: string
  readonly agent: Agent
  session: Credentials | undefined
}

/** One request by hand, for what no contract covers: streams of bytes. `path` begins with `/api/`. */
export type Wire = {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | AsyncIterable<Uint8Array>
}

/** AES-256 suites and NIST curves only: the same floor as the server's, so neither side can be talked down. */
const suites = 'TLS_AES_256_GCM_SHA384:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384'
const silence = 120_000
const mostReply = 64 * 1024 * 1024

export const openVault = (origin: string, ca: readonly string[]): Vault => ({
  origin,
  agent: new Agent({
    keepAlive: true,
    maxSockets: 16,
    ca: [...ca],
    minVersion: 'TLSv1.2',
    ciphers: suites,
    ecdhCurve: 'P-384:P-256',
  }),
  session: undefined,
})

/**
 * Calls an operation of the vault and gives its reply, checked against the contract.
 *
 * Throws {@link Refused} when the vault says no and {@link NoAnswer} when nobody answers. When the
 * vault asks for patience (429), it is waited for, three times at most.
 */
export async function call<C extends Contract>(vault: Vault, contract: C, asking: Asking<C>): Promise<Answered<C>> {
  if (contract.reply === 'bytes') throw new TypeError(`${contract.path} answers with bytes: use send`)
  const wire = wireOf(contract, asking as Readonly<Record<string, unknown>>)
  for (let tries = 0; ; tries++) {
    const answer = await send(vault, wire)
    const told = await textOf(answer)
    const patience = Number(answer.headers['retry-after'] ?? 5)
    if (answer.statusCode === 429 && tries < 3 && patience <= 60) await wait(patience * 1000)
    else if (!good(answer)) throw refusalIn(answer, told)
    else {
      keepCookie(vault, answer.headers)
      return contract.reply.parse(JSON.parse(told)) as Answered<C>
    }
  }
}

export const good = ({ statusCode = 0 }: IncomingMessage): boolean => statusCode >= 200 && statusCode < 300

function wireOf(contract: Contract, asking: Readonly<Record<string, unknown>>): Wire {
  const { params, query, method } = contract
  const path = contract.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(asking[name])))
  const search = new URLSearchParams()
  for (const name of Object.keys(query.shape)) if (asking[name] !== undefined) search.set(name, String(asking[name]))
  const rest = Object.entries(asking).filter(([name]) => !(name in params.shape) && !(name in query.shape))
  const where = `/api${path}${search.size ? `?${search}` : ''}`
  if (method === 'GET' || method === 'DELETE') return { method, path: where }
  return {
    method,
    path: where,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(Object.fromEntries(rest)),
  }
}

/**
 * Sends a request and gives the answer as soon as its head is there, whatever its status.
 *
 * An answer that comes before the body is sent (a refused part of a file) ends the sending: the
 * answer is given, not the broken connection that follows from it.
 */
export function send(vault: Vault, wire: Wire): Promise<IncomingMessage> {
  const { method, path, body } = wire
  const headers: Record<string, string> = { accept: 'application/json', ...wire.headers }
  if (vault.session) headers['cookie'] = vault.session.cookie
  if (vault.session && method !== 'GET') headers['x-sallyport-csrf'] = vault.session.csrf
  if (typeof body === 'string') headers['content-length'] = String(Buffer.byteLength(body))
  return new Promise((resolve, reject) => {
    const sending = request(new URL(path, vault.origin), { method, headers, agent: vault.agent, timeout: silence })
    let answered = false
    const failed = (error: Error) => reject(noAnswer(vault.origin, error))
    sending.on('timeout', () => sending.destroy(Object.assign(new Error('silence'), { code: 'ETIMEDOUT' })))
    sending.on('error', failed)
    sending.on('response', (answer) => {
      answered = true
      if (!sending.writableEnded) answer.on('end', () => sending.destroy())
      resolve(answer)
    })
    if (body === undefined || typeof body === 'string') sending.end(body)
    else
      pour(body, sending, () => answered).catch((error: Error) => {
        sending.destroy()
        reject(error)
      })
  })
}

type Sending = ReturnType<typeof request>

/** Sends a body piece by piece, no faster than the connection takes it. */
async function pour(body: AsyncIterable<Uint8Array>, sending: Sending, stop: () => boolean): Promise<void> {
  for await (const piece of body) {
    if (stop() || sending.destroyed) return
    if (!sending.write(piece)) await drained(sending)
  }
  sending.end()
}

const drained = (sending: Sending): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      for (const event of ['drain', 'close', 'response'] as const) sending.off(event, done)
      resolve()
    }
    for (const event of ['drain', 'close', 'response'] as const) sending.on(event, done)
  })

/** Reads an answer to its end as text, at most 64 MiB. */
export async function textOf(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  let length = 0
  try {
    for await (const part of answer as AsyncIterable<Buffer>) {
      length += part.length
      if (length > mostReply) throw new NoAnswer('The answer is longer than any that the vault gives.', '')
      parts.push(part)
    }
  } catch (error) {
    if (error instanceof NoAnswer) throw error
    throw new NoAnswer('The connection broke off in the middle of an answer.', 'Check the connection and try again.')
  }
  return Buffer.concat(parts).toString('utf8')
}

/** Makes an error of an answer that is not good. What stands between us and the vault may answer in any form. */
export function refusalIn(answer: IncomingMessage, told: string): Refused {
  const status = answer.statusCode ?? 0
  const read = readTold(told)
  const code = read['code']
  if (typeof code === 'string' && code in refusals) {
    const known = refusals[code as RefusalCode]
    const facts = typeof read['facts'] === 'object' && read['facts'] ? (read['facts'] as Record<string, string>) : {}
    const { says, next, request: number } = read
    return new Refused(status, {
      code: code as RefusalCode,
      says: typeof says === 'string' ? says : known.says,
      next: typeof next === 'string' ? next : known.next,
      facts,
      request: typeof number === 'string' ? number : undefined,
    })
  }
  const number = read['request'] ?? answer.headers['x-request-id']
  return new Refused(status, {
    code: 'fault',
    says: `The vault answered ${status}, without saying why.`,
    next: `Tell the person who runs the vault${typeof number === 'string' ? `, with the number ${number}` : ''}.`,
    facts: {},
    request: typeof number === 'string' ? number : undefined,
  })
}

function readTold(told: string): Record<string, unknown> {
  try {
    const read: unknown = JSON.parse(told)
    return typeof read === 'object' && read !== null ? { ...read } : {}
  } catch {
    return {}
  }
}

function keepCookie(vault: Vault, headers: IncomingHttpHeaders): void {
  const given = headers['set-cookie']?.find((line) => line.startsWith('__Host-sallyport='))
  const cookie = given?.split(';')[0]
  if (cookie) vault.session = { cookie, csrf: vault.session?.csrf ?? '' }
}

const noAnswers: Readonly<Record<string, readonly [string, string]>> = {
  ECONNREFUSED: ['nothing listens there', 'Check the address, or start the vault with: sallyport start'],
  ENOTFOUND: ['no machine has this name', 'Check the address.'],
  ETIMEDOUT: ['no answer came in time', 'Check the connection and try again.'],
  ECONNRESET: ['the connection was cut', 'Check the connection and try again.'],
  EPIPE: ['the connection was cut', 'Check the connection and try again.'],
  CERT_HAS_EXPIRED: ['its certificate has expired', 'Tell the person who runs the vault, and check the clock here.'],
  CERT_NOT_YET_VALID: ['its certificate is not valid yet', 'Check the clock of this machine.'],
  ERR_TLS_CERT_ALTNAME_INVALID: ['its certificate is for another name', 'Use the name that the vault was set up with.'],
}

function noAnswer(origin: string, error: Error): NoAnswer {
  const code = 'code' in error ? String(error.code) : error.message
  const untrusted = ['Give the certificate of its authority with --ca FILE (on its own machine: data/tls/ca.crt).']
  const signed = /SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|UNTRUSTED/.test(code)
  const [why, next] = signed
    ? ['this machine does not trust its certificate', untrusted.join('')]
    : (noAnswers[code] ?? [`the connection failed (${code})`, 'Check the connection and try again.'])
  return new NoAnswer(`The vault at ${origin} cannot be reached: ${why}.`, next)
}
