import assert from 'node:assert/strict'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { text, utf8 } from '@sallyport/core/bytes'
import { readCheckpoint } from '@sallyport/core/checkpoint'
import { cosign } from '@sallyport/core/cosignature'
import { readNote, writeNote, writeVkey } from '@sallyport/core/note'
import { type Policy, readPolicy } from '@sallyport/core/policy'
import { aCosigner, aLog } from '@sallyport/core/testing/signers'
import { entriesPath, tilePath } from '@sallyport/core/tiles'
import { Fault } from '../fault.ts'
import { sha256 } from '../signing.ts'
import { readAlarms } from '../state/alarms.ts'
import { publish } from '../testing/published.ts'
import { alarmsOf, openMirror, type Pulled, pull } from './pull.ts'
import { folderSource, webSource } from './source.ts'

const log = aLog('vault.example/agency/springfield/custody/1')
const folders: string[] = []
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))))

async function aPlace() {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-mirror-'))
  folders.push(folder)
  return { original: join(folder, 'original'), into: join(folder, 'copy') }
}

async function pulled({ original, into }: { original: string; into: string }, policy?: Policy): Promise<Pulled> {
  const mirror = await openMirror({ into, key: log.key, ...(policy && { policy }) })
  return pull(mirror, folderSource(original)).finally(() => mirror.state.close())
}

const sizeOf = async (into: string): Promise<number | undefined> =>
  readCheckpoint(readNote(await readFile(join(into, 'checkpoint')))?.text ?? '')?.size

test('a copy grows with the log, and holds every file that the log published last', async () => {
  const place = await aPlace()

  for (const size of [0, 3, 255, 256, 700, 70_000]) {
    await publish(place.original, log, { size })
    const outcome = await pulled(place)
    assert.equal(outcome.is, 'grown')
    assert.equal(await sizeOf(place.into), size)
  }
  const again = await pulled(place)

  assert.deepEqual(again, { is: 'unchanged', size: 70_000 })
  const last = [
    'checkpoint',
    'log.vkey',
    entriesPath(0, 256),
    entriesPath(272, 256),
    entriesPath(273, 112),
    tilePath({ level: 0, index: 273, width: 112 }),
    tilePath({ level: 1, index: 0, width: 256 }),
    tilePath({ level: 1, index: 1, width: 17 }),
    tilePath({ level: 2, index: 0, width: 1 }),
  ]
  for (const path of last) {
    assert.deepEqual(await readFile(join(place.into, path)), await readFile(join(place.original, path)), path)
  }
})

test('a copy refuses a second history and an older one, keeps both notes, and stays as it was', async () => {
  const place = await aPlace()
  await publish(place.original, log, { size: 700 })
  await pulled(place)
  const kept = await readFile(join(place.into, 'checkpoint'), 'utf8')
  const shown = [
    [{ size: 700, differsFrom: 5 }, 'split-view'],
    [{ size: 300, differsFrom: 5 }, 'split-view'],
    [{ size: 300 }, 'rolled-back'],
    [{ size: 900, differsFrom: 5 }, 'does-not-follow'],
    [{ size: 900, differsFrom: 699 }, 'does-not-follow'],
  ] as const

  for (const [history, kind] of shown) {
    await publish(place.original, log, history)
    const outcome = await pulled(place)
    assert.equal(outcome.is === 'alarm' && outcome.alarm.kind, kind)
    assert.equal(outcome.is === 'alarm' && outcome.alarm.seen, kept)
    assert.equal(await readFile(join(place.into, 'checkpoint'), 'utf8'), kept)
  }

  assert.equal((await readAlarms(alarmsOf(place.into))).length, shown.length)
  await publish(place.original, log, { size: 900 })
  assert.equal((await pulled(place)).is, 'grown')
})

test('nothing is taken that does not make the tree that was signed', async () => {
  const changes: readonly (readonly [string, (bytes: Buffer) => Buffer])[] = [
    [entriesPath(1, 256), (bytes) => Buffer.from(bytes).fill(0x78, 40, 41)],
    [entriesPath(2, 188), (bytes) => Buffer.from(bytes).fill(0x78, 40, 41)],
    ['checkpoint', (bytes) => Buffer.from(text(bytes).replace('\n700\n', '\n701\n'))],
    ['checkpoint', () => Buffer.from('hello\n')],
  ]

  for (const [path, change] of changes) {
    const place = await aPlace()
    await publish(place.original, log, { size: 700 })
    await writeFile(join(place.original, path), change(await readFile(join(place.original, path))))
    const outcome = await pulled(place)
    assert.ok(outcome.is === 'refused' || outcome.is === 'alarm', path)
    await assert.rejects(readFile(join(place.into, 'checkpoint')))
  }
})

test('a log that does not serve all its files, or other files than it should, is not taken', async () => {
  const hostile = ['', 'x', '\u0000\u00ff', 'a'.repeat(9000)]
  for (const bytes of hostile) {
    const place = await aPlace()
    await publish(place.original, log, { size: 700 })
    await pulled(place)
    await publish(place.original, log, { size: 900 })
    await writeFile(join(place.original, entriesPath(3, 132)), bytes)

    const outcome = await pulled(place).catch((fault: unknown) => fault)

    assert.ok(outcome instanceof Fault, bytes.slice(0, 3))
    assert.equal(await sizeOf(place.into), 700)
  }
})

