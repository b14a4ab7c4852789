import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { termsOf } from './rows.ts'

const keys = {
  term: (word: string) => (createHash('sha256').update(word).digest().readBigUInt64BE() >> 1n).toString(),
}

test('the order of words in a record does not show in its index', () => {
  const marks = { type: 'burglary' }

  const one = termsOf(keys, { texts: ['Burglary at Cedar Lane', 'Palmer'], marks })
  const other = termsOf(keys, { texts: ['Palmer', 'lane cedar at burglary'], marks })

  assert.deepEqual(one, other)
})
