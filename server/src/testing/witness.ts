import { generateKeyPairSync, sign } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hex, utf8 } from '@sallyport/core/bytes'
import { cosign, cosignerKey } from '@sallyport/core/cosignature'
import { type VerifierKey, writeSignatures, writeVkey } from '@sallyport/core/note'
import { judge, type Latest, readAddCheckpoint, sizeType } from '@sallyport/core/witness'
import { sha256 } from '../keys/primitives.ts'
import { verifiers } from '../ledger/signatures.ts'
import { atEnd } from './postgres.ts'

export type TestWitness = {
  readonly url: string
  readonly vkey: string
  /** How it behaves. `away` cuts every connection, `false` signs another text than it was given. */
  mood: 'honest' | 'away' | 'false' | 'mute'
  /** The newest checkpoint that it cosigned, by origin. */
  readonly held: Map<string, { latest: Latest; note: Uint8Array }>
}

/** A witness that judges as the specification says, in memory, on a port of this machine. */
export async function aWitness(name: string, log: () => VerifierKey): Promise<TestWitness> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const key = cosignerKey(sha256, name, publicKey.export({ format: 'der', type: 'spki' }).subarray(-32))
  const signer = { key, sign: (message: Uint8Array) => sign(null, message, privateKey) }
  const held: TestWitness['held'] = new Map()
  const witness = { mood: 'honest' as TestWitness['mood'], held, vkey: writeVkey(key) }

  const add = async (body: Uint8Array): Promise<{ status: number; type?: string; body?: string }> => {
    const asked = readAddCheckpoint(body)
    if (!asked) return { status: 400 }
    const judged = await judge({ hash: sha256, verify: verifiers }, asked, (origin) => ({
      keys: [log()],
      latest: held.get(origin)?.latest,
    }))
    if (judged.status === 409) return { status: 409, type: sizeType, body: `${judged.size}\n` }
    if (judged.status !== 200) return { status: judged.status }
    const { note, checkpoint } = judged
    held.set(checkpoint.origin, { latest: checkpoint, note: asked.checkpoint })
    const signed =
      witness.mood === 'false' ? { note: { ...note, text: `${note.text}x\n` }, checkpoint } : { note, checkpoint }
    return { status: 200, body: writeSignatures([await cosign(signed, signer, Math.floor(Date.now() / 1000))]) }
  }
  const server = createServer((request, response) => {
    if (witness.mood === 'away') return void request.destroy()
    void (async () => {
      const [, digest] = /^\/([0-9a-f]{64})\/checkpoint$/.exec(request.url ?? '') ?? []
      const mine = [...held].find(([origin]) => hex(sha256(utf8(origin))) === digest)?.[1].note
      if (digest) return void response.writeHead(mine && witness.mood !== 'mute' ? 200 : 404).end(mine)
      const answer = await add(await bodyOf(request))
      response.writeHead(answer.status, answer.type ? { 'content-type': answer.type } : {}).end(answer.body)
    })()
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  atEnd(() => new Promise<void>((done) => void (server.closeAllConnections(), server.close(() => done()))))
  return Object.assign(witness, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const parts: Buffer[] = []
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part)
  return Buffer.concat(parts)
}