test('a copy that was damaged is mended from the original as it grows', async () => {
  const place = await aPlace()
  await publish(place.original, log, { size: 700 })
  await pulled(place)
  await writeFile(join(place.into, tilePath({ level: 0, index: 2, width: 188 })), 'damaged')
  await writeFile(join(place.into, entriesPath(0, 256)), 'damaged')
  await publish(place.original, log, { size: 701 })

  const outcome = await pulled(place)

  assert.deepEqual(outcome, { is: 'grown', from: 700, to: 701, mended: 1 })
  assert.deepEqual(
    await readFile(join(place.into, entriesPath(0, 256))),
    await readFile(join(place.original, entriesPath(0, 256))),
  )
})

test('a pull that was cut off is taken up where it ended, and the entries it left are proved again', async () => {
  const place = await aPlace()
  await publish(place.original, log, { size: 30_000 })
  const whole = folderSource(place.original)
  const mirror = await openMirror({ into: place.into, key: log.key })
  const cut = {
    ...whole,
    readEntries: async (index: number, width: number) => {
      if (index > 80) throw new Fault('cut')
      return whole.readEntries(index, width)
    },
  }
  await assert.rejects(pull(mirror, cut), Fault)
  const fetched: number[] = []
  const counting = {
    ...whole,
    readEntries: (index: number, width: number) => {
      fetched.push(index)
      return whole.readEntries(index, width)
    },
  }

  const outcome = await pull(mirror, counting)
  mirror.state.close()

  assert.equal(outcome.is, 'grown')
  assert.ok(!fetched.includes(0) && fetched.includes(81))
  assert.equal(await sizeOf(place.into), 30_000)
})

test('under a policy nothing is taken before its witnesses have cosigned', async () => {
  const place = await aPlace()
  const witness = aCosigner('w.example', 'ed25519')
  const found = readPolicy(sha256, utf8(`witness agency ${writeVkey(witness.key)}\nquorum agency\n`))
  assert.ok(found.is === 'policy')
  await publish(place.original, log, { size: 300 })
  const file = join(place.original, 'checkpoint')

  const before = await pulled(place, found.policy)
  const note = readNote(await readFile(file))
  const checkpoint = readCheckpoint(note?.text ?? '')
  assert.ok(note && checkpoint)
  const line = await cosign({ note, checkpoint }, witness, 1_795_348_800)
  await writeFile(file, writeNote({ ...note, signatures: [...note.signatures, line] }))
  const after = await pulled(place, found.policy)

  assert.equal(before.is, 'refused')
  assert.equal(after.is, 'grown')
  assert.match(await readFile(join(place.into, 'checkpoint'), 'utf8'), /— w\.example /)
})

test('a folder holds the copy of one log, for one process', async () => {
  const place = await aPlace()
  await publish(place.original, log, { size: 3 })
  const mirror = await openMirror({ into: place.into, key: log.key })

  await assert.rejects(openMirror({ into: place.into, key: log.key }), Fault)
  mirror.state.close()
  await assert.rejects(openMirror({ into: place.into, key: aLog(log.key.name).key }), Fault)
  await assert.rejects(pulled({ ...place, original: `${place.original}-none` }), Fault)
})

test('a log on the web is copied with its token, compressed or not, and redirects are not followed', async () => {
  const place = await aPlace()
  await publish(place.original, log, { size: 700 })
  const asked: (string | undefined)[] = []
  const server = createServer((request, response) => {
    asked.push(request.headers.authorization)
    const path = (request.url ?? '').replace('/agencies/springfield/ledger/', '')
    if (path === (request.url ?? ''))
      return void response.writeHead(302, { location: '/agencies/springfield/ledger/checkpoint' }).end()
    readFile(join(place.original, path)).then(
      (bytes) =>
        response
          .writeHead(200, path.includes('entries') ? { 'content-encoding': 'gzip' } : {})
          .end(path.includes('entries') ? gzipSync(bytes) : bytes),
      () => response.writeHead(404).end(),
    )
  }).listen(0, '127.0.0.1')
  await new Promise((listening) => server.once('listening', listening))
  const address = server.address()
  const origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  const mirror = await openMirror({ into: place.into, key: log.key })
  try {
    const outcome = await pull(mirror, webSource(`${origin}/agencies/springfield/ledger`, { ca: [], token: 'secret' }))
    await assert.rejects(pull(mirror, webSource(`${origin}/elsewhere`, { ca: [] })), Fault)

    assert.equal(outcome.is, 'grown')
    assert.ok(asked.slice(0, -1).every((one) => one === 'Bearer secret'))
    assert.throws(() => webSource('http://vault.example/ledger', { ca: [] }), Fault)
    assert.throws(() => webSource('file:///etc', { ca: [] }), Fault)
  } finally {
    mirror.state.close()
    server.close()
    server.closeAllConnections()
  }
})

test('a copy of a copy is a copy', async () => {
  const place = await aPlace()
  await publish(place.original, log, { size: 300 })
  await pulled(place)
  const second = `${place.into}-2`

  const outcome = await pulled({ original: place.into, into: second })
  await cp(second, `${second}-moved`, { recursive: true })

  assert.equal(outcome.is, 'grown')
  assert.equal(await sizeOf(`${second}-moved`), 300)
})
