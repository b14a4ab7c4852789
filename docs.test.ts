import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { generated } from './build/generated.ts'

for (const [path, make] of Object.entries(generated)) {
  test(`${path} says what the code says`, () => {
    const page = readFileSync(path, 'utf8')

    const fresh = make()

    assert.equal(page, fresh, `${path} is stale: run npm run docs`)
  })
}
