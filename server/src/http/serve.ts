import { randomUUID } from 'node:crypto'
import type { Server } from 'node:https'
import { Readable } from 'node:stream'
import fastifyCookie from '@fastify/cookie'
import { type Contract, nothing } from '@sallyport/api/contract'
import type { AgencyId } from '@sallyport/core/ids'
import { Refusal, refusals } from '@sallyport/core/refusal'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from 'fastify'
import { type Actor, become, type Ground, tell, type Tx, visitor, within } from '#db/within.ts'
import { record } from '#ledger/record.ts'
import type { Sequencer } from '#ledger/sequencer.ts'
import { dataPolicy, everywhere } from './headers.ts'
import { limit, onceIn } from './limits.ts'
import type { Log, Meters } from './observe.ts'
import { faultTold, malformed, refusalOf, toldOf } from './refuse.ts'
import type { Bytes, From, Later, Route } from './route.ts'

/** How the server learns who is asking. Machinery asks; the feature `sessions` answers. */
export type Doorkeeper = {
  /** The agency that a session cookie names. Nothing is proved by it: the session is looked up there. */
  readonly agencyOf: (cookie: string) => AgencyId | undefined
  /** The person behind the cookie, or a refusal: no session, ended, locked, or a forged request. */
  readonly actorOf: (tx: Tx, asking: Knock) => Promise<Actor>
}

export type Knock = {
  readonly cookie: string
  readonly csrf: string | undefined
  readonly contract: Contract
  readonly from: From
  readonly now: Date
}

export type ServeParts = {
  readonly ground: Ground
  readonly sequencer: Pick<Sequencer, 'poke' | 'healthy'>
  readonly routes: readonly Route[]
  readonly doorkeeper: Doorkeeper
  readonly now: () => Date
  readonly log: Log
  readonly meters: Meters
  /** TLS options, or none in tests that inject requests. */
  readonly tls?: object
}

export const cookieName = '__Host-sallyport'
/** The longest JSON that any contract takes: the notice, a note, a passphrase. Files go another way. */
const mostJson = 256 * 1024
const repeatMs = 60_000

type Parsed = { readonly asked: never; readonly on: readonly string[] }

/** Params, query and body, parsed by their contract before anything else looks at them. */
function parse({ contract }: Pick<Route, 'contract'>, request: FastifyRequest): Parsed {
  const params = contract.params.safeParse(request.params ?? {})
  if (!params.success) throw malformed(params.error)
  const query = contract.query.safeParse(request.query ?? {})
  if (!query.success) throw malformed(query.error)
  const body =
    contract.method === 'GET' ? nothing.safeParse(request.body ?? {}) : contract.body.safeParse(request.body ?? {})
  if (!body.success) throw malformed(body.error)
  const on = Object.values(params.data).map(String)
  return { asked: { ...params.data, ...query.data, ...(body.data as object) } as never, on }
}

const fromOf = (request: FastifyRequest): From => ({
  address: request.ip,
  range: request.headers.range,
  agent: String(request.headers['user-agent'] ?? '')
    .replace(/\P{ASCII}|\p{Cc}/gu, '')
    .slice(0, 200),
  request: request.id,
})

