/**
 * What one check found.
 *
 * `wrong` asks for something to be done and makes `doctor` end with 1; `note` is worth knowing and
 * may be as it should be; `unseen` could not be looked at from here, which is no sign that it is well.
 */
export type Finding = {
  readonly check: string
  readonly state: 'well' | 'note' | 'wrong' | 'unseen'
  readonly found: string
  /** What to do about it. */
  readonly advice?: string
}

const marks = { well: 'well  ', note: 'note  ', wrong: 'WRONG ', unseen: 'unseen' } as const

export const lineOf = ({ check, state, found, advice }: Finding): string =>
  `${marks[state]}  ${check}: ${found}${advice ? ` ${advice}` : ''}`
