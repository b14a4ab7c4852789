import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { inFours } from './digests.ts'

test('a digest is shown in groups of four', () => {
  assert.deepEqual(inFours('0a1b2c3d4e'), ['0a1b', '2c3d', '4e'])
})

test('the name before a ledger key stays in one piece', () => {
  const groups = inFours('vault.example/agency/x/custody/1+a2ce373a+AaIqYI0A')

  assert.deepEqual(groups, ['vault.example/agency/x/custody/1+a2ce373a+', 'AaIq', 'YI0A'])
})

test('what is shown in groups is the whole value and nothing else', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[ -~]{0,120}$/), (value) => {
      assert.equal(inFours(value).join(''), value)
    }),
  )
})
