import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noted, type Pace, rateOf, secondsLeft } from './rate.ts'

const steady = (seconds: number, perSecond: number): Pace =>
  Array.from({ length: seconds * 2 + 1 }, (_, tick) => tick).reduce<Pace>(
    (pace, tick) => noted(pace, tick * 500, (tick / 2) * perSecond),
    [],
  )

test('a steady upload tells its rate and when it will be done', () => {
  const pace = steady(20, 12_000_000)

  assert.equal(Math.round(rateOf(pace) ?? 0), 12_000_000)
  assert.equal(Math.round(secondsLeft(pace, 120_000_000) ?? 0), 10)
})

test('nothing is promised in the first second or while nothing moves', () => {
  assert.equal(rateOf(noted(noted([], 0, 0), 500, 1_000_000)), null)
  assert.equal(secondsLeft(steady(10, 0), 1000), null)
})

test('a rate follows what happens now and not what happened a minute ago', () => {
  const slow = [...steady(10, 1_000_000)]
  const pace = Array.from({ length: 20 }, (_, tick) => tick).reduce<Pace>(
    (sofar, tick) => noted(sofar, 10_000 + tick * 500, 10_000_000 + tick * 4_000_000),
    slow,
  )

  assert.ok((rateOf(pace) ?? 0) > 7_000_000)
})
