/** A moment as a clock on the wall shows it, with how far that clock stands from UTC. */
export type Clock = {
  readonly date: string
  readonly time: string
  /** `−05:00`, or `Z` for UTC. */
  readonly offset: string
}

const formats = new Map<string, Intl.DateTimeFormat>()

function format(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known) return known
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 2,
    hourCycle: 'h23',
    timeZoneName: 'longOffset',
  })
  formats.set(zone, made)
  return made
}

type Fine = 'minutes' | 'seconds' | 'hundredths'

/** The moment in a time zone. CJISSECPOL AU-8: to the hundredth, with the offset, where it is evidence. */
export function clockIn(zone: string, moment: Date, fine: Fine = 'seconds'): Clock {
  const part: Record<string, string> = {}
  for (const { type, value } of format(zone).formatToParts(moment)) part[type] = value
  const minutes = `${part['hour']}:${part['minute']}`
  const seconds = fine === 'minutes' ? '' : `:${part['second']}`
  const hundredths = fine === 'hundredths' ? `.${part['fractionalSecond']}` : ''
  const offset = (part['timeZoneName'] ?? '').replace('GMT', '').replace('-', '−')
  return {
    date: `${part['day']} ${part['month']} ${part['year']}`,
    time: `${minutes}${seconds}${hundredths}`,
    offset: zone === 'UTC' ? 'Z' : offset === '' ? '+00:00' : offset,
  }
}

/** Both clocks in one line: `14 Mar 2026, 21:14:08 −05:00 (02:14:08 Z)`; the UTC date only where it differs. */
export function bothClocks(zone: string, moment: Date, fine: Fine = 'seconds'): string {
  const here = clockIn(zone, moment, fine)
  if (zone === 'UTC') return `${here.date}, ${here.time} Z`
  const utc = clockIn('UTC', moment, fine)
  const date = utc.date === here.date ? '' : `${utc.date}, `
  return `${here.date}, ${here.time} ${here.offset} (${date}${utc.time} Z)`
}

/**
 * When a frame was recorded in true time: the device's own clock at the start, less what that clock
 * was ahead, plus the place in the recording. It is as good as the two values that a person entered.
 */
export const frameMoment = (recordedAt: string, clockOffsetSeconds: number | null, position: number): Date =>
  new Date(Date.parse(recordedAt) - (clockOffsetSeconds ?? 0) * 1000 + position * 1000)

/**
 * The moment that a wall clock in the zone showed as `2026-03-14T21:14:08`. In the hour that is
 * skipped in spring the clock is read as if it had not been put forward; of the hour that comes
 * twice in autumn the first is meant.
 */
export function momentOf(zone: string, local: string): Date | undefined {
  const asUtc = Date.parse(`${local.length === 16 ? `${local}:00` : local}Z`)
  if (Number.isNaN(asUtc)) return undefined
  const candidates = [offsetAt(zone, asUtc - 86_400_000), offsetAt(zone, asUtc + 86_400_000)]
    .map((offset) => asUtc - offset)
    .sort((a, b) => a - b)
  const exact = candidates.find((candidate) => candidate + offsetAt(zone, candidate) === asUtc)
  return new Date(exact ?? candidates[1] ?? asUtc)
}

/** The moment as a date-and-time field of a form wants it. */
export function localText(zone: string, moment: Date): string {
  const shifted = moment.getTime() + offsetAt(zone, moment.getTime())
  return new Date(shifted).toISOString().slice(0, 19)
}

function offsetAt(zone: string, at: number): number {
  const text = clockIn(zone, new Date(at)).offset
  const match = /^([+−])(\d\d):(\d\d)(?::(\d\d))?$/.exec(text)
  if (!match) return 0
  const [, sign, hours, minutes, seconds] = match
  const size = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds ?? 0)) * 1000
  return sign === '−' ? -size : size
}
