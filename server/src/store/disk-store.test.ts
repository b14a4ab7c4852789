import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { openDiskStore } from './disk-store.ts'
import { placesOf } from './disk-layout.ts'
import { DiskFull, Lost, plainSegment } from './object-store.ts'
import { aFolder, aSealing, aStore, checkAll, collect, put, readAll, sha256Of } from './testing/objects.ts'

const { store, folder } = await aStore()
const large = randomBytes(plainSegment * 5 + 12_345)
const stored = await put(store, large)

for (const length of [0, 1, 31, 32, 262_111, 262_112, 262_113, 3 * plainSegment, 10_000_001]) {
  test(`a file of ${length} bytes comes back as it was, with the digests that were stated`, async () => {
    const plain = randomBytes(length)

    const object = await put(store, plain)

    assert.deepEqual(await readAll(store, object), plain)
    assert.equal(object.sha256, sha256Of(plain))
    const file = await readFile(placesOf(folder, object.id).object)
    assert.equal(object.sealedSha256, sha256Of(file))
    assert.equal(object.sealedLength, file.length)
    const { sha256, sealedSha256 } = object
    assert.deepEqual(await checkAll(store, object), { sha256, sealedSha256, faults: [] })
  })
}

test('however a file is cut into chunks and pauses, the same bytes are stored', async () => {
  const chunks = fc.array(
    fc.record({ length: fc.integer({ min: 0, max: 400_000 }), pause: fc.constantFrom(0, 0, 1, 2) }),
    {
      maxLength: 12,
    },
  )
  await fc.assert(
    fc.asyncProperty(chunks, async (chunks) => {
      const plain = randomBytes(chunks.reduce((sum, { length }) => sum + length, 0))
      const sealing = aSealing(plain.length)
      let writing = await store.begin(sealing)
      for (const { length, pause } of chunks) {
        await writing.write(plain.subarray(writing.taken, writing.taken + length))
        if (pause === 1) assert.equal(await writing.settle(), writing.taken)
        if (pause !== 2) continue
        const { taken } = writing
        await writing.close()
        writing = await store.resume(sealing)
        assert.equal(writing.received, taken)
      }

      const sealed = await writing.finish()

      assert.equal(sealed.sha256, sha256Of(plain))
      assert.deepEqual(await readAll(store, { ...sealing, ...sealed }), plain)
      assert.equal((await checkAll(store, { ...sealing, ...sealed })).sealedSha256, sealed.sealedSha256)
    }),
    { numRuns: 40 },
  )
})

test('any range gives exactly those bytes', async () => {
  const place = fc.integer({ min: 0, max: large.length })
  const reading = await store.read(stored)

  await fc.assert(
    fc.asyncProperty(place, place, async (a, b) => {
      const [start, end] = [Math.min(a, b), Math.max(a, b)]
      assert.deepEqual(await collect(reading.bytes(start, end)), large.subarray(start, end))
    }),
    { numRuns: 60 },
  )
  await reading.close()
})

test('a range that is not inside the file is not read', async () => {
  const reading = await store.read(stored)

  for (const [start, end] of [
    [-1, 5],
    [0, large.length + 1],
    [9, 3],
    [0.5, 2],
  ] as const) {
    await assert.rejects(collect(reading.bytes(start, end)), RangeError)
  }
  await reading.close()
})

test('nothing that is stored, at any moment of an upload, shows a clear byte', async () => {
  const canary = 'the name of the witness is Quillfeather '
  const plain = Buffer.from(canary.repeat(20_000))
  const sealing = aSealing(plain.length)
  const writing = await store.begin(sealing)
  const clear = async () => {
    for (const path of await readdir(folder, { recursive: true })) {
      const found = (await stat(join(folder, path))).isFile() && (await readFile(join(folder, path))).includes('Quillf')
      assert.equal(found, false, path)
    }
  }

  await writing.write(plain.subarray(0, 300_001))
  await writing.settle()
  await clear()
  await writing.write(plain.subarray(300_001))
  await writing.settle()
  await clear()
  await writing.finish()
  await clear()
})

