import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openCase, readCase } from '@sallyport/api/cases'
import { annotateItem, listItems } from '@sallyport/api/items'
import { signOut } from '@sallyport/api/sessions'
import { addressed, readRefusal } from './call.ts'

const id = '00000000-0000-4000-8000-000000000001'

test('what names a thing goes into the path and the rest into the body', () => {
  const asked = { id, field: 'title', says: 'Hall camera', why: 'Typing error' }

  const sent = addressed(annotateItem, asked)

  assert.equal(sent.address, `/api/items/${id}/annotations`)
  assert.deepEqual(sent.body, { field: 'title', says: 'Hall camera', why: 'Typing error' })
})

test('filters go into the query string, and those not chosen are left out', () => {
  const sent = addressed(listItems, { state: 'quarantined', category: undefined, limit: 20 })

  assert.equal(sent.address, '/api/items?state=quarantined&limit=20')
  assert.equal(sent.body, undefined)
})

test('a name with a slash cannot climb out of its place in the path', () => {
  const sent = addressed(readCase, { id: '../people' })

  assert.equal(sent.address, '/api/cases/..%2Fpeople')
})

test('a deed without particulars still sends an empty body, and a deletion sends none', () => {
  assert.deepEqual(addressed(openCase, {}).body, {})
  assert.equal(addressed(signOut, {}).body, undefined)
})

test('a refusal is read with its reason, and something that only looks like one is not', () => {
  const said = { code: 'case/not-found', says: 'No such case.', next: 'Check.', facts: {}, request: 'r-1' }

  assert.deepEqual(readRefusal(said, 'x'), { is: 'refused', ...said })
  assert.equal(readRefusal({ code: 'made/up' }, 'x'), undefined)
  assert.equal(readRefusal('<html>', 'x'), undefined)
})
