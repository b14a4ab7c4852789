import { createServer, type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after } from 'node:test'
import { Refusal, refusals } from '@sallyport/core/refusal'
import type { ObjectStore, Sealed } from '../object-store.ts'
import { type Declared, type TusSettings, tusHandler } from '../tus-store.ts'
import type { Expected } from '../upload-ports.ts'
import { aSealing } from './objects.ts'

type Kept = { expected: Expected; received: number; sealed?: Sealed }

/** A server that keeps its uploads in memory, as the vault keeps them in its database. */
export async function anUploadServer(store: ObjectStore, settings: Partial<TusSettings> = {}) {
  const uploads = new Map<string, Kept>()
  const kept = (id: string): Kept => {
    const upload = uploads.get(id)
    if (!upload) throw new Error(`no upload ${id}`)
    return upload
  }
  const expect = (length: number, id = crypto.randomUUID()) => {
    uploads.set(id, { expected: { sealing: aSealing(length), state: 'receiving' }, received: 0 })
    return id
  }
  const tus = tusHandler({
    store,
    patience: 5000,
    ports: {
      find: async (id) => uploads.get(id)?.expected,
      settled: async (id, received) => void (kept(id).received = received),
      arrived: async (id) => {
        const upload = kept(id)
        upload.expected = { ...upload.expected, state: 'arrived' }
        upload.sealed = await tus.finish(upload.expected.sealing)
      },
    },
    ...settings,
  })
  const create = async ({ length, metadata }: Declared) => {
    if (!metadata['filename']) throw new Refusal('request/malformed')
    const id = expect(length)
    return { id, location: `/uploads/${id}/bytes` }
  }
  const server = createServer(async (req, res) => {
    const id = req.url?.split('/')[2] ?? ''
    try {
      await tus.handle(id === 'bytes' ? { req, res, create } : { req, res, id })
    } catch (error) {
      const code = error instanceof Refusal ? error.code : undefined
      res.writeHead(code ? refusals[code].status : 500).end(code ?? String(error))
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  after(() => server.close())
  const { port } = server.address() as AddressInfo
  return { tus, expect, kept, uploads, port, pathOf: (id: string) => `/uploads/${id}/bytes` }
}

export type Part = { readonly port: number; readonly path: string; readonly headers?: OutgoingHttpHeaders }

/** A request under way, to be fed or cut by hand. */
export function sending({ port, path, headers }: Part, method = 'PATCH') {
  const own = { 'Tus-Resumable': '1.0.0', 'Content-Type': 'application/offset+octet-stream' }
  const sent = request({ host: '127.0.0.1', port, path, method, headers: { ...own, ...headers } })
  const answer = new Promise<{ status: number; headers: IncomingMessage['headers']; body: string }>(
    (resolve, reject) => {
      sent.on('error', reject)
      sent.on('response', async (response) => {
        const body = await Array.fromAsync(response)
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(body).toString() })
      })
    },
  )
  answer.catch(() => undefined)
  return { sent, answer }
}

/** A part sent whole. */
export function send(part: Part & { readonly offset: number; readonly bytes: Uint8Array }) {
  const headers = { 'Upload-Offset': part.offset, 'Content-Length': part.bytes.length, ...part.headers }
  const { sent, answer } = sending({ ...part, headers })
  sent.end(part.bytes)
  return answer
}

export function head(part: Part) {
  const { sent, answer } = sending(part, 'HEAD')
  sent.end()
  return answer
}
