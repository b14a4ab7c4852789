import type { IncomingMessage } from 'node:http'
import { Refusal } from '@sallyport/core/refusal'
import type { Writing } from './object-store.ts'
import type { OpenWritings } from './open-writings.ts'
import { receive } from './receive.ts'
import type { Expected, UploadPorts } from './upload-ports.ts'

/** Thrown when the sender is gone: what came is safe, and there is nobody to answer. */
export class Cut extends Error {
  override readonly name = 'Cut'
}

/** Errors after which the writing is as good as before. */
export const harmless = (error: unknown): boolean => error instanceof Refusal || error instanceof Cut

export type Body = { readonly req: IncomingMessage; readonly wanted: AbortSignal }

export type Uploads = {
  /** Where an upload stands. An offset that is given is safe. */
  stand(id: string): Promise<Expected & { readonly offset: number }>
  /** Takes a body into an upload, from where it stands, and gives the length that is safe then. */
  take(id: string, body: Body): Promise<number>
}

/** How often a long part tells what of it is safe, in ms. */
const tellEvery = 5000

/** Uploads over writings that stay open. Of one upload, one call at a time: see `upload-locks.ts`. */
export function receiveUploads(writings: OpenWritings, ports: UploadPorts, patience: number): Uploads {
  const expected = async (id: string): Promise<Expected> => {
    const upload = await ports.find(id)
    if (!upload) throw new Refusal('upload/not-found')
    if (upload.state === 'expired') throw new Refusal('upload/expired')
    return upload
  }

  const stand = async (id: string) => {
    const upload = await expected(id)
    if (upload.state === 'arrived') return { ...upload, offset: upload.sealing.length }
    return { ...upload, offset: await writings.using(upload.sealing, (writing) => writing.settle()) }
  }

  const takeInto = async (writing: Writing, id: string, { req, wanted }: Body): Promise<number> => {
    let told = performance.now()
    let telling: Promise<void> = Promise.resolve()
    const onTaken = () => {
      if (performance.now() - told < tellEvery) return
      told = performance.now()
      telling = telling.then(() => ports.settled(id, writing.received))
      telling.catch(() => undefined)
    }
    const how = await receive(req, { writing, wanted, patience, onTaken }).catch((error: Error) => {
      // What came before a body that is too long is kept; what the disk refused is not there.
      if (error instanceof Refusal) return error
      throw error
    })
    await telling
    const received = await writing.settle()
    await ports.settled(id, received)
    if (how instanceof Refusal) throw how
    if (how === 'yielded') throw new Refusal('upload/busy')
    if (how === 'cut') throw new Cut('the connection was lost')
    return received
  }

  const take = async (id: string, body: Body): Promise<number> => {
    const { sealing, state } = await expected(id)
    if (state === 'arrived') throw new Refusal('upload/finished')
    const received = await writings.using(sealing, (writing) => takeInto(writing, id, body))
    if (received === sealing.length) await ports.arrived(id)
    return received
  }

  return { stand, take }
}
