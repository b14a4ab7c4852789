/** What is known of the clock of this server when something is entered: who was asked last, and how far off it was. */
export type ClockTrust = {
  /** `none`: nobody was asked since the start. */
  readonly source: string
  /** How far this clock was ahead of the source. A stamp shows it to within the time that its answer took. */
  readonly offsetMs: number | null
  readonly checkedAt: string | null
}

/** Of a clock that was compared with nobody. */
export const unknownClock = (): ClockTrust => ({ source: 'none', offsetMs: null, checkedAt: null })

export type Comparison = {
  /** The time that the other stated. */
  readonly theirs: Date
  /** Our times when it was asked and when it had answered. */
  readonly asked: Date
  readonly at: Date
}

/**
 * The clock of this server, and what others said of it.
 *
 * It corrects nothing: an entry carries the time of the machine, and beside it what was known of that
 * time, so that whoever reads it later can judge. CJISSECPOL AU-8.
 */
export type Clock = {
  readonly trust: () => ClockTrust
  readonly compared: (source: string, comparison: Comparison) => void
}

/** How far off a clock may be before somebody is called, beyond the time that the answer took. */
const mostMs = 1_500

export function newClock(off: (source: string, offsetMs: number) => void): Clock {
  let trust = unknownClock()
  return {
    trust: () => trust,
    compared(source, { theirs, asked, at }) {
      const offsetMs = Math.round((asked.getTime() + at.getTime()) / 2 - theirs.getTime())
      trust = { source, offsetMs, checkedAt: at.toISOString() }
      // An authority may state whole seconds, and its answer takes some time.
      if (Math.abs(offsetMs) > mostMs + (at.getTime() - asked.getTime()) / 2) off(source, offsetMs)
    },
  }
}
