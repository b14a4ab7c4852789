import { type FileHandle, open } from 'node:fs/promises'
import { hex } from '@sallyport/core/bytes'
import { type Floe, headerLength } from '@sallyport/core/floe'
import { openHeader } from './durable-prefix.ts'
import { Altered, type Checked, type Fault, type Stored } from './object-store.ts'
import { newNativeSha256 } from './primitives.ts'
import { countOf, extentOf, readAt, readHeader, withSegment } from './segments.ts'

/** An object that is being read, as the worker is told of it. The key is a copy, wiped in the end. */
export type Wanted = Omit<Stored, 'id'> & { readonly path: string }

/** Segments that a check reads before others get their turn. */
const checkAtOnce = 4

/** The worker's half of a reading. Faults of the object as a whole are kept, not thrown, so that a check reports them. */
export class Outgoing {
  readonly #wanted: Wanted
  readonly #file: FileHandle | undefined
  readonly #floe: Floe | undefined
  readonly #size: number
  readonly #faults: readonly Fault[]

  constructor(wanted: Wanted, found: Found) {
    this.#wanted = wanted
    this.#file = found.file
    this.#floe = found.floe
    this.#size = found.size
    this.#faults = found.faults
  }

  /** The plain bytes of a segment in a buffer of its own. */
  async segment(index: number): Promise<Uint8Array> {
    const [fault] = this.#faults
    if (fault || !this.#file || !this.#floe) throw new Altered(fault ?? { segment: undefined, what: 'missing' })
    const opened = { file: this.#file, floe: this.#floe, length: this.#wanted.length }
    const plain = await withSegment(opened, index, (segment) => segment.plain)
    if (!plain) throw new Altered({ segment: index, what: 'altered' })
    return plain
  }

  /** Reads everything, a few segments with every step. */
  async *check(): AsyncGenerator<number, Checked> {
    const faults = [...this.#faults]
    const file = this.#file
    if (!file) return { sha256: undefined, sealedSha256: undefined, faults }
    const plainHash = newNativeSha256()
    const sealedHash = newNativeSha256()
    sealedHash.update(await readHeader(file))
    const { length } = this.#wanted
    let opened = 0
    for (let index = 0; index < countOf(length); index += 1) {
      await withSegment({ file, floe: this.#floe, length }, index, ({ plain, stored }) => {
        sealedHash.update(stored)
        if (plain) {
          plainHash.update(plain)
          opened += 1
        } else if (this.#floe) faults.push({ segment: index, what: stored.length ? 'altered' : 'cut' })
      })
      if (index % checkAtOnce === checkAtOnce - 1) yield Math.min(length, extentOf(index, length).offset)
    }
    for await (const added of this.#beyond(file)) sealedHash.update(added)
    const sha256 = opened === countOf(length) ? hex(plainHash.digest()) : undefined
    return { sha256, sealedSha256: hex(sealedHash.digest()), faults }
  }

  async close(): Promise<void> {
    this.#wanted.key.fill(0)
    await this.#file?.close()
  }

  async *#beyond(file: FileHandle): AsyncGenerator<Uint8Array> {
    const step = 1 << 20
    for (let at = this.#wanted.sealedLength; at < this.#size; at += step)
      yield await readAt(file, { offset: at, size: step })
  }
}

type Found = Awaited<ReturnType<typeof find>>

export const openOutgoing = async (wanted: Wanted): Promise<Outgoing> => new Outgoing(wanted, await find(wanted))

async function find(wanted: Wanted) {
  const faults: Fault[] = []
  const whole = (what: Fault['what']) => faults.push({ segment: undefined, what })
  const file = await open(wanted.path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    return undefined
  })
  if (!file) whole('missing')
  const { size } = (await file?.stat()) ?? { size: 0 }
  let floe: Floe | undefined
  try {
    if (file) {
      const { header, opened } = await openHeader(file, wanted)
      if (hex(header.subarray(headerLength - 32)) === wanted.headerTag) floe = opened.floe
      else whole('header')
    }
  } catch (error) {
    if (!(error instanceof Altered)) throw error
    whole('header')
  }
  if (file && size < wanted.sealedLength) whole('cut')
  if (file && size > wanted.sealedLength) whole('added')
  return { file, floe, size, faults }
}
