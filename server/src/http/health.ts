import { timingSafeEqual } from 'node:crypto'
import type { Server } from 'node:https'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Meters } from './observe.ts'

type Probes = {
  readonly meters: Meters
  readonly metricsToken: string | null
  /** Sentences about what keeps the vault from serving; none when it is ready. */
  readonly obstacles: () => Promise<readonly string[]>
}

/** `/healthz`: the process answers. `/readyz`: it can serve. `/metrics`: Prometheus, no CJI in a label. */
export function probe(app: FastifyInstance<Server>, { meters, metricsToken, obstacles }: Probes): void {
  const quiet = { config: { contract: 'probe' }, logLevel: 'silent' } as const
  app.get('/healthz', quiet, () => ({ alive: true }))
  app.get('/readyz', quiet, async (_, reply) => {
    const why = await obstacles()
    return reply.code(why.length === 0 ? 200 : 503).send({ ready: why.length === 0, why })
  })
  app.get('/metrics', quiet, async (request, reply) => {
    if (!mayMeasure(request, metricsToken)) return reply.callNotFound()
    return reply.type('text/plain; version=0.0.4').send(await meters.text())
  })
}

/** With a token, whoever has it; without one, only this machine itself, and not through a proxy. */
function mayMeasure({ headers, ip }: FastifyRequest, token: string | null): boolean {
  const given = Buffer.from(String(headers.authorization ?? ''))
  const expected = Buffer.from(`Bearer ${token}`)
  if (token !== null) return given.length === expected.length && timingSafeEqual(given, expected)
  return (
    (ip === '127.0.0.1' || ip === '::1') && headers['x-forwarded-for'] === undefined && headers.forwarded === undefined
  )
}
