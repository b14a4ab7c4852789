import { Refusal, type RefusalCode, refusals } from '@sallyport/core/refusal'
import type { z } from 'zod'

/** What the sender of a refused request is told. */
export type Told = {
  readonly code: RefusalCode | 'fault'
  readonly says: string
  readonly next: string
  readonly facts: Readonly<Record<string, string>>
  readonly request: string
}

export const toldOf = ({ code, message, facts }: Refusal, request: string): Told => ({
  code,
  says: message,
  next: refusals[code].next,
  facts,
  request,
})

/** A fault of ours: the log has it whole, the sender only the number by which to find it. */
export const faultTold = (request: string): Told => ({
  code: 'fault',
  says: 'The vault failed. Nothing was changed.',
  next: 'Try again. If it happens again, give the request number to the person who runs the vault.',
  facts: {},
  request,
})

/** The name of a field as a sender wrote it may be anything; in the ledger it must be a text. */
const nameable = (names: string): string =>
  names
    .slice(0, 100)
    .toWellFormed()
    .replace(/\p{Cc}/gu, '\ufffd')

/** Names the field that does not fit and what was expected there; never what was sent. */
export function malformed(fault: z.ZodError): Refusal {
  const [issue] = fault.issues
  const field = nameable(issue?.path.map(String).join('.') ?? '') || 'the request'
  const keys = issue?.code === 'unrecognized_keys' ? `unknown field ${nameable(issue.keys.join(', '))}` : undefined
  return new Refusal('request/malformed', { field, expected: keys ?? issue?.message ?? 'another form' })
}

const byFastifyCode: Readonly<Record<string, RefusalCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'request/too-large',
  FST_ERR_CTP_INVALID_JSON_BODY: 'request/malformed',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'request/malformed',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'request/malformed',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'request/malformed',
  FST_ERR_BAD_URL: 'request/malformed',
  FST_ERR_MAX_PARAM_LENGTH: 'request/not-found',
  FST_ERR_NOT_FOUND: 'request/not-found',
}

/** PostgreSQL: the server is out of room, or cannot be reached, or a text is none that it can hold. */
const byDatabaseCode: Readonly<Record<string, RefusalCode>> = {
  '22021': 'request/malformed',
  '53100': 'vault/disk-full',
  '53300': 'vault/busy',
  '55P03': 'vault/busy',
  '57014': 'vault/busy',
  '57P01': 'vault/busy',
  '57P03': 'vault/busy',
  '40001': 'vault/busy',
  '40P01': 'vault/busy',
  ECONNREFUSED: 'vault/ledger-down',
  ECONNRESET: 'vault/ledger-down',
  ENOSPC: 'vault/disk-full',
}

/** The refusal that a thrown value stands for; undefined if it is a fault of ours. */
export function refusalOf(thrown: unknown): Refusal | undefined {
  if (thrown instanceof Refusal) return thrown
  const { code, statusCode, message, syscall } = (thrown ?? {}) as Readonly<Record<string, unknown>>
  const known = typeof code === 'string' ? (byFastifyCode[code] ?? byDatabaseCode[code]) : undefined
  // The socket of the database is gone. Any other file that is missing is a fault.
  if (code === 'ENOENT' && syscall === 'connect') return new Refusal('vault/ledger-down')
  if (known)
    return new Refusal(
      known,
      known === 'request/malformed' ? { field: 'body', expected: 'JSON of the documented form' } : {},
    )
  if (typeof message === 'string' && /timeout exceeded when trying to connect|Connection terminated/.test(message))
    return new Refusal('vault/busy')
  if (statusCode === 403 || statusCode === 404) return new Refusal('request/not-found')
  if (statusCode === 400 || statusCode === 415)
    return new Refusal('request/malformed', { field: 'the request', expected: 'another form' })
  return undefined
}
