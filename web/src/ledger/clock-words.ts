import type { Answered } from '@sallyport/api/contract'
import type { readStamping } from '@sallyport/api/stamps'
import { counted } from '../words/sizes.ts'
import { duration } from '../time/durations.ts'

export type Stamping = Answered<typeof readStamping>

/** How far the clock of the server was off, in words: `42 ms ahead of`, `3 min 20 s behind`. */
export function offsetWords(offsetMs: number): string {
  const size = Math.abs(offsetMs)
  if (size === 0) return 'the same as that of'
  const much = size < 1000 ? `${size} ms` : size < 60_000 ? `${(size / 1000).toFixed(1)} s` : duration(size / 1000)
  return `${much} ${offsetMs > 0 ? 'ahead of' : 'behind'}`
}

/** The clock in a sentence. What nobody was asked about is not claimed. */
export function clockWords({ source, offsetMs }: Stamping['clock']): string {
  if (source === 'none' || offsetMs === null)
    return 'Nobody was asked for the time since this server started. Each entry says that its time is that of this machine alone.'
  return `The clock of this server was ${offsetWords(offsetMs)} ${source}.`
}

/** How much of the ledger has a time from outside. */
export function stampedWords({ authorities, size, unstamped }: Stamping): string {
  if (authorities.length === 0) return 'No authority stamps the time on this ledger.'
  if (unstamped >= size) return 'No entry is stamped yet.'
  const first = `The first ${counted(size - unstamped, 'entry is', 'entries are')} stamped.`
  return unstamped === 0 ? first : `${first} ${counted(unstamped, 'entry came', 'entries came')} since.`
}
