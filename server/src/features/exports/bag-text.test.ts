import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { safeName } from './bag-text.ts'

test('whatever a file was called, its name in a bag can be written on any disk', () => {
  const name = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 255 }),
    fc.constantFrom('..', '.', 'a/../b', 'con', 'NUL.txt', 'a.exe.', 'a ', '\u202egpj.exe', '.', '....'),
    fc
      .tuple(fc.constantFrom('漢', '😀', 'é'), fc.integer({ min: 1, max: 125 }))
      .map(([one, times]) => one.repeat(times)),
  )

  fc.assert(
    fc.property(name, (asked) => {
      const safe = safeName(asked)
      assert.ok(safe.length > 0 && Buffer.byteLength(safe) <= 202, `${Buffer.byteLength(safe)} bytes`)
      assert.ok(safe.isWellFormed() && !/[\p{Cc}\p{Cf}/\\:*?"<>|%]|^\.|[. ]$/u.test(safe), safe)
      assert.doesNotMatch(safe, /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i)
    }),
    { numRuns: 500 },
  )
})

test('a long name keeps what says which kind of file it is', () => {
  const safe = safeName(`${'漢'.repeat(200)}.mp4`)

  assert.match(safe, /^漢+\.mp4$/)
})
