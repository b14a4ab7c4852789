const two = (value: number) => String(value).padStart(2, '0')

/** A place in a recording: `00:04:12.08`. Rounded down, so that it never names a frame not yet shown. */
export function position(seconds: number, fine: 'seconds' | 'hundredths' = 'hundredths'): string {
  const hundredths = Math.max(0, Math.floor(seconds * 100 + 1e-6))
  const whole = Math.floor(hundredths / 100)
  const clock = `${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`
  return fine === 'seconds' ? clock : `${clock}.${two(hundredths % 100)}`
}

/** How long something lasts, in the two largest units: `2 h 5 min`, `3 min 20 s`, `8 s`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${whole} s`
  const steps = [
    { unit: 'd', size: 86_400 },
    { unit: 'h', size: 3600 },
    { unit: 'min', size: 60 },
    { unit: 's', size: 1 },
  ]
  const from = steps.findIndex(({ size }) => whole >= size)
  let left = whole
  const words: string[] = []
  for (const { unit, size } of steps.slice(from, from + 2)) {
    const count = Math.floor(left / size)
    left -= count * size
    if (count > 0) words.push(`${count} ${unit}`)
  }
  return words.join(' ')
}

/** How long ago, coarsely, for reading at a glance. The exact time always stands beside it or behind it. */
export function ago(then: Date, now: Date): string {
  const seconds = Math.round((now.getTime() - then.getTime()) / 1000)
  if (seconds < 5) return 'just now'
  if (seconds < 60) return `${seconds} seconds ago`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return minutes === 1 ? '1 minute ago' : `${minutes} minutes ago`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return hours === 1 ? '1 hour ago' : `${hours} hours ago`
  const days = Math.floor(hours / 24)
  return days === 1 ? '1 day ago' : `${days} days ago`
}
