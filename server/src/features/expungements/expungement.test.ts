import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { checkLedger } from '@sallyport/api/agency'
import { namePersonInCase, noteOnCase, readCase } from '@sallyport/api/cases'
import type { Asking } from '@sallyport/api/contract'
import {
  approveExpungement,
  declineExpungement,
  draftExpungement,
  previewExpungement,
  proveExpungement,
  readExpungement,
  withdrawExpungement,
} from '@sallyport/api/expungements'
import { exportItem } from '@sallyport/api/exports'
import { beginFixityRound, listFindings, readFixity } from '@sallyport/api/fixity'
import { annotateItem, openViewing, readCustody, readItem, verifyItem } from '@sallyport/api/items'
import { search } from '@sallyport/api/search'
import type { Json } from '@sallyport/core/canonical-json'
import { openCheckpoint } from '@sallyport/core/checkpoint'
import { opens, readLeaf } from '@sallyport/core/entry'
import type { ObjectId } from '@sallyport/core/ids'
import { readVkey } from '@sallyport/core/note'
import { proves, readProof } from '@sallyport/core/tlog-proof'
import { sha256 } from '../../keys/primitives.ts'
import { verifiers } from '../../ledger/signatures.ts'
import type { ObjectStore } from '../../store/object-store.ts'
import { placesOf } from '../../store/disk-layout.ts'
import { type Ask, refused } from '../../testing/asking.ts'
import type { Person } from '../../testing/cast.ts'
import { readBytes } from '../../testing/deliver.ts'
import { recordsOf, rowsOf, until } from '../../testing/house.ts'
import { faultsIn } from '../../testing/ledger.ts'
import { testVault } from '../../testing/vault.ts'
import { allThatOpens, rawValues } from './testing/readable.ts'

let keepsBytes = false
/** A store that can be made to break before it takes anything away, as a crash does. */
const breaking = (store: ObjectStore): ObjectStore => ({
  ...store,
  remove: (id) => (keepsBytes ? Promise.reject(new Error('the power went')) : store.remove(id)),
})

const vault = await testVault({ founding: { alsoCustodian: true }, store: breaking })
const { home } = vault
const custodian = await vault.person('custodian')
const supervisor = await vault.person('supervisor')
const ask = vault.ask(custodian)
const administer = vault.ask(home.administrator)
/** An administrator who is nothing else. */
const runs = vault.ask(await vault.person('administrator'))

const order = { court: 'Court of Common Pleas, Union County', judge: 'Hon. R. Ames', issuedOn: '2026-03-14' }
let orders = 0
const newReference = () => `26-EX-${(orders += 1)}`

type Scope = Asking<typeof draftExpungement>['scope']

const drafted = (scope: Scope, words: string[] = [], by: Ask = ask) =>
  by(draftExpungement, { ...order, reference: newReference(), scope, words, note: 'As ordered from the bench.' })

async function executed(scope: Scope, words: string[] = []) {
  const { id, reference } = await drafted(scope, words)
  const { destroyed } = await administer(approveExpungement, { id, reference })
  return { id, reference, destroyed }
}

const canary = () => `cnry${randomBytes(6).toString('hex')}`

const pathOf = async (item: string) => {
  const [row] = await rowsOf<{ id: ObjectId }>(vault, home.id, `select id from vault.object where item_id = '${item}'`)
  return placesOf(join(vault.folder, 'objects'), row?.id as ObjectId).object
}

const isThere = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  )

/** An item whose every field says a word that stands nowhere else, and that went through many hands. */
async function aStoriedItem(by: Person = custodian) {
  const word = canary()
  const file = await vault.aCase(by)
  const item = await vault.anItem(by, {
    case: file.id,
    bytes: Buffer.from(`the statement of ${word}`),
    originalName: `${word}.mp4`,
    particulars: { title: `Statement of ${word}`, source: { person: word }, place: word, tags: [word] },
  })
  await vault.ask(by)(annotateItem, { id: item.id, field: 'place', says: `Near ${word}`, why: `${word} said so` })
  await vault.ask(by)(exportItem, { id: item.id, why: `For the lawyer of ${word}` })
  await readBytes(vault, by, { id: item.id })
  await vault.ask(by)(openViewing, { id: item.id, purpose: 'download', why: `${word} asked for it` })
  await vault.ask(by)(search, { q: word })
  return { word, file, item }
}

