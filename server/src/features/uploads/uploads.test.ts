import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { addMember } from '@sallyport/api/cases'
import { listItems, openViewing, readItem, releaseItem } from '@sallyport/api/items'
import { cancelUpload, declareDigest, listUploads, readUpload } from '@sallyport/api/uploads'
import type { ItemId, UploadId } from '@sallyport/core/ids'
import { groupRole } from '../../db/cluster.ts'
import { DiskFull, type ObjectStore } from '../../store/object-store.ts'
import { Refused, refused } from '../../testing/asking.ts'
import { enter, type Person } from '../../testing/cast.ts'
import { declareItem, offsetOf, readBytes, sendPart, sha256Of, somePlain } from '../../testing/deliver.ts'
import { rowsOf, until } from '../../testing/house.ts'
import { testVault } from '../../testing/vault.ts'

const days = 24 * 3_600_000
let isFull = false

/** A disk that can be full. */
const fillable = (real: ObjectStore): ObjectStore => ({
  ...real,
  room: async () => (isFull ? { free: 100, total: 1e12 } : { free: 1e12, total: 2e12 }),
  begin: async (sealing) => {
    if (isFull && sealing.length > 100) throw new DiskFull('the disk of the test is full')
    return real.begin(sealing)
  },
})

const vault = await testVault({ maxBytes: 2_000_000, store: fillable })
const custodian = await vault.person('custodian')
const detective = await vault.person('detective')
const file = await vault.aCase(detective)

const codeOf = (outcome: Promise<unknown>) =>
  outcome.then(
    () => 'done',
    (thrown: unknown) => (thrown instanceof Refused ? thrown.reply.code : String(thrown)),
  )

const anew = async (person: Person): Promise<Person> => ({ ...person, ...(await enter(vault, person)) })
const stateOf = async (person: Person, id: UploadId) => (await vault.ask(person)(readUpload, { id })).state
const itemOf = (id: ItemId) => vault.ask(detective)(readItem, { id })

const actsAbout = async (id: string) =>
  (
    await rowsOf<{ act: string; outcome: string }>(
      vault,
      vault.home.id,
      `select e.act from vault.ledger_entry as e join vault.ledger_subject as s on s.entry_id = e.id where s.subject = '${id}' order by e.at, e.id`,
    )
  ).map(({ act }) => act)

/** The objects that lie on the disk, finished or not, and those that the database knows. */
async function objects(): Promise<{ finished: string[]; known: string[]; unfinished: string[] }> {
  const folder = join(vault.folder, 'objects')
  const names = await readdir(folder, { recursive: true })
  const named = (end: string) =>
    names.filter((name) => name.endsWith(end)).map((name) => (name.split('/').at(-1) ?? '').slice(0, 36))
  const rows = await rowsOf<{ id: string }>(vault, vault.home.id, 'select id from vault.object')
  return {
    finished: named('.sealed').toSorted(),
    known: rows.map(({ id }) => id).toSorted(),
    unfinished: named('.part'),
  }
}

test('a file that arrives whole is held under the next exhibit number, with the digest the sender stated', async () => {
  const bytes = somePlain(700_000)

  const { id, upload, record } = await vault.anItem(detective, { case: file.id, bytes })

  assert.deepEqual([record.state, record.sha256, record.size], ['held', sha256Of(bytes), bytes.length])
  assert.equal(await stateOf(detective, upload), 'held')
  const next = await vault.anItem(detective, { case: file.id })
  assert.equal(next.record.exhibit, (record.exhibit ?? 0) + 1)
  assert.deepEqual((await actsAbout(id)).slice(0, 2), ['item.declared', 'item.received'])
})

test('the digest of the sealed bytes is that of the file on the disk, for whoever holds no key', async () => {
  const { record } = await vault.anItem(detective, { case: file.id, bytes: somePlain(300_000) })
  const [row] = await rowsOf<{ id: string }>(
    vault,
    vault.home.id,
    `select id from vault.object where item_id = '${record.id}'`,
  )
  assert.ok(row)

  const stored = await readFile(join(vault.folder, 'objects', row.id.slice(0, 2), `${row.id}.sealed`))

  assert.equal(record.sealedSha256, sha256Of(stored))
})

