import assert from 'node:assert/strict'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { openViewing, readCustody, reportPlayed, verifyItem } from '@sallyport/api/items'
import { signOut } from '@sallyport/api/sessions'
import type { ItemId, ViewingId } from '@sallyport/core/ids'
import fc from 'fast-check'
import { groupRole } from '../../db/cluster.ts'
import { theServer } from '../../db/within.ts'
import { plainSegment } from '../../store/object-store.ts'
import { Refused, refused } from '../../testing/asking.ts'
import { enter, type Person } from '../../testing/cast.ts'
import { declareItem, readBytes, readViewing, somePlain } from '../../testing/deliver.ts'
import { rowsOf } from '../../testing/house.ts'
import { testVault } from '../../testing/vault.ts'
import { disposition, gatherServed } from './viewings.ts'

const vault = await testVault()
const custodian = await vault.person('custodian')
const detective = await vault.person('detective')
const file = await vault.aCase(detective)
const length = 4 * plainSegment + 12_345
const bytes = somePlain(length)
const film = await vault.anItem(detective, { case: file.id, bytes })

const codeOf = (outcome: Promise<unknown>) =>
  outcome.then(
    () => 'done',
    (thrown: unknown) => (thrown instanceof Refused ? thrown.reply.code : String(thrown)),
  )

const viewing = await vault.ask(detective)(openViewing, { id: film.id, purpose: 'view' })
const read = (range?: string) => readViewing(vault, detective, { path: viewing.content, ...(range && { range }) })
const anew = async (person: Person): Promise<Person> => ({ ...person, ...(await enter(vault, person)) })

const custodyOf = async (id: ItemId) => (await vault.ask(custodian)(readCustody, { id, limit: 1000 })).rows

/** The file in which the sealed bytes of an item lie. */
async function storedFile(id: ItemId): Promise<string> {
  const [row] = await rowsOf<{ id: string }>(
    vault,
    vault.home.id,
    `select id from vault.object where item_id = '${id}'`,
  )
  return join(vault.folder, 'objects', (row?.id ?? '').slice(0, 2), `${row?.id}.sealed`)
}

async function flip(path: string, at: number): Promise<void> {
  const stored = await readFile(path)
  stored[at] = (stored[at] ?? 0) ^ 1
  await writeFile(path, stored)
}

test('any range of a film is given to the byte, and says where it belongs', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(length - 1), fc.nat(3 * plainSegment), async (start, more) => {
      const end = Math.min(length - 1, start + more)

      const { status, headers, bytes: given } = await read(`bytes=${start}-${start + more}`)

      assert.equal(status, 206)
      assert.ok(given.equals(bytes.subarray(start, end + 1)))
      assert.equal(headers['content-range'], `bytes ${start}-${end}/${length}`)
      assert.equal(headers['content-length'], String(end - start + 1))
    }),
    { numRuns: 40 },
  )
})

test('ranges at the edges of the sealed segments are given to the byte', async () => {
  const edges = [0, 1, plainSegment - 1, plainSegment, plainSegment + 1, 2 * plainSegment, length - 1]

  for (const start of edges)
    for (const end of edges.filter((edge) => edge >= start)) {
      const { bytes: given } = await read(`bytes=${start}-${end}`)
      assert.ok(given.equals(bytes.subarray(start, end + 1)), `${start}-${end}`)
    }
})

test('a range without an end, one from the end, and one that is no range are read as the standard says', async () => {
  const asked: readonly [string | undefined, number, number, number][] = [
    [undefined, 200, 0, length],
    ['bytes=0-', 206, 0, length],
    [`bytes=${length - 7}-`, 206, length - 7, length],
    ['bytes=-7', 206, length - 7, length],
    [`bytes=-${length * 2}`, 206, 0, length],
    ['bytes=0-99999999999', 206, 0, length],
    ['bytes=0-1,5-9', 200, 0, length],
    ['bytes=-', 200, 0, length],
    ['items=0-5', 200, 0, length],
    ['bytes = 0-5', 200, 0, length],
    ['bytes=1e3-2e3', 200, 0, length],
  ]

  for (const [range, status, start, end] of asked) {
    const reply = await read(range)
    assert.equal(reply.status, status, range)
    assert.ok(reply.bytes.equals(bytes.subarray(start, end)), range)
  }
})

