import type { Opened } from '#ledger/read.ts'
import type { Sums } from './bag-text.ts'

/** An item as the formats of others describe it. */
export type Described = {
  readonly id: string
  readonly exhibit: string
  readonly title: string
  readonly originalName: string
  readonly mediaType: string
  readonly size: number
  readonly sums: Sums
  readonly path: string
  readonly recordedAt: Date | null
  readonly receivedAt: Date | null
  readonly place: string | null
  readonly device: string | null
  readonly deliveredBy: string
  readonly parent: { readonly id: string; readonly exhibit: string } | undefined
  readonly case: { readonly id: string; readonly number: string; readonly title: string }
  readonly agency: { readonly id: string; readonly name: string; readonly ori: string }
  readonly version: string
}

/** One format of a record, written entry by entry, so that a long custody takes no memory. */
export type Format = {
  readonly head: () => string
  readonly entry: (entry: Opened) => string
  readonly tail: () => string
}

/** Who did what an entry tells, as far as it still tells it. */
export function actorOf({ shown }: Opened): { readonly id: string | undefined; readonly name: string } {
  if (!shown) return { id: undefined, name: 'destroyed by order of a court' }
  const { id, name } = shown.actor
  return {
    id: typeof id === 'string' ? id : undefined,
    name: typeof name === 'string' && name !== '' ? name : 'the vault',
  }
}

export const whyOf = ({ shown }: Opened): string | undefined => {
  const why = shown?.detail['why']
  return typeof why === 'string' ? why : undefined
}
