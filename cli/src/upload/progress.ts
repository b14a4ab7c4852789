import { bytes, span } from '../quantities.ts'
import { shown } from '../table.ts'

type Sample = { readonly at: number; readonly done: number }

/** How far a transfer is, with the samples of the last seconds, from which its rate is taken. */
export type Meter = { readonly total: number; readonly samples: readonly Sample[] }

const window = 10

export const newMeter = (total: number): Meter => ({ total, samples: [] })

/**
 * Adds a sample: at `at` seconds, `done` bytes were safe in the vault.
 *
 * Bytes can be taken back: after a cut the vault names the last byte it holds, which may lie before
 * what was sent. The rate then starts anew instead of being negative.
 */
export function measured({ total, samples }: Meter, at: number, done: number): Meter {
  const last = samples.at(-1)
  if (last && done < last.done) return { total, samples: [{ at, done }] }
  const kept = samples.filter((sample) => at - sample.at <= window)
  return { total, samples: [...kept, { at, done }] }
}

export const doneOf = ({ samples }: Meter): number => samples.at(-1)?.done ?? 0

/** Bytes a second over the last ten seconds; 0 as long as nothing can be said. */
export function rateOf({ samples }: Meter): number {
  const [first] = samples
  const last = samples.at(-1)
  if (!first || !last || last.at <= first.at) return 0
  return (last.done - first.done) / (last.at - first.at)
}

/** Seconds until the end at the present rate; `undefined` as long as nothing moves. */
export function secondsLeft(meter: Meter): number | undefined {
  const rate = rateOf(meter)
  return rate > 0 ? (meter.total - doneOf(meter)) / rate : undefined
}

/** `BWC_1204.mp4  42 %  1.2 GB of 2.8 GB  84.0 MB/s  19 s left` */
export function lineOf(name: string, meter: Meter): string {
  const done = doneOf(meter)
  const part = meter.total ? Math.floor((100 * done) / meter.total) : 100
  const left = secondsLeft(meter)
  const pace = left === undefined ? 'waiting' : `${bytes(Math.round(rateOf(meter)))}/s  ${span(left)} left`
  const rest = done >= meter.total ? 'being checked' : pace
  return `${shown(name)}  ${part} %  ${bytes(done)} of ${bytes(meter.total)}  ${rest}`
}
