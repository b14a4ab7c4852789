import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { nothingPlayed, playing, stopped, taken, type Watch } from './played-ranges.ts'

const through = (...ticks: [at: number, speed: number][]): Watch =>
  ticks.reduce((watch, [at, speed]) => playing(watch, at, speed), nothingPlayed)

test('what is watched without a break is reported as one part', () => {
  const watch = stopped(through([230, 1], [231, 1], [232, 1]))

  assert.deepEqual(taken(watch).report, [{ from: 230, to: 232, speed: 1 }])
})

test('what was jumped over is not reported as played', () => {
  const watch = stopped(through([10, 1], [11, 1], [300, 1], [301, 1]))

  assert.deepEqual(taken(watch).report, [
    { from: 10, to: 11, speed: 1 },
    { from: 300, to: 301, speed: 1 },
  ])
})

test('a change of speed begins a new part where the last one ended', () => {
  const watch = stopped(through([0, 1], [1, 1], [1, 4], [4, 4]))

  assert.deepEqual(taken(watch).report, [
    { from: 0, to: 1, speed: 1 },
    { from: 1, to: 4, speed: 4 },
  ])
})

test('playing backwards is reported as the stretch that was shown', () => {
  const watch = stopped(through([20, 1], [19, 1], [18, 1]))

  assert.deepEqual(taken(watch).report, [{ from: 18, to: 20, speed: 1 }])
})

test('a picture that only stands still is not reported as played', () => {
  assert.deepEqual(taken(stopped(through([7, 1], [7, 1]))).report, [])
})

test('a report while playing ends where the next one begins', () => {
  const first = taken(through([0, 1], [1, 1]))
  const second = taken(stopped(playing(first.rest, 2, 1)))

  assert.deepEqual(first.report, [{ from: 0, to: 1, speed: 1 }])
  assert.deepEqual(second.report, [{ from: 1, to: 2, speed: 1 }])
})

test('every reported part lies within what was shown, and no report is longer than the vault takes', () => {
  const tick = fc.tuple(fc.double({ min: 0, max: 5000, noNaN: true }), fc.constantFrom(0.1, 1, 2, 16))
  fc.assert(
    fc.property(fc.array(tick, { maxLength: 900 }), (ticks) => {
      const { report, rest } = taken(through(...ticks))

      const shown = ticks.map(([at]) => Math.round(at * 100) / 100)
      assert.ok(report.length <= 200)
      assert.ok(report.every(({ from, to }) => from < to && shown.includes(from) && shown.includes(to)))
      assert.ok(ticks.length === 0 || rest.stretch !== null)
    }),
  )
})
