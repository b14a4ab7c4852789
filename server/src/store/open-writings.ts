import { Lost, type ObjectStore, type Sealed, type Sealing, type Writing } from './object-store.ts'

/**
 * Writings that stay open between two requests, so that a file sent in parts is hashed once.
 *
 * One that nobody used for `idle` ms is closed, and so is the one used longest ago when more than
 * `most` rest: each holds 2 MiB. Closed ones are resumed when they are wanted, which reads them again.
 */
export type OpenWritings = {
  /** Works on the writing of an object, begun if nothing of it is here: one at a time for every object. */
  using<T>(sealing: Sealing, work: (writing: Writing) => Promise<T>): Promise<T>
  /** Not to be called by what `using` runs, which it would wait for. */
  finish(sealing: Sealing): Promise<Sealed>
  /** As `finish`. */
  destroy(sealing: Sealing): Promise<void>
  /** Closes all when they are not used any more. What they hold is durable afterwards. */
  drain(): Promise<void>
}

export type Keeping = {
  readonly idle: number
  readonly most: number
  /** Tells errors that say nothing against the writing. After any other it is closed at once. */
  readonly harmless: (error: unknown) => boolean
}

type Kept = { readonly writing: Writing; readonly timer: NodeJS.Timeout }

export function keepWritings(store: ObjectStore, { idle, most, harmless }: Keeping): OpenWritings {
  /** In the order in which they were last used. */
  const resting = new Map<string, Kept>()
  const inTurn = newTurns()

  const close = async (id: string): Promise<void> => {
    const kept = resting.get(id)
    resting.delete(id)
    clearTimeout(kept?.timer)
    await kept?.writing.close()
  }
  const closeInTurn = (id: string) => inTurn(id, () => close(id))

  const rest = (id: string, writing: Writing): void => {
    resting.set(id, { writing, timer: setTimeout(() => void closeInTurn(id), idle).unref() })
    const [longest] = resting.size > most ? resting.keys() : []
    if (longest !== undefined) void closeInTurn(longest)
  }

  const open = async (sealing: Sealing): Promise<Writing> => {
    const kept = resting.get(sealing.id)
    clearTimeout(kept?.timer)
    resting.delete(sealing.id)
    if (kept) return kept.writing
    return store.resume(sealing).catch((error: Error) => {
      if (error instanceof Lost) return store.begin(sealing)
      throw error
    })
  }

  const using = <T>(sealing: Sealing, work: (writing: Writing) => Promise<T>) =>
    inTurn(sealing.id, async () => {
      const writing = await open(sealing)
      try {
        const result = await work(writing)
        rest(sealing.id, writing)
        return result
      } catch (error) {
        if (harmless(error)) rest(sealing.id, writing)
        else await writing.close()
        throw error
      }
    })

  const finish = (sealing: Sealing) =>
    inTurn(sealing.id, async () => {
      const writing = await open(sealing)
      return writing.finish().finally(() => writing.close())
    })

  const destroy = (sealing: Sealing) =>
    inTurn(sealing.id, async () => {
      await close(sealing.id)
      await store.remove(sealing.id)
    })

  const drain = async () => void (await Promise.all([...resting.keys()].map(closeInTurn)))

  return { using, finish, destroy, drain }
}

/** Runs works of the same name one after the other, whatever their outcome. */
function newTurns() {
  const last = new Map<string, Promise<unknown>>()
  return async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const before = last.get(name)
    const mine = (before ?? Promise.resolve()).then(work, work)
    last.set(name, mine)
    try {
      return await mine
    } finally {
      if (last.get(name) === mine) last.delete(name)
    }
  }
}
