import { parentPort } from 'node:worker_threads'
import { beginPrefix, findPrefix, type Prefix } from './durable-prefix.ts'
import { Incoming } from './incoming.ts'
import { plainSegment } from './object-store.ts'
import { type Outgoing, openOutgoing } from './outgoing.ts'
import { sealedDigest } from './sealed-digest.ts'
import { type Answer, type Ask, type Asks, count, type Exchange, type Question, slotOf, slots, wired } from './wire.ts'

/**
 * Where object keys are used and clear bytes are hashed, sealed and opened, so that the main thread
 * only does TLS and HTTP. It learns a key with the question that needs it, and wipes it when the
 * writing or reading ends.
 */
const writings = new Map<number, { incoming: Incoming; exchange: Exchange }>()
const digests = new Map<number, ReturnType<typeof sealedDigest>>()
const readings = new Map<number, { outgoing: Outgoing; check: ReturnType<Outgoing['check']> | undefined }>()

const answers: { [A in Ask]: (asked: Asks[A]['ask']) => Promise<Asks[A]['answer']> } = {
  begin: async (asked) => {
    take(asked, await beginPrefix(asked.task))
    return undefined
  },
  resume: async (asked) => {
    const prefix = await findPrefix(asked.task)
    take(asked, prefix)
    return { segments: prefix.segments, tail: prefix.tail, complete: prefix.complete }
  },
  append: async ({ of, slot }) => {
    const { incoming, exchange } = writing(of)
    await incoming.append(slotOf(exchange, slot, plainSegment))
    return undefined
  },
  settle: async ({ of, tail }) => {
    const { incoming, exchange } = writing(of)
    await incoming.settle(slotOf(exchange, tail.slot, plainSegment).subarray(0, tail.length))
    return undefined
  },
  finish: async ({ of, last }) => {
    const { incoming, exchange } = writing(of)
    const sealed = await incoming.finish(slotOf(exchange, last.slot, plainSegment).subarray(0, last.length))
    letGo(of)
    return sealed
  },
  close: async ({ of }) => {
    await writings.get(of)?.incoming.close()
    letGo(of)
    return undefined
  },
  destroy: async ({ of }) => {
    await writing(of).incoming.destroy()
    letGo(of)
    return undefined
  },
  read: async ({ of, wanted }) => {
    readings.set(of, { outgoing: await openOutgoing(wanted), check: undefined })
    return undefined
  },
  segment: ({ of, index }) => reading(of).outgoing.segment(index),
  check: async ({ of }) => {
    const held = reading(of)
    held.check ??= held.outgoing.check()
    const { done, value } = await held.check.next()
    if (!done) return { checked: value }
    held.check = undefined
    return { done: value }
  },
  digest: async ({ of, path }) => {
    const digest = digests.get(of) ?? sealedDigest(path)
    digests.set(of, digest)
    const { done, value } = await digest.next()
    return done ? { done: value } : { read: value }
  },
  closeDigest: async ({ of }) => {
    await digests.get(of)?.return(undefined)
    digests.delete(of)
    return undefined
  },
  closeReading: async ({ of }) => {
    await readings.get(of)?.outgoing.close()
    readings.delete(of)
    return undefined
  },
}

function take({ of, task, exchange }: Asks['begin']['ask'], prefix: Prefix): void {
  const progress = {
    checked: (bytes: number) => count(exchange, 'checked', bytes),
    durable: (bytes: number) => count(exchange, 'durable', bytes),
  }
  writings.set(of, { incoming: new Incoming(task, prefix, progress), exchange })
}

/** Clear bytes stay in memory no longer than the writing that they came with. */
function letGo(of: number): void {
  const held = writings.get(of)
  if (held) for (let slot = 0; slot < slots; slot += 1) slotOf(held.exchange, slot, plainSegment).fill(0)
  writings.delete(of)
}

const writing = (of: number) => known(writings.get(of))
const reading = (of: number) => known(readings.get(of))
function known<T>(held: T | undefined): T {
  if (!held) throw new Error('it was closed before')
  return held
}

async function answer<A extends Ask>(question: { call: number; ask: A; with: Asks[A]['ask'] }): Promise<void> {
  const { call } = question
  try {
    const value = await answers[question.ask](question.with)
    parentPort?.postMessage({ call, value } satisfies Answer, transferable(value))
  } catch (error) {
    parentPort?.postMessage({ call, error: wired(error) } satisfies Answer)
  }
}

/** Opened segments are handed over, not copied. */
const transferable = (value: unknown): ArrayBuffer[] =>
  value instanceof Uint8Array && value.buffer instanceof ArrayBuffer && value.length === value.buffer.byteLength
    ? [value.buffer]
    : []

parentPort?.on('message', (question: Question) => void answer(question))
