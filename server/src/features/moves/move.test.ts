import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addMember } from '@sallyport/api/cases'
import { exportItem } from '@sallyport/api/exports'
import { annotateItem, listItems, openViewing, readCustody, readItem, verifyItem } from '@sallyport/api/items'
import { search } from '@sallyport/api/search'
import { moveItem, offerTransfer } from '@sallyport/api/transfers'
import { readVkey } from '@sallyport/core/note'
import { judgeBag } from '@sallyport/verify/bag'
import { diskHost, nativeSha256 } from '@sallyport/verify/disk-folder'
import { groupRole } from '../../db/cluster.ts'
import { Refused } from '../../testing/asking.ts'
import { freshCode } from '../../testing/cast.ts'
import { readViewing, somePlain } from '../../testing/deliver.ts'
import { rowsOf } from '../../testing/house.ts'
import { unpacked } from '../../testing/unzip.ts'
import { testVault } from '../../testing/vault.ts'

const vault = await testVault()
const lead = await vault.person('detective')
const custodian = await vault.person('custodian')
const [here, there] = [await vault.aCase(lead), await vault.aCase(lead)]
const oldTeam = await vault.person('detective')
const newTeam = await vault.person('detective')
await vault.ask(lead)(addMember, { id: here.id, person: oldTeam.id, level: 'work' })
await vault.ask(lead)(addMember, { id: there.id, person: newTeam.id, level: 'work' })
const why = 'delivered to the wrong case'

const codeOf = (outcome: Promise<unknown>) =>
  outcome.then(
    () => 'done',
    (thrown: unknown) => (thrown instanceof Refused ? thrown.reply.code : String(thrown)),
  )

test('a moved item is found, seen and read in its new case, with every correction, and no more in the old one', async () => {
  const bytes = somePlain(300_000)
  const { id } = await vault.anItem(lead, { case: here.id, bytes, particulars: { title: 'Wrongfiled footage' } })
  await vault.ask(oldTeam)(annotateItem, { id, field: 'place', says: 'Cedar Lane', why: 'left out' })

  const moved = await vault.ask(lead)(moveItem, { id, case: there.id, why })

  const seen = await vault.ask(newTeam)(readItem, { id })
  assert.deepEqual([seen.case.id, seen.place, seen.annotations.length], [there.id, 'Cedar Lane', 1])
  assert.deepEqual(moved.earlier[0]?.case, { id: here.id, number: here.number })
  assert.deepEqual([moved.earlier[0]?.exhibit, seen.earlier[0]?.case.number], [1, null])
  const found = async (person: typeof lead) =>
    (await vault.ask(person)(search, { q: 'wrongfiled' })).items.map((item) => item.id)
  assert.deepEqual([await found(newTeam), await found(oldTeam)], [[id], []])
  assert.equal(await codeOf(vault.ask(oldTeam)(readItem, { id })), 'item/not-found')
  assert.deepEqual((await vault.ask(lead)(listItems, { case: here.id })).rows, [])
  const viewing = await vault.ask(newTeam)(openViewing, { id, purpose: 'view' })
  const read = await readViewing(vault, newTeam, { path: viewing.content })
  assert.deepEqual(read.bytes, bytes)
})

test('the move stands in the custody of the item and in both cases; a number that was left is given to nothing else', async () => {
  const { id, record } = await vault.anItem(lead, { case: here.id })

  const moved = await vault.ask(lead)(moveItem, { id, case: there.id, why })
  const next = await vault.anItem(lead, { case: here.id })
  const back = await vault.ask(lead)(moveItem, { id, case: here.id, why: 'it did belong there' })

  const entries = (await vault.ask(custodian)(readCustody, { id, limit: 1000 })).rows.filter(
    ({ act }) => act === 'item.moved',
  )
  assert.deepEqual(
    entries.map(({ facts }) => [facts['why'], facts['from'], facts['to']]),
    [
      [
        why,
        { case: here.id, exhibit: record.exhibit, number: here.number },
        { case: there.id, exhibit: moved.exhibit, number: there.number },
      ],
      [
        'it did belong there',
        { case: there.id, exhibit: moved.exhibit, number: there.number },
        { case: here.id, exhibit: back.exhibit, number: here.number },
      ],
    ],
  )
  const subjects = await rowsOf<{ subject: string }>(
    vault,
    vault.home.id,
    `select subject from vault.ledger_subject where entry_id = '${entries[0]?.entry}'`,
  )
  assert.deepEqual(new Set(subjects.map(({ subject }) => subject)), new Set([id, here.id, there.id]))
  assert.equal(new Set([record.exhibit, next.record.exhibit, back.exhibit]).size, 3)
  assert.deepEqual(
    back.earlier.map(({ exhibit }) => exhibit),
    [record.exhibit, moved.exhibit],
  )
})

