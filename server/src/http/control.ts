import { randomBytes, timingSafeEqual } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Server } from 'node:https'
import { Refusal } from '@sallyport/core/refusal'
import type { FastifyInstance } from 'fastify'

/**
 * What only somebody with the rights of this server's own files may ask, such as a new set-up link.
 * Whoever can read the data folder proves it with the token that lies there.
 */
export async function control(
  app: FastifyInstance<Server>,
  {
    data,
    url,
    deeds,
  }: { data: string; url: string; deeds: Readonly<Record<string, (asked: unknown) => Promise<object>>> },
): Promise<{ close: () => Promise<void> }> {
  const token = randomBytes(32).toString('base64url')
  const file = join(data, 'run', 'control.json')
  await mkdir(join(data, 'run'), { recursive: true, mode: 0o700 })
  await writeFile(file, `${JSON.stringify({ url, token })}\n`, { mode: 0o600 })
  for (const [name, deed] of Object.entries(deeds)) {
    app.post(`/control/${name}`, { config: { contract: 'control' } }, (request) => {
      const given = Buffer.from(String(request.headers['x-sallyport-control'] ?? ''))
      if (given.length !== token.length || !timingSafeEqual(given, Buffer.from(token)))
        throw new Refusal('request/not-found')
      return deed(request.body)
    })
  }
  return { close: () => rm(file, { force: true }) }
}
