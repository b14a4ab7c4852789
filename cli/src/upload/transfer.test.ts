import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, open, rm, truncate, writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { UploadId } from '@sallyport/core/ids'
import { openVault } from '../client.ts'
import { cert, key } from '../testing/localhost.ts'
import { transfer } from './transfer.ts'

const folder = await mkdtemp(join(tmpdir(), 'sallyport-transfer-'))
after(() => rm(folder, { recursive: true, force: true }))

const content = randomBytes(9_000_001)
const digest = createHash('sha256').update(content).digest('hex')
const path = join(folder, 'video.mp4')
await writeFile(path, content)

/** A receiver that speaks tus 1.0 over TLS and keeps what arrives; `trouble` may answer or cut first. */
type Receiver = { held: Buffer; requests: string[] }
type Trouble = (receiver: Receiver, request: IncomingMessage, answer: ServerResponse) => boolean

async function sent(trouble: Trouble, already = 0) {
  const receiver: Receiver = { held: content.subarray(0, already), requests: [] }
  const server = createServer({ key, cert }, (request, answer) => {
    receiver.requests.push(`${request.method} ${request.headers['upload-offset'] ?? ''}`.trim())
    if (trouble(receiver, request, answer)) return
    if (request.method === 'HEAD') answer.writeHead(200, { 'upload-offset': receiver.held.length }).end()
    else take(receiver, request, answer)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const vault = openVault(`https://localhost:${(server.address() as AddressInfo).port}`, [cert])
  const file = await open(path)
  const notes: string[] = []
  try {
    const upload = {
      id: 'none' as UploadId,
      tus: 'https://elsewhere.example/api/uploads/1/bytes',
      size: content.length,
    }
    const sha256 = await transfer({ vault, upload, file, report: () => {}, note: (line) => notes.push(line) })
    return { sha256, receiver }
  } finally {
    await file.close()
    vault.agent.destroy()
    server.close()
  }
}

function take(receiver: Receiver, request: IncomingMessage, answer: ServerResponse): void {
  request.on('error', () => {})
  request.on('data', (part: Buffer) => {
    receiver.held = Buffer.concat([receiver.held, part])
  })
  request.on('end', () => answer.writeHead(204, { 'upload-offset': receiver.held.length }).end())
}

test('a file is sent whole, to the vault that was signed in to and to no other address', async () => {
  const { sha256, receiver } = await sent(() => false)

  assert.equal(sha256, digest)
  assert.ok(receiver.held.equals(content))
  assert.deepEqual(receiver.requests, ['HEAD', 'PATCH 0'])
})

test('what an earlier run sent is not sent again, and is in the digest all the same', async () => {
  const { sha256, receiver } = await sent(() => false, 4_000_000)

  assert.equal(sha256, digest)
  assert.deepEqual(receiver.requests, ['HEAD', 'PATCH 4000000'])
})

test('after a cut in the middle of a part, sending goes on from the last byte that is safe', async () => {
  let cuts = 0
  const cut: Trouble = (receiver, request) => {
    if (request.method !== 'PATCH' || cuts === 2) return false
    cuts++
    request.on('error', () => {})
    request.once('data', (part: Buffer) => {
      receiver.held = Buffer.concat([receiver.held, part])
      request.socket.destroy()
    })
    return true
  }

  const { sha256, receiver } = await sent(cut)

  assert.equal(sha256, digest)
  assert.ok(receiver.held.equals(content))
  assert.equal(receiver.requests.filter((line) => line === 'HEAD').length, 3)
})

test('a part that is refused before it was sent tells the refusal, not the broken connection', async () => {
  const full: Trouble = (_, request, answer) => {
    if (request.method !== 'PATCH') return false
    const told = { code: 'vault/disk-full', says: 'No room.', next: 'Wait.', facts: {}, request: 'r-1' }
    answer.writeHead(507, { 'content-type': 'application/json' }).end(JSON.stringify(told))
    return true
  }

  await assert.rejects(sent(full), { name: 'Refused', code: 'vault/disk-full', message: 'No room.' })
})

test('a vault that claims to hold more than the file has is not believed', async () => {
  const boast: Trouble = (_, request, answer) => {
    if (request.method === 'HEAD') answer.writeHead(200, { 'upload-offset': content.length + 1 }).end()
    return request.method === 'HEAD'
  }

  await assert.rejects(sent(boast), /not in this file/)
})

test('a file that became shorter while it was sent is not delivered', async () => {
  const shorten: Trouble = (receiver, request, answer) => {
    if (request.method !== 'HEAD') return false
    void truncate(path, 1000).then(() => answer.writeHead(200, { 'upload-offset': receiver.held.length }).end())
    return true
  }

  await assert.rejects(sent(shorten), /became shorter/)

  await writeFile(path, content)
})
