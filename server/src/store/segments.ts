import type { FileHandle } from 'node:fs/promises'
import {
  defaultSegmentLength,
  type Floe,
  headerLength,
  offsetOfSegment,
  sealedLengthOf,
  segmentsOf,
} from '@sallyport/core/floe'
import { newNativeSha256 } from './primitives.ts'

/** An object whose header has been read, and the file it lies in. */
export type Opened = { readonly file: FileHandle; readonly floe: Floe; readonly length: number }

export const countOf = (length: number): number => segmentsOf(length, defaultSegmentLength)
export const offsetOf = (index: number): number => offsetOfSegment(index, defaultSegmentLength)

/** Where a segment of an object of `length` plain bytes lies in its file. */
export function extentOf(index: number, length: number): { offset: number; size: number; final: boolean } {
  const offset = offsetOf(index)
  const final = index === countOf(length) - 1
  return { offset, final, size: final ? sealedLengthOf(length, defaultSegmentLength) - offset : defaultSegmentLength }
}

/** Reads as much of the range as there is, into `bytes` if they are given. */
export async function readAt(
  file: FileHandle,
  { offset, size }: { readonly offset: number; readonly size: number },
  bytes = new Uint8Array(size),
): Promise<Uint8Array<ArrayBuffer>> {
  let filled = 0
  while (filled < size) {
    const { bytesRead } = await file.read(bytes, filled, size - filled, offset + filled)
    if (!bytesRead) break
    filled += bytesRead
  }
  return bytes.subarray(0, filled)
}

/** Writes all of it. A nearly full disk takes a part first and refuses the rest at the next call. */
export async function writeAt(file: FileHandle, offset: number, bytes: Uint8Array): Promise<void> {
  let written = 0
  while (written < bytes.length) {
    written += (await file.write(bytes, written, bytes.length - written, offset + written)).bytesWritten
  }
}

export const readHeader = (file: FileHandle): Promise<Uint8Array<ArrayBuffer>> =>
  readAt(file, { offset: 0, size: headerLength })

/** Buffers of a segment that nobody uses: a new one for every segment would be most of the memory in use. */
const spare: Uint8Array<ArrayBuffer>[] = []

/**
 * Reads and opens a segment. `plain` is undefined if it is not what was sealed there. `stored` is only
 * valid while `use` runs.
 */
export async function withSegment<T>(
  { file, floe, length }: Omit<Opened, 'floe'> & { readonly floe: Floe | undefined },
  index: number,
  use: (segment: { readonly plain: Uint8Array | undefined; readonly stored: Uint8Array }) => T,
): Promise<T> {
  const { final, ...extent } = extentOf(index, length)
  const buffer = spare.pop() ?? new Uint8Array(defaultSegmentLength)
  try {
    const stored = await readAt(file, extent, buffer)
    return use({ stored, plain: stored.length === extent.size ? floe?.open(index, final, stored) : undefined })
  } finally {
    spare.push(buffer)
  }
}

/** The two digests of an object, fed segment by segment from the first on. */
export function newDigests(header: Uint8Array) {
  const plain = newNativeSha256()
  const sealed = newNativeSha256()
  sealed.update(header)
  let segments = 0
  let bytes = 0
  return {
    get segments() {
      return segments
    },
    get bytes() {
      return bytes
    },
    add(opened: Uint8Array, stored: Uint8Array) {
      plain.update(opened)
      sealed.update(stored)
      segments += 1
      bytes += opened.length
    },
    end: () => ({ sha256: plain.digest(), sealedSha256: sealed.digest() }),
  }
}
