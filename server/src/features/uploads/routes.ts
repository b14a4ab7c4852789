import {
  cancelUpload,
  declaration,
  declareDigest,
  declareUpload,
  listUploads,
  readUpload,
  sendBytes,
} from '@sallyport/api/uploads'
import type { AgencyId, UploadId } from '@sallyport/core/ids'
import { Refusal } from '@sallyport/core/refusal'
import { type Actor, afterwards, type Ground, within } from '#db/within.ts'
import { malformed } from '#http/refuse.ts'
import { polledRoute, type RawCall, type Route, rawRoute, route } from '#http/route.ts'
import { record } from '#ledger/record.ts'
import type { Declared } from '#store/tus-store.ts'
import { cancel, declare, declareSha256, list, read, tusPath } from './declare.ts'
import type { Receiving } from './receiving.ts'
import { uploadById } from './rows.ts'

type Needs = {
  readonly ground: Ground
  readonly receiving: Receiving
  readonly room: () => Promise<{ free: number }>
  readonly days: number
  readonly now: () => Date
  readonly poke: (agency: AgencyId) => void
  readonly say: (fault: unknown) => void
}

export const uploadRoutes = (needs: Needs): readonly Route[] => {
  const { ground, receiving, room, days, now, poke, say } = needs

  /** Answers tus on the raw connection; fastify is told to keep its hands off. */
  const passOn = async ({ actor, request, reply }: RawCall, id: UploadId) => {
    const row = await within(ground, actor, (tx) => uploadById(tx, id))
    if (!row) throw new Refusal('upload/not-found')
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) reply.raw.setHeader(name, value)
    const status = await receiving.handle(actor, { req: request.raw, res: reply.raw, id })
    reply.hijack()
    if (request.method !== 'PATCH' || status === undefined) return
    await enterPart(actor, id)
  }

  const enterPart = async (actor: Actor, id: UploadId) => {
    await within(ground, actor, async (tx) => {
      const row = await uploadById(tx, id)
      if (row)
        await record(tx, {
          act: sendBytes.ledger,
          on: [id, row.item_id],
          detail: { received: row.received, size: row.size },
          at: now(),
        })
    })
    poke(actor.agency)
  }

  return [
    route(declareUpload, ({ tx, asked, now: at }) => declare(tx, { ...asked, room, days }, at)),
    polledRoute(listUploads, ({ tx, asked }) => list(tx, asked)),
    polledRoute(readUpload, ({ tx, asked }) => read(tx, asked.id)),
    route(declareDigest, async ({ tx, asked }) => {
      const { row, shown } = await declareSha256(tx, asked)
      const actor = tx.actor
      if (row.received === row.size) afterwards(tx, () => void receiving.complete(actor, asked.id).catch(say))
      return shown
    }),
    route(cancelUpload, async ({ tx, asked }) => {
      const { row, shown } = await cancel(tx, asked)
      const { agency } = tx.actor
      afterwards(tx, () => void receiving.destroy(row, agency).catch(say))
      return shown
    }),
    rawRoute(sendBytes, ['PATCH', 'HEAD', 'OPTIONS'], (call) => passOn(call, uploadIdOf(call.params))),
    rawRoute(
      { ...sendBytes, method: 'POST', path: '/uploads/bytes', ledger: declareUpload.ledger },
      ['POST'],
      async ({ actor, request, reply }) => {
        const create = (declared: Declared) => createByTus({ actor, declared })
        await receiving.handle(actor, { req: request.raw, res: reply.raw, create })
        reply.hijack()
      },
    ),
  ]

  /** The creation extension of tus: the declaration comes as JSON in Upload-Metadata. */
  async function createByTus({
    actor,
    declared,
  }: {
    actor: Actor
    declared: Declared
  }): Promise<{ id: string; location: string }> {
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
