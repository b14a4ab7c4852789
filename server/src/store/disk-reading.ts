import type { Lane } from './lane.ts'
import { plainSegment, type Reading } from './object-store.ts'

/** Segments that are opened ahead of a reader, so that the next is there when it is wanted. */
const ahead = 4

type Opened = { readonly lane: Lane; readonly of: number; readonly length: number }

/** The main thread's half of a reading. */
export function diskReading({ lane, of, length }: Opened): Reading {
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
