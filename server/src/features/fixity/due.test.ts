import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { expectedEnd, isTooSlow, newPace, nextRound } from './due.ts'

const dayMs = 86_400_000
const setUp = new Date('2026-01-01T00:00:00.000Z')
const aRound = fc.record({
  begunAt: fc.date({ min: setUp, max: new Date('2036-01-01'), noInvalidDate: true }),
  took: fc.integer({ min: 0, max: 12 * dayMs }),
})

test('as long as a round takes no more than half as long again as the last, no byte waits longer than the days allow', () => {
  fc.assert(
    fc.property(
      aRound,
      fc.integer({ min: 1, max: 30 }),
      fc.double({ min: 0, max: 1.5, noNaN: true }),
      (past, days, factor) => {
        const took = Math.min(past.took, (days * dayMs) / 2.5)
        const last = { begunAt: past.begunAt, endedAt: new Date(past.begunAt.getTime() + took) }

        const next = nextRound(last, setUp, days)

        const end = next.getTime() + took * factor
        assert.ok(next >= last.endedAt)
        assert.ok(end - last.begunAt.getTime() <= days * dayMs + 1)
      },
    ),
  )
})

test('the first round comes before the days are over, counted from the day of the set-up', () => {
  assert.equal(nextRound(undefined, setUp, 30).toISOString(), '2026-01-28T00:00:00.000Z')
})

test('half of the bytes in an hour means that the other half takes another hour', () => {
  const now = new Date(setUp.getTime() + 3_600_000)

  const end = expectedEnd({ begunAt: setUp, bytes: 1000, checkedBytes: 500 }, now)

  assert.equal(end?.toISOString(), '2026-01-01T02:00:00.000Z')
  assert.equal(expectedEnd({ begunAt: setUp, bytes: 1000, checkedBytes: 0 }, now), undefined)
})

test('a rate that cannot read everything in time is called too slow', () => {
  assert.equal(isTooSlow(30e12, { bytesPerSecond: 20e6, days: 30 }), false)
  assert.equal(isTooSlow(60e12, { bytesPerSecond: 20e6, days: 30 }), true)
})

test('whatever is read, no more passes than the rate allows, and a quiet night is not made up for', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 5_000_000 }), { maxLength: 40 }), async (parts) => {
      let at = 0
      const wait = async (ms: number) => void (at += ms)
      const pace = newPace(1_000_000, { clock: () => at, wait })
      at += 12 * 3_600_000
      const begun = at

      for (const bytes of parts) await pace.take(bytes, new AbortController().signal)

      const read = parts.reduce((sum, bytes) => sum + bytes, 0)
      assert.ok(read <= (at - begun + 1000) * 1000 + 1)
    }),
  )
})
