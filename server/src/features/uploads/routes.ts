import {
  cancelUpload,
  declaration,
  declareDigest,
  declareUpload,
  listUploads,
  readUpload,
  sendBytes,
} from '@sallyport/api/uploads'
import { nothing } from '@sallyport/api/contract'
import type { AgencyId, UploadId } from '@sallyport/core/ids'
import { Refusal } from '@sallyport/core/refusal'
import { type Actor, afterwards, type Ground, within } from '#db/within.ts'
import { malformed } from '#http/refuse.ts'
import { polledRoute, type RawCall, type Route, rawRoute, route } from '#http/route.ts'
import { record } from '#ledger/record.ts'
import type { Declared } from '#store/tus-store.ts'
import { cancel, declare, declareSha256, list, read, tusPath } from './declare.ts'
import type { Receiving } from './receiving.ts'
import { type UploadRow, uploadById } from './rows.ts'

type Needs = {
  readonly ground: Ground
  readonly receiving: Receiving
  readonly room: () => Promise<{ free: number }>
  readonly days: number
  readonly now: () => Date
  readonly poke: (agency: AgencyId) => void
  readonly say: (fault: unknown) => void
}

/** Answers tus on the raw connection; fastify is told to keep its hands off. */
async function passOn(needs: Needs, call: RawCall): Promise<void> {
  const { ground, receiving } = needs
  const { actor, params, request, reply } = call
  const id = uploadIdOf(params)
  const row = await within(ground, actor, (tx) => uploadById(tx, id))
  if (!row) throw new Refusal('upload/not-found')
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) reply.raw.setHeader(name, value)
  const status = await receiving.handle(actor, { req: request.raw, res: reply.raw, id })
  reply.hijack()
  if (status === undefined) return
  if (status >= 400) return enterAnswer(needs, call, { status, on: [id, row.item_id] })
  if (request.method === 'PATCH') await enterPart(needs, actor, row)
}

async function enterPart({ ground, now, poke }: Needs, actor: Actor, row: UploadRow): Promise<void> {
  await within(ground, actor, async (tx) => {
    const after = await uploadById(tx, row.id)
    const detail = { received: after?.received ?? row.received, size: row.size }
    await record(tx, { act: sendBytes.ledger, on: [row.id, row.item_id], detail, at: now() })
  })
  poke(actor.agency)
}

/** What the protocol refused was answered in its own words, such as 412 for another version; it is entered all the same. */
async function enterAnswer(
  { ground, now, poke }: Needs,
  { actor, request }: RawCall,
  { status, on }: { readonly status: number; readonly on: readonly string[] },
): Promise<void> {
  const operation = `${request.method} ${sendBytes.path}`
  const refused = { code: 'request/malformed', facts: { status: String(status) } }
  const detail = { request: request.id, operation, act: sendBytes.ledger, ...refused }
  await within(ground, actor, (tx) => record(tx, { act: 'request.refused', outcome: 'refused', on, detail, at: now() }))
  poke(actor.agency)
}

/** The creation extension of tus: the declaration comes as JSON in Upload-Metadata. */
async function create(needs: Needs, actor: Actor, declared: Declared): Promise<{ id: string; location: string }> {
  const { ground, room, days, now, poke } = needs
  const asked = declaration.safeParse(declarationOf(declared))
  if (!asked.success) throw malformed(asked.error)
  const shown = await within(ground, actor, async (tx) => {
    const made = await declare(tx, { ...asked.data, room, days }, now())
    await record(tx, { act: declareUpload.ledger, on: [...tx.told.on], detail: tx.told.detail, at: now() })
    return made
  })
  poke(actor.agency)
  return { id: shown.id, location: tusPath(shown.id) }
}

const creation = {
  ...sendBytes,
  method: 'POST',
  path: '/uploads/bytes',
  ledger: declareUpload.ledger,
  params: nothing,
} as const

export const uploadRoutes = (needs: Needs): readonly Route[] => {
  const { receiving, room, days, say } = needs
  return [
    route(declareUpload, ({ tx, asked, now }) => declare(tx, { ...asked, room, days }, now)),
    polledRoute(listUploads, ({ tx, asked }) => list(tx, asked)),
    polledRoute(readUpload, ({ tx, asked }) => read(tx, asked.id)),
    route(declareDigest, async ({ tx, asked }) => {
      const { row, shown } = await declareSha256(tx, asked)
      const { actor } = tx
      if (row.received === row.size) afterwards(tx, () => void receiving.complete(actor, asked.id).catch(say))
      return shown
    }),
    route(cancelUpload, async ({ tx, asked }) => {
      const { row, shown } = await cancel(tx, asked)
      const { agency } = tx.actor
      afterwards(tx, () => void receiving.destroy(row, agency).catch(say))
      return shown
    }),
    rawRoute(sendBytes, ['PATCH', 'HEAD', 'OPTIONS'], (call) => passOn(needs, call)),
    rawRoute(creation, ['POST'], async (call) => {
      const { actor, request, reply } = call
      const make = (declared: Declared) => create(needs, actor, declared)
      const status = await receiving.handle(actor, { req: request.raw, res: reply.raw, create: make })
      reply.hijack()
      if (status !== undefined && status >= 400) await enterAnswer(needs, call, { status, on: [] })
    }),
  ]
}

function declarationOf({ length, metadata }: Declared): unknown {
  try {
    return { ...(JSON.parse(metadata['declaration'] ?? '{}') as object), size: length }
  } catch {
    throw new Refusal('request/malformed', { field: 'Upload-Metadata: declaration', expected: 'JSON' })
  }
}

function uploadIdOf(params: unknown): UploadId {
  const asked = sendBytes.params.safeParse(params)
  if (!asked.success) throw new Refusal('upload/not-found')
  return asked.data.id
}
