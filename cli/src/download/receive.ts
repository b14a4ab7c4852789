import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { NoAnswer } from '../not-done.ts'

/** Writes an answer to a file as it comes, from `at` on, and gives the length that the file then has. */
export async function receive(answer: IncomingMessage, file: FileHandle, { at, report }: Receiving): Promise<number> {
  let place = at
  const source = answer[Symbol.asyncIterator]()
  for (;;) {
    const part = await source.next().catch(() => undefined)
    if (!part) throw new NoAnswer('The connection broke off in the middle of the file.', 'Run the same command again.')
    if (part.done) return place
    await file.write(part.value as Buffer, 0, undefined, place)
    place += (part.value as Buffer).length
    report(place)
  }
}

export type Receiving = { readonly at: number; readonly report: (length: number) => void }

/** SHA-256 of a file as it lies on the disk, in lower-case hexadecimal. */
export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash)
  return hash.digest('hex')
}
