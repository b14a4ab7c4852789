import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type Answer, addCheckpoint, type Witness } from './add-checkpoint.ts'

/** 64 signatures of 5 kB in base64, and a proof. */
const mostBody = 512 * 1024
const mostWaiting = 64
const mostConnections = 256

/** No request may take long: it is one small body, and the answer needs one sync of the disk. */
const limits = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 75_000,
  connectionsCheckingInterval: 2_000,
  maxHeaderSize: 8 * 1024,
}

/** AES-256 suites and NIST curves only, as everywhere in the house. */
const tlsFloor = {
  minVersion: 'TLSv1.2',
  ciphers: 'TLS_AES_256_GCM_SHA384:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384',
  ecdhCurve: 'P-384:P-256',
} as const

export type Tls = { readonly cert: Uint8Array; readonly key: Uint8Array }

/**
 * The witness over HTTP. Nobody signs in: a log shows itself by its signature, and what is served is public.
 *
 * Over plain HTTP somebody on the way can drop what is said, but cannot make this witness cosign anything
 * that the log did not sign, nor make a cosignature.
 */
export function serveWitness(witness: Witness, tls?: Tls): Server {
  let waiting = 0
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    if (waiting >= mostWaiting) {
      response.setHeader('retry-after', '1')
      return send(response, { status: 503, type, body: 'This witness has too much to do.\n' })
    }
    waiting++
    answer(witness, request)
      .then((given) => send(response, given))
      .catch((error: unknown) => {
        witness.tell({ event: 'failed', why: error instanceof Error ? error.message : String(error) })
        send(response, { status: 500, type, body: 'This witness could not do its work.\n' })
      })
      .finally(() => waiting--)
  }
  const server = tls
    ? createTlsServer({ ...limits, ...tlsFloor, cert: Buffer.from(tls.cert), key: Buffer.from(tls.key) }, handle)
    : createServer(limits, handle)
  server.maxConnections = mostConnections
  return server
}

const type = 'text/plain; charset=utf-8'
const missing: Answer = { status: 404, type, body: 'There is nothing here.\n' }

async function answer(witness: Witness, request: IncomingMessage): Promise<Answer> {
  const path = request.url ?? ''
  if (path === '/add-checkpoint') {
    if (request.method !== 'POST') return { status: 405, type, body: 'Say POST.\n' }
    const body = await bodyOf(request)
    return body ? addCheckpoint(witness, body) : { status: 413, type, body: 'This is too long.\n' }
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') return missing
  if (path === '/vkeys') return { status: 200, type, body: witness.identity.vkeys.map((vkey) => `${vkey}\n`).join('') }
  const [, id] = /^\/([0-9a-f]{64})\/checkpoint$/.exec(path) ?? []
  const note = id === undefined ? undefined : witness.memory.named(id)?.latest?.note
  return note ? { status: 200, type, body: Buffer.from(note).toString('utf8') } : missing
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length
    if (length > mostBody) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts)
}

function send(response: ServerResponse, { status, type: media, body }: Answer): void {
  if (response.headersSent || response.destroyed) return
  response.writeHead(status, {
    'content-type': media,
    'content-length': Buffer.byteLength(body),
    'x-content-type-options': 'nosniff',
    ...(status === 413 && { connection: 'close' }),
  })
  response.end(response.req.method === 'HEAD' ? undefined : body)
}
