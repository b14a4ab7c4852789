import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { copyFile, mkdir, open, readFile, truncate, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { defaultSegmentLength } from '@sallyport/core/floe'
import type { ObjectId } from '@sallyport/core/ids'
import { placesOf } from './disk-layout.ts'
import { Altered, plainSegment, type Stored } from './object-store.ts'
import { offsetOf } from './segments.ts'
import { aSealing, aStore, checkAll, collect, put, readAll } from './testing/objects.ts'

const { store, folder } = await aStore()
const pathOf = ({ id }: Stored) => placesOf(folder, id).object

async function change(path: string, offset: number, how: (byte: number) => number) {
  const file = await open(path, 'r+')
  const byte = Buffer.alloc(1)
  await file.read(byte, 0, 1, offset)
  byte[0] = how(byte[0] ?? 0)
  await file.write(byte, 0, 1, offset)
  await file.close()
}

test('every single byte of a stored object is covered: a flip anywhere is found, and nothing is served', async () => {
  const object = await put(store, Buffer.from('what the officer saw'))
  const path = pathOf(object)

  for (let offset = 0; offset < object.sealedLength; offset += 1) {
    await change(path, offset, (byte) => byte ^ (1 << (offset % 8)))

    await assert.rejects(readAll(store, object), Altered, `byte ${offset} was served`)
    const { faults, sha256 } = await checkAll(store, object)
    assert.ok(faults.length > 0 && sha256 === undefined, `byte ${offset} was not found`)
    await change(path, offset, (byte) => byte ^ (1 << (offset % 8)))
  }

  assert.deepEqual((await checkAll(store, object)).faults, [])
})

test('a check names every altered segment, not only the first', async () => {
  const object = await put(store, randomBytes(9 * plainSegment + 7))
  for (const index of [1, 4, 9]) await change(pathOf(object), offsetOf(index) + 20, (byte) => byte ^ 1)

  const { faults, sha256 } = await checkAll(store, object)

  assert.equal(sha256, undefined)
  assert.deepEqual(
    faults,
    [1, 4, 9].map((segment) => ({ segment, what: 'altered' })),
  )
})

test('a range gives no byte of an altered segment, and says which one it is', async () => {
  const plain = randomBytes(4 * plainSegment)
  const object = await put(store, plain)
  await change(pathOf(object), offsetOf(2) + 100_000, (byte) => byte ^ 128)
  const reading = await store.read(object)

  const given: Uint8Array[] = []
  const read = async () => {
    for await (const part of reading.bytes(10, object.length)) given.push(part)
  }

  await assert.rejects(read(), { name: 'Altered', segment: 2, what: 'altered' })
  assert.deepEqual(Buffer.concat(given), plain.subarray(10, 2 * plainSegment))
  assert.deepEqual(await collect(reading.bytes(3 * plainSegment, object.length)), plain.subarray(3 * plainSegment))
  await reading.close()
})

test('a slow reader hears of an altered segment when it comes to it, and one that stops before never does', async () => {
  const plain = randomBytes(4 * plainSegment)
  const object = await put(store, plain)
  await change(pathOf(object), offsetOf(1) + 9, (byte) => byte ^ 2)
  const reading = await store.read(object)
  const bytes = reading.bytes(0, object.length)[Symbol.asyncIterator]()

  const first = await bytes.next()
  await wait(50)

  assert.ok(plain.subarray(0, plainSegment).equals(first.value ?? Buffer.alloc(0)))
  await assert.rejects(bytes.next(), { name: 'Altered', segment: 1 })
  for await (const _ of reading.bytes(0, object.length)) break
  await reading.close()
})

test('swapped segments are found', async () => {
  const object = await put(store, randomBytes(4 * plainSegment))
  const file = await readFile(pathOf(object))
  const at = (index: number) => file.subarray(offsetOf(index), offsetOf(index) + defaultSegmentLength)
  const swapped = Buffer.concat([file.subarray(0, offsetOf(0)), at(0), at(2), at(1), at(3)])
  await writeFile(pathOf(object), swapped)

  const { faults } = await checkAll(store, object)

  assert.deepEqual(faults, [
    { segment: 1, what: 'altered' },
    { segment: 2, what: 'altered' },
  ])
  await assert.rejects(readAll(store, object), Altered)
})

test('a file that was cut short is found, wherever it was cut', async () => {
  const object = await put(store, randomBytes(3 * plainSegment + 50))
  const whole = await readFile(pathOf(object))
  const cuts = [0, 10, 74, offsetOf(1), offsetOf(1) + 5, offsetOf(3), object.sealedLength - 1]

  for (const length of cuts) {
    await writeFile(pathOf(object), whole)
    await truncate(pathOf(object), length)

    const { faults, sha256 } = await checkAll(store, object)
    assert.equal(sha256, undefined, `cut at ${length}`)
    assert.ok(
      faults.some(({ what }) => what === 'cut'),
      `cut at ${length}`,
    )
    await assert.rejects(readAll(store, object), Altered)
  }
})

test('a file that grew is found', async () => {
  const object = await put(store, randomBytes(1000))
  await writeFile(pathOf(object), Buffer.concat([await readFile(pathOf(object)), Buffer.alloc(40)]))

  const { faults, sealedSha256 } = await checkAll(store, object)

  assert.deepEqual(faults, [{ segment: undefined, what: 'added' }])
  assert.notEqual(sealedSha256, object.sealedSha256)
  await assert.rejects(readAll(store, object), Altered)
})

test('one object put in the place of another is found, even under the same key', async () => {
  const object = await put(store, randomBytes(500))
  const sealing = { ...aSealing(500), key: object.key, aad: object.aad }
  const writing = await store.begin(sealing)
  await writing.write(randomBytes(500))
  const other = { ...sealing, ...(await writing.finish()) }

  await copyFile(pathOf(other), pathOf(object))

  assert.deepEqual((await checkAll(store, object)).faults, [{ segment: undefined, what: 'header' }])
  await assert.rejects(readAll(store, object), Altered)
})

test('the wrong key, the wrong name and the wrong length open nothing', async () => {
  const object = await put(store, randomBytes(500))
  const copy = { ...object, id: randomUUID() as ObjectId }
  await mkdir(dirname(pathOf(copy)), { recursive: true })
  await copyFile(pathOf(object), pathOf(copy))

  await assert.rejects(readAll(store, { ...object, key: randomBytes(32) }), Altered)
  await assert.rejects(readAll(store, { ...object, aad: Buffer.from('another object') }), Altered)
  await assert.rejects(readAll(store, { ...object, length: 499, sealedLength: object.sealedLength - 1 }), Altered)
  assert.deepEqual(await readAll(store, copy), await readAll(store, object))
})

test('what was altered while an upload rested is found before the object is finished', async () => {
  const sealing = aSealing(4 * plainSegment)
  const writing = await store.begin(sealing)
  await writing.write(randomBytes(3 * plainSegment))
  await writing.close()
  await change(placesOf(folder, sealing.id).part, offsetOf(1) + 500, (byte) => byte ^ 4)

  const resumed = await store.resume(sealing)
  await resumed.write(randomBytes(plainSegment))

  await assert.rejects(resumed.finish(), { name: 'Altered', segment: 1 })
  await resumed.destroy()
})
