import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { ObjectId } from '@sallyport/core/ids'
import { incomingFolder, makeFolder, type Places, placesOf, removeFile, syncFolder, unfinished } from './disk-layout.ts'
import { diskReader } from './disk-reading.ts'
import { diskSurvey } from './disk-survey.ts'
import { DiskWriting, type Start } from './disk-writing.ts'
import { newLane } from './lane.ts'
import { DiskFull, type ObjectStore, plainSegment, type Sealing, type Writing } from './object-store.ts'
import { cleared, type Exchange, newExchange } from './wire.ts'

export type DiskSettings = {
  /** Its parent must exist. */
  readonly folder: string
  /** Bytes that new objects leave free; by default 1 GiB or 2 % of the disk, whichever is smaller. */
  readonly reserve?: number
}

const gibibyte = 2 ** 30
/** Exchanges kept for later writings, 2 MiB each: as many as may rest open at one time, and some. */
const mostSpare = 40

/**
 * Objects in files: `<folder>/<2 hex>/<id>.sealed`, and under `incoming/` while they are written.
 *
 * Three threads serve it: one seals, one opens, one hashes again what lies here, so that none waits for another.
 * Only one process may write an object at a time; this one sees to it for itself.
 */
export async function openDiskStore({ folder, reserve }: DiskSettings): Promise<ObjectStore> {
  await makeFolder(folder)
  await makeFolder(incomingFolder(folder))
  const sealing = newLane()
  const reader = diskReader(folder)
  const lying = diskSurvey(folder)
  const writings = new Map<ObjectId, Writing | undefined>()
  const spare: Exchange[] = []
  let numbers = 0

  /** What open writings will still take counts as taken, so that two large ones are not both let in. */
  const room = async () => {
    let promised = 0
    for (const writing of writings.values()) promised += writing ? writing.length - writing.taken : 0
    return roomIn(folder, { promised, reserve })
  }

  const start = async (wanted: Sealing, how: 'begin' | 'resume'): Promise<Writing> => {
    const { id, key, aad, length } = wanted
    if (writings.has(id)) throw new Error('this object is being written')
    writings.set(id, undefined)
    try {
      // Kept for the next writing: memory shared by two threads is only given back when both have
      // cleared up, and a thread that rests never does.
      const exchange = spare.pop() ?? newExchange(plainSegment)
      numbers += 1
      const of = numbers
      const copy = Uint8Array.from(key)
      const task = { places: placesOf(folder, id), key: copy, aad, length }
      const found = await sealing.ask(how, { of, task, exchange }, [copy.buffer])
      const start: Start = found ?? { segments: 0, tail: new Uint8Array(0), complete: false }
      const ended = () => {
        writings.delete(id)
        if (spare.length < mostSpare) spare.push(cleared(exchange))
      }
      const writing = new DiskWriting({ lane: sealing, of, exchange, length, start, ended })
      writings.set(id, writing)
      return writing
    } catch (error) {
      writings.delete(id)
      throw error
    }
  }

  const begin = async (wanted: Sealing): Promise<Writing> => {
    const { free } = await room()
    if (wanted.length > free) throw new DiskFull(`${wanted.length} bytes do not fit into ${free}`)
    return start(wanted, 'begin')
  }

  const remove = async (id: ObjectId): Promise<void> => {
    if (writings.has(id)) throw new Error('this object is being written')
    await removeAll(placesOf(folder, id))
  }

  const close = async () => void (await Promise.all([sealing, reader, lying].map((lane) => lane.close())))

  return {
    begin,
    resume: (wanted) => start(wanted, 'resume'),
    read: reader.read,
    remove,
    room,
    ...lying,
    close,
  }
}

async function removeAll({ object, part, tail }: Places): Promise<void> {
  await Promise.all([object, part, unfinished(part), tail, unfinished(tail)].map(removeFile))
  await syncFolder(dirname(part))
  await syncFolder(dirname(object)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
}

async function roomIn(
  folder: string,
  { promised, reserve }: { readonly promised: number; readonly reserve: number | undefined },
): Promise<{ free: number; total: number }> {
  const { bavail, blocks, bsize } = await statfs(folder)
  const total = blocks * bsize
  const kept = reserve ?? Math.min(gibibyte, total * 0.02)
  return { free: Math.max(0, Math.floor(bavail * bsize - kept - promised)), total }
}