test('after an order on an item nothing that the vault can open says a word of it, and the ledger holds', async () => {
  const { word, file, item } = await aStoriedItem()
  const other = await vault.anItem(custodian, { case: file.id, particulars: { title: 'Another matter' } })
  await ask(noteOnCase, { id: file.id, text: `Call ${word} back` })
  const path = await pathOf(item.id)
  const before = await rawValues(vault, home.id, item.id)
  assert.ok((await allThatOpens(vault, home.id)).includes(word) && (await isThere(path)) && before.length > 10)

  const { id, reference, destroyed } = await executed({ kind: 'item', item: item.id }, [word])

  assert.ok(!(await allThatOpens(vault, home.id)).includes(word))
  const terms = await rowsOf<{ terms: string[] }>(
    vault,
    home.id,
    `select terms from vault.search_index where id = '${item.id}'`,
  )
  assert.deepEqual(terms, [{ terms: [] }])
  const dump = await rawValues(vault, home.id)
  assert.deepEqual(
    before.filter((value) => dump.includes(value)),
    [],
  )
  await until('the bytes are gone', async () => !(await isThere(path)))
  assert.deepEqual([destroyed.objects, destroyed.copies], [1, { exports: 1, downloads: 1 }])
  assert.ok(destroyed.byAct.some(({ act }) => act === 'search.asked'))
  const record = await ask(readItem, { id: item.id })
  assert.deepEqual([record.state, record.sha256, record.exhibit], ['expunged', null, item.record.exhibit])
  assert.ok(record.description?.includes(reference))
  await assert.rejects(ask(openViewing, { id: item.id, purpose: 'view' }), refused('item/expunged'))
  await assert.rejects(
    ask(annotateItem, { id: item.id, field: 'title', says: word, why: 'x' }),
    refused('item/expunged'),
  )
  assert.deepEqual((await ask(search, { q: word })).items, [])
  await vault.settle()
  assert.deepEqual(await faultsIn(join(vault.folder, 'ledger', home.id), home.ledgerKey), [])
  assert.equal((await administer(checkLedger, {})).sound, true)
  assert.equal((await ask(verifyItem, { id: other.id })).sound, true)
  assert.equal((await ask(readExpungement, { id })).state, 'executed')
})

test('the custody says that an order destroyed it, which one, and which entries', async () => {
  const { item } = await aStoriedItem()
  const lines = async () => (await ask(readCustody, { id: item.id, limit: 1000 })).rows
  const before = await lines()

  const { reference } = await executed({ kind: 'item', item: item.id })

  const after = await lines()
  const [told] = after.filter(({ act }) => act === 'ledger.expunged')
  const gone = after.filter(({ expunged }) => expunged)
  assert.deepEqual(told?.facts['court'], order.court)
  assert.deepEqual(told?.facts['reference'], reference)
  assert.deepEqual(new Set(told?.facts['entries'] as string[]), new Set(gone.map(({ entry }) => entry)))
  assert.ok(before.every(({ entry }) => gone.some((line) => line.entry === entry)))
  assert.ok(gone.every(({ facts, by }) => Object.keys(facts).length === 0 && by.name === ''))
})

test('the preview counts what the approval then destroys, and the administrator who sees it reads no content', async () => {
  const { word, item } = await aStoriedItem()
  const { id, reference } = await drafted({ kind: 'item', item: item.id }, [word])

  const counted = await runs(previewExpungement, { id })
  const seen = JSON.stringify([counted, await runs(readExpungement, { id })])
  const { destroyed } = await runs(approveExpungement, { id, reference })

  assert.deepEqual(destroyed, counted)
  assert.ok(!seen.includes(word))
})

test('one person alone destroys nothing, whatever their roles, and neither does the server by itself', async () => {
  const { word, item } = await aStoriedItem()
  const { id, reference } = await drafted({ kind: 'item', item: item.id }, [], administer)
  const done = await executed({ kind: 'item', item: (await aStoriedItem()).item.id })
  const before = await recordsOf(vault, home.id)

  await assert.rejects(administer(approveExpungement, { id, reference }), refused('expungement/same-person'))
  await assert.rejects(ask(approveExpungement, { id, reference }), refused('session/not-permitted'))
  await assert.rejects(
    vault.ask(supervisor)(approveExpungement, { id, reference: 'X' }),
    refused('expungement/wrong-reference'),
  )

  const alone = [
    `update vault.ledger_entry set secret = null, sealed = null where act = 'item.received'`,
    `update vault.item set state = 'expunged', sha256 = null where id = '${item.id}'`,
    `update vault.object_key set wrapped = null`,
    `update vault.remark set sealed = null`,
    `update vault.expungement set state = 'executed', decided_by = drafted_by, decided_at = now() where id = '${id}'`,
    `update vault.ledger_entry set sealed = null`,
    `update vault.expungement set state = 'executed', decided_at = now(), decided_by =
      (select id from vault.person where id <> drafted_by limit 1) where id = '${id}'`,
    `insert into vault.expunged (thing, expungement_id) values ('${item.id}', '${id}')`,
    `insert into vault.expunged (thing, expungement_id) values (gen_random_uuid(), '${done.id}')`,
  ]
  for (const statement of alone)
    await assert.rejects(asServer(statement), /order|changed|check constraint|is decided by|for good/, statement)
  assert.deepEqual(await recordsOf(vault, home.id), before)
  assert.ok((await allThatOpens(vault, home.id)).includes(word))
})

