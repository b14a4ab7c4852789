import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { BagFile } from './bag.ts'
import fc from 'fast-check'
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readZip } from '../../../../cli/src/bag/zip.ts'
import { filesIn } from '../../testing/unzip.ts'
import { zipped } from './zip.ts'

const part = new Uint8Array(256 * 1024)

/** Files without end, and what of them was let go. */
function endless() {
  const closed = { files: false, body: false }
  async function* body(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield part
    } finally {
      closed.body = true
    }
  }
  async function* files(): AsyncGenerator<BagFile> {
    try {
      for (let at = 0; ; at += 1) yield { path: `${at}`, body: body(), size: 2 ** 40 }
    } finally {
      closed.files = true
    }
  }
  return { closed, files: files() }
}

test('an export that is cut off lets go of the file it was reading', async () => {
  const { closed, files } = endless()

  let received = 0
  for await (const bytes of zipped(files, { folder: 'bag', at: new Date() })) {
    received += bytes.length
    if (received > 2 ** 20) break
  }
  await pause(50)

  assert.deepEqual(closed, { files: true, body: true })
})

test('an export breaks off with what went wrong in the file that was being read', async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield part
    throw new Error('the stored bytes do not check')
  }
  async function* files(): AsyncGenerator<BagFile> {
    yield { path: 'a', body: broken(), size: 2 * part.length }
  }

  const reading = Array.fromAsync(zipped(files(), { folder: 'bag', at: new Date() }))

  await assert.rejects(reading, /do not check/)
})

test('whatever files it holds, a ZIP is read back by a reader that was written apart from it', async () => {
  const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((one) => !one.includes('/'))
  const content = fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 4 })

  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.tuple(name, content), { selector: ([one]) => one, maxLength: 12 }),
      async (given) => {
        async function* files(): AsyncGenerator<BagFile> {
          for (const [path, parts] of given) {
            const size = parts.reduce((sum, { length }) => sum + length, 0)
            yield {
              path,
              size,
              body: (async function* () {
                yield* parts
              })(),
            }
          }
        }
        const packed = await Array.fromAsync(zipped(files(), { folder: 'bag', at: new Date() }))

        const read = filesIn(Buffer.concat(packed))

        assert.deepEqual(
          [...read.keys()],
          given.map(([path]) => `bag/${path}`),
        )
        for (const [path, parts] of given) assert.ok(read.get(`bag/${path}`)?.equals(Buffer.concat(parts)))
      },
    ),
    { numRuns: 60 },
  )
})

test('more files than the old fields can count are all in the directory of a ZIP', async () => {
  async function* files(): AsyncGenerator<BagFile> {
    for (let at = 0; at < 70_000; at += 1)
      yield {
        path: `${at}`,
        size: 1,
        body: (async function* () {
          yield Buffer.from('x')
        })(),
      }
  }
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-zip-'))
  const path = join(folder, 'bag.zip')
  await writeFile(path, zipped(files(), { folder: 'bag', at: new Date() }))

  const file = await open(path)
  const entries = await readZip(file)

  assert.equal(entries.length, 70_000)
  assert.equal(entries.at(-1)?.name, 'bag/69999')
  await file.close()
  await rm(folder, { recursive: true })
})