test('a range outside of the film is refused with the length of the film', async () => {
  const ranges = [
    `bytes=${length}-`,
    `bytes=${length}-${length + 5}`,
    'bytes=-0',
    'bytes=9-5',
    'bytes=999999999999999-',
  ]

  const replies = await Promise.all(ranges.map((range) => read(range)))

  assert.deepEqual(
    replies.map(({ status, code }) => [status, code]),
    ranges.map(() => [416, 'viewing/bad-range']),
  )
  assert.ok(replies.every(({ headers }) => headers['content-range'] === `bytes */${length}`))
})

test('films of one byte, of one segment and of a byte more are given whole', async () => {
  for (const size of [1, plainSegment - 1, plainSegment, plainSegment + 1]) {
    const plain = somePlain(size)
    const item = await vault.anItem(detective, { case: file.id, bytes: plain })

    const { bytes: given } = await readBytes(vault, detective, { id: item.id })

    assert.ok(given.equals(plain), `${size}`)
  }
})

test('content is kept by no cache, run by no browser and named by what it is', async () => {
  const { headers } = await read('bytes=0-9')

  assert.equal(headers['cache-control'], 'private, no-store')
  assert.equal(headers['content-type'], 'video/mp4')
  assert.equal(headers['accept-ranges'], 'bytes')
  assert.equal(headers['x-content-type-options'], 'nosniff')
  assert.match(String(headers['content-security-policy']), /default-src 'none'.*sandbox/)
  assert.equal(headers['etag'], `"${film.record.sha256}"`)
})

test('a file that could carry script is never served as what it says it is', async () => {
  const risky = [
    'text/html',
    'image/svg+xml',
    'application/xhtml+xml',
    'text/xml',
    'application/javascript',
    'video/svg',
  ]
  const plain = ['video/mp4', 'audio/mpeg', 'image/jpeg', 'application/pdf']
  const script = Buffer.from('<script>alert(document.cookie)</script>')

  const served: unknown[] = []
  for (const mediaType of [...risky, ...plain]) {
    const item = await vault.anItem(detective, { case: file.id, bytes: script, mediaType, originalName: 'x.bin' })
    served.push((await readBytes(vault, detective, { id: item.id })).headers['content-type'])
  }

  assert.deepEqual(served, [...risky.map(() => 'application/octet-stream'), ...plain])
})

test('a file name never breaks out of the header it stands in', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (name) => {
      const header = disposition('download', name)

      assert.match(header, /^attachment; filename="[^"\\\r\n]*"; filename\*=UTF-8''[A-Za-z0-9%._~!-]*$/)
      assert.equal(decodeURIComponent(header.split("UTF-8''")[1] ?? ''), name)
    }),
  )
})

test('a viewing belongs to the session that opened it, and ends with it', async () => {
  const person = await anew(detective)
  const opened = await vault.ask(person)(openViewing, { id: film.id, purpose: 'view' })
  const asked = { path: opened.content, range: 'bytes=0-9' }
  const other = [await anew(detective), custodian, vault.home.administrator]

  const others = await Promise.all(other.map((one) => readViewing(vault, one, asked)))
  const own = await readViewing(vault, person, asked)
  await vault.ask(person)(signOut, {})
  const after = await readViewing(vault, person, asked)

  assert.deepEqual(
    others.map(({ code }) => code),
    ['viewing/not-found', 'viewing/not-found', 'session/not-permitted'],
  )
  assert.deepEqual([own.status, after.code], [206, 'session/ended'])
})

