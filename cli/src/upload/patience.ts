import { setTimeout as sleep } from 'node:timers/promises'
import { NoAnswer, NotDone, Refused } from '../not-done.ts'
import { span } from '../quantities.ts'

/** How long a transfer may stand still before it is given up. A restart of a server takes seconds. */
const mostStandstill = 15 * 60

/**
 * Whether a failure may pass by itself: no answer, a vault that is busy, sealed or restarting, a part
 * that another (dead) connection still holds. A full disk, an ended session and a refusal do not.
 */
export function mayPass(error: unknown): boolean {
  if (error instanceof NoAnswer) return true
  if (!(error instanceof Refused)) return false
  return [408, 409, 423, 429, 500, 502, 503, 504].includes(error.status) && !lasting.has(error.code)
}

const lasting = new Set(['session/locked', 'upload/finished', 'item/altered', 'vault/disk-full'])

/** Seconds to wait before the next try: a half, one, two … thirty. */
export const pause = (failures: number): number => Math.min(30, 2 ** (failures - 2))

export type Patience = {
  /** Called with a sentence each time a wait begins. */
  readonly note: (sentence: string) => void
  /** Bytes that are safe: if they grow between failures, the count of failures starts anew. */
  readonly progress?: () => number
}

/** Does a thing again and again until it succeeds, fails for good, or nothing has moved for 15 minutes. */
export async function patiently<T>(deed: () => Promise<T>, { note, progress }: Patience): Promise<T> {
  let failures = 0
  let stoodAt = progress?.() ?? 0
  let stillSince = performance.now()
  for (;;) {
    try {
      return await deed()
    } catch (error) {
      if (!mayPass(error)) throw error
      const at = progress?.() ?? 0
      if (at !== stoodAt) [failures, stillSince, stoodAt] = [0, performance.now(), at]
      failures++
      const still = (performance.now() - stillSince) / 1000
      const says = error instanceof Error ? error.message : String(error)
      if (still > mostStandstill)
        throw new NotDone(
          `Nothing moved for ${span(still)}. ${says}`,
          'Run the same command again: it goes on from there.',
        )
      if (failures > 1) note(`${says} Trying again in ${span(Math.ceil(pause(failures)))}.`)
      await sleep(pause(failures) * 1000)
    }
  }
}
