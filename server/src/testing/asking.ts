import type { Answered, Asking, Contract } from '@sallyport/api/contract'
import type { RefusalCode } from '@sallyport/core/refusal'
import type { Vault } from '../vault.ts'

/** Who asks: their cookie and the token that goes with it. Nobody has neither. */
export type Caller = { readonly cookie: string; readonly csrf: string }

export type Reply = {
  readonly status: number
  readonly headers: Readonly<Record<string, string | number | string[] | undefined>>
  readonly bytes: Buffer
  readonly text: string
  /** The reply read as JSON; undefined if it is none. */
  readonly json: unknown
  readonly code: RefusalCode | 'fault' | undefined
}

export type Method = 'GET' | 'HEAD' | 'OPTIONS' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export type Wire = {
  readonly method: Method
  readonly path: string
  /** Bytes go as they are; anything else as JSON. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Each request comes from an address of its own, unless a test is about addresses. */
  readonly address?: string
}

export const cookieName = '__Host-sallyport'

let requests = 0
const nextAddress = () => {
  requests += 1
  return `10.${(requests >> 16) & 255}.${(requests >> 8) & 255}.${requests & 255}`
}

/** Sends a request to the vault by the way that a connection takes, without the connection. */
export async function send({ app }: Vault, caller: Caller | undefined, wire: Wire): Promise<Reply> {
  const { method, path, body, headers = {}, address = nextAddress() } = wire
  const isRaw = typeof body === 'string' || Buffer.isBuffer(body)
  const answer = await app.inject({
    method,
    url: `/api${path}`,
    remoteAddress: address,
    headers: {
      ...(caller && { cookie: `${cookieName}=${caller.cookie}`, 'x-sallyport-csrf': caller.csrf }),
      ...(body !== undefined && !isRaw && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { payload: isRaw ? body : JSON.stringify(body) }),
  })
  const json = asJson(answer.payload)
  const { code } = (json ?? {}) as { code?: RefusalCode }
  return {
    status: answer.statusCode,
    headers: answer.headers,
    bytes: answer.rawPayload,
    text: answer.payload,
    json,
    code,
  }
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Where each thing that a contract asks for goes: into the path, the question or the body. */
export function wireOf(contract: Contract, asked: Readonly<Record<string, unknown>>): Wire {
  const rest = { ...asked }
  const path = contract.path.replace(/:(\w+)/g, (_, name: string) => {
    const value = String(rest[name])
    delete rest[name]
    return encodeURIComponent(value)
  })
  const query = new URLSearchParams()
  for (const name of Object.keys(contract.query.shape)) {
    if (rest[name] !== undefined) query.set(name, String(rest[name]))
    delete rest[name]
  }
  const search = query.size > 0 ? `?${query}` : ''
  const body = Object.keys(rest).length > 0 ? { body: rest } : {}
  return { method: contract.method, path: `${path}${search}`, ...body }
}

/** The vault said no, or broke. Tests look at it with {@link refused}. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly #reply: Reply
  constructor(reply: Reply) {
    super(`${reply.status} ${reply.text.slice(0, 400)}`)
    this.#reply = reply
  }
  get reply(): Reply {
    return this.#reply
  }
}

/** For `assert.rejects`: the refusal has this code. */
export const refused = (code: RefusalCode | 'fault') => (thrown: unknown) => {
  if (thrown instanceof Refused && thrown.reply.code === code) return true
  throw new Error(`It was not refused as ${code}: ${String(thrown)}`, { cause: thrown })
}

export type Ask = <C extends Contract>(contract: C, asked: Asking<C>) => Promise<Answered<C>>

/** Asks by a contract and gives the reply; throws {@link Refused}. */
export const asker =
  (vault: () => Vault, caller: Caller | undefined): Ask =>
  async (contract, asked) => {
    const reply = await send(vault(), caller, wireOf(contract, asked as Record<string, unknown>))
    if (reply.status >= 300) throw new Refused(reply)
    return reply.json as Answered<typeof contract>
  }
