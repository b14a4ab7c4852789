import assert from 'node:assert/strict'
import { test } from 'node:test'
import { factWords } from './fact-words.ts'

test('what was found is told in words, and every byte of it is counted', () => {
  assert.deepEqual(factWords('reason', 'other-bytes'), { label: 'Found', says: 'the bytes are others', code: false })
  assert.deepEqual(factWords('bytes', 18204), { label: 'Bytes found', says: '18,204 bytes', code: false })
})

test('a fact that a newer vault may raise is shown, not left out', () => {
  assert.deepEqual(factWords('strange', 'x-1'), { label: 'strange', says: 'x-1', code: true })
})
