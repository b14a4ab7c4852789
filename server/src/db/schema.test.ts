import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { freshSchema } from '../../../build/schema.ts'

test('what the server believes about its tables is what the migrations make', async () => {
  const stands = await readFile(new URL('./schema.ts', import.meta.url), 'utf8')

  assert.equal(stands, await freshSchema(), 'server/src/db/schema.ts is out of date: npm run schema')
})