test('bytes that do not match what was declared are destroyed, and the sender is told', async () => {
  const bytes = somePlain(5000)
  const { id, item } = await declareItem(vault, detective, { case: file.id, bytes, sha256: sha256Of(somePlain(10)) })

  const reply = await sendPart(vault, detective, { upload: id, bytes })

  assert.equal(reply.code, 'upload/digest-mismatch')
  assert.deepEqual((reply.json as { facts: unknown }).facts, { arrived: sha256Of(bytes) })
  assert.equal(await stateOf(detective, id), 'refused')
  assert.equal((await itemOf(item)).state, 'abandoned')
  const { finished, known } = await objects()
  assert.deepEqual(finished, known)
  assert.ok((await actsAbout(item)).includes('upload.refused'))
  const listed = await vault.ask(detective)(listItems, { case: file.id })
  assert.ok(!listed.rows.some((one) => one.id === item))
})

test('an upload without a digest waits until the sender states one, and then completes', async () => {
  const bytes = somePlain(5000)
  const { id, item } = await declareItem(vault, detective, { case: file.id, bytes, sha256: null })
  await sendPart(vault, detective, { upload: id, bytes })
  const waiting = await stateOf(detective, id)

  await vault.ask(detective)(declareDigest, { id, sha256: sha256Of(bytes) })

  assert.equal(waiting, 'checking')
  await until('the item is held', async () => (await itemOf(item)).state === 'held')
})

test('a digest that was stated cannot be changed, neither before the end nor after it', async () => {
  const bytes = somePlain(5000)
  const sha256 = sha256Of(bytes)
  const { id } = await declareItem(vault, detective, { case: file.id, bytes })
  const state = (said: string) => codeOf(vault.ask(detective)(declareDigest, { id, sha256: said }))

  const before = [await state('0'.repeat(64)), await state(sha256)]
  await sendPart(vault, detective, { upload: id, bytes })
  const after = [await state('0'.repeat(64)), await state(sha256)]

  assert.deepEqual(
    [before, after],
    [
      ['upload/digest-mismatch', 'done'],
      ['upload/digest-mismatch', 'done'],
    ],
  )
})

test('a program, or a file larger than the vault holds, is set aside with the reason, and a custodian releases it', async () => {
  const { id } = file
  const aside = [
    await vault.anItem(detective, { case: id, originalName: 'PLAYER.EXE' }),
    await vault.anItem(detective, { case: id, originalName: 'player', mediaType: 'application/x-msdownload' }),
    await vault.anItem(detective, { case: id, bytes: somePlain(2_000_001) }),
  ]
  const open = (person: Person, item: ItemId) => codeOf(vault.ask(person)(openViewing, { id: item, purpose: 'view' }))

  const opened = await Promise.all(aside.map((item) => open(detective, item.id)))
  const looked = await Promise.all(aside.map((item) => open(custodian, item.id)))
  const released = await Promise.all(
    aside.map((item) => vault.ask(custodian)(releaseItem, { id: item.id, why: 'it is the player of the camera' })),
  )

  assert.deepEqual(
    aside.map(({ record }) => record.state),
    ['quarantined', 'quarantined', 'quarantined'],
  )
  assert.ok(aside.every(({ record }) => record.quarantine?.reasons.length === 1 && record.exhibit !== null))
  assert.deepEqual(
    opened,
    opened.map(() => 'item/not-held'),
  )
  assert.deepEqual(
    looked,
    looked.map(() => 'done'),
  )
  assert.deepEqual(
    released.map(({ state }) => state),
    ['held', 'held', 'held'],
  )
  assert.deepEqual(await Promise.all(aside.map((item) => open(detective, item.id))), ['done', 'done', 'done'])
})

test('nobody but a custodian releases, and only what is set aside', async () => {
  const held = await vault.anItem(detective, { case: file.id })
  const aside = await vault.anItem(detective, { case: file.id, originalName: 'x.msi' })

  const answers = [
    await codeOf(vault.ask(detective)(releaseItem, { id: aside.id, why: 'mine' })),
    await codeOf(vault.ask(custodian)(releaseItem, { id: held.id, why: 'once more' })),
  ]

  assert.deepEqual(answers, ['session/not-permitted', 'item/not-quarantined'])
})

test('a cancelled upload leaves no byte behind, and nothing can be sent to it any more', async () => {
  const bytes = somePlain(600_000)
  const { id, item } = await declareItem(vault, detective, { case: file.id, bytes })
  await sendPart(vault, detective, { upload: id, bytes: bytes.subarray(0, 400_000) })
  const before = (await objects()).unfinished.length

  const { state } = await vault.ask(detective)(cancelUpload, { id })

  assert.equal(state, 'cancelled')
  await until('what had arrived is gone', async () => (await objects()).unfinished.length === before - 1)
  const more = await sendPart(vault, detective, { upload: id, bytes: bytes.subarray(400_000), offset: 400_000 })
  assert.equal(more.code, 'upload/expired')
  assert.equal((await itemOf(item)).state, 'abandoned')
  assert.equal(await codeOf(vault.ask(detective)(cancelUpload, { id })), 'upload/finished')
})

