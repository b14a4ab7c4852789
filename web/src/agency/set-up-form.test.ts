import assert from 'node:assert/strict'
import { test } from 'node:test'
import { slug } from '@sallyport/api/agency'
import fc from 'fast-check'
import { emptySetUp, faultsOf, slugFrom } from './set-up-form.ts'

test('the short name is suggested from the name of the agency', () => {
  assert.equal(slugFrom('Fairhaven Police Department'), 'fairhaven-pd')
  assert.equal(slugFrom("Lake County Sheriff's Office"), 'lake-county-so')
})

test('a short name that is suggested is one that the vault takes', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z][A-Za-z .'-]{2,100}[A-Za-z]$/), (name) => {
      assert.ok(slug.safeParse(slugFrom(name)).success, slugFrom(name))
    }),
  )
})

test('each step tells what is missing in it and nothing of the others', () => {
  assert.deepEqual(Object.keys(faultsOf(0, { ...emptySetUp, timeZone: 'America/Chicago' })), ['name', 'ori', 'slug'])
  assert.deepEqual(Object.keys(faultsOf(4, emptySetUp)), ['code'])
})

test('the passphrase of the key must not be the password of a person', () => {
  const same = 'four words in a row'

  const faults = faultsOf(2, { ...emptySetUp, password: same, passphrase: same, passphraseAgain: same })

  assert.equal(faults.passphrase, 'Not the same as your password')
})