/** Runs a statement with the rights of the server, as an intruder in it could. */
async function asServer(statement: string): Promise<void> {
  const client = await vault.database.pool.connect()
  try {
    await client.query('begin')
    await client.query(
      `select set_config('vault.agency', $1, true), set_config('vault.case_reach', 'agency', true), set_config('vault.item_reach', 'agency', true)`,
      [home.id],
    )
    await client.query(statement)
  } finally {
    await client.query('rollback')
    client.release()
  }
}

test('an order that is declined or withdrawn leaves everything whole, and its words do not stay behind', async () => {
  const { word, item } = await aStoriedItem()
  const [first, second] = [
    await drafted({ kind: 'item', item: item.id }, [word]),
    await drafted({ kind: 'item', item: item.id }, [word]),
  ]

  await vault.ask(supervisor)(declineExpungement, { id: first.id, why: 'The order names another exhibit.' })
  await ask(withdrawExpungement, { id: second.id })

  await assert.rejects(
    administer(approveExpungement, { id: first.id, reference: first.reference }),
    refused('expungement/decided'),
  )
  assert.equal((await ask(readItem, { id: item.id })).title, `Statement of ${word}`)
  assert.equal((await ask(verifyItem, { id: item.id })).sound, true)
  assert.equal((await ask(readExpungement, { id: first.id })).words, null)
})

test('another agency neither sees an order nor approves it', async () => {
  const { item } = await aStoriedItem()
  const { id, reference } = await drafted({ kind: 'item', item: item.id })
  const other = await vault.agency({ alsoCustodian: true })
  const stranger = vault.ask(other.administrator)

  await assert.rejects(stranger(readExpungement, { id }), refused('expungement/not-found'))
  await assert.rejects(stranger(previewExpungement, { id }), refused('expungement/not-found'))
  await assert.rejects(stranger(approveExpungement, { id, reference }), refused('expungement/not-found'))
  await assert.rejects(drafted({ kind: 'item', item: item.id }, [], stranger), refused('item/not-found'))
})

test('while the ledger takes no entry an approval destroys nothing at all', async () => {
  const { word, item } = await aStoriedItem()
  const { id, reference } = await drafted({ kind: 'item', item: item.id }, [word])
  const before = await recordsOf(vault, home.id)
  await vault.owner.query(`revoke insert on vault.ledger_entry from sallyport_server`)

  const approval = administer(approveExpungement, { id, reference })

  await assert
    .rejects(approval, refused('vault/ledger-down'))
    .finally(() => vault.owner.query(`grant insert on vault.ledger_entry to sallyport_server`))
  assert.deepEqual(await recordsOf(vault, home.id), before)
  assert.equal((await ask(verifyItem, { id: item.id })).sound, true)
})

test('when the power goes between the commit and the removal of the bytes, the next round takes them away', async () => {
  const { item } = await aStoriedItem()
  const path = await pathOf(item.id)
  keepsBytes = true
  await executed({ kind: 'item', item: item.id })
  await vault.restart()
  assert.ok(await isThere(path))
  keepsBytes = false

  await ask(beginFixityRound, {})
  await until('the round ended', async () => (await ask(readFixity, {})).round?.endedAt !== null)

  assert.ok(!(await isThere(path)))
  const { rows } = await ask(listFindings, { limit: 200 })
  const found = rows.filter(({ reason }) => reason === 'expunged')
  assert.deepEqual(
    found.map(({ what, removed }) => ({ what, removed })),
    [{ what: 'untracked', removed: true }],
  )
  assert.ok(!rows.some(({ what }) => what === 'missing'), 'what was destroyed is not missing')
})

