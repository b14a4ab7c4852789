import { setTimeout as pause } from 'node:timers/promises'
import { codeAt, stepAt } from '../../cli/src/totp.ts'

/** An authenticator in a person's pocket. The vault takes each code once, so this one never shows one twice. */
export type Authenticator = { readonly code: () => Promise<string> }

/** A code is typed and judged within so many milliseconds, also on a busy machine. */
const typingMs = 8_000

/**
 * Gives codes from the step before the present one to the one after it, which is as far as the vault
 * lets a clock be off; then it waits until the next begins, as a person would. `spent` is the last step
 * whose code was used elsewhere.
 */
export function authenticator(secret: string, spent = 0): Authenticator {
  let last = spent
  return {
    async code() {
      const step = Math.max(last + 1, stepAt(new Date(Date.now() + typingMs)) - 1)
      last = step
      while (stepAt(new Date()) + 1 < step) await pause(250)
      return codeAt(secret, step)
    },
  }
}