test('an upload that is completed and cancelled in the same moment is one or the other, and nothing is left over', async () => {
  const ids: UploadId[] = []
  for (let time = 0; time < 8; time += 1) {
    const bytes = somePlain(3000)
    const { id } = await declareItem(vault, detective, { case: file.id, bytes, sha256: null })
    await sendPart(vault, detective, { upload: id, bytes })
    ids.push(id)
    await Promise.all([
      codeOf(vault.ask(detective)(declareDigest, { id, sha256: sha256Of(bytes) })),
      codeOf(vault.ask(detective)(cancelUpload, { id })),
    ])
  }

  const settled = async () =>
    (await Promise.all(ids.map((id) => stateOf(detective, id)))).every((state) => /held|cancelled/.test(state))

  await until('each of them has ended', settled)
  await until('the disk holds what the database knows', async () => {
    const { finished, known } = await objects()
    return JSON.stringify(finished) === JSON.stringify(known)
  })
})

test('an upload goes on where it was after the vault was started anew', async () => {
  const bytes = somePlain(900_000)
  const { id, item } = await declareItem(vault, detective, { case: file.id, bytes })
  await sendPart(vault, detective, { upload: id, bytes: bytes.subarray(0, 555_555) })

  await vault.restart()

  const offset = await offsetOf(vault, detective, id)
  const last = await sendPart(vault, detective, { upload: id, bytes: bytes.subarray(offset), offset })
  assert.deepEqual([offset, last.status], [555_555, 204])
  assert.equal((await itemOf(item)).sha256, sha256Of(bytes))
})

test('what is entered after the answer is not lost when the vault stops right then', async () => {
  const bytes = somePlain(1000)
  const { id } = await declareItem(vault, detective, { case: file.id, bytes })
  await sendPart(vault, detective, { upload: id, bytes: bytes.subarray(0, 400) })

  await vault.restart()

  assert.deepEqual(await actsAbout(id), ['item.declared', 'upload.part-received'])
})

test('an upload whose last byte came just before a crash is completed by the next start', async () => {
  const bytes = somePlain(400_000)
  const { id, item } = await declareItem(vault, detective, { case: file.id, bytes })
  await vault.owner.query(`revoke insert on vault.object from ${groupRole}`)
  const cut = await sendPart(vault, detective, { upload: id, bytes })
  await vault.owner.query(`grant insert on vault.object to ${groupRole}`)
  const between = await stateOf(detective, id)

  await vault.restart()

  assert.ok(cut.status >= 500)
  assert.equal(between, 'checking')
  await until('the item is held', async () => (await itemOf(item)).state === 'held')
  const read = await readBytes(vault, detective, { id: item })
  assert.ok(read.bytes.equals(bytes))
})

test('an upload whose last byte came while the database was away is held once its digest is stated', async () => {
  const bytes = somePlain(400_000)
  const { id, item } = await declareItem(vault, detective, { case: file.id, bytes, sha256: null })
  await vault.owner.query(`revoke update (received) on vault.upload from ${groupRole}`)
  const cut = await sendPart(vault, detective, { upload: id, bytes })
  await vault.owner.query(`grant update (received) on vault.upload to ${groupRole}`)

  const offset = await offsetOf(vault, detective, id)
  await vault.ask(detective)(declareDigest, { id, sha256: sha256Of(bytes) })

  assert.ok(cut.status >= 500)
  assert.equal(offset, bytes.length)
  await until('the item is held', async () => (await itemOf(item)).state === 'held')
})

test('an upload that is completed many times at once gets one exhibit number and one entry', async () => {
  const bytes = somePlain(200_000)
  const { id, item } = await declareItem(vault, detective, { case: file.id, bytes, sha256: null })
  await sendPart(vault, detective, { upload: id, bytes })
  const before = (await vault.anItem(detective, { case: file.id })).record.exhibit ?? 0

  await Promise.all([
    ...[1, 2, 3].map(() => vault.ask(detective)(declareDigest, { id, sha256: sha256Of(bytes) })),
    offsetOf(vault, detective, id),
    offsetOf(vault, detective, id),
  ])

  await until('the item is held', async () => (await itemOf(item)).state === 'held')
  assert.equal((await itemOf(item)).exhibit, before + 1)
  assert.equal((await actsAbout(item)).filter((act) => act === 'item.received').length, 1)
})

