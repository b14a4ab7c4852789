import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { Refusal } from '@sallyport/core/refusal'
import fastify from 'fastify'
import { type HttpRequest, Upload as TusUpload } from 'tus-js-client'
import { openDiskStore } from './disk-store.ts'
import { plainSegment } from './object-store.ts'
import { aFolder, aStore, readAll, sha256Of } from './testing/objects.ts'
import { anUploadServer, head, send, sending } from './testing/uploads.ts'

const { store } = await aStore()
const server = await anUploadServer(store)
const { port } = server
const plain = randomBytes(3_000_017)

async function until(what: () => Promise<boolean> | boolean) {
  for (let tries = 0; !(await what()); tries += 1) {
    assert.ok(tries < 500, 'it never came')
    await wait(10)
  }
}

const begun = () => {
  const id = server.expect(plain.length)
  return { id, path: server.pathOf(id), port }
}

test('an ordinary tus client creates an upload, sends it in parts, and the sealed object is what it sent', async () => {
  await new Promise((onSuccess, onError) => {
    const metadata = { filename: 'stop.mp4' }
    const endpoint = `http://127.0.0.1:${port}/uploads/bytes`
    new TusUpload(plain, { endpoint, metadata, chunkSize: 700_000, retryDelays: null, onSuccess, onError }).start()
  })

  const [upload] = [...server.uploads.values()].slice(-1)

  assert.equal(upload?.sealed?.sha256, sha256Of(plain))
  assert.ok((await readAll(store, { ...upload.expected.sealing, ...upload.sealed })).equals(plain))
})

test('an ordinary tus client goes on by itself after its connection was cut', async () => {
  const { id, path } = begun()
  let cuts = 0
  const onBeforeRequest = (request: HttpRequest) => {
    if (request.getMethod() !== 'PATCH' || cuts > 2) return
    cuts += 1
    setTimeout(() => request.abort().catch(() => undefined), 5)
  }

  await new Promise((onSuccess, onError) => {
    const uploadUrl = `http://127.0.0.1:${port}${path}`
    const retryDelays = [10, 10, 10, 10]
    new TusUpload(plain, { uploadUrl, retryDelays, chunkSize: 1_000_000, onBeforeRequest, onSuccess, onError }).start()
  })

  assert.equal(server.kept(id).sealed?.sha256, sha256Of(plain))
})

test('a part that is cut in the middle keeps all that arrived', async () => {
  const { id, path } = begun()
  const { sent } = sending({ port, path, headers: { 'Upload-Offset': 0, 'Content-Length': plain.length } })
  sent.write(plain.subarray(0, 1_234_567))
  await until(() => sent.socket?.bytesWritten !== undefined && sent.writableLength === 0)
  await wait(50)
  sent.destroy()
  await until(() => server.kept(id).received > 0)

  const { headers } = await head({ port, path })
  const answer = await send({ port, path, offset: 1_234_567, bytes: plain.subarray(1_234_567) })

  assert.equal(headers['upload-offset'], '1234567')
  assert.equal(headers['upload-length'], String(plain.length))
  assert.equal(headers['cache-control'], 'no-store')
  assert.deepEqual([answer.status, answer.headers['upload-offset']], [204, String(plain.length)])
  assert.equal(server.kept(id).sealed?.sha256, sha256Of(plain))
})

test('a new connection takes over from one that hangs, which is told so', async () => {
  const { id, path } = begun()
  const hanging = sending({ port, path, headers: { 'Upload-Offset': 0, 'Content-Length': plain.length } })
  hanging.sent.write(plain.subarray(0, 500_000))
  await wait(500)

  const { headers } = await head({ port, path })
  const offset = Number(headers['upload-offset'])
  await send({ port, path, offset, bytes: plain.subarray(offset) })

  assert.equal(offset, 500_000)
  assert.equal((await hanging.answer).status, 423)
  assert.equal(server.kept(id).sealed?.sha256, sha256Of(plain))
})

test('a connection that falls silent is given up, and what it sent is kept', async () => {
  const impatient = await anUploadServer(store, { patience: 100 })
  const id = impatient.expect(plain.length)
  const path = impatient.pathOf(id)
  const silent = sending({ port: impatient.port, path, headers: { 'Upload-Offset': 0, 'Content-Length': 1_000_000 } })
  silent.sent.write(plain.subarray(0, 300_000))

  await assert.rejects(silent.answer)

  assert.equal(impatient.kept(id).received, 300_000)
})

