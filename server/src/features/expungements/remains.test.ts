import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { namePersonInCase } from '@sallyport/api/cases'
import { approveExpungement, draftExpungement } from '@sallyport/api/expungements'
import { annotateItem } from '@sallyport/api/items'
import { search } from '@sallyport/api/search'
import { listTransfers, offerTransfer } from '@sallyport/api/transfers'
import type { Asking } from '@sallyport/api/contract'
import { freshCode } from '../../testing/cast.ts'
import { testVault } from '../../testing/vault.ts'

const vault = await testVault()
const custodian = await vault.person('custodian')
const ask = vault.ask(custodian)
const canary = () => `cnry${randomBytes(6).toString('hex')}`
let orders = 0

async function execute(scope: Asking<typeof draftExpungement>['scope'], words: string[]) {
  const order = { court: 'Court of Common Pleas', judge: 'Hon. R. Ames', issuedOn: '2026-03-14' }
  const { id, reference } = await ask(draftExpungement, { ...order, reference: `R-${(orders += 1)}`, scope, words })
  return vault.ask(vault.home.administrator)(approveExpungement, { id, reference })
}

test('a transfer forgets the name of a person whose account a court has destroyed, and what was said of them', async () => {
  const word = canary()
  const agent = await vault.person('custodian', { name: `Agent ${word}` })
  const file = await vault.aCase(custodian)
  const item = await vault.anItem(custodian, { case: file.id, particulars: { title: 'Body camera' } })
  const code = freshCode(vault, custodian.totpSecret)
  const to = { kind: 'person' as const, id: agent.id }
  await ask(offerTransfer, { id: item.id, to, why: `for ${word}`, condition: 'sealed bag', code })

  const { destroyed } = await execute({ kind: 'account', person: agent.id }, [word])

  const [left] = (await ask(listTransfers, { item: item.id })).rows
  assert.ok(left && !JSON.stringify(left).includes(word))
  assert.deepEqual(
    [left.to.name, left.from.name, left.item.title, left.condition],
    ['Destroyed under a court order', custodian.name, 'Body camera', 'sealed bag'],
  )
  assert.equal(destroyed.records, 2)
})

test('a name that was destroyed in a correction finds the item no more, and what is left still does', async () => {
  const [name, other] = [canary(), canary()]
  const file = await vault.aCase(custodian)
  const item = await vault.anItem(custodian, { case: file.id, particulars: { title: `Interview ${other}` } })
  await ask(annotateItem, { id: item.id, field: 'title', says: `Interview of ${name}`, why: 'named' })
  const { people } = await ask(namePersonInCase, { id: file.id, name, role: 'victim' })
  assert.equal((await ask(search, { q: name })).items.length, 1)

  await execute({ kind: 'person', case: file.id, note: people[0]?.id ?? assert.fail('nobody is named') }, [name])

  assert.deepEqual((await ask(search, { q: name })).items, [])
  assert.equal((await ask(search, { q: other })).items.length, 1)
})
