import { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Refusal, type RefusalCode } from '@sallyport/core/refusal'
import { DataStore, ERRORS, Server, Upload } from '@tus/server'
import { DiskFull, type ObjectStore, type Sealed, type Sealing, type Writing } from './object-store.ts'
import { keepWritings, type OpenWritings } from './open-writings.ts'
import { receive } from './receive.ts'
import { newUploadLocks, type Release, type UploadLocks } from './upload-locks.ts'

/** What the store must know of an upload. */
export type Expected = {
  readonly sealing: Sealing
  /** `arrived`: all bytes are here (and perhaps checked), so none may follow. */
  readonly state: 'receiving' | 'arrived' | 'expired'
}

export type UploadPorts = {
  find(id: string): Promise<Expected | undefined>
  /** So many bytes are safe. Also told now and then while a long part arrives. */
  settled(id: string, received: number): Promise<void>
  /**
   * All bytes are safe. Told again, after a crash, when the client next asks. The reply to the last
   * part waits for it; a refusal thrown here is that reply. {@link TusHandler.finish} may be called in it.
   */
  arrived(id: string): Promise<void>
}

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
  /** Aborted when another connection wants the upload. */
  readonly wanted: AbortController
  location?: string
  error?: unknown
  cut?: boolean
}

const passing = new AsyncLocalStorage<Passing>()
function current(): Passing {
  const now = passing.getStore()
  if (!now) throw new Error('outside of a request')
  return now
}

/** How often a long part tells what of it is safe, in ms. */
const tellEvery = 5000

/** Stores what @tus/server receives. Bodies do not pass through it: see {@link tusHandler}. */
class SealedStore extends DataStore {
  readonly #writings: OpenWritings
  readonly #ports: UploadPorts
  readonly #patience: number
  override readonly extensions = ['creation', 'creation-with-upload']

  constructor(writings: OpenWritings, ports: UploadPorts, patience: number) {
    super()
    this.#writings = writings
    this.#ports = ports
    this.#patience = patience
  }

  override create(upload: Upload): Promise<Upload> {
    return Promise.resolve(upload)
  }

  override async getUpload(id: string): Promise<Upload> {
    const { sealing, state } = await this.#expected(id)
    const size = sealing.length
    if (state === 'arrived') {
      if (current().request.req.method === 'PATCH') throw new Refusal('upload/finished')
      return new Upload({ id, size, offset: size })
    }
    const offset = await this.#using(sealing, (writing) => writing.settle())
    if (offset === size && current().request.req.method === 'HEAD') await this.#ports.arrived(id)
    return new Upload({ id, size, offset })
  }

  override async write(_: unknown, id: string): Promise<number> {
    const { sealing } = await this.#expected(id)
    const received = await this.#using(sealing, (writing) => this.#receive(id, writing))
    if (received === sealing.length) await this.#ports.arrived(id)
    return received
  }

  async #receive(id: string, writing: Writing): Promise<number> {
    const { request, wanted } = current()
    let told = performance.now()
    let telling: Promise<void> = Promise.resolve()
    const onTaken = () => {
      if (performance.now() - told < tellEvery) return
      told = performance.now()
      telling = telling.then(() => this.#ports.settled(id, writing.received))
      telling.catch(() => undefined)
    }
    const settings = { writing, wanted: wanted.signal, patience: this.#patience, onTaken }
    const how = await receive(request.req, settings).catch((error: Error) => {
      // What came before a body that is too long is kept; what the disk refused is not there.
      if (error instanceof Refusal) return error
      throw error
    })
    await telling
    const received = await writing.settle()
    await this.#ports.settled(id, received)
    if (how instanceof Refusal) throw how
    if (how === 'yielded') throw new Refusal('upload/busy')
    if (how === 'cut') {
      current().cut = true
      throw ERRORS.ABORTED
    }
    return received
  }

  async #expected(id: string): Promise<Expected> {
    const expected = await this.#ports.find(id)
    if (!expected) throw new Refusal('upload/not-found')
    if (expected.state === 'expired') throw new Refusal('upload/expired')
    return expected
  }

