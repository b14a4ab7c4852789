import type { AgencyId } from '@sallyport/core/ids'

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
  /** What an agency knows of the clock: from time servers of this vault, or from its own authorities. */
  readonly trust: (agency: AgencyId) => ClockTrust
  /** Without an agency the source is one that the operator of the vault named; else that agency's own, and for it alone. */
  readonly compared: (source: string, comparison: Comparison, agency?: AgencyId) => void
}

/** How far off a clock may be before somebody is called, beyond the time that the answer took. */
const mostMs = 1_500

type Off = (source: string, offsetMs: number, agency: AgencyId | undefined) => void

export function newClock(off: Off): Clock {
  const known = new Map<AgencyId | undefined, ClockTrust>()
  const none = unknownClock()
  return {
    trust(agency) {
      const [own = none, common = none] = [known.get(agency), known.get(undefined)]
      return (own.checkedAt ?? '') > (common.checkedAt ?? '') ? own : common
    },
    compared(source, { theirs, asked, at }, agency) {
      const offsetMs = Math.round((asked.getTime() + at.getTime()) / 2 - theirs.getTime())
      known.set(agency, { source, offsetMs, checkedAt: at.toISOString() })
      // An authority may state whole seconds, and its answer takes some time.
      if (Math.abs(offsetMs) > mostMs + (at.getTime() - asked.getTime()) / 2) off(source, offsetMs, agency)
    },
  }
}
