import { concat, text } from '@sallyport/core/bytes'

/** No line that a vault writes is longer, and a file without line breaks must not fill the memory. */
const longestLine = 16 * 1024 * 1024

/** The lines of a file, whose bytes come in parts. Throws if they are not UTF-8, or one is too long. */
export async function* linesIn(parts: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let held: Uint8Array[] = []
  let length = 0
  for await (const part of parts) {
    const end = part.lastIndexOf(0x0a)
    if (end >= 0) {
      yield* text(concat(...held, part.subarray(0, end))).split('\n')
      held = []
      length = 0
    }
    // A copy, for the reader may fill its buffer again.
    held.push(part.slice(end + 1))
    length += part.length - end - 1
    if (length > longestLine) throw new Error('it has a line that is longer than any such line can be')
  }
  if (length > 0) yield* text(concat(...held)).split('\n')
}
