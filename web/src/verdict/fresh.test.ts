import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isFresh } from './fresh.ts'

test('a check of an hour ago no longer shows green', () => {
  const checked = '2026-03-14T12:00:00.000Z'

  assert.equal(isFresh(checked, new Date('2026-03-14T12:02:00Z')), true)
  assert.equal(isFresh(checked, new Date('2026-03-14T13:00:00Z')), false)
})
