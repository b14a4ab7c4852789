import { useSession } from '../sessions/session.ts'
import { bothClocks, clockIn } from './agency-time.ts'

type Form =
  /** One line with both clocks. */
  | 'line'
  /** Two lines, for a column of a table. */
  | 'stacked'
  /** The agency clock; UTC by hovering and in print. */
  | 'short'

type Props = { readonly at: string; readonly form?: Form; readonly fine?: 'minutes' | 'seconds' | 'hundredths' }

/** A moment on the clock of the agency and in UTC. Every time on every page is shown by this. */
export function Time({ at, form = 'line', fine = 'seconds' }: Props) {
  const zone = useSession().agency.timeZone
  const moment = new Date(at)
  const here = clockIn(zone, moment, fine)
  const utc = clockIn('UTC', moment, fine)
  const utcText = `${utc.date === here.date ? '' : `${utc.date}, `}${utc.time} Z`
  const once = zone === 'UTC'
  const hereText = `${here.date}, ${here.time} ${here.offset}`
  if (form === 'short')
    return (
      <time dateTime={at} title={bothClocks(zone, moment, fine)}>
        {hereText}
        {!once && <span className="print-only"> ({utcText})</span>}
      </time>
    )
  if (form === 'stacked')
    return (
      <time dateTime={at}>
        {hereText}
        {!once && (
          <>
            <br />
            <small className="dim">{utcText}</small>
          </>
        )}
      </time>
    )
  return (
    <time dateTime={at}>
      <span className="one-piece">{hereText}</span>
      {!once && <span className="dim one-piece">&nbsp;· {utcText}</span>}
    </time>
  )
}
