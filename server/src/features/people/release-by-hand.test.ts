import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readLedger } from '@sallyport/api/items'
import { listPeople } from '@sallyport/api/people'
import { Refusal } from '@sallyport/core/refusal'
import { theServer, within } from '#db/within.ts'
import { testVault } from '../../testing/vault.ts'
import { changePersonRow } from './rows.ts'

const vault = await testVault()
const { administrator } = vault.home

test('whoever runs the server releases a locked account, and the ledger says so', async () => {
  const officer = await vault.person('officer')
  const server = theServer(vault.home.id)
  await within(vault.vault().ground, server, (tx) => changePersonRow(tx, officer.id, { state: 'locked' }))

  const answer = await vault.vault().releaseByHand({ signInName: officer.signInName })

  assert.deepEqual(answer, { released: true })
  const people = await vault.ask(administrator)(listPeople, {})
  assert.equal(people.find(({ id }) => id === officer.id)?.state, 'active')
  const { rows } = await vault.ask(administrator)(readLedger, { act: 'person.released' })
  assert.equal(rows[0]?.by.name, 'the vault')
})

test('an account that is not locked stays as it is, and a name that nobody has is not found', async () => {
  const officer = await vault.person('officer')

  const answer = await vault.vault().releaseByHand({ signInName: officer.signInName })

  assert.deepEqual(answer, { released: false })
  await assert.rejects(
    vault.vault().releaseByHand({ signInName: 'nobody' }),
    (thrown) => thrown instanceof Refusal && thrown.code === 'person/not-found',
  )
})