test('files that arrive in one case at once get a number each, without a gap', async () => {
  const own = await vault.aCase(detective)

  const items = await Promise.all(Array.from({ length: 6 }, () => vault.anItem(detective, { case: own.id })))

  const exhibits = items.map(({ record }) => record.exhibit ?? 0).toSorted((a, b) => a - b)
  assert.deepEqual(exhibits, [1, 2, 3, 4, 5, 6])
})

test('whoever may see another item with the same bytes is told of it, and nobody else', async () => {
  const bytes = somePlain(2000)
  const first = await vault.anItem(detective, { case: file.id, bytes })
  const stranger = await vault.person('detective')
  const own = await vault.aCase(stranger)

  const told = await declareItem(vault, detective, { case: file.id, bytes })
  const untold = await declareItem(vault, stranger, { case: own.id, bytes })

  assert.deepEqual(told.sameBytes, [{ id: first.id, exhibit: first.record.exhibit, caseNumber: file.number }])
  assert.deepEqual(untold.sameBytes, [])
  await sendPart(vault, stranger, { upload: untold.id, bytes })
  assert.deepEqual((await vault.ask(stranger)(readItem, { id: untold.item })).sameBytes, [])
  const seen = await vault.ask(custodian)(readItem, { id: first.id })
  assert.deepEqual(
    seen.sameBytes.map(({ id }) => id),
    [untold.item],
  )
})

test('an empty file is refused', async () => {
  const outcome = declareItem(vault, detective, { case: file.id, bytes: Buffer.alloc(0) })

  await assert.rejects(outcome, refused('upload/empty'))
})

test('a disk without room refuses a new upload, keeps what had arrived, and goes on when there is room', async () => {
  const bytes = somePlain(50_000)
  const { id, item } = await declareItem(vault, detective, { case: file.id, bytes })
  isFull = true

  const declared = await codeOf(declareItem(vault, detective, { case: file.id, bytes }))
  const sent = await sendPart(vault, detective, { upload: id, bytes })
  isFull = false
  const offset = await offsetOf(vault, detective, id)
  const later = await sendPart(vault, detective, { upload: id, bytes: bytes.subarray(offset), offset })

  assert.deepEqual([declared, sent.code, sent.status], ['vault/disk-full', 'vault/disk-full', 507])
  assert.equal(later.status, 204)
  assert.equal((await itemOf(item)).state, 'held')
})

test('a part that begins in the wrong place, or is too long, is refused and harms nothing', async () => {
  const bytes = somePlain(10_000)
  const { id, item } = await declareItem(vault, detective, { case: file.id, bytes })
  await sendPart(vault, detective, { upload: id, bytes: bytes.subarray(0, 4000) })

  const gap = await sendPart(vault, detective, { upload: id, bytes: bytes.subarray(6000), offset: 6000 })
  const long = await sendPart(vault, detective, {
    upload: id,
    bytes: Buffer.concat([bytes.subarray(4000), Buffer.from('x')]),
    offset: 4000,
  })

  assert.deepEqual([gap.code, long.code], ['upload/wrong-offset', 'request/too-large'])
  const offset = await offsetOf(vault, detective, id)
  await sendPart(vault, detective, { upload: id, bytes: bytes.subarray(offset), offset })
  assert.equal((await itemOf(item)).sha256, sha256Of(bytes))
})

test('what the protocol refuses is entered as refused, and not as a part that came', async () => {
  const bytes = somePlain(100)
  const { id } = await declareItem(vault, detective, { case: file.id, bytes })
  const path = `/uploads/${id}/bytes`
  const type = { 'content-type': 'application/offset+octet-stream' }
  const tries = [
    { 'upload-offset': '0', ...type },
    { 'tus-resumable': '0.2.0', 'upload-offset': '0', ...type },
    { 'tus-resumable': '1.0.0', ...type },
    { 'tus-resumable': '1.0.0', 'upload-offset': '-5', ...type },
    { 'tus-resumable': '1.0.0', 'upload-offset': '0x10', ...type },
    { 'tus-resumable': '1.0.0', 'upload-offset': '50', ...type },
  ]

  const statuses: number[] = []
  for (const headers of tries)
    statuses.push((await vault.raw(detective)({ method: 'PATCH', path, headers, body: bytes })).status)

  assert.ok(
    statuses.every((status) => status >= 400 && status < 500),
    statuses.join(),
  )
  const acts = async () => (await actsAbout(id)).filter((act) => act !== 'item.declared')
  await until('each is entered', async () => (await acts()).length >= tries.length)
  assert.deepEqual(
    await acts(),
    tries.map(() => 'request.refused'),
  )
})

