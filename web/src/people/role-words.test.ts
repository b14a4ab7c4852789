import assert from 'node:assert/strict'
import { test } from 'node:test'
import { roles } from '@sallyport/core/access'
import { grantsOf, roleAbout } from './role-words.ts'

test('every role is explained', () => {
  for (const role of roles) {
    assert.ok(roleAbout(role).length > 20)
    assert.ok(grantsOf([role]).length > 0)
  }
})

test('two roles together are shown with the wider reach of the two', () => {
  const grants = grantsOf(['officer', 'custodian'])

  const seeing = grants.find(({ may }) => may === 'see the record of an item')
  assert.equal(seeing?.reach, 'in the whole agency')
})

test('the roles that run the vault are shown to see no content', () => {
  const grants = grantsOf(['administrator', 'auditor'])

  assert.equal(
    grants.find(({ may }) => may.includes('content of an item')),
    undefined,
  )
})
