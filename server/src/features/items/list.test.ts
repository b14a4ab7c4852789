import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listCases, namePersonInCase } from '@sallyport/api/cases'
import { annotateItem, listItems } from '@sallyport/api/items'
import { search } from '@sallyport/api/search'
import { cancelUpload } from '@sallyport/api/uploads'
import { declareItem, somePlain } from '../../testing/deliver.ts'
import { testVault } from '../../testing/vault.ts'

const vault = await testVault()
const custodian = await vault.person('custodian')

/** A case with recordings of two kinds, a cancelled one among them. */
async function aMixedCase() {
  const file = await vault.aCase(custodian, { type: 'fraud' })
  const add = (category: 'audio' | 'document', title: string) =>
    vault.anItem(custodian, { case: file.id, particulars: { category, title } })
  const first = await add('audio', 'First call')
  await add('document', 'Statement')
  const second = await add('audio', 'Second call')
  const cancelled = await declareItem(vault, custodian, {
    case: file.id,
    bytes: somePlain(),
    particulars: { category: 'audio', title: 'Call that was cut off' },
  })
  await vault.ask(custodian)(cancelUpload, { id: cancelled.id })
  return { file, audio: [second.id, first.id], cancelled: cancelled.item }
}

test('items of a category are listed page by page, and what was abandoned only when it is asked for', async () => {
  const { file, audio, cancelled } = await aMixedCase()
  const ask = vault.ask(custodian)
  const of = { case: file.id, category: 'audio' } as const

  const one = await ask(listItems, { ...of, limit: 1 })
  const two = await ask(listItems, { ...of, limit: 1, after: one.next ?? '' })
  const held = await ask(listItems, { ...of, state: 'held' })
  const abandoned = await ask(listItems, { ...of, state: 'abandoned' })

  const ids = ({ rows }: typeof one) => rows.map(({ id }) => id)
  assert.deepEqual([...ids(one), ...ids(two)], audio)
  assert.equal(two.next, null)
  assert.deepEqual(ids(held), audio)
  assert.deepEqual(ids(abandoned), [cancelled])
})

test("one's own cases of a type are listed, and no others", async () => {
  const detective = await vault.person('detective')
  const mine = await vault.aCase(detective, { type: 'robbery' })
  await vault.aCase(detective, { type: 'theft' })
  await vault.aCase(custodian, { type: 'robbery' })

  const { rows } = await vault.ask(detective)(listCases, { type: 'robbery' })

  assert.deepEqual(
    rows.map(({ id }) => id),
    [mine.id],
  )
})

test('two corrections of one record at once are both found by their words', async () => {
  const file = await vault.aCase(custodian)
  const { id } = await vault.anItem(custodian, { case: file.id })
  const ask = vault.ask(custodian)
  const why = 'heard again'
  const find = async (q: string) => (await ask(search, { q })).items.map((item) => item.id)

  await Promise.all([
    ask(annotateItem, { id, field: 'place', says: 'Quarry Lane', why }),
    ask(annotateItem, { id, field: 'person', says: 'Ottoline Vance', why }),
    ask(namePersonInCase, { id: file.id, name: 'Hepzibah Crowe', role: 'witness' }),
    ask(namePersonInCase, { id: file.id, name: 'Barnaby Thrupp', role: 'witness' }),
  ])

  assert.deepEqual([await find('quarry'), await find('ottoline')], [[id], [id]])
  const cases = await Promise.all(['hepzibah', 'barnaby'].map((q) => ask(search, { q, kind: 'case' })))
  assert.deepEqual(
    cases.map((found) => found.cases.map((one) => one.id)),
    [[file.id], [file.id]],
  )
})
