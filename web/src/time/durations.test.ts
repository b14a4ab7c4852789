import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ago, duration, position } from './durations.ts'

test('a place in a recording is told to the hundredth and never ahead of what was shown', () => {
  assert.equal(position(252.089), '00:04:12.08')
  assert.equal(position(252.08), '00:04:12.08')
  assert.equal(position(36_059.999), '10:00:59.99')
  assert.equal(position(-1), '00:00:00.00')
  assert.equal(position(61.9, 'seconds'), '00:01:01')
})

test('how long something lasts is told in its two largest units', () => {
  assert.equal(duration(8.2), '8 s')
  assert.equal(duration(200), '3 min 20 s')
  assert.equal(duration(3600), '1 h')
  assert.equal(duration(7500), '2 h 5 min')
  assert.equal(duration(90_061), '1 d 1 h')
})

test('how long ago something happened reads as a person would say it', () => {
  const now = new Date('2026-03-14T12:00:00Z')

  assert.equal(ago(new Date('2026-03-14T11:59:58Z'), now), 'just now')
  assert.equal(ago(new Date('2026-03-14T11:58:00Z'), now), '2 minutes ago')
  assert.equal(ago(new Date('2026-03-13T11:58:00Z'), now), '1 day ago')
})
