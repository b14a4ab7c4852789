import type { Lane } from './lane.ts'
import { plainSegment, type Sealed, type Writing } from './object-store.ts'
import { countOf } from './segments.ts'
import { counted, type Exchange, type Filled, slotOf, slots } from './wire.ts'

/** What was found when the writing was opened. */
export type Start = { readonly segments: number; readonly tail: Uint8Array; readonly complete: boolean }

type Opened = {
  readonly lane: Lane
  readonly of: number
  readonly exchange: Exchange
  readonly length: number
  readonly start: Start
  /** Called once, when the writing has ended in whatever way. */
  readonly ended: () => void
}

/**
 * The main thread's half of a writing: copies bytes into slots of one segment and hands full ones to
 * the worker. A sender that is faster than the disk waits when all slots are under way.
 */
export class DiskWriting implements Writing {
  readonly length: number
  readonly #opened: Opened
  readonly #lastSegment: number
  readonly #slots: readonly Uint8Array[]
  readonly #free = Array.from({ length: slots }, (_, slot) => slot)
  readonly #underWay = new Set<Promise<void>>()
  #segment: number
  /** The slot being filled, if any byte waits in one. */
  #slot: number | undefined
  #filled = 0
  #taken: number
  #settled: number
  #fault: Error | undefined
  #ended = false
  /** Once it has ended, the counters serve another writing. */
  #atEnd: { readonly received: number; readonly checked: number } | undefined

  constructor(opened: Opened) {
    const { length, start, exchange } = opened
    this.length = length
    this.#opened = opened
    this.#lastSegment = countOf(length) - 1
    this.#slots = Array.from({ length: slots }, (_, slot) => slotOf(exchange, slot, plainSegment))
    this.#segment = start.segments
    if (start.tail.length) {
      this.#slot = this.#free.pop() ?? 0
      this.#slots[this.#slot]?.set(start.tail)
      this.#filled = start.tail.length
    }
    this.#taken = start.complete ? length : start.segments * plainSegment + start.tail.length
    this.#settled = this.#taken
  }

  get taken(): number {
    return this.#taken
  }

  get received(): number {
    return this.#atEnd?.received ?? Math.max(this.#settled, counted(this.#opened.exchange, 'durable'))
  }

  get checked(): number {
    return this.#atEnd?.checked ?? counted(this.#opened.exchange, 'checked')
  }

  write(chunk: Uint8Array): Promise<void> | undefined {
    this.#check()
    if (chunk.length > this.length - this.#taken) throw new RangeError('more bytes than the object has')
    const rest = this.#fill(chunk)
    return rest.length ? this.#fillLater(rest) : undefined
  }

  async settle(): Promise<number> {
    await this.#allSealed()
    const { lane, of } = this.#opened
    if (this.#settled < this.#taken) {
      await this.#failing(lane.ask('settle', { of, tail: this.#part }))
      this.#settled = this.#taken
    }
    return this.#settled
  }

  async finish(): Promise<Sealed> {
    if (this.#taken !== this.length) throw new RangeError('the object is not all here')
    await this.#allSealed()
    const { lane, of } = this.#opened
    const sealed = await this.#failing(lane.ask('finish', { of, last: this.#part }))
    this.#end()
    return sealed
  }

  async close(): Promise<void> {
    if (this.#ended) return
    // A settle that fails has told why to whoever asked for it, or the next `resume` finds less.
    if (!this.#fault) await this.settle().catch(() => undefined)
    await Promise.allSettled(this.#underWay)
    const { lane, of } = this.#opened
    await lane.ask('close', { of }).catch(() => undefined)
    this.#end()
  }

  async destroy(): Promise<void> {
    if (this.#ended) return
    await Promise.allSettled(this.#underWay)
    const { lane, of } = this.#opened
    await lane.ask('destroy', { of })
    this.#end()
  }

  get #part(): Filled {
    return { slot: this.#slot ?? 0, length: this.#filled }
  }

  /** Copies what fits without waiting; gives the rest. */
  #fill(chunk: Uint8Array): Uint8Array {
    let rest = chunk
    while (rest.length) {
      this.#slot ??= this.#free.pop()
      if (this.#slot === undefined) return rest
      const now = rest.subarray(0, plainSegment - this.#filled)
      this.#slots[this.#slot]?.set(now, this.#filled)
      this.#filled += now.length
      this.#taken += now.length
      rest = rest.subarray(now.length)
      // The last segment is sealed by finish alone: its bytes wait in the slot, and in the tail.
      if (this.#filled === plainSegment && this.#segment < this.#lastSegment) this.#send(this.#slot)
    }
    return rest
  }

  async #fillLater(chunk: Uint8Array): Promise<void> {
    let rest = chunk
    while (rest.length) {
      await Promise.race(this.#underWay)
      this.#check()
      rest = this.#fill(rest)
    }
  }

  #send(slot: number): void {
    const { lane, of } = this.#opened
    this.#segment += 1
    this.#slot = undefined
    this.#filled = 0
    const sent = lane
      .ask('append', { of, slot })
      .catch((error: Error) => {
        this.#fault ??= error
      })
      .then(() => {
        this.#free.push(slot)
        this.#underWay.delete(sent)
      })
    this.#underWay.add(sent)
  }

  async #allSealed(): Promise<void> {
    await Promise.all(this.#underWay)
    this.#check()
  }

  async #failing<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (error) {
      this.#fault ??= error as Error
      throw error
    }
  }

  #check(): void {
    if (this.#fault) throw this.#fault
    if (this.#ended) throw new Error('this writing has ended')
  }

  #end(): void {
    if (this.#ended) return
    this.#atEnd = { received: this.received, checked: this.checked }
    this.#ended = true
    this.#opened.ended()
  }
}