test('an upload goes on where it was after the server was stopped and started', async () => {
  const folder = await aFolder()
  const first = await openDiskStore({ folder })
  const before = await anUploadServer(first)
  const id = before.expect(plain.length)
  await send({ port: before.port, path: before.pathOf(id), offset: 0, bytes: plain.subarray(0, 800_001) })
  await before.tus.drain()
  await first.close()

  const second = await openDiskStore({ folder })
  const now = await anUploadServer(second)
  now.uploads.set(id, before.kept(id))
  const { headers } = await head({ port: now.port, path: now.pathOf(id) })
  await send({ port: now.port, path: now.pathOf(id), offset: 800_001, bytes: plain.subarray(800_001) })

  assert.equal(headers['upload-offset'], '800001')
  assert.equal(now.kept(id).sealed?.sha256, sha256Of(plain))
  await second.close()
})

test('a long pause between two parts costs nothing but time', async () => {
  const brief = await anUploadServer(store, { idle: 5 })
  const id = brief.expect(plain.length)
  const path = brief.pathOf(id)

  for (let offset = 0; offset < plain.length; offset += 900_000) {
    const answer = await send({ port: brief.port, path, offset, bytes: plain.subarray(offset, offset + 900_000) })
    assert.equal(answer.status, 204)
    await wait(30)
  }

  assert.equal(brief.kept(id).sealed?.sha256, sha256Of(plain))
})

test('many uploads at once all end whole, with few of them kept open', async () => {
  const narrow = await anUploadServer(store, { most: 2 })
  const ids = Array.from({ length: 8 }, () => narrow.expect(plain.length))

  await Promise.all(
    ids.map(async (id) => {
      for (let offset = 0; offset < plain.length; offset += 1_000_000) {
        const bytes = plain.subarray(offset, offset + 1_000_000)
        assert.equal((await send({ port: narrow.port, path: narrow.pathOf(id), offset, bytes })).status, 204)
      }
    }),
  )

  for (const id of ids) assert.equal(narrow.kept(id).sealed?.sha256, sha256Of(plain))
})

test('what does not fit is refused by name, and changes nothing', async () => {
  const { id, path } = begun()
  const bytes = plain.subarray(0, 1000)
  await send({ port, path, offset: 0, bytes })

  const wrong = await send({ port, path, offset: 999, bytes })
  const unknown = await send({ port, path: server.pathOf('nobody'), offset: 0, bytes })
  const long = await send({ port, path, offset: 1000, bytes: plain })
  const bare = await send({ port, path, offset: 1000, bytes, headers: { 'Tus-Resumable': '0.2' } })
  const kind = await send({ port, path, offset: 1000, bytes, headers: { 'Content-Type': 'text/plain' } })
  server.kept(id).expected = { ...server.kept(id).expected, state: 'expired' }
  const late = await send({ port, path, offset: 1000, bytes })

  assert.deepEqual([wrong.status, wrong.body], [409, 'upload/wrong-offset'])
  assert.deepEqual([unknown.status, unknown.body], [404, 'upload/not-found'])
  assert.deepEqual([long.status, long.body], [413, 'request/too-large'])
  assert.deepEqual([late.status, late.body], [410, 'upload/expired'])
  assert.deepEqual([bare.status, kind.status], [400, 400])
  for (const answer of [wrong, unknown, long, late, bare]) assert.equal(answer.headers['tus-resumable'], '1.0.0')
  assert.equal(server.kept(id).received, 1000)
})

test('a body without a stated length is taken, but not beyond the end of the file', async () => {
  const { id, path } = begun()
  const chunked = (offset: number, bytes: Uint8Array) => {
    const { sent, answer } = sending({ port, path, headers: { 'Upload-Offset': offset } })
    sent.end(bytes)
    return answer
  }

  const first = await chunked(0, plain.subarray(0, 2_000_000))
  const long = await chunked(2_000_000, plain)
  const { headers } = await head({ port, path })
  const offset = Number(headers['upload-offset'])
  const rest = await chunked(offset, plain.subarray(offset))

  assert.deepEqual([first.status, long.body, rest.status], [204, 'request/too-large', 204])
  assert.equal(server.kept(id).sealed?.sha256, sha256Of(plain))
})