test('only the owner of the vault can open its files and folders', async () => {
  const sealing = aSealing(1000)
  const writing = await store.begin(sealing)
  await writing.write(randomBytes(900))
  await writing.settle()

  const paths = await readdir(folder, { recursive: true })

  for (const path of paths) {
    const info = await stat(join(folder, path))
    assert.equal(info.mode & 0o777, info.isFile() ? 0o600 : 0o700, path)
  }
  assert.ok(paths.includes(`incoming/${sealing.id}.tail`))
  await writing.destroy()
})

test('an upload that is given up leaves nothing behind', async () => {
  const sealing = aSealing(3 * plainSegment)
  const writing = await store.begin(sealing)
  await writing.write(randomBytes(2 * plainSegment + 5))
  await writing.settle()

  await writing.destroy()

  const paths = await readdir(folder, { recursive: true })
  assert.deepEqual(
    paths.filter((path) => path.includes(sealing.id)),
    [],
  )
  await assert.rejects(store.resume(sealing), Lost)
})

test('a removed object is gone, and the others are still listed', async () => {
  const object = await put(store, randomBytes(100))

  await store.remove(object.id)

  const ids = await Array.fromAsync(store.list())
  assert.equal(ids.includes(object.id), false)
  assert.ok(ids.includes(stored.id))
  assert.deepEqual((await checkAll(store, object)).faults, [{ segment: undefined, what: 'missing' }])
})

test('an object is written by one writer, and begun once', async () => {
  const sealing = aSealing(100)
  const writing = await store.begin(sealing)

  await assert.rejects(store.resume(sealing), /being written/)
  await assert.rejects(store.remove(sealing.id), /being written/)
  await writing.close()
  await assert.rejects(store.begin(sealing), /begun before/)
  await store.remove(sealing.id)
})

test('an id that is no UUID never becomes a path', async () => {
  const sealing = { ...aSealing(1), id: '../../etc/passwd' as typeof stored.id }

  await assert.rejects(store.begin(sealing), /UUID/)
  await assert.rejects(store.remove(sealing.id), /UUID/)
})

test('more bytes than were declared are refused, and fewer are not finished', async () => {
  const writing = await store.begin(aSealing(10))

  assert.throws(() => writing.write(randomBytes(11)), RangeError)
  await writing.write(randomBytes(9))
  await assert.rejects(writing.finish(), RangeError)
  await writing.destroy()
})

test('a file that cannot fit is refused before its first byte', async () => {
  const { free } = await store.room()

  await assert.rejects(store.begin(aSealing(free + 2 ** 30)), DiskFull)
})

test('room that an upload under way still needs is not promised twice', async () => {
  const half = Math.floor((await store.room()).free * 0.6)
  const writing = await store.begin(aSealing(half))

  await assert.rejects(store.begin(aSealing(half)), DiskFull)
  await writing.destroy()
})

test('a store opens on what another one left', async () => {
  const folder = await aFolder()
  const first = await openDiskStore({ folder })
  const object = await put(first, large)
  await first.close()

  const second = await openDiskStore({ folder })

  assert.deepEqual(await readAll(second, object), large)
  await second.close()
})

test('a crash after the object was put in its place is finished with the same statement', async () => {
  const { id, key, aad, length, ...sealed } = stored

  const writing = await store.resume({ id, key, aad, length })

  assert.equal(writing.received, length)
  assert.deepEqual(await writing.finish(), sealed)
})

test('a tail that is torn is not believed', async () => {
  const sealing = aSealing(3 * plainSegment)
  const plain = randomBytes(sealing.length)
  const writing = await store.begin(sealing)
  await writing.write(plain.subarray(0, plainSegment + 500))
  await writing.close()
  const { tail } = placesOf(folder, sealing.id)
  await writeFile(tail, (await readFile(tail)).subarray(0, 100))

  const resumed = await store.resume(sealing)

  assert.equal(resumed.received, plainSegment)
  await resumed.write(plain.subarray(plainSegment))
  assert.equal((await resumed.finish()).sha256, sha256Of(plain))
})
