import assert from 'node:assert/strict'
import { test } from 'node:test'
import { filled } from './paper-words.ts'

test('what is left empty in the form stays a blank on the paper', () => {
  const empty = { why: 'for the trial', court: ' ', caption: '', person: '', title: 'Custodian' }

  assert.deepEqual(filled(empty), { why: 'for the trial' })
  assert.deepEqual(filled({ ...empty, court: 'Elm County', person: ' A. Ruiz ' }), {
    why: 'for the trial',
    court: 'Elm County',
    person: { name: 'A. Ruiz', title: 'Custodian' },
  })
})
