import { randomUUID } from 'node:crypto'
import type { Server } from 'node:https'
import fastifyCookie from '@fastify/cookie'
import { Refusal, refusals } from '@sallyport/core/refusal'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from 'fastify'
import { type AnswerParts, answering, claimedBy, cookieName, isUuid, type Visit } from './answer.ts'
import { dataPolicy, everywhere } from './headers.ts'
import { limit } from './limits.ts'
import type { Log, Meters } from './observe.ts'
import { faultTold, refusalOf, toldOf } from './refuse.ts'
import type { From, Route } from './route.ts'

export type ServeParts = AnswerParts & {
  readonly routes: readonly Route[]
  readonly log: Log
  readonly meters: Meters
  /** TLS options, or none in tests that inject requests. */
  readonly tls?: object
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

/** The longest JSON that any contract takes: the notice, a note, a passphrase. Files go another way. */
const mostJson = 256 * 1024
/** How many requests may be under way, and how late the event loop may be, before more are turned away. */
const mostWaiting = 400
const mostLagMs = 2_000
/** How long the body of a request may take to arrive, unless it is a part of a file. */
const mostBodyMs = 30_000

const fromOf = (request: FastifyRequest): From => ({
  address: request.ip,
  request: request.id,
  range: request.headers.range,
  agent: String(request.headers['user-agent'] ?? '')
    .replace(/\P{ASCII}|\p{Cc}/gu, '')
    .slice(0, 200),
})

function visitOf(
  { doorkeeper }: ServeParts,
  { kind }: Route,
  { request, reply }: Pick<Visit, 'request' | 'reply'>,
): Visit {
  const csrf = request.headers['x-sallyport-csrf']
  const cookie = request.cookies[cookieName] ?? ''
  const from = fromOf(request)
  return {
    request,
    reply,
    from,
    cookie,
    csrf: typeof csrf === 'string' ? csrf : undefined,
    actor: kind === 'public' ? undefined : claimedBy(doorkeeper, cookie, from),
    on: [],
  }
}

/** Everything between a connection and the function that answers a request, in the order in which it happens. */
export function serve(parts: ServeParts): FastifyInstance<Server> {
  const app = listener(parts)
  const { answer, enterRefusal, settle } = answering(parts)
  app.addHook('onClose', settle)
  const { knock, admit } = gate(parts)
  const visits = new WeakMap<FastifyRequest, Visit>()
  for (const mounted of parts.routes) {
    const { contract } = mounted
    const visited = (request: FastifyRequest, reply: FastifyReply): Visit => {
      const visit = visits.get(request) ?? visitOf(parts, mounted, { request, reply })
      visits.set(request, visit)
      return visit
    }
    const handler = async (request: FastifyRequest, reply: FastifyReply) => {
      const visit = visited(request, reply)
      const leave = admit()
      try {
        return await answer(mounted, visit)
      } finally {
        leave()
      }
    }
    // Also for what is refused before it is answered: a body that is no JSON, or too large.
    const errorHandler = (thrown: unknown, request: FastifyRequest, reply: FastifyReply) => {
      const refusal = refusalOf(thrown)
      if (refusal?.cause) parts.log.error({ req: request.id, err: refusal.cause }, 'refused for a fault')
      const entered = refusal ? enterRefusal(refusal, contract, visited(request, reply)) : Promise.resolve()
      void entered
        .catch((err: unknown) => parts.log.error({ req: request.id, err }, 'a refusal could not be entered'))
        .then(() => tell(parts, thrown, { request, reply }))
    }
    const taken = mounted.kind === 'raw' ? mounted.methods : [contract.method]
    for (const method of taken) {
      app.route({
        method: method as 'GET',
        url: `/api${contract.path}`,
        exposeHeadRoute: false,
        onRequest: async (request) => knock(mounted, request.ip),
        handler,
        errorHandler,
        config: { contract: contract.ledger, takesBytes: mounted.kind === 'raw' },
      })
    }
  }
  refuseOtherMethods(app, parts.routes)
  return app
}

/** An address of the vault that is asked in another way says which ways it knows. */
function refuseOtherMethods(app: FastifyInstance<Server>, routes: readonly Route[]): void {
  const byPath = Map.groupBy(routes, ({ contract }) => contract.path)
  for (const [path, mounted] of byPath) {
    const known = mounted.flatMap((one) => (one.kind === 'raw' ? one.methods : [one.contract.method]))
    const others = methods.filter((method) => !known.includes(method))
    app.route({
      method: [...others],
      url: `/api${path}`,
      exposeHeadRoute: false,
      config: { contract: 'none' },
      handler: (request, reply) => {
        void reply.header('allow', known.join(', '))
        return refuse(new Refusal('request/wrong-method', { allowed: known.join(', ') }), request, reply)
      },
    })
  }
}

/** Turns away what comes too often, before it is read, and what comes when there is too much to do. */
function gate({ now, meters }: ServeParts) {
  const clock = () => now().getTime()
  const perAddress = limit({ burst: 600, perSecond: 120, now: clock })
  const perEntrance = limit({ burst: 60, perSecond: 1, now: clock })
  let under = 0
  return {
    knock({ kind, contract }: Route, address: string): void {
      perAddress(address)
      if (kind === 'public' && contract.method !== 'GET') perEntrance(address)
    },
    /** Gives what to call at the end. */
    admit(): () => void {
      if (under >= mostWaiting || meters.lag() > mostLagMs) throw new Refusal('vault/busy')
      under += 1
      meters.waiting.inc()
      return () => {
        under -= 1
        meters.waiting.dec()
      }
    },
  }
}

/** The HTTP server: limits, headers, request numbers, and how refusals and faults are answered. */
function listener({ tls, log, meters }: ServeParts): FastifyInstance<Server> {
  const app = fastify({
    https: (tls ?? null) as never,
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: mostJson,
    // A part of a file may take long; a silent connection may not.
    requestTimeout: 0,
    connectionTimeout: 120_000,
    keepAliveTimeout: 65_000,
    genReqId: ({ headers }) => numberOf(headers['x-request-id']),
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    // An address that cannot be read comes to no hook and no route.
    frameworkErrors: (thrown, request, reply) => {
      head(request as FastifyRequest, reply as FastifyReply)
      tell({ log }, thrown, { request: request as FastifyRequest, reply: reply as FastifyReply })
    },
  }) as unknown as FastifyInstance<Server>
  void app.register(fastifyCookie)
  app.removeContentTypeParser('text/plain')
  // The bytes of a part go from the socket to the store; nothing here may read or bound them.
  app.addContentTypeParser('application/offset+octet-stream', (request, _payload, done) => {
    const { takesBytes } = request.routeOptions.config as { takesBytes?: boolean }
    done(takesBytes ? null : new Refusal('request/malformed', { field: 'content-type', expected: 'application/json' }))
  })
  app.addHook('onRequest', async (request, reply) => {
    hurry(request, reply)
    head(request, reply)
  })
  app.addHook('onResponse', async (request, reply) => {
    const { contract = 'none' } = request.routeOptions.config as { contract?: string }
    meters.answered(contract, reply.statusCode, reply.elapsedTime)
    log.info(
      { req: request.id, act: contract, status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
      'answered',
    )
  })
  app.setNotFoundHandler((request, reply) => refuse(new Refusal('request/not-found'), request, reply))
  app.setErrorHandler((thrown, request, reply) => tell({ log }, thrown, { request, reply }))
  return app
}

/** The headers of every answer, whatever it will be. */
function head(request: FastifyRequest, reply: FastifyReply): void {
  void reply.headers({ ...everywhere, 'x-request-id': request.id })
  if (request.url.startsWith('/api'))
    void reply.headers({ 'cache-control': 'no-store', 'content-security-policy': dataPolicy })
}

/** Answers what was thrown: a refusal with its reason, a fault of ours with nothing but its number. */
function tell(
  { log }: Pick<ServeParts, 'log'>,
  thrown: unknown,
  { request, reply }: Pick<Visit, 'request' | 'reply'>,
): FastifyReply {
  const refusal = refusalOf(thrown)
  if (refusal) return refuse(refusal, request, reply)
  log.error({ req: request.id, err: thrown }, 'fault')
  return reply.code(500).send(faultTold(request.id))
}

/** JSON is short, so it arrives soon or not at all: a body that trickles would hold its place for hours. */
function hurry(request: FastifyRequest, reply: FastifyReply): void {
  if (request.headers['content-type'] === 'application/offset+octet-stream') return
  const timer = setTimeout(() => {
    if (request.raw.complete || reply.sent) return
    void reply.header('connection', 'close')
    void refuse(new Refusal('request/too-slow'), request, reply)
    reply.raw.once('finish', () => request.raw.destroy())
  }, mostBodyMs)
  timer.unref()
  request.raw.once('close', () => clearTimeout(timer))
  request.raw.once('end', () => clearTimeout(timer))
}

function refuse(refusal: Refusal, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { seconds, length } = refusal.facts
  if (seconds) void reply.header('retry-after', seconds)
  if (refusal.code === 'viewing/bad-range') void reply.header('content-range', `bytes */${length}`)
  return reply.code(refusals[refusal.code].status).type('application/json').send(toldOf(refusal, request.id))
}

const numberOf = (given: unknown): string => (typeof given === 'string' && isUuid(given) ? given : randomUUID())
