import { AsyncLocalStorage } from 'node:async_hooks'
import type { AgencyId, UploadId } from '@sallyport/core/ids'
import { type Actor, afterwards, theServer, within } from '#db/within.ts'
import { record } from '#ledger/record.ts'
import type { ObjectStore, Sealing } from '#store/object-store.ts'
import { type TusHandler, type TusRequest, tusHandler, type UploadPorts } from '#store/tus-store.ts'
import { setItemState } from '../items/rows.ts'
import { type Completing, complete, onBehalf, sealingOf } from './complete.ts'
import { expiry } from './declare.ts'
import {
  expiredUploads,
  holdUpload,
  setArrived,
  setUploadState,
  type UploadRow,
  unfinishedUploads,
  uploadById,
} from './rows.ts'

/** Takes the bytes of uploads, from the first part to the ledger entry, and clears away what ran out. */
export type Receiving = {
  /** Answers one request of the tus protocol for a person who may send to this upload. */
  readonly handle: (actor: Actor, request: TusRequest) => Promise<number | undefined>
  readonly complete: (actor: Actor, id: UploadId) => Promise<void>
  readonly destroy: (row: UploadRow, agency: AgencyId) => Promise<void>
  /** Goes on with what a crash cut off, and destroys what expired. */
  readonly tidy: (agency: AgencyId) => Promise<void>
  readonly drain: () => Promise<void>
}

type Parts = Omit<Completing, 'finish'> & {
  readonly store: ObjectStore
  readonly days: number
  readonly say: (fault: unknown) => void
}
type Sender = { readonly actor: Actor; readonly keys: Uint8Array[] }

export function startReceiving(parts: Parts): Receiving {
  const { ground } = parts
  const sending = new AsyncLocalStorage<Sender>()
  const ending = new Map<string, Promise<void>>()

  const sender = (): Sender => {
    const found = sending.getStore()
    if (!found) throw new Error('Bytes arrived outside of a request.')
    return found
  }

  /** The same upload may end by its last byte, by its digest and at a restart, all at once: once is enough. */
  const completeOnce = (actor: Actor, id: UploadId): Promise<void> => {
    const under = `${actor.agency} ${id}`
    const begin = () => complete({ ...parts, finish: (sealing) => tus.finish(sealing) }, actor, id)
    const known = ending.get(under) ?? begin().finally(() => ending.delete(under))
    ending.set(under, known)
    return known
  }

  const arrived = (id: string) => completeOnce(sender().actor, id as UploadId)
  const tus: TusHandler = tusHandler({ store: parts.store, ports: { ...portsOf(parts, sender), arrived } })

  const destroy = async (row: UploadRow, agency: AgencyId) => {
    const sealing: Sealing = await within(ground, theServer(agency), (tx) => sealingOf(tx, row))
    await tus.destroy(row.id, sealing).finally(() => sealing.key.fill(0))
  }

  return {
    async handle(actor, request) {
      const keys: Uint8Array[] = []
      try {
        return await sending.run({ actor, keys }, () => tus.handle(request))
      } finally {
        for (const key of keys) key.fill(0)
      }
    },
    complete: completeOnce,
    destroy,
    async tidy(agency) {
      if (!ground.keysOf(agency).released) return
      const self = theServer(agency)
      for (const row of await within(ground, self, unfinishedUploads)) await completeOnce(self, row.id).catch(parts.say)
      for (const row of await expire(parts, agency)) await destroy(row, agency)
    },
    drain: tus.drain,
  }
}

/** What the tus handler asks about an upload, answered for the person whose request it is. */
function portsOf({ ground, now, days }: Parts, sender: () => Sender): Pick<UploadPorts, 'find' | 'settled'> {
  return {
    async find(id) {
      const { actor, keys } = sender()
      return within(ground, onBehalf(actor), async (tx) => {
        const row = await uploadById(tx, id as UploadId)
        if (!row) return undefined
        const sealing = await sealingOf(tx, row)
        keys.push(sealing.key)
        return { sealing, state: stateOf(row) }
      })
    },
    async settled(id, received) {
      const { actor } = sender()
      const at = now()
      const arrived = { received, at, expires: expiry(at, days) }
      await within(ground, onBehalf(actor), (tx) => setArrived(tx, id as UploadId, arrived))
    },
  }
}

/** Ends the uploads whose time ran out, each with its entry, and gives them for destruction. */
async function expire({ ground, now, poke }: Parts, agency: AgencyId): Promise<readonly UploadRow[]> {
  const self = theServer(agency)
  const rows = await within(ground, self, (tx) => expiredUploads(tx, now()))
  const ended: UploadRow[] = []
  for (const { id } of rows) {
    await within(ground, self, async (tx) => {
      // Looked at again: since the list was read, its last part may have come.
      const row = await holdUpload(tx, id)
      if (!row || (row.state !== 'receiving' && row.state !== 'checking') || row.expires_at >= now()) return
      await setUploadState(tx, id, 'expired')
      await setItemState(tx, row.item_id, 'abandoned')
      const detail = { received: row.received, size: row.size }
      await record(tx, { act: 'upload.expired', on: [id, row.item_id, row.case_id], detail, at: now() })
      afterwards(tx, () => ended.push(row))
    })
    poke(self)
  }
  return ended
}

const stateOf = ({ state, received, size }: UploadRow) => {
  if (state === 'expired' || state === 'cancelled') return 'expired' as const
  return state === 'receiving' || (state === 'checking' && received < size)
    ? ('receiving' as const)
    : ('arrived' as const)
}
