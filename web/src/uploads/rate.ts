/** What arrived when: enough of the last seconds to tell a rate that is neither jumpy nor stale. */
export type Pace = readonly { readonly at: number; readonly bytes: number }[]

const lookBack = 8000

/** Notes how many bytes had been sent at a moment, in milliseconds. */
export function noted(pace: Pace, at: number, bytes: number): Pace {
  const recent = pace.filter((mark) => at - mark.at <= lookBack)
  const last = recent.at(-1)
  return last && at - last.at < 250 ? recent : [...recent, { at, bytes }]
}

/** Bytes a second, or `null` while too little is known to say. */
export function rateOf(pace: Pace): number | null {
  const first = pace[0]
  const last = pace.at(-1)
  if (!first || !last || last.at - first.at < 1000) return null
  return Math.max(0, ((last.bytes - first.bytes) / (last.at - first.at)) * 1000)
}

/** Seconds to the end at this rate, or `null` when that cannot be told. */
export const secondsLeft = (pace: Pace, bytesLeft: number): number | null => {
  const rate = rateOf(pace)
  return rate === null || rate < 1 ? null : bytesLeft / rate
}
