import { Lost, type ObjectStore, type Sealed, type Sealing, type Writing } from './object-store.ts'

/**
 * Writings that stay open between two requests, so that a file sent in parts is hashed once.
 *
 * One that nobody used for `idle` ms is closed, and so is the one used longest ago when more than
 * `most` rest: each holds 2 MiB. Closed ones are resumed when they are wanted, which reads them again.
 */
export type OpenWritings = {
  /** The writing of an object, begun if nothing of it is here. Every `use` is followed by a `rest` or a `drop`. */
  use(sealing: Sealing): Promise<Writing>
  rest(sealing: Sealing): void
  /** Closes a writing that failed. */
  drop(sealing: Sealing): Promise<void>
  finish(sealing: Sealing): Promise<Sealed>
  destroy(sealing: Sealing): Promise<void>
  /** Closes all. What they hold is durable afterwards. */
  drain(): Promise<void>
}

/** `timer` runs while it rests. */
type Kept = { readonly writing: Writing; timer?: NodeJS.Timeout }

export function keepWritings(store: ObjectStore, { idle, most }: { idle: number; most: number }): OpenWritings {
  const open = new Map<string, Kept>()
  const closing = new Map<string, Promise<void>>()

  const close = (id: string): Promise<void> => {
    const held = open.get(id)
    open.delete(id)
    clearTimeout(held?.timer)
    if (!held) return closing.get(id) ?? Promise.resolve()
    const closed = held.writing.close().finally(() => closing.delete(id))
    closing.set(id, closed)
    return closed
  }

  const use = async (sealing: Sealing): Promise<Writing> => {
    const held = open.get(sealing.id)
    if (held) {
      clearTimeout(held.timer)
      delete held.timer
      return held.writing
    }
    await closing.get(sealing.id)
    const writing = await store.resume(sealing).catch((error: Error) => {
      if (error instanceof Lost) return store.begin(sealing)
      throw error
    })
    open.set(sealing.id, { writing })
    return writing
  }

  const rest = ({ id }: Sealing): void => {
    const held = open.get(id)
    if (!held) return
    // Put last, so that the first of the map is the one that rests longest.
    open.delete(id)
    held.timer = setTimeout(() => void close(id), idle).unref()
    open.set(id, held)
    const [longest] = open.size > most ? ([...open].find(([, { timer }]) => timer) ?? []) : []
    if (longest) void close(longest)
  }

  const finish = async (sealing: Sealing): Promise<Sealed> => {
    const writing = await use(sealing)
    try {
      return await writing.finish()
    } finally {
      await close(sealing.id)
    }
  }

  const destroy = async (sealing: Sealing): Promise<void> => {
    await close(sealing.id)
    await store.remove(sealing.id)
  }

  const drain = async () => void (await Promise.all([...[...open.keys()].map(close), ...closing.values()]))

  return { use, rest, drop: ({ id }) => close(id), finish, destroy, drain }
}