test('a person named in a case is forgotten there and in the ledger; the case and its other people stay', async () => {
  const [name, other] = [`Mr. ${canary()}`, `Ms. ${canary()}`]
  const file = await vault.aCase(custodian)
  const named = await ask(namePersonInCase, { id: file.id, name, role: 'arrestee' })
  await ask(namePersonInCase, { id: file.id, name: other, role: 'witness' })
  await ask(noteOnCase, { id: file.id, text: `${name} was let go` })
  await ask(search, { q: name.slice(4) })
  const note = named.people[0]?.id as never

  const { destroyed } = await executed({ kind: 'person', case: file.id, note }, [name.slice(4)])

  const open = await allThatOpens(vault, home.id)
  assert.ok(!open.includes(name) && !open.includes(name.slice(4)) && open.includes(other))
  assert.deepEqual([destroyed.records, destroyed.objects, destroyed.remaining], [2, 0, 0])
  const shown = await ask(readCase, { id: file.id })
  assert.deepEqual([shown.people.map((person) => person.name), shown.notes], [[other], []])
  assert.deepEqual((await ask(search, { q: name.slice(4) })).cases, [])
  assert.equal((await ask(search, { q: other.slice(4) })).cases.length, 1)
})

test('the details of an account go from all it did, and each item it touched says that an order took them', async () => {
  const name = `Agent ${canary()}`
  const agent = await vault.person('custodian', { name, signInName: canary() })
  const { item } = await aStoriedItem()
  await vault.ask(agent)(readItem, { id: item.id })
  await readBytes(vault, agent, { id: item.id })

  await executed({ kind: 'account', person: agent.id })

  const open = await allThatOpens(vault, home.id)
  assert.ok(!open.includes(name) && !open.includes(agent.signInName))
  const lines = (await ask(readCustody, { id: item.id, limit: 1000 })).rows
  const gone = lines.filter(({ expunged }) => expunged).map(({ entry }) => entry)
  const told = lines.filter(({ act }) => act === 'ledger.expunged').flatMap(({ facts }) => facts['entries'] as string[])
  assert.deepEqual(new Set(gone), new Set(told))
  assert.ok(gone.length > 1)
  await assert.rejects(vault.ask(agent)(readItem, { id: item.id }), refused('session/ended'))
})

test('the receipts of other items stay, are counted, and go on proving what was received', async () => {
  const agent = await vault.person('custodian', { name: `Agent ${canary()}` })
  const { item } = await aStoriedItem(agent)
  const { id, reference } = await drafted({ kind: 'account', person: agent.id })

  const counted = await administer(previewExpungement, { id })
  await administer(approveExpungement, { id, reference })

  assert.equal(counted.receiptsKept, 1)
  assert.equal((await ask(verifyItem, { id: item.id })).sound, true)
})

test('the last administrator is not destroyed', async () => {
  const small = await vault.agency()
  const drafter = vault.ask(await vault.person('custodian', { agency: small }))
  const approver = vault.ask(await vault.person('supervisor', { agency: small }))
  const { id, reference } = await drafted({ kind: 'account', person: small.administrator.id }, [], drafter)

  const approval = approver(approveExpungement, { id, reference })

  await assert.rejects(approval, refused('person/last-administrator'))
  assert.ok(await vault.ask(small.administrator)(readExpungement, { id }))
})

test('nothing is destroyed twice', async () => {
  const { item } = await aStoriedItem()
  const twice = await drafted({ kind: 'item', item: item.id })
  await executed({ kind: 'item', item: item.id })

  const { id, reference } = twice

  await assert.rejects(administer(approveExpungement, { id, reference }), refused('expungement/done-before'))
  await assert.rejects(drafted({ kind: 'item', item: item.id }), refused('expungement/done-before'))
})

test('the proof shows a stranger that something was destroyed, when and under which order, and nothing else', async () => {
  const { word, item } = await aStoriedItem()
  const { id, reference } = await executed({ kind: 'item', item: item.id }, [word])
  await vault.settle()

  const proof = await ask(proveExpungement, { id })

  const [told] = proof.entries
  const key = readVkey(sha256, proof.key)
  const parsed = readProof(Buffer.from(told?.proof ?? ''))
  assert.ok(told && key && parsed && told.detail)
  const opened = await openCheckpoint(parsed.checkpoint, { key, verify: verifiers })
  assert.ok(opened.is === 'signed')
  const leaf = readLeaf(Buffer.from(told.leaf))
  assert.ok(leaf && proves(sha256, parsed, { entry: Buffer.from(told.leaf), checkpoint: opened.checkpoint }))
  const value = told.detail.value as Json
  assert.ok(opens(sha256, leaf, { field: 'detail', salt: Buffer.from(told.detail.salt, 'base64'), value }))
  assert.deepEqual(Object.keys(told.detail.value).toSorted(), ['court', 'entries', 'issuedOn', 'reference'])
  assert.equal(told.detail.value['reference'], reference)
  assert.ok(!JSON.stringify(proof).includes(word))
  await assert.rejects(
    ask(proveExpungement, { id: (await drafted({ kind: 'account', person: supervisor.id })).id }),
    refused('expungement/not-executed'),
  )
})
