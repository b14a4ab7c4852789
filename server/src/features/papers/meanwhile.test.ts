import assert from 'node:assert/strict'
import { test } from 'node:test'
import { approveExpungement, draftExpungement } from '@sallyport/api/expungements'
import { listPapers, preparePaper } from '@sallyport/api/papers'
import { refused } from '../../testing/asking.ts'
import { until } from '../../testing/house.ts'
import { testVault } from '../../testing/vault.ts'

let gate: Promise<void> | undefined
let waiting = 0
const vault = await testVault({
  store: (real) => ({
    ...real,
    async read(...asked) {
      const bytes = await real.read(...asked)
      if (gate) waiting += 1
      await gate
      return bytes
    },
  }),
})

test('a paper that was in the making when a court had its item destroyed is not kept', async () => {
  const custodian = await vault.person('custodian')
  const ask = vault.ask(custodian)
  const file = await vault.aCase(custodian)
  const item = await vault.anItem(custodian, { case: file.id, bytes: Buffer.from('the statement of a child') })
  const order = { court: 'Juvenile Court', judge: 'Hon. R. Ames', issuedOn: '2026-03-14', reference: '26-JV-1' }
  const open = Promise.withResolvers<void>()
  gate = open.promise

  const made = ask(preparePaper, { kind: 'custody', about: { of: 'item', id: item.id }, why: 'for the court' })
  const outcome = assert.rejects(made, refused('item/expunged'))
  await until('its bytes are read', () => Promise.resolve(waiting > 0))
  const { id, reference } = await ask(draftExpungement, { ...order, scope: { kind: 'item', item: item.id }, words: [] })
  await vault.ask(vault.home.administrator)(approveExpungement, { id, reference })
  open.resolve()

  await outcome
  assert.deepEqual((await ask(listPapers, { case: file.id })).rows, [])
})
