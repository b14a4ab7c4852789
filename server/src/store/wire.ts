import type { Task } from './durable-prefix.ts'
import { Altered, type Checked, type Digested, DiskFull, type Fault, Lost, type Sealed } from './object-store.ts'
import type { Wanted } from './outgoing.ts'

/**
 * Plain bytes of a writing on their way to the worker, shared by both threads: `slots` pieces of one
 * segment each, and two counters in front ({@link Counter}).
 */
export type Exchange = SharedArrayBuffer
export const slots = 8
const countersLength = 16
export const newExchange = (slotLength: number): Exchange => new SharedArrayBuffer(countersLength + slots * slotLength)
/** The same memory without what it held. */
export function cleared(exchange: Exchange): Exchange {
  new Uint8Array(exchange).fill(0)
  return exchange
}
export const slotOf = (exchange: Exchange, slot: number, slotLength: number): Uint8Array<SharedArrayBuffer> =>
  new Uint8Array(exchange, countersLength + slot * slotLength, slotLength)

export type Counter = 'checked' | 'durable'
const place = { checked: 0, durable: 1 } as const
const counters = (exchange: Exchange) => new BigInt64Array(exchange, 0, 2)
export const count = (exchange: Exchange, counter: Counter, bytes: number): void =>
  void Atomics.store(counters(exchange), place[counter], BigInt(bytes))
export const counted = (exchange: Exchange, counter: Counter): number =>
  Number(Atomics.load(counters(exchange), place[counter]))

/** A part of a segment in a slot. */
export type Filled = { readonly slot: number; readonly length: number }

/** What the worker can be asked: the question and the answer of each. `of` numbers a writing or a reading. */
export type Asks = {
  begin: { ask: { of: number; task: Task; exchange: Exchange }; answer: undefined }
  resume: {
    ask: { of: number; task: Task; exchange: Exchange }
    answer: { segments: number; tail: Uint8Array; complete: boolean }
  }
  append: { ask: { of: number; slot: number }; answer: undefined }
  settle: { ask: { of: number; tail: Filled }; answer: undefined }
  finish: { ask: { of: number; last: Filled }; answer: Sealed }
  close: { ask: { of: number }; answer: undefined }
  destroy: { ask: { of: number }; answer: undefined }
  read: { ask: { of: number; wanted: Wanted }; answer: undefined }
  segment: { ask: { of: number; index: number }; answer: Uint8Array }
  check: { ask: { of: number }; answer: { checked: number } | { done: Checked } }
  digest: { ask: { of: number; path: string }; answer: { read: number } | { done: Digested | undefined } }
  closeDigest: { ask: { of: number }; answer: undefined }
  closeReading: { ask: { of: number }; answer: undefined }
}
export type Ask = keyof Asks

export type Question = { [A in Ask]: { call: number; ask: A; with: Asks[A]['ask'] } }[Ask]
export type Answer = { call: number } & ({ value: unknown } | { error: WiredError })

/** An error that has crossed the threads, where its class is lost. */
export type WiredError =
  | { is: 'full'; says: string }
  | { is: 'lost'; says: string }
  | { is: 'altered'; fault: Fault }
  | { is: 'fault'; says: string; code: string | undefined }

/** No space, no quota, or no larger file allowed. */
const noRoom: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

export function wired(error: unknown): WiredError {
  if (error instanceof Altered) return { is: 'altered', fault: { segment: error.segment, what: error.what } }
  if (error instanceof Lost) return { is: 'lost', says: error.message }
  const { message, code } = error as NodeJS.ErrnoException
  if (code && noRoom.has(code)) return { is: 'full', says: `the disk is full (${code})` }
  return { is: 'fault', says: message, code }
}

export function unwired(error: WiredError): Error {
  if (error.is === 'altered') return new Altered(error.fault)
  if (error.is === 'full') return new DiskFull(error.says)
  if (error.is === 'lost') return new Lost(error.says)
  return Object.assign(new Error(error.says), error.code && { code: error.code })
}
