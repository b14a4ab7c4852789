import { placesOf } from './disk-layout.ts'
import { type Lane, newLane } from './lane.ts'
import { type ObjectStore, plainSegment, type Reading, type Stored } from './object-store.ts'

/** Segments that are opened ahead of a reader, so that the next is there when it is wanted. */
const ahead = 4

type Opened = { readonly lane: Lane; readonly of: number; readonly length: number }

/** Opens finished objects for reading, in a thread of its own. */
export function diskReader(folder: string): Pick<ObjectStore, 'read' | 'close'> {
  const opening = newLane()
  let numbers = 0
  return {
    async read({ id, key, ...stored }: Stored) {
      numbers += 1
      const of = numbers
      const copy = Uint8Array.from(key)
      const wanted = { ...stored, key: copy, path: placesOf(folder, id).object }
      await opening.ask('read', { of, wanted }, [copy.buffer])
      return diskReading({ lane: opening, of, length: stored.length })
    },
    close: opening.close,
  }
}

/** The main thread's half of a reading. */
function diskReading({ lane, of, length }: Opened): Reading {
  async function* bytes(start: number, end: number): AsyncGenerator<Uint8Array> {
    if (!(Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start <= end && end <= length)) {
      throw new RangeError('the range is not inside the object')
    }
    const after = Math.ceil(end / plainSegment)
    let next = Math.floor(start / plainSegment)
    let at = next * plainSegment
    const coming: Promise<Uint8Array>[] = []
    while (at < end) {
      for (; coming.length < ahead && next < after; next += 1) {
        const segment = lane.ask('segment', { of, index: next })
        // What is altered further on is told when the reader comes to it, or never, if it stops before.
        segment.catch(() => undefined)
        coming.push(segment)
      }
      const segment = (await coming.shift()) ?? new Uint8Array(0)
      yield segment.subarray(Math.max(0, start - at), Math.min(segment.length, end - at))
      at += plainSegment
    }
  }

  async function* check() {
    for (;;) {
      const step = await lane.ask('check', { of })
      if ('done' in step) return step.done
      yield step.checked
    }
  }

  return { bytes, check, close: () => lane.ask('closeReading', { of }) }
}
