import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answer, type Making, newTimeAuthority, pem, type TimeAuthority } from '@sallyport/core/testing/time-authority'
import { atEnd } from './postgres.ts'

export type TestAuthority = {
  readonly url: string
  /** PEM. */
  readonly roots: string
  readonly keys: TimeAuthority
  /** How it behaves. `silent` cuts every connection; otherwise its stamps are made so. */
  mood: 'silent' | Making
  /** How many requests came. */
  asked: number
}

/** A time-stamping authority (RFC 3161) on a port of this machine. */
export async function anAuthority(): Promise<TestAuthority> {
  const keys = newTimeAuthority()
  const authority = { keys, roots: pem(keys.root.certificate), mood: {} as TestAuthority['mood'], asked: 0 }
  const server = createServer((request, response) => {
    authority.asked += 1
    const { mood } = authority
    if (mood === 'silent') return void request.destroy()
    void bodyOf(request).then((body) => {
      response.writeHead(200, { 'content-type': 'application/timestamp-reply' }).end(answer(keys, body, mood))
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  atEnd(() => new Promise<void>((done) => void (server.closeAllConnections(), server.close(() => done()))))
  return Object.assign(authority, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const parts: Buffer[] = []
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part)
  return Buffer.concat(parts)
}
