import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changeAgency, readAgency } from '@sallyport/api/agency'
import { addMember } from '@sallyport/api/cases'
import { openViewing, readCustody } from '@sallyport/api/items'
import { copyItem, printItem } from '@sallyport/api/prints'
import { readSession } from '@sallyport/api/sessions'
import type { ItemId } from '@sallyport/core/ids'
import { Refused } from '../../testing/asking.ts'
import { readViewing, sha256Of, somePlain } from '../../testing/deliver.ts'
import { testVault } from '../../testing/vault.ts'

const vault = await testVault()
const detective = await vault.person('detective')
const supervisor = await vault.person('supervisor')
const officer = await vault.person('officer')
const file = await vault.aCase(detective)
await vault.ask(detective)(addMember, { id: file.id, person: officer.id, level: 'lead' })
const bytes = somePlain(200_000)
const { id } = await vault.anItem(detective, { case: file.id, bytes })

const codeOf = (outcome: Promise<unknown>) =>
  outcome.then(
    () => 'done',
    (thrown: unknown) => (thrown instanceof Refused ? thrown.reply.code : String(thrown)),
  )
const custodyOf = async (item: ItemId) => (await vault.ask(detective)(readCustody, { id: item, limit: 1000 })).rows
const asksFor = (reasonFor: ('view' | 'print' | 'copy' | 'transfer')[]) =>
  vault.ask(vault.home.administrator)(changeAgency, { reasonFor })

const copy = { id, medium: 'disc', label: 'DVD 26-118/3', receiver: 'Public defender, A. Ruiz' } as const

test('a print is entered before a page is given for paper, and the paper bears the number of its entry', async () => {
  const printed = await vault.ask(detective)(printItem, { id, why: 'for the hearing' })

  const entry = (await custodyOf(id)).find(({ facts }) => facts['print'] === printed.number)
  assert.deepEqual([entry?.act, entry?.outcome, entry?.facts['why']], ['item.printed', 'done', 'for the hearing'])
  assert.deepEqual([printed.by, entry?.facts['what']], [detective.name, 'record'])
  assert.match(printed.marking, /^Criminal justice information/)
})

test('a copy names medium, label and receiver, and its bytes are fetched under that entry', async () => {
  const copied = await vault.ask(detective)(copyItem, { ...copy, why: 'discovery' })
  const fetched = await readViewing(vault, detective, { path: copied.content })

  const entry = (await custodyOf(id)).find(({ facts }) => facts['copy'] === copied.number)
  const { act, facts } = entry ?? assert.fail('no entry')
  assert.equal(act, 'item.copied')
  assert.deepEqual(
    [facts['medium'], facts['label'], facts['receiver'], facts['why'], facts['sha256'], facts['viewing']],
    ['disc', copy.label, copy.receiver, 'discovery', copied.sha256, copied.id],
  )
  assert.deepEqual([facts['key'], facts['purpose']], ['object', 'download'])
  assert.equal(sha256Of(fetched.bytes), copied.sha256)
})

test('whoever may not download makes no copy, and whoever does not see an item prints none of it', async () => {
  const answers = [
    await codeOf(vault.ask(supervisor)(copyItem, { ...copy, why: 'for me' })),
    await codeOf(vault.ask(officer)(printItem, { id })),
    await codeOf(vault.ask(officer)(copyItem, { ...copy, why: 'for me' })),
  ]

  assert.deepEqual(answers, ['session/not-permitted', 'item/not-found', 'session/not-permitted'])
})

test('the agency chooses for what a reason is asked, and everybody is told before they do it', async () => {
  await asksFor(['view', 'print'])
  const told = (await vault.ask(detective)(readSession, {})).agency.reasonFor
  const without = [
    await codeOf(vault.ask(detective)(openViewing, { id, purpose: 'view' })),
    await codeOf(vault.ask(detective)(printItem, { id })),
    await codeOf(vault.ask(detective)(copyItem, copy)),
  ]
  const why = 'reviewing the arrest'
  const viewing = await vault.ask(detective)(openViewing, { id, purpose: 'view', why })
  await asksFor([])
  const free = [
    await codeOf(vault.ask(detective)(openViewing, { id, purpose: 'view' })),
    await codeOf(vault.ask(detective)(printItem, { id })),
  ]

  assert.deepEqual(told, ['print', 'view'])
  assert.deepEqual(without, ['item/reason-needed', 'item/reason-needed', 'done'])
  assert.deepEqual(free, ['done', 'done'])
  const rows = await custodyOf(id)
  assert.equal(rows.find(({ facts }) => facts['viewing'] === viewing.id)?.facts['why'], why)
  const refusals = rows.filter(({ facts }) => facts['code'] === 'item/reason-needed')
  assert.deepEqual(
    refusals.map(({ outcome, facts }) => [outcome, facts['act']]),
    [
      ['refused', 'item.opened'],
      ['refused', 'item.printed'],
    ],
  )
})

test('a download and an export ask for a reason whatever an agency chooses', async () => {
  await asksFor([])

  const { status } = await vault.raw(detective)({
    method: 'POST',
    path: `/items/${id}/viewings`,
    body: { purpose: 'download' },
  })

  assert.equal(status, 400)
  assert.deepEqual((await vault.ask(vault.home.administrator)(readAgency, {})).reasonFor, [])
})
