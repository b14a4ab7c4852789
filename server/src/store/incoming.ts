import { rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { hex } from '@sallyport/core/bytes'
import { makeFolder, removeFile, replaceFile, syncFolder, unfinished } from './disk-layout.ts'
import type { Prefix, Task } from './durable-prefix.ts'
import { Altered, plainSegment, type Sealed } from './object-store.ts'
import { nodePrimitives } from './primitives.ts'
import { countOf, extentOf, newDigests, offsetOf, withSegment, writeAt } from './segments.ts'
import { sealTail } from './tail.ts'

/** Where the worker tells how far it is, in plain bytes, without being asked. */
export type Progress = { checked(bytes: number): void; durable(bytes: number): void }

/** Segments on their way to the disk at one time. */
const depth = 4
/** Segments after which the disk is told to catch up, so that a settle or a resume has little left to do. */
const markEvery = 32

/** The worker's half of a writing: hashes, seals and stores segments that arrive in order. */
export class Incoming {
  readonly #task: Task
  readonly #prefix: Prefix
  readonly #progress: Progress
  readonly #digests: ReturnType<typeof newDigests>
  readonly #writes = new Set<Promise<void>>()
  readonly #catchingUp: Promise<void>
  #sealed: number
  #marked: number
  #marking: Promise<void> | undefined
  #fault: Error | undefined
  #ended = false

  constructor(task: Task, prefix: Prefix, progress: Progress) {
    this.#task = task
    this.#prefix = prefix
    this.#progress = progress
    this.#digests = newDigests(prefix.header)
    this.#sealed = prefix.segments
    this.#marked = prefix.segments
    this.#catchingUp = this.#watched(this.#catchUp())
  }

  /** Takes the next whole segment. Resolves when there is room for one more. */
  async append(plain: Uint8Array): Promise<void> {
    this.#check()
    const index = this.#sealed
    const sealed = this.#prefix.floe.seal(index, false, plain)
    this.#sealed += 1
    if (this.#digests.segments === index) this.#hash(plain, sealed)
    const write = this.#watched(writeAt(this.#prefix.file, offsetOf(index), sealed)).finally(() => {
      this.#writes.delete(write)
    })
    this.#writes.add(write)
    if (this.#sealed - this.#marked >= markEvery && !this.#marking) this.#marking = this.#watched(this.#mark())
    if (this.#writes.size >= depth) await Promise.race(this.#writes)
    this.#check()
  }

  /** Makes all segments so far durable, and `tail` beside them. */
  async settle(tail: Uint8Array): Promise<void> {
    await this.#allWritten()
    if (this.#prefix.complete) return
    await this.#failing(async () => {
      await this.#prefix.file.datasync()
      await this.#writeTail(this.#sealed, tail, tail.length > 0)
    })
    this.#marked = this.#sealed
    this.#progress.durable(this.#sealed * plainSegment + tail.length)
  }

  /** Seals the last segment, puts the object in its place and lets go of it. */
  async finish(last: Uint8Array): Promise<Sealed> {
    await this.#allWritten()
    const { file, header, complete } = this.#prefix
    await this.#catchingUp
    this.#check()
    const index = countOf(this.#task.length) - 1
    if (!complete) {
      const sealed = this.#prefix.floe.seal(index, true, last)
      this.#hash(last, sealed)
      await this.#failing(() => writeAt(file, offsetOf(index), sealed))
    }
    const { offset, size } = extentOf(index, this.#task.length)
    await this.#failing(() => this.#place())
    await this.close()
    const { sha256, sealedSha256 } = this.#digests.end()
    return {
      sha256: hex(sha256),
      sealedSha256: hex(sealedSha256),
      sealedLength: offset + size,
      headerTag: hex(header.subarray(-32)),
    }
  }

  async close(): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    await Promise.all([this.#catchingUp, this.#marking, ...this.#writes])
    this.#task.key.fill(0)
    await this.#prefix.file.close()
  }

  async destroy(): Promise<void> {
    await this.close()
    const { part, tail, object } = this.#task.places
    await Promise.all([part, unfinished(part), tail, unfinished(tail), object].map(removeFile))
    await syncFolder(dirname(part))
  }

  /** The object is whole under its final name or under the old one, at every moment. */
  async #place(): Promise<void> {
    const { part, object, tail } = this.#task.places
    if (!this.#prefix.placed) {
      await this.#prefix.file.sync()
      await makeFolder(dirname(object))
      await rename(part, object)
    }
    await syncFolder(dirname(object))
    await Promise.all([removeFile(tail), removeFile(unfinished(tail))])
    await syncFolder(dirname(part))
  }

  /** Reads back and hashes what was stored before this process knew of it, while new segments arrive. */
  async #catchUp(): Promise<void> {
    while (!this.#ended && !this.#fault && this.#digests.segments < this.#sealed) {
      const index = this.#digests.segments
      if (this.#sealed - index <= depth) await Promise.all(this.#writes)
      await withSegment(this.#prefix, index, ({ plain, stored }) => {
        if (!plain) throw new Altered({ segment: index, what: 'altered' })
        this.#hash(plain, stored)
      })
    }
  }

  async #mark(): Promise<void> {
    const segments = this.#sealed
    await Promise.all(this.#writes)
    await this.#prefix.file.datasync()
    if (!this.#fault && !this.#ended) await this.#writeTail(segments, new Uint8Array(0), false)
    this.#marked = segments
    this.#marking = undefined
    this.#progress.durable(segments * plainSegment)
  }

  #writeTail(segments: number, plain: Uint8Array, durable: boolean): Promise<void> {
    const of = { key: this.#task.key, header: this.#prefix.header }
    return replaceFile(this.#task.places.tail, sealTail(nodePrimitives, of, { segments, plain }), durable)
  }

  #hash(plain: Uint8Array, sealed: Uint8Array): void {
    this.#digests.add(plain, sealed)
    this.#progress.checked(this.#digests.bytes)
  }

  async #allWritten(): Promise<void> {
    await Promise.all([this.#marking, ...this.#writes])
    this.#check()
  }

  #check(): void {
    if (this.#fault) throw this.#fault
  }

  /**
   * Errors stay for good. After a failed fsync the kernel may have dropped the pages and would call
   * the next one a success, so nothing may be believed until the segments have been opened again.
   */
  async #failing<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      this.#fault ??= error as Error
      throw error
    }
  }

  /** For work that nobody waits for yet: its error is told by the next call. */
  #watched(work: Promise<void>): Promise<void> {
    return work.catch((error: Error) => {
      this.#fault ??= error
    })
  }
}
