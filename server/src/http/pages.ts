import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Server } from 'node:https'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { newNonce, pagePolicy } from './headers.ts'

/**
 * Serves the pages: files with a digest in their name for a year, everything else as the one page,
 * which then finds its way by the address.
 */
export async function servePages(app: FastifyInstance<Server>, folder: string): Promise<void> {
  const page = await readFile(join(folder, 'index.html'), 'utf8')
  await app.register(fastifyStatic, {
    root: join(folder, 'assets'),
    prefix: '/assets/',
    preCompressed: true,
    immutable: true,
    maxAge: '365d',
    decorateReply: false,
  })
  const answer = (nonce: string) => page.replaceAll('__NONCE__', nonce)
  for (const path of ['/', '/*']) {
    app.get(path, { config: { contract: 'page' } }, (request, reply) => {
      if (request.url.startsWith('/api')) return reply.callNotFound()
      const nonce = newNonce()
      return reply
        .headers({ 'content-security-policy': pagePolicy(nonce), 'cache-control': 'no-store' })
        .type('text/html; charset=utf-8')
        .send(answer(nonce))
    })
  }
}
