import type { IncomingMessage } from 'node:http'
import { Refusal } from '@sallyport/core/refusal'
import type { Writing } from './object-store.ts'

/** How a body ended: whole, by a lost or silent connection, or because another one wants the upload. */
export type Received = 'whole' | 'cut' | 'yielded'

export type Receiving = {
  readonly writing: Writing
  /** Aborted when the upload is wanted by another connection. */
  readonly wanted: AbortSignal
  /** A connection that sends nothing for so many ms is given up. */
  readonly patience: number
  /** Called with every chunk that was taken. */
  readonly onTaken: () => void
}

/**
 * Takes the body of a request into a writing, no faster than it can be written.
 *
 * Node's own stream events, not web streams or an async iterator: at 16 KiB a TLS record, every
 * promise per chunk costs a few percent of the upload.
 */
export function receive(body: IncomingMessage, { writing, wanted, patience, onTaken }: Receiving): Promise<Received> {
  const { promise, resolve, reject } = Promise.withResolvers<Received>()
  const silence = setTimeout(() => resolve('cut'), patience)

  const onData = (chunk: Uint8Array) => {
    silence.refresh()
    try {
      if (chunk.length > writing.length - writing.taken) throw new Refusal('request/too-large')
      const full = writing.write(chunk)
      onTaken()
      if (!full) return
      body.pause()
      full.then(() => body.resume(), reject)
    } catch (error) {
      reject(error)
    }
  }
  const onEnd = () => resolve('whole')
  const onLost = () => resolve(body.complete ? 'whole' : 'cut')
  const onWanted = () => resolve('yielded')

  if (wanted.aborted) onWanted()
  else if (body.destroyed) onLost()
  else {
    body.on('data', onData).on('end', onEnd).on('close', onLost).on('error', onLost)
    wanted.addEventListener('abort', onWanted)
  }
  return promise.finally(() => {
    clearTimeout(silence)
    body.off('data', onData).off('end', onEnd).off('close', onLost).off('error', onLost)
    body.on('error', () => undefined)
    wanted.removeEventListener('abort', onWanted)
  })
}
