import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import type { Bytes } from './route.ts'

/**
 * Sends bytes that were checked; the first are opened before the answer begins, so that a fault there is
 * told. If a later one does not check, the connection is cut, and nobody takes what came for the whole.
 */
export async function stream({ status, headers, body, after }: Bytes, reply: FastifyReply): Promise<FastifyReply> {
  let sent = 0
  let whole = false
  const parts = body[Symbol.asyncIterator]()
  const first = await parts.next()
  async function* counted() {
    for (let part = first; !part.done; part = await parts.next()) {
      sent += part.value.length
      yield part.value
    }
    whole = true
  }
  const source = Readable.from(counted(), { objectMode: false, highWaterMark: 1024 * 1024 })
  const failed = (fault: unknown) =>
    reply.log.error({ req: reply.request.id, err: fault }, 'what was sent could not be entered')
  const end = async () => {
    await parts.return?.().catch(() => undefined)
    await after(sent, whole)
  }
  source.once('close', () => void end().catch(failed))
  return reply.code(status).headers(headers).send(source)
}