test('what is set aside is shown to a custodian only', async () => {
  const item = await vault.anItem(detective, { case: file.id, originalName: 'player.exe' })
  const supervisor = await vault.person('supervisor')

  const answers = await Promise.all(
    [detective, supervisor, custodian].map((person) =>
      codeOf(vault.ask(person)(openViewing, { id: item.id, purpose: 'view' })),
    ),
  )

  assert.deepEqual(answers, ['item/not-held', 'item/not-held', 'done'])
})

test('what has not arrived whole cannot be opened', async () => {
  const { item } = await declareItem(vault, detective, { case: file.id, bytes: somePlain(10) })

  const outcome = vault.ask(detective)(openViewing, { id: item, purpose: 'view' })

  await assert.rejects(outcome, refused('item/not-held'))
})

test('the custody says who opened the film, before a byte of it has left', async () => {
  const item = await vault.anItem(detective, { case: file.id })

  const opened = await vault.ask(detective)(openViewing, { id: item.id, purpose: 'view' })

  const last = (await custodyOf(item.id)).find(({ act }) => act === 'item.opened')
  assert.deepEqual([last?.by.name, last?.facts['viewing']], [detective.name, opened.id])
})

test('a download names its reason, and is for roles that may take a copy', async () => {
  const item = await vault.anItem(detective, { case: file.id })
  const supervisor = await vault.person('supervisor')
  const download = (person: Person) =>
    vault.ask(person)(openViewing, { id: item.id, purpose: 'download', why: 'for the laboratory' })

  const refusedOne = await codeOf(download(supervisor))
  const taken = await download(detective)

  assert.equal(refusedOne, 'session/not-permitted')
  const entry = (await custodyOf(item.id)).find(({ act }) => act === 'item.downloaded')
  assert.equal(entry?.facts['why'], 'for the laboratory')
  const { headers } = await readViewing(vault, detective, { path: taken.content })
  assert.match(String(headers['content-disposition']), /^attachment; filename="clip.mp4"/)
})

test('which seconds were played stands in the custody, as the player of that session says', async () => {
  const item = await vault.anItem(detective, { case: file.id })
  const { id } = await vault.ask(detective)(openViewing, { id: item.id, purpose: 'view' })
  const parts = [
    { from: 0, to: 4.5, speed: 1 },
    { from: 60, to: 61, speed: 0.25 },
  ]

  await vault.ask(detective)(reportPlayed, { id, parts })

  const played = (await custodyOf(item.id)).filter(({ act }) => act === 'item.played')
  assert.deepEqual(
    played.map(({ facts }) => facts['parts']),
    [parts],
  )
  await assert.rejects(vault.ask(custodian)(reportPlayed, { id, parts }), refused('viewing/not-found'))
})

test('what was sent is entered when the vault stops, if it was not before', async () => {
  const item = await vault.anItem(detective, { case: file.id, bytes: somePlain(5000) })
  const opened = await vault.ask(detective)(openViewing, { id: item.id, purpose: 'view' })
  for (const range of ['bytes=0-99', 'bytes=1000-1999', 'bytes=4990-4999'])
    await readViewing(vault, detective, { path: opened.content, range })

  await vault.restart()

  const served = (await custodyOf(item.id)).filter(({ act }) => act === 'item.served')
  assert.deepEqual(
    served.map(({ facts }) => [facts['bytes'], facts['ranges'], facts['viewing']]),
    [[1110, 3, opened.id]],
  )
})

test('what was sent and could not be entered is entered as soon as the ledger takes it', async () => {
  const item = await vault.anItem(detective, { case: file.id })
  const faults: unknown[] = []
  const say = (fault: unknown) => void faults.push(fault)
  const served = gatherServed(vault.vault().ground, { now: vault.now, say, poke: () => undefined })
  const sent = { actor: theServer(vault.home.id), viewing: crypto.randomUUID() as ViewingId, on: [item.id], bytes: 70 }
  served.add(sent)
  await vault.owner.query(`revoke insert on vault.ledger_entry from ${groupRole}`)
  await served.settle()
  await vault.owner.query(`grant insert on vault.ledger_entry to ${groupRole}`)
  served.add({ ...sent, bytes: 7 })

  await served.settle()

  assert.equal(faults.length, 1)
  const entered = (await custodyOf(item.id)).filter(({ act }) => act === 'item.served')
  assert.deepEqual(
    entered.map(({ facts }) => [facts['bytes'], facts['ranges']]),
    [[77, 2]],
  )
})

