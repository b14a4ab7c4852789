import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rowsOf } from '../../testing/house.ts'
import { testVault } from '../../testing/vault.ts'

const vault = await testVault()
const custodian = await vault.person('custodian')
const file = await vault.aCase(custodian)

const changes = [
  'sha256 = sha256(sha256)',
  'exhibit = exhibit + 1',
  "received_at = received_at + interval '1 day'",
  'received_entry = gen_random_uuid()',
  "state = 'quarantined'",
  "state = 'abandoned', sha256 = null, exhibit = null, received_at = null",
]

test('the database itself refuses to change what was received, and to take it back', async () => {
  const { id } = await vault.anItem(custodian, { case: file.id })

  for (const change of changes)
    await assert.rejects(
      rowsOf(vault, vault.home.id, `update vault.item set ${change} where id = '${id}'`),
      /cannot change/,
      change,
    )
})