/** Everything between a request and the function that answers it, in the order in which it happens. */
export function serve(parts: ServeParts): FastifyInstance<Server> {
  const { ground, sequencer, routes, doorkeeper, now, log, meters } = parts
  const app = fastify({
    https: (parts.tls ?? null) as never,
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: mostJson,
    requestTimeout: 0,
    connectionTimeout: 120_000,
    keepAliveTimeout: 65_000,
    genReqId: (request) => uuidOr(request.headers['x-request-id']),
    forceCloseConnections: 'idle',
    return503OnClosing: true,
  }) as unknown as FastifyInstance<Server>
  void app.register(fastifyCookie)
  // The bytes of a part go from the socket to the store; nothing here may read or bound them.
  app.addContentTypeParser('application/offset+octet-stream', (_request, _payload, done) => done(null))
  const perAddress = limit({ burst: 600, perSecond: 120, now: () => now().getTime() })
  const perEntrance = limit({ burst: 60, perSecond: 1, now: () => now().getTime() })
  const firstInAMinute = onceIn(repeatMs, () => now().getTime())

  /** Enters a refusal in the ledger in a transaction of its own; what it refused has been rolled back. */
  const enterRefusal = async (
    actor: Actor | undefined,
    refusal: Refusal,
    seen: { contract: Contract; on: readonly string[]; from: From },
  ) => {
    if (!actor) return
    // A flood of refusals from one address must not become a flood of entries.
    if (refusal.code === 'request/too-many' && !firstInAMinute(`${actor.agency} ${seen.from.address} too-many`)) return
    await within(ground, actor, (tx) =>
      record(tx, {
        act: 'request.refused',
        outcome: 'refused',
        on: seen.on.filter(isUuid),
        detail: { ...detailOf(seen), act: seen.contract.ledger, code: refusal.code, facts: refusal.facts },
        at: now(),
      }),
    )
    sequencer.poke(actor.agency)
  }

  const enter = async (tx: Tx, { contract, on, from }: { contract: Contract; on: readonly string[]; from: From }) => {
    const subjects = [...new Set([...on.filter(isUuid), ...tx.told.on])].slice(0, 64)
    await record(tx, {
      act: contract.ledger,
      on: subjects,
      detail: { ...tx.told.detail, ...detailOf({ contract, from }) },
      at: now(),
    })
  }

  const checked = (contract: Contract, reply: unknown) =>
    contract.reply === 'bytes' ? reply : contract.reply.parse(reply)

  const mustBeHealthy = (agency: AgencyId) => {
    if (!sequencer.healthy(agency)) throw new Refusal('vault/ledger-down')
  }

  for (const mounted of routes) {
    const { contract } = mounted
    const handle = async (request: FastifyRequest, reply: FastifyReply) => {
      const from = fromOf(request)
      let actor: Actor | undefined
      let on: readonly string[] = []
      meters.waiting.inc()
      try {
        perAddress(from.address)
        const cookie = request.cookies[cookieName] ?? ''
        const named = doorkeeper.agencyOf(cookie)
        if (named && mounted.kind !== 'public') actor = visitor(named, from)
        const parsed = mounted.kind === 'raw' ? { asked: undefined as never, on: [] } : parse(mounted, request)
        on = parsed.on
        const token = request.headers['x-sallyport-csrf']
        const csrf = typeof token === 'string' ? token : undefined
        if (mounted.kind === 'public') {
          if (contract.method !== 'GET') perEntrance(from.address)
          const answer = await mounted.answer({
            asked: parsed.asked,
            now: now(),
            from,
            cookie,
            csrf,
            setSession: (value) =>
              void reply.setCookie(cookieName, value, { path: '/', secure: true, httpOnly: true, sameSite: 'strict' }),
            at: (agency, about = []) => {
              actor = visitor(agency, from)
              on = [...on, ...about]
            },
            as: async (agency, work) => {
              actor = visitor(agency, from)
              mustBeHealthy(agency)
              const done = await within(ground, actor, async (tx) => {
                const result = await work(tx)
                await enter(tx, { contract, on, from })
                return result
              })
              sequencer.poke(agency)
              return done
            },
          })
          return checked(contract, answer)
        }
        if (!named) throw new Refusal('session/missing')
        mustBeHealthy(named)
        const knock: Knock = { cookie, csrf, contract, from, now: now() }
        const answer = await within(ground, visitor(named, from), async (tx) => {
          const known = await doorkeeper.actorOf(tx, knock)
          actor = known
          await become(tx, known)
          if (mounted.kind === 'raw') return undefined
          const answered = await mounted.answer({ tx, asked: parsed.asked, now: now(), from, cookie })
          if (mounted.kind === 'bytes' || mounted.kind === 'slow') return answered
          const result = checked(contract, answered)
          const again = mounted.polled && !firstInAMinute(`${known.session} ${contract.path} ${request.url}`)
          if (!again) await enter(tx, { contract, on, from })
          return result
        })
        sequencer.poke(named)
        if (mounted.kind === 'raw')
          return await mounted.answer({ actor: actor as Actor, params: request.params, request, reply })
        if (mounted.kind === 'bytes') return await stream(answer as Bytes, reply)
        if (mounted.kind === 'slow') {
          const found = await (answer as Later<unknown>)()
          const result = checked(contract, found.reply)
          await within(ground, actor as Actor, (tx) => {
            tell(tx, found.on, found.detail)
            return enter(tx, { contract, on, from })
          })
          sequencer.poke(named)
          return result
        }
        if (contract.ledger === 'session.ended')
          void reply.clearCookie(cookieName, { path: '/', secure: true, httpOnly: true, sameSite: 'strict' })
        return answer
      } catch (thrown) {
        const refusal = refusalOf(thrown)
        if (refusal)
          await enterRefusal(actor, refusal, { contract, on, from }).catch((fault) =>
            log.error({ req: request.id, fault: String(fault) }, 'a refusal could not be entered'),
          )
        throw refusal ?? thrown
      } finally {
        meters.waiting.dec()
      }
    }
    for (const method of mounted.kind === 'raw' ? mounted.methods : [contract.method]) {
      app.route({
        method: method as 'GET',
        url: `/api${contract.path}`,
        exposeHeadRoute: false,
        handler: handle,
        config: { contract: contract.ledger },
      })
    }
  }

  app.addHook('onRequest', async (request, reply) => {
    void reply.headers({ ...everywhere, 'x-request-id': request.id })
    if (request.url.startsWith('/api'))
      void reply.headers({ 'cache-control': 'no-store', 'content-security-policy': dataPolicy })
  })
  app.addHook('onResponse', async (request, reply) => {
    const { contract = 'none' } = request.routeOptions.config as { contract?: string }
    meters.answered(contract, reply.statusCode, reply.elapsedTime)
    log.info(
      { req: request.id, act: contract, status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
      'answered',
    )
  })
  app.setNotFoundHandler((request, reply) => answerRefusal(new Refusal('request/not-found'), request, reply))
  app.setErrorHandler((thrown, request, reply) => {
    const refusal = refusalOf(thrown)
    if (refusal) return answerRefusal(refusal, request, reply)
    log.error({ req: request.id, err: thrown }, 'fault')
    return reply.code(500).send(faultTold(request.id))
  })
  return app
}

function answerRefusal(refusal: Refusal, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (refusal.facts['seconds']) void reply.header('retry-after', refusal.facts['seconds'])
  return reply.code(refusals[refusal.code].status).type('application/json').send(toldOf(refusal, request.id))
}

/**
 * Sends bytes that were checked; the first are opened before the answer begins, so that a fault there is
 * told. If a later one does not check, the connection is cut, and nobody takes what came for the whole.
 */
async function stream({ status, headers, body, after }: Bytes, reply: FastifyReply): Promise<FastifyReply> {
  let sent = 0
  let whole = false
  const parts = body[Symbol.asyncIterator]()
  const first = await parts.next()
  async function* counted() {
    for (let part = first; ; part = await parts.next()) {
      if (part.done) break
      sent += part.value.length
      yield part.value
    }
    whole = true
  }
  const source = Readable.from(counted(), { objectMode: false, highWaterMark: 1024 * 1024 })
  source.once('close', () => {
    parts
      .return?.()
      .catch(() => undefined)
      .then(() => after(sent, whole))
      .catch((fault: unknown) =>
        reply.log.error({ req: reply.request.id, fault: String(fault) }, 'what was sent could not be entered'),
      )
  })
  return reply.code(status).headers(headers).send(source)
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const isUuid = (text: string): boolean => uuid.test(text)
const uuidOr = (given: unknown): string => (typeof given === 'string' && isUuid(given) ? given : randomUUID())

const detailOf = ({ contract, from }: { contract: Contract; from: From }) => ({
  request: from.request,
  operation: `${contract.method} ${contract.path}`,
})