test('a client that knows nothing but tus declares an item in the words of the protocol', async () => {
  const bytes = somePlain(1500)
  const declared = {
    case: file.id,
    particulars: { title: 'By tus alone', category: 'other' },
    originalName: 'x.bin',
    sha256: sha256Of(bytes),
  }
  const create = (declaration: unknown, length = bytes.length) =>
    vault.raw(detective)({
      method: 'POST',
      path: '/uploads/bytes',
      headers: {
        'tus-resumable': '1.0.0',
        'upload-length': String(length),
        'upload-metadata': `declaration ${Buffer.from(JSON.stringify(declaration)).toString('base64')}`,
      },
    })

  const made = await create(declared)
  const wrong = [
    await create({ ...declared, surprise: 1 }),
    await create({ ...declared, case: crypto.randomUUID() }),
    await create(null),
    await create({ ...declared, size: 5 }, 7),
  ]

  assert.equal(made.status, 201)
  const id = /^\/api\/uploads\/([0-9a-f-]{36})\/bytes$/.exec(String(made.headers['location']))?.[1] as UploadId
  await sendPart(vault, detective, { upload: id, bytes })
  assert.equal(await stateOf(detective, id), 'held')
  assert.ok((await actsAbout(id)).includes('item.declared'))
  assert.deepEqual(
    wrong.slice(0, 3).map(({ code }) => code),
    ['request/malformed', 'case/not-found', 'request/malformed'],
  )
  assert.equal(wrong[3]?.status, 201)
})

test('a copy names the item it was made from, within its case', async () => {
  const original = await vault.anItem(detective, { case: file.id })
  const other = await vault.aCase(detective)

  const clip = await vault.anItem(detective, {
    case: file.id,
    parent: original.id,
    particulars: { title: 'A clip of it' },
  })
  const stray = codeOf(declareItem(vault, detective, { case: other.id, bytes: somePlain(5), parent: original.id }))

  assert.deepEqual(clip.record.parent, { id: original.id, exhibit: original.record.exhibit })
  assert.deepEqual(
    (await itemOf(original.id)).derivatives.map(({ id }) => id),
    [clip.id],
  )
  assert.equal(await stray, 'item/not-found')
})

test('whoever only looks at a case cannot deliver to it', async () => {
  const [viewer, worker] = [await vault.person('officer'), await vault.person('officer')]
  await vault.ask(detective)(addMember, { id: file.id, person: viewer.id, level: 'view' })
  await vault.ask(detective)(addMember, { id: file.id, person: worker.id, level: 'work' })
  const declare = (person: Person) => codeOf(declareItem(vault, person, { case: file.id, bytes: somePlain(5) }))

  const answers = [await declare(viewer), await declare(worker), await declare(await vault.person('auditor'))]

  assert.deepEqual(answers, ['case/not-yours', 'done', 'session/not-permitted'])
})

test('the list of uploads is one’s own', async () => {
  const own = await vault.ask(detective)(listUploads, { limit: 200 })
  const others = await vault.ask(custodian)(listUploads, { limit: 200 })
  const open = await vault.ask(detective)(listUploads, { open: 'true' })

  assert.ok(own.rows.length > 20)
  assert.deepEqual(others.rows, [])
  assert.ok(open.rows.every(({ state }) => state === 'receiving' || state === 'checking'))
})

test('an upload that nothing is sent to for seven days expires, and one that moves does not', async () => {
  const bytes = somePlain(9000)
  const first = { case: file.id, bytes }
  const [still, moving] = [await declareItem(vault, detective, first), await declareItem(vault, detective, first)]
  await sendPart(vault, detective, { upload: still.id, bytes: bytes.subarray(0, 3000) })
  vault.advance(5 * days)
  const later = await anew(detective)
  await sendPart(vault, later, { upload: moving.id, bytes: bytes.subarray(0, 3000) })
  vault.advance(3 * days)
  const last = await anew(detective)

  await vault.restart()

  await until('it has expired', async () => (await stateOf(last, still.id)) === 'expired')
  assert.equal(await stateOf(last, moving.id), 'receiving')
  assert.equal(
    (await sendPart(vault, last, { upload: still.id, bytes: bytes.subarray(3000), offset: 3000 })).code,
    'upload/expired',
  )
  assert.ok((await actsAbout(still.item)).includes('upload.expired'))
  const sent = await sendPart(vault, last, { upload: moving.id, bytes: bytes.subarray(3000), offset: 3000 })
  assert.equal(sent.status, 204)
})

test('at the end of the day the disk holds what the database knows, and nothing else', async () => {
  const { finished, known } = await objects()

  assert.ok(known.length > 20)
  assert.deepEqual(finished, known)
})
