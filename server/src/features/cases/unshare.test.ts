import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addMember, openCase, removeMember } from '@sallyport/api/cases'
import { exportCase } from '@sallyport/api/exports'
import { openViewing, reportPlayed } from '@sallyport/api/items'
import { changePerson } from '@sallyport/api/people'
import type { CaseId } from '@sallyport/core/ids'
import { Refused } from '../../testing/asking.ts'
import { enter, type Person } from '../../testing/cast.ts'
import { readViewing } from '../../testing/deliver.ts'
import { testVault } from '../../testing/vault.ts'

const vault = await testVault()
const custodian = await vault.person('custodian')
const view = { purpose: 'view' } as const
const why = 'asked for by the prosecutor'

/** Somebody who works on a case of the custodian, and has delivered an item there. */
async function somebodyOnACase(role: 'officer' | 'detective') {
  const person = await vault.person(role)
  const file = await vault.aCase(custodian)
  await vault.ask(custodian)(addMember, { id: file.id, person: person.id, level: 'work' })
  const item = await vault.anItem(person, { case: file.id })
  return { person, file, item }
}

const remove = (id: CaseId, person: Person) => vault.ask(custodian)(removeMember, { id, person: person.id })
const read = async (person: Person, path: string) => (await readViewing(vault, person, { path })).code ?? 'bytes'
const fetch = async (person: Person, bag: string) =>
  (await vault.raw(person)({ method: 'GET', path: bag.replace('/api', '') })).code ?? 'bytes'
const codeOf = (outcome: Promise<unknown>) =>
  outcome.then(
    () => 'done',
    (thrown: unknown) => (thrown instanceof Refused ? thrown.reply.code : String(thrown)),
  )

test('whoever is removed from a case sees no more of what they had opened there, even of their own', async () => {
  const { person, file, item } = await somebodyOnACase('officer')
  const viewing = await vault.ask(person)(openViewing, { id: item.id, ...view })
  const before = await read(person, viewing.content)
  await remove(file.id, person)

  const answers = [
    await read(person, viewing.content),
    await codeOf(vault.ask(person)(reportPlayed, { id: viewing.id, parts: [{ from: 0, to: 1, speed: 1 }] })),
  ]

  assert.deepEqual([before, ...answers], ['bytes', 'viewing/not-found', 'viewing/not-found'])
})

test('a download that was opened in one role does not go on in a role that may not download', async () => {
  const { item } = await somebodyOnACase('detective')
  const person = await vault.person('custodian')
  const viewing = await vault.ask(person)(openViewing, { id: item.id, purpose: 'download', why })
  const before = await read(person, viewing.content)
  const administrator = { ...vault.home.administrator, ...(await enter(vault, vault.home.administrator)) }
  await vault.ask(administrator)(changePerson, { id: person.id, roles: ['supervisor'] })

  const after = await read(person, viewing.content)

  assert.deepEqual([before, after], ['bytes', 'viewing/not-found'])
})

test('an export that was prepared is not delivered to somebody who may no longer export', async () => {
  const { person, file } = await somebodyOnACase('detective')
  const { bag } = await vault.ask(person)(exportCase, { id: file.id, why })
  const before = await fetch(person, bag)
  await vault.ask(custodian)(addMember, { id: file.id, person: person.id, level: 'view' })
  const lowered = await fetch(person, bag)
  await remove(file.id, person)

  const removed = await fetch(person, bag)

  assert.deepEqual([before, lowered, removed], ['bytes', 'export/not-found', 'export/not-found'])
})

test('nobody is entered as removed who keeps what they had: not who opened the case, and not twice', async () => {
  const { person, file } = await somebodyOnACase('officer')
  const own = await vault.ask(person)(openCase, { number: '26-OPENER', title: 'Opened by them', type: 'other' })
  await remove(file.id, person)

  const answers = [await codeOf(remove(own.id, person)), await codeOf(remove(file.id, person))]

  assert.deepEqual(answers, ['person/not-found', 'person/not-found'])
})
