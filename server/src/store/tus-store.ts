import { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Refusal, type RefusalCode } from '@sallyport/core/refusal'
import { DataStore, Server, Upload } from '@tus/server'
import { DiskFull, type ObjectStore, type Sealed, type Sealing } from './object-store.ts'
import { keepWritings } from './open-writings.ts'
import { Cut, harmless, receiveUploads, type Uploads } from './receive-upload.ts'
import { newUploadLocks } from './upload-locks.ts'
import type { UploadPorts } from './upload-ports.ts'

export type { UploadPorts } from './upload-ports.ts'

export type TusSettings = {
  readonly store: ObjectStore
  readonly ports: UploadPorts
  /** ms. How long a writing rests open between parts. */
  readonly idle?: number
  /** ms. How long a silent connection, or one that waits for its turn, is kept. */
  readonly patience?: number
  /** Writings that rest open at one time. */
  readonly most?: number
}

/** A request of a client that may touch this upload; `create` for a POST, which makes one. */
export type TusRequest = { readonly req: IncomingMessage; readonly res: ServerResponse } & (
  | { readonly id: string }
  | { readonly create: (declared: Declared) => Promise<{ id: string; location: string }> }
)
export type Declared = { readonly length: number; readonly metadata: Readonly<Record<string, string | null>> }

export type TusHandler = {
  /**
   * Answers HEAD, PATCH, OPTIONS and POST of tus 1.0 on the raw request, whose body must not have been
   * read. Throws, with nothing sent but perhaps headers set, what the caller has to answer: a Refusal,
   * or a fault. Gives the status it answered; undefined if the connection was cut, which needs no answer.
   */
  handle(request: TusRequest): Promise<number | undefined>
  /** Seals the end of an upload that has arrived. */
  finish(sealing: Sealing): Promise<Sealed>
  /** Takes an upload from whoever sends it, and destroys what came. Not to be called in `arrived`. */
  destroy(id: string, sealing: Sealing): Promise<void>
  /** Closes all writings; for a shutdown, after the last request. */
  drain(): Promise<void>
}

/** One request on its way through @tus/server. */
type Passing = {
  readonly request: TusRequest
  location?: string
  /** The upload that its body belongs to, if the protocol allows the body. */
  accepted?: string
  error?: unknown
}

const passing = new AsyncLocalStorage<Passing>()
function current(): Passing {
  const now = passing.getStore()
  if (!now) throw new Error('outside of a request')
  return now
}

/** What @tus/server sees of an upload. It judges whether a body may come, but the body does not pass through it. */
class Judged extends DataStore {
  readonly #uploads: Uploads
  override readonly extensions = ['creation', 'creation-with-upload']

  constructor(uploads: Uploads) {
    super()
    this.#uploads = uploads
  }

  override create(upload: Upload): Promise<Upload> {
    return Promise.resolve(upload)
  }

  override async getUpload(id: string): Promise<Upload> {
    const { sealing, state, offset } = await this.#uploads.stand(id)
    if (state === 'arrived' && current().request.req.method === 'PATCH') throw new Refusal('upload/finished')
    return new Upload({ id, size: sealing.length, offset })
  }

  override write(_: unknown, id: string, offset: number): Promise<number> {
    current().accepted = id
    return Promise.resolve(offset)
  }
}

/**
 * tus 1.0 over an object store.
 *
 * @tus/server judges the protocol: headers, offset, length, status. It is given requests without
 * their body, since it would send every byte through a web stream and three Node streams, at about one
 * CPU second a gigabyte; the body then goes straight from the socket to the writing.
 */
export function tusHandler({ store, ports, idle = 60_000, patience = 60_000, most = 32 }: TusSettings): TusHandler {
  const writings = keepWritings(store, { idle, most, harmless })
  const locks = newUploadLocks(Math.min(patience, 10_000))
  const uploads = receiveUploads(writings, ports, patience)
  const server = protocol(uploads)

  const answer = async (request: TusRequest, wanted: AbortSignal): Promise<number> => {
    const { req, res } = request
    const pass: Passing = { request }
    const judged = await passing.run(pass, () => server.handleWeb(withoutBody(req)))
    const error = asError(pass.error)
    if (error) throw error
    for (const [name, value] of judged.headers) {
      if (!name.startsWith('access-control-') && name !== 'connection') res.setHeader(name, value)
    }
    if (pass.accepted) res.setHeader('Upload-Offset', await uploads.take(pass.accepted, { req, wanted }))
    else if (req.method === 'HEAD' && 'id' in request) await arrivedUnheard(request.id)
    res.writeHead(judged.status).end(req.method === 'HEAD' ? undefined : await judged.text())
    return judged.status
  }

  /** All bytes had come, but whoever should have been told was not: we crashed, or refused. */
  const arrivedUnheard = async (id: string): Promise<void> => {
    const { state, sealing, offset } = await uploads.stand(id)
    if (state === 'receiving' && offset === sealing.length) await ports.arrived(id)
  }

  const handle = async (request: TusRequest): Promise<number | undefined> => {
    const { req, res } = request
    res.setHeader('Tus-Resumable', '1.0.0')
    const wanted = new AbortController()
    const release = 'id' in request ? await locks.take(request.id, () => wanted.abort()) : undefined
    try {
      return await answer(request, wanted.signal)
    } catch (error) {
      if (error instanceof Cut) return void res.destroy()
      // The rest of a body that nobody wants is not waited for.
      if (!req.complete) res.setHeader('Connection', 'close')
      throw asError(error)
    } finally {
      release?.()
    }
  }

  const destroy = async (id: string, sealing: Sealing): Promise<void> => {
    const release = await locks.take(id, () => undefined)
    await writings.destroy(sealing).finally(release)
  }

  return { handle, finish: writings.finish, destroy, drain: writings.drain }
}

/** @tus/server, with everything that is not judgement taken over: locks, names, errors, origins. */
const protocol = (uploads: Uploads): Server =>
  new Server({
    path: '/',
    datastore: new Judged(uploads),
    locker: { newLock: () => ({ lock: async () => undefined, unlock: async () => undefined }) },
    allowedOrigins: [],
    getFileIdFromRequest: () => idOf(current()),
    namingFunction: (req, metadata) => created(req.headers, metadata),
    generateUrl: () => current().location ?? '',
    onResponseError: (_, error) => {
      current().error = error
      return undefined
    },
  })

const idOf = ({ request }: Passing): string | undefined => ('id' in request ? request.id : undefined)

async function created(headers: Headers, metadata: Declared['metadata'] = {}): Promise<string> {
  const pass = current()
  if (!('create' in pass.request)) throw new Refusal('request/not-found')
  const { id, location } = await pass.request.create({ length: Number(headers.get('upload-length')), metadata })
  pass.location = location
  return id
}

function withoutBody({ method = 'GET', headers, url = '/' }: IncomingMessage): Request {
  const plain = Object.entries(headers).filter((header): header is [string, string] => typeof header[1] === 'string')
  return new Request(new URL(url, 'https://localhost'), { method, headers: plain })
}

const refusalOf: ReadonlyMap<number, RefusalCode> = new Map([
  [404, 'upload/not-found'],
  [409, 'upload/wrong-offset'],
  [410, 'upload/expired'],
  [413, 'request/too-large'],
])

/** What the caller must answer; undefined for what only the tus protocol has words for. */
function asError(error: unknown): Error | undefined {
  if (error instanceof DiskFull) return new Refusal('vault/disk-full')
  if (error instanceof Error || error === undefined) return error
  const code = refusalOf.get((error as { status_code?: number }).status_code ?? 0)
  return code && new Refusal(code)
}
