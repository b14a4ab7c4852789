import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { listAlarms } from '@sallyport/api/alarms'
import { beginFixityRound, listFindings, readFixity } from '@sallyport/api/fixity'
import { readItem, verifyItem } from '@sallyport/api/items'
import { cancelUpload } from '@sallyport/api/uploads'
import type { ObjectId } from '@sallyport/core/ids'
import { placesOf } from '../../store/disk-layout.ts'
import { refused } from '../../testing/asking.ts'
import { declareItem, readBytes, sendPart, somePlain } from '../../testing/deliver.ts'
import { rowsOf, until } from '../../testing/house.ts'
import { testVault } from '../../testing/vault.ts'

const vault = await testVault()
const { home } = vault
const custodian = await vault.person('custodian')
const ask = vault.ask(custodian)
const file = await vault.aCase(custodian)
const objects = join(vault.folder, 'objects')

const objectOf = async (item: string) => {
  const [row] = await rowsOf<{ id: ObjectId }>(vault, home.id, `select id from vault.object where item_id = '${item}'`)
  assert.ok(row)
  return { id: row.id, path: placesOf(objects, row.id).object }
}

/** Has a round made, from its begin to its end, and gives what it says of itself. */
async function aRound(as = ask) {
  const begun = await as(beginFixityRound, {})
  const number = begun.round?.number
  await until('the round ended', async () => (await as(readFixity, {})).round?.endedAt !== null)
  const { round } = await as(readFixity, {})
  assert.equal(round?.number, number)
  assert.ok(round)
  return round
}

const entries = (act: string) =>
  rowsOf<{ id: string; leaf: Buffer }>(vault, home.id, `select id, leaf from vault.ledger_entry where act = '${act}'`)

const findingsOf = async (round: number) =>
  (await ask(listFindings, { limit: 200 })).rows.filter((finding) => finding.round === round)

test('a round over sound bytes looks at every object, finds nothing, and says so on the ledger', async () => {
  const items = []
  for (let n = 0; n < 3; n += 1) items.push(await vault.anItem(custodian, { case: file.id, bytes: somePlain(300_000) }))
  const before = (await entries('fixity.round-ended')).length

  const round = await aRound()

  assert.deepEqual([round.checked, round.missing, round.altered, round.untracked], [3, 0, 0, 0])
  assert.equal(round.checkedBytes, round.bytes)
  assert.equal((await entries('fixity.round-ended')).length, before + 1)
  const { fixity } = await ask(readItem, { id: items[0]?.id as never })
  assert.equal(fixity?.result, 'whole')
})

test('altered, cut and missing bytes are each found, named, entered, and raise a grave alarm', async () => {
  const [altered, cut, missing] = [
    await vault.anItem(custodian, { case: file.id }),
    await vault.anItem(custodian, { case: file.id }),
    await vault.anItem(custodian, { case: file.id }),
  ]
  const paths = await Promise.all([altered, cut, missing].map(({ id }) => objectOf(id)))
  const bytes = await readFile(paths[0]?.path ?? '')
  bytes[700] = (bytes[700] ?? 0) ^ 1
  await writeFile(paths[0]?.path ?? '', bytes)
  await truncate(paths[1]?.path ?? '', 100)
  await rm(paths[2]?.path ?? '')

  const round = await aRound()

  assert.deepEqual([round.missing, round.altered], [1, 2])
  const found = new Map(
    (await findingsOf(round.number)).map(({ item, what, reason, bytes }) => [item, { what, reason, bytes }]),
  )
  assert.deepEqual(found.get(altered.id)?.reason, 'other-bytes')
  assert.deepEqual(found.get(cut.id), { what: 'altered', reason: 'other-bytes', bytes: 100 })
  assert.deepEqual(found.get(missing.id), { what: 'missing', reason: 'gone', bytes: null })
  const { rows } = await vault.ask(home.administrator)(listAlarms, { open: 'true', limit: 200 })
  for (const { id } of [altered, cut, missing]) assert.ok(rows.some(({ on, grave }) => grave && on.includes(id)))
  assert.equal((await ask(readItem, { id: missing.id })).fixity?.result, 'missing')
  assert.ok((await entries('fixity.found-missing')).some(({ leaf }) => leaf.includes(missing.id)))
  assert.ok((await entries('item.found-altered')).some(({ leaf }) => leaf.includes(cut.id)))
  await writeFile(paths[0]?.path ?? '', bytes.fill((bytes[700] ?? 0) ^ 1, 700, 701))
  assert.equal((await aRound()).altered, 1, 'what was put right is right again')
})

