import type { Answered, Asked, Contract } from '@sallyport/api/contract'
import type { Json } from '@sallyport/core/canonical-json'
import type { AgencyId } from '@sallyport/core/ids'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Actor, Tx } from '#db/within.ts'

/** Where a request came from, as far as the connection itself shows. `agent` is what the client says of itself. */
export type From = {
  readonly address: string
  readonly agent: string
  readonly request: string
  /** The Range header, where a client asks for a part. */
  readonly range: string | undefined
}

export type Call<C extends Contract> = {
  readonly tx: Tx
  readonly asked: Asked<C>
  readonly now: Date
  readonly from: From
  readonly cookie: string
}

/** What a visitor's request may do: nothing, until it names an agency and acts `as` somebody of it. */
export type PublicCall<C extends Contract> = {
  readonly asked: Asked<C>
  readonly now: Date
  readonly from: From
  readonly cookie: string
  readonly csrf: string | undefined
  /** Opens the transaction, does the work and enters the contract's act in the ledger, all or nothing. */
  readonly as: <T>(agency: AgencyId, work: (tx: Tx) => Promise<T>) => Promise<T>
  /** Names the agency, and what the request is about, so that a refusal stands in the right ledger. */
  readonly at: (agency: AgencyId, on?: readonly string[]) => void
  readonly setSession: (cookie: string) => void
}

/** A reply that is streamed. `after` is told how much was sent, and whether it was all. */
export type Bytes = {
  readonly status: 200 | 206
  readonly headers: Readonly<Record<string, string | number>>
  readonly body: AsyncIterable<Uint8Array>
  readonly after: (sent: number, whole: boolean) => Promise<void>
}

/** Work that is too long for a transaction. Its act is entered when it is done, with what it found. */
export type Later<Reply> = () => Promise<{
  readonly reply: Reply
  readonly on: readonly string[]
  readonly detail: Readonly<Record<string, Json>>
  /** Keeps what was made, in the transaction of its entry: both are there, or neither. */
  readonly keep?: (tx: Tx) => Promise<void>
}>

type Loose<Call> = Omit<Call, 'asked'> & { readonly asked: never }

export type Route = { readonly contract: Contract } & (
  | {
      readonly kind: 'signed-in'
      readonly answer: (call: Loose<Call<Contract>>) => Promise<unknown>
      readonly polled: boolean
    }
  | { readonly kind: 'public'; readonly answer: (call: Loose<PublicCall<Contract>>) => Promise<unknown> }
  | { readonly kind: 'bytes'; readonly answer: (call: Loose<Call<Contract>>) => Promise<Bytes> }
  | { readonly kind: 'slow'; readonly answer: (call: Loose<Call<Contract>>) => Promise<Later<unknown>> }
  | { readonly kind: 'raw'; readonly answer: (call: RawCall) => Promise<void>; readonly methods: readonly string[] }
)

/** A request whose body is not JSON and is handled by a protocol library, after session and permission. */
export type RawCall = {
  readonly actor: Actor
  readonly params: unknown
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

/** Binds a contract to the function that keeps it. A wrong reply type does not compile. */
export const route = <C extends Contract>(contract: C, answer: (call: Call<C>) => Promise<Answered<C>>): Route => ({
  kind: 'signed-in',
  contract,
  answer,
  polled: false,
})

/**
 * As {@link route}, for a reading that pages repeat by themselves to stay fresh: the ledger takes one
 * entry a minute for the same question of the same session, not one a second.
 */
export const polledRoute = <C extends Contract>(
  contract: C,
  answer: (call: Call<C>) => Promise<Answered<C>>,
): Route => ({
  kind: 'signed-in',
  contract,
  answer,
  polled: true,
})

/** Binds a contract that needs no session. */
export const publicRoute = <C extends Contract>(
  contract: C,
  answer: (call: PublicCall<C>) => Promise<Answered<C>>,
): Route => ({ kind: 'public', contract, answer })

/**
 * Binds a contract that streams. The intent was entered in the ledger by the act that made the address;
 * what was sent is entered by `after`.
 */
export const bytesRoute = <C extends Contract>(contract: C, answer: (call: Call<C>) => Promise<Bytes>): Route => ({
  kind: 'bytes',
  contract,
  answer,
})

/** Binds a contract whose work takes long: what is looked up first is done in a transaction, the rest after it. */
export const slowRoute = <C extends Contract>(
  contract: C,
  answer: (call: Call<C>) => Promise<Later<Answered<C>>>,
): Route => ({ kind: 'slow', contract, answer })

export const rawRoute = (
  contract: Contract,
  methods: readonly string[],
  answer: (call: RawCall) => Promise<void>,
): Route => ({
  kind: 'raw',
  contract,
  methods,
  answer,
})
