import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addMember, annotateCase, namePersonInCase, removeMember } from '@sallyport/api/cases'
import { annotateItem, readLedger } from '@sallyport/api/items'
import { search } from '@sallyport/api/search'
import type { Asking } from '@sallyport/api/contract'
import type { Person } from '../../testing/cast.ts'
import { rowsOf } from '../../testing/house.ts'
import { testVault } from '../../testing/vault.ts'

const vault = await testVault()
const custodian = await vault.person('custodian')
const detective = await vault.person('detective')
const officer = await vault.person('officer')

const file = await vault.aCase(detective, {
  number: '26-004417',
  title: 'Assault at Élodie’s Café, Main Street',
  type: 'assault',
  description: 'Reported by telephone',
})
await vault.ask(detective)(namePersonInCase, { id: file.id, name: "Siobhán O'Brien", role: 'victim' })
const film = await vault.anItem(detective, {
  case: file.id,
  originalName: 'BWC_1204_20260314.mp4',
  particulars: {
    title: 'Body-worn video, unit twelve',
    description: 'Arrival and first words',
    category: 'body-worn-video',
    source: { device: 'Axon X60A1204', person: 'Reyes' },
    place: '218 Cedar Lane',
    tags: ['spontaneous utterance'],
  },
})
const photograph = await vault.anItem(detective, {
  case: file.id,
  originalName: 'DSC_0417.jpg',
  mediaType: 'image/jpeg',
  particulars: { title: 'Photograph of the counter', category: 'photograph' },
})

const find = async (person: Person, asked: Asking<typeof search>) => {
  const { cases, items } = await vault.ask(person)(search, asked)
  return { cases: cases.map(({ id }) => id), items: items.map(({ id }) => id) }
}

const both = [custodian, detective]

test('a case is found by its number, its words, its people, and the beginning of any of them', async () => {
  const questions = [
    '26-004417',
    '004417',
    '26 0044',
    'assault',
    'ASSAU',
    'main street',
    'street main',
    'elodie',
    'cafe',
    'o’brien',
    "o'b siobhan",
    'telephone',
  ]

  for (const person of both)
    for (const q of questions)
      assert.deepEqual((await find(person, { q, kind: 'case' })).cases, [file.id], `${person.roles} ${q}`)
})

test('an item is found by its title, device, person, place, tags, file name and the number of its case', async () => {
  const questions = [
    'twelve',
    'arrival',
    'x60a12',
    'reyes',
    'cedar lane 218',
    'spont',
    'bwc 1204',
    '20260314',
    '004417 twelve',
  ]

  for (const person of both)
    for (const q of questions)
      assert.deepEqual((await find(person, { q, kind: 'item' })).items, [film.id], `${person.roles} ${q}`)
})

test('what is not there is not found, and neither is the middle of a word', async () => {
  for (const q of ['ssault', 'tree', 'homicide', 'main homicide', '4417', '!!', 'x', '%', '_', "' or '1'='1"])
    assert.deepEqual(await find(custodian, { q }), { cases: [], items: [] }, q)
})

test('words that begin alike for eight letters are told apart', async () => {
  const found = await find(custodian, { q: 'photographer' })

  assert.deepEqual(found.items, [])
  assert.deepEqual((await find(custodian, { q: 'photograph' })).items, [photograph.id])
})

test('whoever may not see a case finds nothing of it, and a member finds it until they leave', async () => {
  const stranger = await vault.person('detective')
  const ask = () => find(stranger, { q: 'assault' })
  const before = await ask()
  await vault.ask(detective)(addMember, { id: file.id, person: stranger.id, level: 'view' })
  const member = await ask()
  await vault.ask(detective)(removeMember, { id: file.id, person: stranger.id })

  const after = await ask()

  assert.deepEqual([before.cases, member.cases, after.cases], [[], [file.id], []])
})

test('an officer finds the case they are a member of, and of its items only their own', async () => {
  await vault.ask(detective)(addMember, { id: file.id, person: officer.id, level: 'work' })
  const own = await vault.anItem(officer, { case: file.id, particulars: { title: 'Second camera, unit twelve' } })

  const found = await find(officer, { q: 'twelve' })

  assert.deepEqual(found.items, [own.id])
  assert.deepEqual((await find(officer, { q: 'main' })).cases, [file.id])
})