test('whoever opens or checks an altered item raises the alarm at once, and the round that finds it again no second one', async () => {
  const item = await vault.anItem(custodian, { case: file.id })
  const { path } = await objectOf(item.id)
  const bytes = await readFile(path)
  await writeFile(
    path,
    Buffer.concat([bytes.subarray(0, 200), Buffer.from([(bytes[200] ?? 0) ^ 1]), bytes.subarray(201)]),
  )
  const open = async () =>
    (await vault.ask(home.administrator)(listAlarms, { open: 'true', limit: 200 })).rows.filter(({ on }) =>
      on.includes(item.id),
    )

  const sound = (await ask(verifyItem, { id: item.id })).sound
  const first = await open()
  await readBytes(vault, custodian, { id: item.id }).catch(() => undefined)
  await until('the reading raised it again', async () => (await open())[0]?.times === 2)
  await aRound()

  assert.equal(sound, false)
  assert.deepEqual(
    first.map(({ code, times }) => ({ code, times })),
    [{ code: 'fixity/altered', times: 1 }],
  )
  assert.deepEqual(
    (await open()).map(({ times }) => times),
    [3],
  )
  await writeFile(path, bytes)
})

test('a file that nobody knows is found and stays; what an ended upload left over is found and taken away', async () => {
  const stranger = placesOf(objects, randomUUID() as ObjectId).object
  await mkdir(dirname(stranger), { recursive: true })
  await writeFile(stranger, 'who put me here')
  await writeFile(join(objects, 'notes.txt'), 'nor me')
  const bytes = somePlain(600_000)
  const upload = await declareItem(vault, custodian, { case: file.id, bytes })
  const row = await rowsOf<{ object_id: ObjectId }>(
    vault,
    home.id,
    `select object_id from vault.upload where id = '${upload.id}'`,
  )
  const left = placesOf(objects, row[0]?.object_id as ObjectId).part
  await sendPart(vault, custodian, { upload: upload.id, bytes: bytes.subarray(0, 500_000) })
  await ask(cancelUpload, { id: upload.id })
  await until('the cancelled bytes are gone', () =>
    stat(left).then(
      () => false,
      () => true,
    ),
  )
  await writeFile(left, bytes)

  const round = await aRound()

  const found = await findingsOf(round.number)
  const untracked = found
    .filter(({ what }) => what === 'untracked')
    .map(({ reason, removed, bytes }) => ({ reason, removed, bytes }))
  assert.deepEqual(
    untracked.toSorted((a, b) => Number(a.bytes) - Number(b.bytes)),
    [
      { reason: 'unknown', removed: false, bytes: 6 },
      { reason: 'unknown', removed: false, bytes: 15 },
      { reason: 'cancelled', removed: true, bytes: 600_000 },
    ],
  )
  await assert.rejects(stat(left))
  assert.equal(await readFile(stranger, 'utf8'), 'who put me here')
  await Promise.all([stranger, join(objects, 'notes.txt')].map((path) => rm(path)))
})

test('bytes under way are no finding, and neither are those of another agency', async () => {
  const other = await vault.agency({ alsoCustodian: true })
  const theirs = await vault.aCase(other.administrator)
  await vault.anItem(other.administrator, { case: theirs.id })
  const bytes = somePlain(600_000)
  const upload = await declareItem(vault, custodian, { case: file.id, bytes })
  await sendPart(vault, custodian, { upload: upload.id, bytes: bytes.subarray(0, 300_000) })

  const [ours, others] = [await aRound(), await aRound(vault.ask(other.administrator))]

  assert.deepEqual([ours.untracked, others.untracked, others.checked], [0, 0, 1])
  const rest = await sendPart(vault, custodian, { upload: upload.id, bytes: bytes.subarray(300_000), offset: 300_000 })
  assert.equal(rest.status, 204)
})

test('an officer sees no round, and an auditor begins none', async () => {
  const officer = vault.ask(await vault.person('officer'))
  const auditor = vault.ask(await vault.person('auditor'))

  const seen = await auditor(readFixity, {})

  assert.ok(seen.round)
  await assert.rejects(officer(readFixity, {}), refused('session/not-permitted'))
  await assert.rejects(auditor(beginFixityRound, {}), refused('session/not-permitted'))
})

test('while the agency key is away the round goes on, and its findings wait for the people', async () => {
  const away = await vault.agency({ unlock: 'by-hand', alsoCustodian: true })
  const theirs = await vault.aCase(away.administrator)
  const item = await vault.anItem(away.administrator, { case: theirs.id })
  const [row] = await rowsOf<{ id: ObjectId }>(
    vault,
    away.id,
    `select id from vault.object where item_id = '${item.id}'`,
  )
  await rm(placesOf(objects, row?.id as ObjectId).object)
  await vault.ask(away.administrator)(beginFixityRound, {})
  vault.vault().leases.withdraw(away.id)

  await until('the round of the sealed agency ended', async () => {
    const rounds = await rowsOf<{ missing: number }>(
      vault,
      away.id,
      `select missing from vault.fixity_round where ended_at is not null`,
    )
    return rounds[0]?.missing === 1
  })

  const alarms = await rowsOf<{ code: string }>(vault, away.id, `select code from vault.alarm`)
  assert.deepEqual(alarms, [{ code: 'fixity/missing' }])
})

test('a round begins by itself before the days are over', async () => {
  const before = (await ask(readFixity, {})).round?.number ?? 0
  vault.advance(31 * 86_400_000)
  await vault.restart()

  const rounds = () =>
    rowsOf<{ number: number }>(vault, home.id, `select number from vault.fixity_round where ended_at is not null`)

  await until('another round ended', async () => (await rounds()).some(({ number }) => number > before))
})
