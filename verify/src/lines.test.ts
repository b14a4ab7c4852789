import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8 } from '@sallyport/core/bytes'
import fc from 'fast-check'
import { linesIn } from './lines.ts'

async function* inParts(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  // One buffer for all parts, as a reader that is fast would have it.
  const room = new Uint8Array(size)
  for (let at = 0; at < bytes.length; at += size) {
    const part = bytes.subarray(at, at + size)
    room.set(part)
    yield room.subarray(0, part.length)
  }
}

test('the lines of a file are the same in whatever parts it is read', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: fc.constantFrom('a', 'é', '\n', '\r', '𝄞') }),
      fc.integer({ min: 1, max: 9 }),
      async (words, size) => {
        const lines = await Array.fromAsync(linesIn(inParts(utf8(words), size)))

        assert.deepEqual(lines, words === '' ? [] : words.replace(/\n$/, '').split('\n'))
      },
    ),
  )
})

test('a file that is no text, or one line without end, is not read on', async () => {
  const noText = Array.fromAsync(linesIn(inParts(Uint8Array.of(0x61, 0xff, 0x0a), 2)))
  const endless = Array.fromAsync(linesIn(inParts(new Uint8Array(17 * 1024 * 1024), 1024 * 1024)))

  await assert.rejects(noText)
  await assert.rejects(endless, /longer than/)
})
