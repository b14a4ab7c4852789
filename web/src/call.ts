import type { Answered, Contract } from '@sallyport/api/contract'
import { type RefusalCode, refusals } from '@sallyport/core/refusal'

/** The fields of one part of a contract. The part that takes nothing would forbid those of the others. */
type Given<Part> = Part extends { _zod: { input: infer Input } }
  ? string extends keyof Input
    ? unknown
    : Input
  : unknown

/** What a page writes to ask for an operation: path, query and body in one. */
export type Asking<C extends Contract> = Given<C['params']> & Given<C['query']> & Given<C['body']>

export type Refused = {
  readonly is: 'refused'
  readonly code: RefusalCode
  readonly says: string
  readonly next: string
  readonly facts: Readonly<Record<string, string>>
  readonly request: string
}

export type Outcome<C extends Contract> = { readonly is: 'answered'; readonly value: Answered<C> } | Refused

/** Something broke: the vault did not answer, or not in the form that was agreed. */
export class Fault extends Error {
  override readonly name = 'Fault'
  /** Also stands in the log of the vault, so that a person can read it out over the phone. */
  readonly request: string

  constructor(says: string, request: string) {
    super(says)
    this.request = request
  }
}

/** A refusal on its way to where it is shown. */
export class RefusedCall extends Error {
  override readonly name = 'RefusedCall'
  readonly refused: Refused

  constructor(refused: Refused) {
    super(refused.says)
    this.refused = refused
  }
}

type Standing = { csrf: string; locked: boolean }
const standing: Standing = { csrf: '', locked: false }

/** What every later call carries. Held in memory only: a script of another origin cannot read it. */
export const carry = (next: Partial<Standing>): void => void Object.assign(standing, next)
export const carriedCsrf = (): string => standing.csrf

type Hearer = (code: RefusalCode) => void
let hearer: Hearer = () => undefined
/** Whoever watches over the session hears that it was ended or locked, by whichever call it shows. */
export const hearSession = (heard: Hearer): void => void (hearer = heard)

const allowedWhileLocked = new Set(['/session', '/session/resume', '/session/lock'])

type Way = { readonly signal?: AbortSignal; readonly keepalive?: boolean }

/** Calls the vault. A refusal is an outcome to show; anything else that goes wrong is thrown. */
export async function call<C extends Contract>(contract: C, asked: Asking<C>, way: Way = {}): Promise<Outcome<C>> {
  const request = crypto.randomUUID()
  // A page under the lock would go on asking, and each time be refused on the ledger.
  if (standing.locked && !allowedWhileLocked.has(contract.path)) return refusedHere('session/locked', request)
  const { address, body } = addressed(contract, asked)
  const headers: Record<string, string> = { 'x-request-id': request, accept: 'application/json' }
  if (contract.method !== 'GET') headers['x-sallyport-csrf'] = standing.csrf
  if (body !== undefined) headers['content-type'] = 'application/json'
  const response = await fetch(address, {
    method: contract.method,
    headers,
    credentials: 'same-origin',
    cache: 'no-store',
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...way,
  }).catch((error: unknown) => {
    if (way.signal?.aborted) throw error
    throw new Fault('The vault did not answer. Check the connection and try again.', request)
  })
  const said = await spoken(response)
  const refused = readRefusal(said, request)
  if (refused) {
    if (refused.code.startsWith('session/')) hearer(refused.code)
    return refused
  }
  if (!response.ok)
    throw new Fault(`The vault met a fault of its own (${response.status}). Nothing is known to be changed.`, request)
  if (contract.reply === 'bytes') throw new Fault('Bytes are not read this way.', request)
  const read = contract.reply.safeParse(said)
  if (!read.success)
    throw new Fault('The vault answered in a form that this page does not know. Reload the page.', request)
  return { is: 'answered', value: read.data as Answered<C> }
}

/** As {@link call}, for where a refusal has one place to be shown: it is thrown. */
export async function ask<C extends Contract>(contract: C, asked: Asking<C>, way: Way = {}): Promise<Answered<C>> {
  const outcome = await call(contract, asked, way)
  if (outcome.is === 'refused') throw new RefusedCall(outcome)
  return outcome.value
}

/** Puts each field where the contract asks for it: path, query string or body. */
export function addressed(
  contract: Contract,
  asked: unknown,
): { address: string; body: Record<string, unknown> | undefined } {
  const rest: Record<string, unknown> = { ...(asked as Record<string, unknown>) }
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
  const address = `/api${path}${query.size > 0 ? `?${query}` : ''}`
  const bodied = contract.method !== 'GET' && contract.method !== 'DELETE'
  return { address, body: bodied ? rest : undefined }
}

async function spoken(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch {
    return undefined
  }
}

/** Reads a refusal from a reply. What claims to be one and has an unknown code is not one. */
export function readRefusal(said: unknown, request: string): Refused | undefined {
  if (typeof said !== 'object' || said === null || !('code' in said)) return undefined
  const { code, says, next, facts, request: logged } = said as Record<string, unknown>
  if (typeof code !== 'string' || !(code in refusals)) return undefined
  const known = refusals[code as RefusalCode]
  return {
    is: 'refused',
    code: code as RefusalCode,
    says: typeof says === 'string' ? says : known.says,
    next: typeof next === 'string' ? next : known.next,
    facts: typeof facts === 'object' && facts !== null ? (facts as Record<string, string>) : {},
    request: typeof logged === 'string' ? logged : request,
  }
}

const refusedHere = (code: RefusalCode, request: string): Refused => ({
  is: 'refused',
  code,
  says: refusals[code].says,
  next: refusals[code].next,
  facts: {},
  request,
})
