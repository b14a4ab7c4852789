export type IdleStep =
  | { readonly is: 'wait'; readonly milliseconds: number }
  | { readonly is: 'warn'; readonly seconds: number }
  | { readonly is: 'lock' }

/** How long before the lock a person is told of it. */
const warnBefore = 60_000

/**
 * What is due now, from when the person last did something in any tab. Playing a recording is not
 * doing something: the lock is for the screen that was left (CJISSECPOL AC-11), and a recording goes
 * on playing to an empty chair.
 */
export function idleStep(lastActive: number, now: number, limitSeconds: number): IdleStep {
  const left = lastActive + limitSeconds * 1000 - now
  if (left <= 0) return { is: 'lock' }
  if (left <= warnBefore) return { is: 'warn', seconds: Math.ceil(left / 1000) }
  return { is: 'wait', milliseconds: left - warnBefore }
}
