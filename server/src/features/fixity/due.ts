/** How long the last round took, and when. */
export type Past = { readonly begunAt: Date; readonly endedAt: Date }

const dayMs = 86_400_000

/**
 * When the next round begins, so that no byte waits longer than `days` for its turn.
 *
 * The order is random: what came first in one round may come last in the next. So from the begin of a
 * round to the end of the next one at most `days` may pass, and the next one begins early by as long as
 * the last one took, and half of that again for what was added since. What was received was hashed while
 * it came: before the first round counts from the day on which the agency was set up.
 */
export function nextRound(past: Past | undefined, setUpAt: Date, days: number): Date {
  if (!past) return new Date(setUpAt.getTime() + 0.9 * days * dayMs)
  const took = past.endedAt.getTime() - past.begunAt.getTime()
  return new Date(Math.max(past.endedAt.getTime(), past.begunAt.getTime() + days * dayMs - 1.5 * took))
}

export type Progress = {
  readonly begunAt: Date
  readonly bytes: number
  readonly checkedBytes: number
}

/** When a round ends if it goes on as until now; undefined while too little was read to say. */
export function expectedEnd({ begunAt, bytes, checkedBytes }: Progress, now: Date): Date | undefined {
  const spent = now.getTime() - begunAt.getTime()
  if (checkedBytes === 0 || spent < 1000) return undefined
  const left = Math.max(0, bytes - checkedBytes)
  const ms = (left / checkedBytes) * spent
  return ms < 1e12 ? new Date(now.getTime() + ms) : undefined
}

/** Whether so many bytes cannot be read twice within the days: then what comes first in one round and last in the next waits too long. */
export const isTooSlow = (bytes: number, { bytesPerSecond, days }: { bytesPerSecond: number; days: number }): boolean =>
  (1.5 * bytes) / bytesPerSecond > days * 86_400

/** Lets so many bytes a second pass. */
export type Pace = { readonly take: (bytes: number, signal: AbortSignal) => Promise<void> }

/** `clock` gives milliseconds; `wait` gives up when the signal comes. */
export function newPace(
  bytesPerSecond: number,
  { clock, wait }: { clock: () => number; wait: (ms: number, signal: AbortSignal) => Promise<void> },
): Pace {
  let free = clock()
  return {
    async take(bytes, signal) {
      // What was not used is gone: after a quiet night it does not read at full speed until noon.
      free = Math.max(free, clock() - 1000) + (bytes / bytesPerSecond) * 1000
      const ms = free - clock()
      if (ms > 0) await wait(ms, signal)
    },
  }
}
