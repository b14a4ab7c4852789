import { readFile } from 'node:fs/promises'
import type { Server } from 'node:https'
import { join } from 'node:path'
import type { AgencyId } from '@sallyport/core/ids'
import { writeVkey } from '@sallyport/core/note'
import { Refusal } from '@sallyport/core/refusal'
import { readPath, type Tile, tileWidth } from '@sallyport/core/tiles'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Ground, theServer, within } from '#db/within.ts'
import { limit } from '#http/limits.ts'
import { sha256 } from '#keys/primitives.ts'
import { ledgerHead } from '#ledger/rows.ts'
import { ledgerFolder } from '#ledger/sequencer.ts'
import { logKeyOf, policyOf } from './policy.ts'
import { isMonitor, ledgerSetting, newestCosigned } from './rows.ts'

type Parts = {
  readonly ground: Ground
  readonly folder: string
  readonly agencyNamed: (slug: string) => Promise<AgencyId | undefined>
  readonly now: () => Date
}

const tileKept = 'public, max-age=31536000, immutable'

/**
 * Serves the tree of each agency by C2SP tlog-tiles under `/agencies/<slug>/ledger/`: `checkpoint`,
 * `tile/…`, and beside them `vkey` and `policy`.
 *
 * A leaf holds no content, so it is for the agency to say who may read it. What is not open answers as
 * what is not there. No reading is entered: else the ledger would grow by being looked at.
 *
 * Under a policy the checkpoint is the newest one that enough witnesses cosigned: nobody outside is
 * shown a tree that has not been shown to them.
 */
export function serveLedgers(app: FastifyInstance<Server>, parts: Parts): void {
  const knock = limit({ burst: 2_000, perSecond: 400, now: () => parts.now().getTime() })
  app.get(
    '/agencies/:slug/ledger/*',
    { config: { contract: 'ledger' }, onRequest: async ({ ip }) => knock(ip) },
    (request, reply) => answer(parts, request, reply),
  )
}

async function answer(parts: Parts, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { slug = '', '*': path = '' } = request.params as Readonly<Record<string, string>>
  const agency = /^[a-z0-9-]{2,40}$/.test(slug) ? await parts.agencyNamed(slug) : undefined
  const shown = agency && (await shownTo(parts.ground, agency, tokenIn(request)))
  if (!agency || !shown) throw new Refusal('ledger/not-open')
  const plain = (text: string) =>
    reply.headers({ 'cache-control': 'no-cache', 'content-type': 'text/plain; charset=utf-8' }).send(text)
  if (path === 'checkpoint') return plain(shown.checkpoint)
  if (path === 'vkey') return plain(`${shown.vkey}\n`)
  if (path === 'policy' && shown.policy !== null) return plain(shown.policy)
  const tile = readPath(path)
  const bytes =
    tile && isWithin(tile, shown.size) ? await read(join(ledgerFolder(parts.folder, agency), path)) : undefined
  if (!bytes) throw new Refusal('ledger/not-open')
  return reply.headers({ 'cache-control': tileKept, 'content-type': 'application/octet-stream' }).send(bytes)
}

const tokenIn = ({ headers }: FastifyRequest): string | undefined =>
  /^Bearer ([\w-]{43})$/.exec(headers.authorization ?? '')?.[1]

/** What whoever holds this token may see; undefined if that is nothing. */
const shownTo = (ground: Ground, agency: AgencyId, token: string | undefined) =>
  within(ground, theServer(agency), async (tx) => {
    const { access, policy } = await ledgerSetting(tx)
    const may = access === 'open' || (access === 'token' && token && (await isMonitor(tx, sha256(Buffer.from(token)))))
    const head = may ? await ledgerHead(tx) : undefined
    if (!head) return undefined
    const quorum = policyOf(policy)?.quorum ?? 'none'
    const cosigned = await newestCosigned(tx)
    const held = quorum === 'none' && cosigned?.size !== head.size ? undefined : cosigned
    if (quorum !== 'none' && !held) return undefined
    return { checkpoint: held?.note ?? head.note, size: head.size, policy, vkey: writeVkey(await logKeyOf(tx)) }
  })

/** Tiles of the tree that is signed, and nothing that is just being written behind it. */
function isWithin({ level, index, width }: Omit<Tile, 'level'> & { level: number | 'entries' }, size: number): boolean {
  const hashes = Math.floor(size / tileWidth ** (level === 'entries' ? 0 : level))
  return index * tileWidth + width <= hashes
}

const read = (path: string): Promise<Buffer | undefined> =>
  readFile(path).catch((fault: NodeJS.ErrnoException) => {
    if (fault.code === 'ENOENT' || fault.code === 'ENOTDIR') return undefined
    throw fault
  })