  /** A writing that failed is closed at once, so that the next request finds what is safe. */
  async #using<T>(sealing: Sealing, work: (writing: Writing) => Promise<T>): Promise<T> {
    try {
      const result = await work(await this.#writings.use(sealing))
      this.#writings.rest(sealing)
      return result
    } catch (error) {
      if (error instanceof Refusal || error === ERRORS.ABORTED) this.#writings.rest(sealing)
      else await this.#writings.drop(sealing)
      throw error
    }
  }
}

/**
 * tus 1.0 over an object store.
 *
 * @tus/server judges the protocol (headers, offsets, lengths, status). It is given requests without
 * their body: it would send every byte through a web stream and three Node streams. The body goes
 * from the socket to the writing, found through the request's async context.
 */
export function tusHandler({ store, ports, idle = 60_000, patience = 60_000, most = 32 }: TusSettings): TusHandler {
  const writings = keepWritings(store, { idle, most })
  const locks = newUploadLocks(Math.min(patience, 10_000))
  const server = new Server({
    path: '/',
    datastore: new SealedStore(writings, ports, patience),
    locker: { newLock: (id) => lockOf(locks, id) },
    allowedOrigins: [],
    getFileIdFromRequest: () => idOf(current()),
    namingFunction: (req, metadata) => created(req.headers, metadata),
    generateUrl: () => current().location ?? '',
    onResponseError: (_, error) => {
      current().error = error
      return undefined
    },
  })

  const handle = async (request: TusRequest): Promise<number | undefined> => {
    const pass: Passing = { request, wanted: new AbortController() }
    const { req, res } = request
    res.setHeader('Tus-Resumable', '1.0.0')
    const answer = await passing.run(pass, () => server.handleWeb(withoutBody(req)))
    if (pass.cut) return void res.destroy()
    const error = asRefusal(pass.error)
    // The rest of a body that nobody wants is not waited for.
    if (error && !req.complete) res.setHeader('Connection', 'close')
    if (error) throw error
    for (const [name, value] of answer.headers) {
      if (!name.startsWith('access-control-') && name !== 'connection') res.setHeader(name, value)
    }
    res.writeHead(answer.status).end(req.method === 'HEAD' ? undefined : await answer.text())
    return answer.status
  }

  const destroy = async (id: string, sealing: Sealing): Promise<void> => {
    const release = await locks.take(id, () => undefined)
    await writings.destroy(sealing).finally(release)
  }

  return { handle, finish: writings.finish, destroy, drain: writings.drain }
}

function lockOf(locks: UploadLocks, id: string) {
  let release: Release | undefined
  const { wanted } = current()
  return {
    lock: async () => {
      release = await locks.take(id, () => wanted.abort())
    },
    unlock: async () => release?.(),
  }
}

const idOf = ({ request }: Passing): string | undefined => ('id' in request ? request.id : undefined)

async function created(headers: Headers, metadata: Declared['metadata'] = {}): Promise<string> {
  const pass = current()
  if (!('create' in pass.request)) throw new Refusal('request/not-found')
  const { id, location } = await pass.request.create({ length: Number(headers.get('upload-length')), metadata })
  pass.location = location
  return id
}

function withoutBody({ method = 'GET', headers, url = '/' }: IncomingMessage): Request {
  const plain = Object.entries(headers).filter(([name, value]) => typeof value === 'string' && !name.startsWith(':'))
  return new Request(new URL(url, 'https://localhost'), { method, headers: plain as [string, string][] })
}

const refusalOf: ReadonlyMap<number, RefusalCode> = new Map([
  [404, 'upload/not-found'],
  [409, 'upload/wrong-offset'],
  [410, 'upload/expired'],
  [413, 'request/too-large'],
])

/** What the caller must answer; undefined for what only the tus protocol has words for. */
function asRefusal(error: unknown): Error | undefined {
  if (error instanceof DiskFull) return new Refusal('vault/disk-full')
  if (error instanceof Error || error === undefined) return error
  const code = refusalOf.get((error as { status_code?: number }).status_code ?? 0)
  return code && new Refusal(code)
}
