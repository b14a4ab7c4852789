import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bothClocks, clockIn, frameMoment, localText, momentOf } from './agency-time.ts'

const zones = ['America/Chicago', 'America/New_York', 'America/Phoenix', 'Pacific/Honolulu', 'Asia/Kolkata', 'UTC']

test('a moment is told on the clock of the agency and in UTC, with the date where the two differ', () => {
  const moment = new Date('2026-03-15T02:14:08.420Z')

  assert.equal(bothClocks('America/Chicago', moment), '14 Mar 2026, 21:14:08 −05:00 (15 Mar 2026, 02:14:08 Z)')
  assert.equal(bothClocks('Europe/London', moment, 'hundredths'), '15 Mar 2026, 02:14:08.42 +00:00 (02:14:08.42 Z)')
})

test('midnight is 00 and not 24', () => {
  assert.equal(clockIn('UTC', new Date('2026-01-01T00:00:00Z')).time, '00:00:00')
})

test('the time of a frame takes account of a camera whose clock was ahead', () => {
  const moment = frameMoment('2026-03-15T02:10:00.000Z', 90, 252.08)

  assert.equal(moment.toISOString(), '2026-03-15T02:12:42.080Z')
})

test('a time that is typed on the agency clock comes back as it was typed, but for the hours that do not exist', () => {
  fc.assert(
    fc.property(fc.constantFrom(...zones), fc.integer({ min: 1_400_000_000, max: 2_200_000_000 }), (zone, second) => {
      const typed = localText(zone, new Date(second * 1000))

      const moment = momentOf(zone, typed)

      assert.ok(moment)
      assert.equal(localText(zone, moment), typed)
    }),
  )
})

test('in the hour that is skipped in spring the clock is read as if it had not been put forward', () => {
  assert.equal(momentOf('America/Chicago', '2026-03-08T02:30')?.toISOString(), '2026-03-08T08:30:00.000Z')
})

test('of the hour that comes twice in autumn the first is meant', () => {
  assert.equal(momentOf('America/Chicago', '2026-11-01T01:30')?.toISOString(), '2026-11-01T06:30:00.000Z')
})

test('what is not a time is not guessed at', () => {
  assert.equal(momentOf('America/Chicago', 'yesterday'), undefined)
})
