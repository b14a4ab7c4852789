export type Pressed = {
  readonly key: string
  /** In milliseconds, from any fixed beginning. */
  readonly at: number
  /** Control or Command is held. */
  readonly chord: boolean
  /** The person is writing in a field, so that letters are letters. */
  readonly writing: boolean
}

export type Going =
  | 'home'
  | 'cases'
  | 'items'
  | 'uploads'
  | 'people'
  | 'ledger'
  | 'alarms'
  | 'fixity'
  | 'expungements'
  | 'vault'
export type Command =
  | { readonly is: 'search' }
  | { readonly is: 'help' }
  | { readonly is: 'back' }
  | { readonly is: 'go'; readonly to: Going }

/** Since when `g` waits for its second key, or `null`. */
export type Waiting = number | null

const destinations: Readonly<Record<string, Going>> = {
  h: 'home',
  c: 'cases',
  i: 'items',
  u: 'uploads',
  p: 'people',
  l: 'ledger',
  a: 'alarms',
  f: 'fixity',
  e: 'expungements',
  v: 'vault',
}

/** How long the second key of `g h` may take. */
const patience = 1500

/**
 * Reads one key. Single letters can be switched off (WCAG 2.1.4), for people who speak to their
 * machine or whose hand rests on the keys; chords and Escape always work.
 */
export function pressed(
  waiting: Waiting,
  { key, at, chord, writing }: Pressed,
  letters: boolean,
): { waiting: Waiting; command: Command | null } {
  if (chord) return { waiting: null, command: key.toLowerCase() === 'k' ? { is: 'search' } : null }
  if (writing) return { waiting: null, command: null }
  if (key === 'Escape') return { waiting: null, command: { is: 'back' } }
  if (!letters) return { waiting: null, command: null }
  if (waiting !== null && at - waiting <= patience) {
    const to = destinations[key]
    return { waiting: null, command: to ? { is: 'go', to } : null }
  }
  if (key === 'g') return { waiting: at, command: null }
  if (key === '/') return { waiting: null, command: { is: 'search' } }
  if (key === '?') return { waiting: null, command: { is: 'help' } }
  return { waiting: null, command: null }
}
