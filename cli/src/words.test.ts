import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { distance, nearest } from './nearest.ts'
import { bytes, many, moment, span } from './quantities.ts'
import { shown, table } from './table.ts'

const commands = ['start', 'demo', 'put', 'get', 'ls', 'search', 'verify', 'export', 'doctor']

test('a mistyped command is recognised, and a strange word is not guessed at', () => {
  const meant = ['verfy', 'putt', 'exprot', 'serach', 'banana'].map((typed) => nearest(typed, commands))

  assert.deepEqual(meant, ['verify', 'put', 'export', 'search', undefined])
})

test('the distance of two words is the same in both directions, and zero only for the same word', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
      assert.equal(distance(a, b), distance(b, a))
      assert.equal(distance(a, b) === 0, a === b)
    }),
  )
})

test('sizes and times have units', () => {
  const told = [bytes(0), bytes(999), bytes(1000), bytes(999_960), bytes(20e9), span(59.4), span(61), span(3725)]

  assert.deepEqual(told, ['0 bytes', '999 bytes', '1.0 kB', '1.0 MB', '20.0 GB', '59 s', '1 min 1 s', '1 h 2 min'])
  assert.deepEqual([many(1, 'file'), many(2, 'file')], ['1 file', '2 files'])
})

test('a moment says how far it is from UTC', () => {
  const told = moment('2026-03-14T02:14:08.420Z')

  assert.match(told, /^2026-03-1[345] \d\d:\d\d [+-]\d\d:\d\d$/)
  assert.equal(new Date(told.replace(' ', 'T').replace(' ', ':08.420')).toISOString(), '2026-03-14T02:14:08.420Z')
})

test('a title cannot move the cursor or change the colours of the terminal', () => {
  const lines = table(['title'], [['\u001b[2Jgone\u0007'], ['\u202etxt.exe']])

  assert.deepEqual(lines.slice(1), ['?[2Jgone?', '?txt.exe'])
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !/[\p{Cc}\p{Cf}]/u.test(shown(text))))
})

test('the columns of a table stand below each other', () => {
  const lines = table(
    ['case', 'title'],
    [
      ['26-1', 'Theft'],
      ['26-004417', 'Stop'],
    ],
  )

  assert.deepEqual(lines, ['case       title', '26-1       Theft', '26-004417  Stop'])
})
