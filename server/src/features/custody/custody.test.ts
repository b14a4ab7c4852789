import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { checkLedger } from '@sallyport/api/agency'
import { readCase } from '@sallyport/api/cases'
import { readCustody, readItem, readLedger, readProof } from '@sallyport/api/items'
import { openCheckpoint } from '@sallyport/core/checkpoint'
import type { EntryId } from '@sallyport/core/ids'
import { readVkey } from '@sallyport/core/note'
import { proves, readProof as parseProof } from '@sallyport/core/tlog-proof'
import { nativeSha256 } from '@sallyport/verify/disk-folder'
import { nativeVerifiers } from '@sallyport/verify/native-crypto'
import { Refused, refused } from '../../testing/asking.ts'
import { faultsIn } from '../../testing/ledger.ts'
import { testVault } from '../../testing/vault.ts'

const vault = await testVault()
const { administrator } = vault.home
const detective = await vault.person('detective')
const stranger = await vault.person('detective')
const auditor = await vault.person('auditor')
const file = await vault.aCase(detective)
const item = await vault.anItem(detective, { case: file.id })
const folder = join(vault.folder, 'ledger', vault.home.id)

const codeOf = (outcome: Promise<unknown>) =>
  outcome.then(
    () => 'done',
    (thrown: unknown) => (thrown instanceof Refused ? thrown.reply.code : String(thrown)),
  )

const custody = (id = item.id) => vault.ask(detective)(readCustody, { id, limit: 1000 })

test('the custody of an item tells everything that was done to it, oldest first, and who was refused', async () => {
  await vault.ask(detective)(readItem, { id: item.id })
  await codeOf(vault.ask(stranger)(readItem, { id: item.id }))

  const { rows } = await custody()

  assert.deepEqual(
    rows.slice(0, 2).map(({ act }) => act),
    ['item.declared', 'item.received'],
  )
  assert.ok(rows.some(({ act }) => act === 'upload.part-received'))
  assert.deepEqual(
    rows.map(({ at }) => at),
    rows.map(({ at }) => at).toSorted(),
  )
  const refusal = rows.find(({ act }) => act === 'request.refused')
  assert.deepEqual(
    [refusal?.outcome, refusal?.by.name, refusal?.facts['code']],
    ['refused', stranger.name, 'item/not-found'],
  )
  assert.deepEqual([rows[0]?.by.name, rows[0]?.by.roles], [detective.name, ['detective']])
  assert.match(String(rows[0]?.from.address), /^10\./)
})

test('custody comes page by page, each entry once, also when many were made in one moment', async () => {
  const own = await vault.anItem(detective, { case: file.id })
  await Promise.all(Array.from({ length: 20 }, () => vault.ask(detective)(readItem, { id: own.id })))
  const whole = (await custody(own.id)).rows.map(({ entry }) => entry)

  const paged: string[] = []
  for (let after: string | undefined; ; ) {
    const page = await vault.ask(detective)(readCustody, { id: own.id, limit: 3, ...(after && { after }) })
    paged.push(...page.rows.map(({ entry }) => entry))
    if (page.next === null) break
    after = page.next
  }

  assert.ok(whole.length > 20)
  assert.deepEqual(paged.slice(0, whole.length), whole)
  assert.equal(new Set(paged).size, paged.length)
})

test('a proof shows, to whoever has the key of the ledger, that an entry stands in the signed tree', async () => {
  await vault.settle()
  const { rows } = await custody()
  const received = rows.find(({ act }) => act === 'item.received')
  assert.ok(received)

  const { leaf, proof, index, key } = await vault.ask(detective)(readProof, { id: item.id, entry: received.entry })

  assert.equal(key, vault.home.ledgerKey)
  const [parsed, verifier] = [parseProof(Buffer.from(proof ?? '')), readVkey(nativeSha256, key)]
  assert.ok(parsed && verifier)
  const opened = await openCheckpoint(parsed.checkpoint, { key: verifier, verify: nativeVerifiers })
  assert.equal(opened.is, 'signed')
  const { checkpoint } = opened as { checkpoint: Parameters<typeof proves>[2]['checkpoint'] }
  assert.equal(parsed.index, index)
  assert.equal(proves(nativeSha256, parsed, { entry: Buffer.from(leaf), checkpoint }), true)
  assert.equal(
    proves(nativeSha256, parsed, { entry: Buffer.from(leaf.replace('received', 'released')), checkpoint }),
    false,
  )
})