test('nothing can be added to an upload that is complete', async () => {
  const { id, path } = begun()
  await send({ port, path, offset: 0, bytes: plain })

  const again = await send({ port, path, offset: plain.length, bytes: Buffer.alloc(0) })
  const { status, headers } = await head({ port, path })

  assert.deepEqual([again.status, again.body], [409, 'upload/finished'])
  assert.deepEqual([status, headers['upload-offset']], [200, String(plain.length)])
  assert.equal(server.kept(id).sealed?.sha256, sha256Of(plain))
})

test('a refusal at the end is the answer to the last part, and a crash there is made good by the next question', async () => {
  let told = 0
  const arrived = async () => {
    told += 1
    if (told === 1) throw new Refusal('upload/digest-mismatch')
  }
  const base = await anUploadServer(store)
  const id = base.expect(plain.length)
  const { expected } = base.kept(id)
  const ports = { find: async () => expected, settled: async () => undefined, arrived }
  const refusing = await anUploadServer(store, { ports })

  const refused = await send({ port: refusing.port, path: refusing.pathOf(id), offset: 0, bytes: plain })
  const asked = await head({ port: refusing.port, path: refusing.pathOf(id) })

  assert.deepEqual([refused.status, refused.body], [422, 'upload/digest-mismatch'])
  assert.deepEqual([asked.status, told], [200, 2])
  await refusing.tus.destroy(id, expected.sealing)
})

test('an upload may be finished from elsewhere while its sender keeps asking', async () => {
  const base = await anUploadServer(store)
  const id = base.expect(plain.length)
  const { expected } = base.kept(id)
  const ports = { find: async () => expected, settled: async () => undefined, arrived: async () => undefined }
  const late = await anUploadServer(store, { ports })
  const path = late.pathOf(id)
  await send({ port: late.port, path, offset: 0, bytes: plain })

  const asking = Array.from({ length: 6 }, () => head({ port: late.port, path }))
  const sealed = await late.tus.finish(expected.sealing)

  assert.equal(sealed.sha256, sha256Of(plain))
  for (const { status, headers } of await Promise.all(asking)) {
    assert.deepEqual([status, headers['upload-offset']], [200, String(plain.length)])
  }
  assert.deepEqual(await late.tus.finish(expected.sealing), sealed)
})

test('a disk without room refuses by name', async () => {
  const folder = await aFolder()
  const full = await openDiskStore({ folder, reserve: Number.MAX_SAFE_INTEGER })
  const cramped = await anUploadServer(full)
  const id = cramped.expect(plain.length)

  const answer = await send({ port: cramped.port, path: cramped.pathOf(id), offset: 0, bytes: plain })

  assert.deepEqual([answer.status, answer.body], [507, 'vault/disk-full'])
  await full.close()
})

test('an upload can be cancelled while it is being sent, and nothing of it stays', async () => {
  const { id, path } = begun()
  const { sent, answer } = sending({ port, path, headers: { 'Upload-Offset': 0, 'Content-Length': plain.length } })
  sent.write(plain.subarray(0, plainSegment + 9))
  await wait(50)

  const { sealing } = server.kept(id).expected
  await server.tus.destroy(id, sealing)

  assert.equal((await answer).status, 423)
  assert.equal((await Array.fromAsync(store.list())).includes(sealing.id), false)
  await assert.rejects(store.resume(sealing), { name: 'Lost' })
})

test('it serves inside fastify, whose own reading of bodies is out of the way', async () => {
  const { id, path } = begun()
  const app = fastify()
  app.addContentTypeParser('application/offset+octet-stream', (_request, _body, done) => done(null))
  app.route({
    method: ['HEAD', 'PATCH', 'OPTIONS'],
    url: '/uploads/:id/bytes',
    handler: async ({ raw: req }, reply) => {
      await server.tus.handle({ req, res: reply.raw, id })
      return reply.hijack()
    },
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const own = Number(new URL(app.listeningOrigin).port)

  const sent = await send({ port: own, path, offset: 0, bytes: plain })
  const asked = await head({ port: own, path })

  assert.equal(sent.status, 204)
  assert.equal(asked.headers['upload-offset'], String(plain.length))
  assert.equal(server.kept(id).sealed?.sha256, sha256Of(plain))
  const closed = once(app.server, 'close')
  await Promise.all([app.close(), closed])
})
