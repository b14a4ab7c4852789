const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'] as const

/** A number of bytes in decimal units, as disks and networks are sold: `1.4 GB`. */
export function bytes(count: number): string {
  let step = 0
  let size = count
  while (size >= 999.95 && step < units.length - 1) {
    size /= 1000
    step++
  }
  return step === 0 ? `${count} bytes` : `${size.toFixed(1)} ${units[step]}`
}

/** A span of time at the grain that a waiting person needs: `8 s`, `3 min 20 s`, `2 h 5 min`. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}

/** `1 file`, `2 files`. */
export const many = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

/** A moment as the machine's own clock shows it, and its distance from UTC. */
export function moment(instant: string | null): string {
  if (!instant) return '-'
  const at = new Date(instant)
  const two = (part: number) => String(part).padStart(2, '0')
  const minutes = -at.getTimezoneOffset()
  const zone = `${minutes < 0 ? '-' : '+'}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())} ${zone}`
}