test('another agency finds nothing, whatever it asks', async () => {
  const other = await vault.agency({ alsoCustodian: true })
  await vault.aCase(other.administrator, { title: 'Assault of their own' })

  const { cases, items } = await find(other.administrator, { q: 'assault' })

  assert.equal(cases.length, 1)
  assert.ok(!cases.includes(file.id))
  assert.deepEqual(items, [])
})

test('a corrected record is found by what it says now', async () => {
  const own = await vault.aCase(detective, { title: 'Theft at the quarry' })
  const item = await vault.anItem(detective, {
    case: own.id,
    particulars: { title: 'Tape of the gate', place: 'Granite Road' },
  })
  await vault.ask(detective)(annotateCase, {
    id: own.id,
    field: 'title',
    says: 'Theft at the limeworks',
    why: 'wrong place',
  })
  await vault.ask(detective)(annotateItem, { id: item.id, field: 'place', says: 'Limestone Road', why: 'wrong place' })

  for (const person of both) {
    assert.deepEqual((await find(person, { q: 'limeworks', kind: 'case' })).cases, [own.id])
    assert.deepEqual((await find(person, { q: 'limestone', kind: 'item' })).items, [item.id])
    assert.deepEqual(await find(person, { q: 'quarry' }), { cases: [], items: [] })
    assert.deepEqual(await find(person, { q: 'granite' }), { cases: [], items: [] })
  }
})

test('a question can be narrowed by kind, category, state and day', async () => {
  const day = (ahead: number) => new Date(vault.now().getTime() + ahead * 86_400_000).toISOString().slice(0, 10)
  const q = '26-004417'

  assert.deepEqual((await find(custodian, { q, kind: 'case' })).items, [])
  assert.deepEqual(await find(custodian, { q, category: 'photograph' }), { cases: [], items: [photograph.id] })
  assert.deepEqual((await find(custodian, { q, state: 'quarantined' })).items, [])
  assert.deepEqual((await find(custodian, { q, from: day(-1), to: day(0) })).cases, [file.id])
  assert.deepEqual(await find(custodian, { q, from: day(1) }), { cases: [], items: [] })
  assert.deepEqual(await find(custodian, { q, to: day(-1) }), { cases: [], items: [] })
})

test('when there is more than was asked for, the answer says so, and gives the newest', async () => {
  const own = await vault.aCase(detective)
  const ids: string[] = []
  for (let time = 0; time < 5; time += 1)
    ids.unshift((await vault.anItem(detective, { case: own.id, particulars: { title: `Marmalade ${time}` } })).id)

  const some = await vault.ask(custodian)(search, { q: 'marmalade', limit: 3 })
  const all = await vault.ask(custodian)(search, { q: 'marmalade', limit: 5 })

  assert.deepEqual([some.items.map(({ id }) => id), some.more], [ids.slice(0, 3), true])
  assert.deepEqual([all.items.map(({ id }) => id), all.more], [ids, false])
})

test('the question itself stands in the ledger, sealed from whoever reads it without content', async () => {
  await find(detective, { q: 'was it the butler' })

  const { rows } = await vault.ask(vault.home.administrator)(readLedger, {
    act: 'search.asked',
    person: detective.id,
    limit: 1,
  })

  assert.equal(rows[0]?.by.name, detective.name)
  assert.equal(typeof rows[0]?.facts['hits'], 'number')
  assert.ok(!JSON.stringify(rows).includes('butler'))
})

test('the index holds numbers and no words, and the same word is another number in another agency', async () => {
  const other = await vault.agency({ alsoCustodian: true })
  const theirs = await vault.aCase(other.administrator, { title: file.title, number: file.number, type: 'assault' })
  const terms = async (agency: typeof other.id, id: string) =>
    (
      await rowsOf<{ terms: string[] }>(
        vault,
        agency,
        `select terms::text[] as terms from vault.search_index where id = '${id}'`,
      )
    )[0]?.terms ?? []

  const [mine, others] = [await terms(vault.home.id, file.id), await terms(other.id, theirs.id)]

  assert.ok(mine.length > 30 && mine.every((term) => /^\d+$/.test(term)))
  assert.deepEqual(
    mine.filter((term) => others.includes(term)),
    [],
  )
})
