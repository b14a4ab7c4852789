import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { type Packed, zipOf } from '../testing/zip-writer.ts'
import { bagIn, faultsOf, unpack } from './unpack.ts'

const folder = await mkdtemp(join(tmpdir(), 'sallyport-unpack-'))
after(() => rm(folder, { recursive: true, force: true }))

let count = 0
async function packed(files: readonly Packed[], { long = false, cut = 0 } = {}) {
  const place = join(folder, String(count++))
  await mkdir(place)
  const whole = zipOf(files, { long })
  await writeFile(join(place, 'bag.zip'), whole.subarray(0, whole.length - cut))
  return { zip: join(place, 'bag.zip'), to: join(place, 'bag') }
}

const file = (name: string, text = 'content'): Packed => ({ name, bytes: Buffer.from(text) })

for (const long of [false, true])
  test(`a bag ${long ? 'above four gigabytes, with 64-bit lengths,' : ''} is unpacked to the same bytes`, async () => {
    const bytes = Buffer.alloc(3_000_001, 'evidence')
    const { zip, to } = await packed(
      [file('bagit.txt'), { name: 'data/1/night é.mp4', bytes }, file('data/2/empty', '')],
      { long },
    )

    const files = await unpack(zip, to)

    assert.equal(files, 3)
    assert.deepEqual(await readFile(join(to, 'data/1/night é.mp4')), bytes)
    assert.equal((await readFile(join(to, 'data/2/empty'))).length, 0)
  })

test('whatever the files are, what was packed is what is unpacked', async () => {
  const name = fc.stringMatching(/^[a-z0-9 ._-]{1,20}$/).filter((text) => !/^\.{1,2}$/.test(text))
  const files = fc.dictionary(name, fc.uint8Array({ maxLength: 300 }), { minKeys: 1, maxKeys: 8 })
  await fc.assert(
    fc.asyncProperty(files, fc.boolean(), async (given, long) => {
      const list = Object.entries(given).map(([path, bytes]) => ({ name: `data/${path}`, bytes }))
      const { zip, to } = await packed(list, { long })

      await unpack(zip, to)

      for (const { name: path, bytes } of list) assert.deepEqual(new Uint8Array(await readFile(join(to, path))), bytes)
    }),
    { numRuns: 30 },
  )
})

for (const name of ['../out', '/etc/passwd', 'data/../../out', 'data//x', './x', 'a\\..\\..\\out', 'a\u0000b'])
  test(`a ZIP with the name ${JSON.stringify(name)} writes nothing at all`, async () => {
    const { zip, to } = await packed([file('bagit.txt'), file(name)])

    await assert.rejects(unpack(zip, to), /leads out of the folder/)

    assert.deepEqual(await readdir(join(to, '..')), ['bag.zip'])
  })

test('two names that are one on some disks refuse the whole ZIP', () => {
  const faults = faultsOf(['data/Photo.jpg', 'data/photo.JPG', 'data/caf\u00e9', 'data/cafe\u0301'])

  assert.equal(faults.length, 2)
})

test('a symbolic link in a ZIP is not made', async () => {
  const { zip, to } = await packed([{ ...file('data/link', '/etc/passwd'), mode: 0o120777 }])

  await assert.rejects(unpack(zip, to), /symbolic link/)
})

test('a compressed file is refused, because the vault never makes one', async () => {
  const { zip, to } = await packed([{ ...file('data/a'), method: 8 }])

  await assert.rejects(unpack(zip, to), /compressed/)
})

test('a ZIP that broke off on the way is not taken for a whole one', async () => {
  const { zip, to } = await packed([file('bagit.txt'), file('data/1/a', 'x'.repeat(5000))], { cut: 40 })

  await assert.rejects(unpack(zip, to), /no end|lies outside|ends too early/)
})

test('a byte that was damaged on the way is found', async () => {
  const { zip, to } = await packed([file('data/1/a', 'x'.repeat(5000))])
  const bytes = await readFile(zip)
  bytes[1000] = 0x79
  await writeFile(zip, bytes)

  await assert.rejects(unpack(zip, to), /damaged on the way/)
})

test('no altered ZIP makes the reader do anything but refuse or unpack inside its folder', async () => {
  const { zip } = await packed([file('bagit.txt'), file('data/1/a', 'some text')], { long: true })
  const whole = await readFile(zip)
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
      const place = await mkdtemp(join(folder, 'altered-'))
      const bytes = Buffer.from(whole)
      bytes[at] = (bytes[at] ?? 0) ^ by
      await writeFile(join(place, 'bag.zip'), bytes)

      await unpack(join(place, 'bag.zip'), join(place, 'bag')).catch((error: Error) =>
        assert.equal(error.name, 'NotDone', error.stack),
      )

      assert.deepEqual(
        (await readdir(place)).filter((name) => name !== 'bag'),
        ['bag.zip'],
      )
    }),
    { numRuns: 300 },
  )
})

test('a folder that is not empty is left alone', async () => {
  const { zip, to } = await packed([file('bagit.txt')])
  await mkdir(to)
  await writeFile(join(to, 'mine'), 'mine')

  await assert.rejects(unpack(zip, to), /not empty/)

  assert.deepEqual(await readdir(to), ['mine'])
})

test('a bag that was packed in a folder of its own is found in it', async () => {
  const { zip, to } = await packed([file('case-26/bagit.txt'), file('case-26/data/1/a')])
  await unpack(zip, to)

  const found = await bagIn(to)

  assert.equal(found, join(to, 'case-26'))
})
