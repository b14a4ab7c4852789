import assert from 'node:assert/strict'
import { test } from 'node:test'
import { idleStep } from './idle.ts'

const minute = 60_000

test('a person who is away for the time that the agency set finds the page locked', () => {
  assert.deepEqual(idleStep(0, 30 * minute, 1800), { is: 'lock' })
  assert.deepEqual(idleStep(0, 300 * minute, 1800), { is: 'lock' })
})

test('the last minute before the lock is told', () => {
  assert.deepEqual(idleStep(0, 29 * minute + 15_000, 1800), { is: 'warn', seconds: 45 })
})

test('whoever is at work is left alone until the warning is due', () => {
  assert.deepEqual(idleStep(0, 10 * minute, 1800), { is: 'wait', milliseconds: 19 * minute })
})
