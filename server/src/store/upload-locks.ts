import { Refusal } from '@sallyport/core/refusal'

/** Gives a lock back. May be called more than once. */
export type Release = () => void

export type UploadLocks = {
  /**
   * Waits until nobody else holds the upload. Whoever holds it is told (`wanted`), and should let go:
   * a sender whose connection died without a word would otherwise keep its own next one out.
   */
  take(id: string, wanted: () => void): Promise<Release>
}

type Held = { readonly wanted: () => void; readonly next: (() => void)[] }

/** One holder at a time for every upload of this process; after `patience` ms whoever waits is refused. */
export function newUploadLocks(patience: number): UploadLocks {
  const locks = new Map<string, Held>()

  const hold = (id: string, wanted: () => void, next: Held['next']): Release => {
    const held = { wanted, next }
    locks.set(id, held)
    return () => {
      if (locks.get(id) !== held) return
      locks.delete(id)
      next.shift()?.()
    }
  }

  const take = (id: string, wanted: () => void): Promise<Release> => {
    const held = locks.get(id)
    if (!held) return Promise.resolve(hold(id, wanted, []))
    held.wanted()
    return new Promise((given, refused) => {
      const turn = () => {
        clearTimeout(timer)
        given(hold(id, wanted, held.next))
        // Those who still wait have asked already; the new holder must hear of it too.
        if (held.next.length) wanted()
      }
      const timer = setTimeout(() => {
        held.next.splice(held.next.indexOf(turn), 1)
        refused(new Refusal('upload/busy'))
      }, patience)
      held.next.push(turn)
    })
  }

  return { take }
}
