import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { wayBack } from './way-back.ts'

test('after the sign-in a person comes back to where they were', () => {
  assert.equal(wayBack('/items/1?tab=custody'), '/items/1?tab=custody')
})

test('a link cannot send a person from the sign-in to another site', () => {
  assert.equal(wayBack('//evil.example/'), '/')
  assert.equal(wayBack('/\\evil.example/'), '/')
  assert.equal(wayBack('https://evil.example/'), '/')
  assert.equal(wayBack('/sign-in?from=/sign-in'), '/')
})

test('whatever the address says, the way back stays in this vault', () => {
  fc.assert(
    fc.property(fc.string(), (from) => {
      const url = new URL(wayBack(from), 'https://vault.example')

      assert.equal(url.host, 'vault.example')
    }),
  )
})
