import assert from 'node:assert/strict'
import { test } from 'node:test'
import { annotateCase } from '@sallyport/api/cases'
import { readCustody, readLedger } from '@sallyport/api/items'
import { search } from '@sallyport/api/search'
import { testVault } from '../../testing/vault.ts'

const vault = await testVault()
const { administrator } = vault.home
const custodian = await vault.person('custodian')
const detective = await vault.person('detective')
const officer = await vault.person('officer')
const assault = await vault.aCase(detective, { number: '26-004417', title: 'Assault at Harbor Road' })
await vault.aCase(custodian, { number: '26-004418', title: 'Burglary at Harbor Road' })
const item = await vault.anItem(detective, {
  case: assault.id,
  particulars: { title: 'Doorbell camera, Müller house', category: 'surveillance-video' },
})

const casesFor = async (person: typeof detective, q: string) =>
  (await vault.ask(person)(search, { q })).cases.map(({ number }) => number).toSorted()
const itemsFor = async (person: typeof detective, q: string) =>
  (await vault.ask(person)(search, { q })).items.map(({ id }) => id)

test('words and beginnings of words find cases and items, whatever their case and accents', async () => {
  const questions = ['harb', 'HARBOR road', '26-004417 assault', 'doorbell', 'muller']

  const found = await Promise.all(questions.map((q) => vault.ask(custodian)(search, { q })))

  const hits = found.map(({ cases, items }) => cases.length + items.length)
  assert.deepEqual(hits, [2, 2, 1, 1, 1])
})

test('a word that is only in the middle of another, or in another record, finds nothing', async () => {
  const questions = ['bell', 'assault burglary', 'arbor']

  const found = await Promise.all(questions.map((q) => vault.ask(custodian)(search, { q })))

  assert.deepEqual(
    found.map(({ cases, items }) => cases.length + items.length),
    [0, 0, 0],
  )
})

test('nobody finds what they may not see', async () => {
  const question = 'harbor'

  const [own, others] = [await casesFor(detective, question), await casesFor(officer, question)]

  assert.deepEqual(own, ['26-004417'])
  assert.deepEqual(others, [])
  assert.deepEqual(await itemsFor(officer, 'doorbell'), [])
  assert.deepEqual(await itemsFor(detective, 'doorbell'), [item.id])
})

test('a corrected title is found by its new words', async () => {
  const correction = { id: assault.id, field: 'title', says: 'Assault at Quayside', why: 'wrong street' } as const

  await vault.ask(detective)(annotateCase, correction)

  assert.deepEqual(await casesFor(custodian, 'quayside'), ['26-004417'])
})

test('what was asked stands in the ledger, and whoever reads the ledger without content sees only how much was found', async () => {
  await vault.ask(detective)(search, { q: 'doorbell' })

  const { rows } = await vault.ask(administrator)(readLedger, { act: 'search.asked' })

  assert.equal(rows[0]?.facts['hits'], 1)
  assert.equal(JSON.stringify(rows).includes('doorbell'), false)
  const custody = await vault.ask(detective)(readCustody, { id: item.id })
  assert.ok(custody.rows.length > 0)
})