test('after a move custody still holds: for the vault, and for the verifier of a bag', async () => {
  const { id } = await vault.anItem(lead, { case: here.id })
  await vault.ask(lead)(moveItem, { id, case: there.id, why })
  await vault.ask(lead)(moveItem, { id, case: here.id, why })
  await vault.settle()

  const verdict = await vault.ask(custodian)(verifyItem, { id })
  const { bag } = await vault.ask(lead)(exportItem, { id, why: 'for the prosecutor' })
  const folder = await unpacked((await readViewing(vault, lead, { path: bag })).bytes)
  const key = readVkey(nativeSha256, vault.home.ledgerKey) ?? assert.fail('no key')
  const judged = await judgeBag(diskHost(folder, { sha512: true }), { key })

  assert.equal(verdict.sound, true, verdict.says)
  assert.deepEqual(judged?.faults, [])
})

test('a bag that was prepared before the move is not given under the number that the item has left', async () => {
  const { id } = await vault.anItem(oldTeam, { case: here.id })
  const { bag } = await vault.ask(oldTeam)(exportItem, { id, why: 'for the prosecutor' })

  await vault.ask(lead)(moveItem, { id, case: there.id, why })

  const { json } = await readViewing(vault, oldTeam, { path: bag })
  assert.equal((json as { code?: string } | undefined)?.code, 'export/not-found')
})

test('the key of the old case opens nothing of an item that has left it', async () => {
  const { id } = await vault.anItem(lead, { case: here.id })

  await vault.ask(lead)(moveItem, { id, case: there.id, why })

  const keys = await rowsOf<{ case_id: string; kept: boolean }>(
    vault,
    vault.home.id,
    `select k.case_id, k.wrapped is not null as kept from vault.object_key as k
     join vault.object as o on o.id = k.object_id where o.item_id = '${id}' order by version`,
  )
  assert.deepEqual(keys, [
    { case_id: here.id, kept: false },
    { case_id: there.id, kept: true },
  ])
})

test('an item is moved by somebody who leads both cases, or by a custodian', async () => {
  const { id } = await vault.anItem(lead, { case: here.id })
  const foreign = await vault.aCase(newTeam)
  const elsewhere = await vault.aCase(await vault.person('custodian', { agency: await vault.agency() }))
  const move = (by: typeof lead, to: typeof here.id) => codeOf(vault.ask(by)(moveItem, { id, case: to, why }))

  const answers = [
    await move(oldTeam, there.id),
    await move(newTeam, there.id),
    await move(lead, foreign.id),
    await move(lead, here.id),
    await move(lead, elsewhere.id),
    await move(custodian, elsewhere.id),
  ]
  const byCustodian = await move(custodian, foreign.id)

  assert.deepEqual(answers, [
    'case/not-yours',
    'item/not-found',
    'case/not-found',
    'item/same-case',
    'case/not-found',
    'case/not-found',
  ])
  assert.equal(byCustodian, 'done')
})

test('what waits in quarantine, or is on offer to somebody, stays where it is', async () => {
  const suspect = await vault.anItem(lead, { case: here.id, originalName: 'run.exe' })
  const offered = await vault.anItem(lead, { case: here.id })
  await vault.ask(lead)(offerTransfer, {
    id: offered.id,
    to: { kind: 'person', id: custodian.id },
    why: 'to the evidence room',
    condition: 'whole',
    code: freshCode(vault, lead.totpSecret),
  })

  const answers = [
    await codeOf(vault.ask(lead)(moveItem, { id: suspect.id, case: there.id, why })),
    await codeOf(vault.ask(lead)(moveItem, { id: offered.id, case: there.id, why })),
  ]

  assert.deepEqual(answers, ['item/not-held', 'transfer/open'])
})

test('the database itself lets no item out of its case without a move on record', async () => {
  const { id, record } = await vault.anItem(lead, { case: here.id })
  const changes = [
    `update vault.item set case_id = '${there.id}' where id = '${id}'`,
    `update vault.item set case_id = '${there.id}', exhibit = 900 where id = '${id}'`,
    `insert into vault.item_move (id, item_id, from_case, from_exhibit, to_case, to_exhibit, by, at)
       values (gen_random_uuid(), '${id}', '${here.id}', ${record.exhibit}, '${there.id}', 901, '${lead.id}', now());
     update vault.item set case_id = '${there.id}', exhibit = 902 where id = '${id}'`,
  ]

  for (const change of changes) await assert.rejects(rowsOf(vault, vault.home.id, change), /by a move on record only/)

  assert.deepEqual((await vault.ask(lead)(readItem, { id })).case.id, here.id)
})

test('if the power goes between the rows and the entry, nothing was moved', async () => {
  const { id } = await vault.anItem(lead, { case: here.id })
  await vault.owner.query(`revoke insert on vault.ledger_entry from ${groupRole}`)

  const answer = await codeOf(vault.ask(lead)(moveItem, { id, case: there.id, why })).finally(() =>
    vault.owner.query(`grant insert on vault.ledger_entry to ${groupRole}`),
  )

  assert.equal(answer, 'vault/ledger-down')
  const record = await vault.ask(lead)(readItem, { id })
  assert.deepEqual([record.case.id, record.earlier], [here.id, []])
})
