import { existsSync } from 'node:fs'
import { type FileHandle, open, readFile } from 'node:fs/promises'
import { defaultSegmentLength, FloeFault, floe, headerLength, newHeader } from '@sallyport/core/floe'
import { filesOnly, type Places, replaceFile } from './disk-layout.ts'
import { Altered, Lost, plainSegment } from './object-store.ts'
import { nodePrimitives } from './primitives.ts'
import { countOf, type Opened, offsetOf, readHeader, withSegment } from './segments.ts'
import { openTail, type Tail } from './tail.ts'

/** One object being written, as the worker is told of it. The key is a copy, wiped in the end. */
export type Task = {
  readonly places: Places
  readonly key: Uint8Array
  readonly aad: Uint8Array
  readonly length: number
}

/** What of an object is on the disk for good. */
export type Prefix = Opened & {
  readonly header: Uint8Array
  /** Segments that are there and open, the last one included if `complete`. */
  readonly segments: number
  /** Bytes that follow them. */
  readonly tail: Uint8Array
  readonly complete: boolean
  /** It already stands in its final place. */
  readonly placed: boolean
}

/** Puts the header of a new object on the disk, whole or not at all. */
export async function beginPrefix({ places, key, aad, length }: Task): Promise<Prefix> {
  if (existsSync(places.part) || existsSync(places.object)) throw new Error('this object was begun before')
  const header = newHeader(nodePrimitives, key, { aad, segmentLength: defaultSegmentLength })
  await replaceFile(places.part, header, true)
  const file = await open(places.part, 'r+', filesOnly)
  const sealing = floe(nodePrimitives, key, { header, aad })
  return { file, floe: sealing, length, header, segments: 0, tail: new Uint8Array(0), complete: false, placed: false }
}

/**
 * Finds the longest prefix of an object that survived, after an orderly close or a crash at any moment.
 *
 * The tail names the segments that had been synced; those are not read here (the digests read them
 * later, before anything is finished). From there on each segment counts only if it opens: after a
 * loss of power the file may hold later pages and lack earlier ones. What lies beyond is cut off.
 *
 * A place that is cut off here gets sealed again, which FLOE forbids with different bytes, since the
 * older segment would open there too. It is harmless here: every sealing draws a fresh random IV, so
 * no GCM nonce repeats; only segments are sealed again that did not open or had been lost; the sender
 * sends the same file again; and if someone kept a lost one and puts it back, the digest of the
 * sealed bytes in the ledger differs.
 */
export async function findPrefix(task: Task): Promise<Prefix> {
  const part = await openIfThere(task.places.part, 'r+')
  const file = part ?? (await openIfThere(task.places.object, 'r'))
  if (!file) throw new Lost('nothing of this object is stored')
  try {
    const { header, opened } = await openHeader(file, task)
    if (!part) return { ...(await whole(opened, task)), header }
    const mark = await readTail(task, header)
    const { size } = await file.stat()
    let segments = mark && offsetOf(mark.segments) <= size ? mark.segments : 0
    const count = countOf(task.length)
    while (segments < count && (await opens(opened, segments))) segments += 1
    const complete = segments === count
    if (!complete) await file.truncate(offsetOf(segments))
    await file.datasync()
    const tail = !complete && mark?.segments === segments ? mark.plain : new Uint8Array(0)
    return { ...opened, header, segments, tail, complete, placed: false }
  } catch (error) {
    await file.close()
    throw error
  }
}

const opens = (opened: Opened, index: number) => withSegment(opened, index, ({ plain }) => plain !== undefined)

async function whole(opened: Opened, { length }: Task) {
  const last = countOf(length) - 1
  if (!(await opens(opened, last))) throw new Altered({ segment: last, what: 'altered' })
  return { ...opened, segments: last + 1, tail: new Uint8Array(0), complete: true, placed: true }
}

/** Throws {@link Altered} unless the header was made with this key for this object. */
export async function openHeader(file: FileHandle, { key, aad, length }: Omit<Task, 'places'>) {
  const header = await readHeader(file)
  try {
    if (header.length === headerLength && new DataView(header.buffer).getUint32(2) === defaultSegmentLength) {
      return { header, opened: { file, length, floe: floe(nodePrimitives, key, { header, aad }) } }
    }
  } catch (error) {
    if (!(error instanceof FloeFault)) throw error
  }
  throw new Altered({ segment: undefined, what: 'header' })
}

async function readTail({ places, key, length }: Task, header: Uint8Array): Promise<Tail | undefined> {
  const stored = await readFile(places.tail).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
  const tail = stored && openTail(nodePrimitives, { key, header }, stored)
  if (!tail || tail.segments >= countOf(length)) return undefined
  return tail.plain.length <= Math.min(plainSegment, length - tail.segments * plainSegment) ? tail : undefined
}

async function openIfThere(path: string, flags: 'r' | 'r+'): Promise<FileHandle | undefined> {
  try {
    return await open(path, flags)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
