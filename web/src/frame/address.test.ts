import assert from 'node:assert/strict'
import { test } from 'node:test'
import { itemFilters, ledgerFilters, searchFilters, textIn } from './address.ts'

test('an address with a word that is not a filter shows the list without it', () => {
  assert.deepEqual(itemFilters({ state: 'destroyed', category: 'audio', x: '1' }), { category: 'audio' })
})

test('a case number is searched for as it was typed, though it looks like a number', () => {
  assert.deepEqual(searchFilters({ q: 26004417 }), { q: '26004417' })
})

test('a filter that is emptied leaves the address', () => {
  assert.deepEqual(ledgerFilters({ act: '', person: undefined, from: '2026-03-14' }), { from: '2026-03-14' })
  assert.deepEqual(textIn({ from: '/cases' }, ['agency', 'from']), { from: '/cases' })
})