test('a segment that was changed on the disk is never served, is entered, and spoils no other', async () => {
  const item = await vault.anItem(detective, { case: file.id, bytes })
  const opened = await vault.ask(detective)(openViewing, { id: item.id, purpose: 'view' })
  const path = await storedFile(item.id)
  await flip(path, 2 * 256 * 1024 + 5000)
  const part = (range: string) => readViewing(vault, detective, { path: opened.content, range })

  const before = await part(`bytes=0-${plainSegment - 1}`)
  const inside = await part(`bytes=${2 * plainSegment + 100}-${2 * plainSegment + 200}`)
  const after = await part(`bytes=${3 * plainSegment}-${3 * plainSegment + 99}`)

  assert.ok(before.bytes.equals(bytes.subarray(0, plainSegment)))
  assert.deepEqual([inside.status, inside.code], [409, 'item/altered'])
  assert.ok(after.bytes.equals(bytes.subarray(3 * plainSegment, 3 * plainSegment + 100)))
  const entry = (await custodyOf(item.id)).find(({ act }) => act === 'item.found-altered')
  assert.deepEqual([entry?.outcome, entry?.facts['segment'], entry?.facts['what']], ['failed', 2, 'altered'])
})

test('a reader of the whole film gets what comes before a changed segment and then nothing, not even an end', async () => {
  const item = await vault.anItem(detective, { case: file.id, bytes })
  const opened = await vault.ask(detective)(openViewing, { id: item.id, purpose: 'view' })
  await flip(await storedFile(item.id), 3 * 256 * 1024 + 5000)

  const outcome = readViewing(vault, detective, { path: opened.content })

  await assert.rejects(outcome, { code: 'LIGHT_ECONNRESET' })
  assert.ok((await custodyOf(item.id)).some(({ act }) => act === 'item.found-altered'))
})

test('a file that is gone from the disk is reported like one that was changed', async () => {
  const item = await vault.anItem(detective, { case: file.id })
  await rm(await storedFile(item.id))

  const { status, code } = await readBytes(vault, detective, { id: item.id })

  assert.deepEqual([status, code], [409, 'item/altered'])
  assert.ok((await custodyOf(item.id)).some(({ facts }) => facts['what'] === 'missing'))
})

test('a check of an item says step by step that all holds, or what does not', async () => {
  const [good, bad] = [
    await vault.anItem(detective, { case: file.id }),
    await vault.anItem(detective, { case: file.id }),
  ]
  await flip(await storedFile(bad.id), 500)
  await vault.settle()

  const [sound, unsound] = [
    await vault.ask(detective)(verifyItem, { id: good.id }),
    await vault.ask(detective)(verifyItem, { id: bad.id }),
  ]

  assert.equal(sound.sound, true, sound.says)
  assert.ok(sound.steps.length >= 6 && sound.steps.every((step) => step.sound))
  assert.equal(unsound.sound, false)
  assert.match(unsound.says, /^Custody does not hold/)
  assert.ok((await custodyOf(bad.id)).some(({ act, facts }) => act === 'item.verified' && facts['sound'] === false))
})

test('a checkpoint that was changed shows in the check of an item', async () => {
  const item = await vault.anItem(detective, { case: file.id })
  await vault.settle()
  const change = `update vault.ledger_head set note = replace(note, E'\\n\\n', E'\\none line more\\n\\n')`
  await rowsOf(vault, vault.home.id, change)

  const { sound, steps } = await vault.ask(detective)(verifyItem, { id: item.id })

  assert.equal(sound, false)
  assert.ok(steps.some(({ did, sound: held }) => did.startsWith('Checked the signature') && !held))
})
