import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pressed } from './keys.ts'

const key = (name: string, more: Partial<Parameters<typeof pressed>[1]> = {}) => ({
  key: name,
  at: 0,
  chord: false,
  writing: false,
  ...more,
})

test('g and then c goes to the cases', () => {
  const first = pressed(null, key('g'), true)
  const second = pressed(first.waiting, key('c', { at: 400 }), true)

  assert.deepEqual(second.command, { is: 'go', to: 'cases' })
})

test('a g that was forgotten does not turn a later letter into a journey', () => {
  const first = pressed(null, key('g'), true)
  const second = pressed(first.waiting, key('c', { at: 5000 }), true)

  assert.equal(second.command, null)
})

test('letters typed into a field are letters', () => {
  assert.equal(pressed(null, key('/', { writing: true }), true).command, null)
  assert.equal(pressed(null, key('g', { writing: true }), true).waiting, null)
})

test('with single letters switched off, search still opens by Control or Command and K', () => {
  assert.equal(pressed(null, key('/'), false).command, null)
  assert.deepEqual(pressed(null, key('k', { chord: true, writing: true }), false).command, { is: 'search' })
})
