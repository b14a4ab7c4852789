import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { lineOf, measured, newMeter, rateOf, secondsLeft } from './progress.ts'

const run = (total: number, samples: readonly (readonly [number, number])[]) =>
  samples.reduce((meter, [at, done]) => measured(meter, at, done), newMeter(total))

test('rate and time left follow from the last ten seconds', () => {
  const meter = run(1000, [
    [0, 0],
    [1, 10],
    [20, 100],
    [25, 350],
  ])

  assert.equal(rateOf(meter), 50)
  assert.equal(secondsLeft(meter), 13)
})

test('what an earlier run sent does not count as speed', () => {
  const meter = run(1000, [
    [0, 900],
    [1, 910],
  ])

  assert.equal(rateOf(meter), 10)
})

test('when bytes were lost in a cut, the rate starts anew', () => {
  const meter = run(1000, [
    [0, 0],
    [1, 500],
    [2, 200],
    [3, 260],
  ])

  assert.equal(rateOf(meter), 60)
  assert.equal(lineOf('BWC_1204.mp4', meter), 'BWC_1204.mp4  26 %  260 bytes of 1.0 kB  60 bytes/s  12 s left')
})

test('nothing is promised as long as nothing moves', () => {
  const line = lineOf('a', run(1000, [[0, 0]]))

  assert.equal(line, 'a  0 %  0 bytes of 1.0 kB  waiting')
})

test('no course of a transfer gives a negative rate or time', () => {
  const course = fc.array(fc.tuple(fc.nat(100), fc.nat(1000)), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(course, (steps) => {
      let clock = 0
      const meter = run(
        1000,
        steps.map(([by, done]) => [(clock += by), done] as const),
      )

      assert.ok(rateOf(meter) >= 0)
      assert.ok((secondsLeft(meter) ?? 0) >= 0)
    }),
  )
})