test('a proof is given of entries about the item that was asked for, and of no others', async () => {
  const other = await vault.anItem(detective, { case: file.id })
  const entry = (await custody(other.id)).rows[0]?.entry as EntryId

  const answers = [
    await codeOf(vault.ask(detective)(readProof, { id: item.id, entry })),
    await codeOf(vault.ask(detective)(readProof, { id: item.id, entry: crypto.randomUUID() as EntryId })),
  ]

  assert.deepEqual(answers, ['item/not-found', 'item/not-found'])
})

test('custody is for whoever may see the item: not for who audits or runs the vault', async () => {
  const people = [stranger, auditor, administrator]

  const answers = await Promise.all(people.map((person) => codeOf(vault.ask(person)(readCustody, { id: item.id }))))

  assert.deepEqual(answers, ['item/not-found', 'session/not-permitted', 'session/not-permitted'])
})

test('the ledger is read newest first, by act, by person and by time', async () => {
  const before = vault.now().toISOString()
  await vault.ask(detective)(readCase, { id: file.id })
  await vault.ask(detective)(readCase, { id: file.id })
  const ask = vault.ask(auditor)

  const byAct = await ask(readLedger, { act: 'case.read', from: before })
  const byPerson = await ask(readLedger, { person: detective.id, from: before })
  const none = await ask(readLedger, { act: 'case.read', to: '2020-01-01T00:00:00Z' })
  const first = await ask(readLedger, { limit: 200 })

  assert.equal(byAct.rows.length, 2)
  assert.deepEqual(new Set(byPerson.rows.map(({ by }) => by.id)), new Set([detective.id]))
  assert.deepEqual(none.rows, [])
  const times = first.rows.map(({ at }) => at)
  assert.deepEqual(times, times.toSorted().toReversed())
})

test('who reads the ledger stands in the ledger', async () => {
  await vault.ask(auditor)(readLedger, { limit: 1 })

  const { rows } = await vault.ask(auditor)(readLedger, { act: 'ledger.read', limit: 1 })

  assert.equal(rows[0]?.by.name, auditor.name)
})

test('an entry that a court had expunged keeps its place and its proof, and says nothing any more', async () => {
  const own = await vault.anItem(detective, { case: file.id })
  await vault.settle()
  const entry = (await custody(own.id)).rows.find(({ act }) => act === 'item.received')?.entry as EntryId
  const client = await vault.owner.connect()
  await client.query('begin; alter table vault.ledger_entry disable trigger user')
  await client.query(`select set_config('vault.agency', $1, true)`, [vault.home.id])
  await client.query('update vault.ledger_entry set secret = null, sealed = null where id = $1', [entry])
  await client.query('alter table vault.ledger_entry enable trigger user; commit')
  client.release()

  const line = (await custody(own.id)).rows.find((row) => row.entry === entry)
  const { proof } = await vault.ask(detective)(readProof, { id: own.id, entry })

  assert.deepEqual([line?.expunged, line?.act, line?.facts, line?.by.name], [true, 'item.received', {}, ''])
  assert.ok(proof)
  assert.deepEqual(await faultsIn(folder, vault.home.ledgerKey), [])
})

test('a check of the whole ledger finds it sound, and finds a tile that was changed', async () => {
  const own = await vault.agency()
  await vault.settle(own)
  const sound = await vault.ask(own.administrator)(checkLedger, {})
  await vault.settle(own)
  const tiles = join(vault.folder, 'ledger', own.id, 'tile', '0', '000.p')
  const newest = (await readdir(tiles)).toSorted((a, b) => Number(a) - Number(b)).at(-1) ?? ''
  const bytes = await readFile(join(tiles, newest))
  bytes[0] = (bytes[0] ?? 0) ^ 1
  await writeFile(join(tiles, newest), bytes)

  const unsound = await vault.ask(own.administrator)(checkLedger, {})

  assert.equal(sound.sound, true, sound.says)
  assert.equal(unsound.sound, false)
  assert.match(unsound.says, /^The ledger does not hold/)
  await assert.rejects(vault.ask(detective)(checkLedger, {}), refused('session/not-permitted'))
})
