/**
 * What a password must be under the policy profile `cjis-v6` (CJISSECPOL v6.1 IA-5(1)(a)): at least
 * eight characters, any printable character and spaces, no composition rule, no truncation, and not
 * on a list of passwords that attackers try first. `longest` only bounds the work of hashing.
 */
export const policyFloor = { shortest: 8, longest: 256 } as const

export type PasswordFault = 'password/too-short' | 'password/too-long' | 'password/banned'

type Judged = {
  readonly password: string
  readonly shortest: number
  /** Lower-case passwords that are refused. */
  readonly banned: ReadonlySet<string>
  /** Words of the context: sign-in name, name, agency. A password made of one of them is refused. */
  readonly context: readonly string[]
}

/** Judges a new password; undefined if it may be used. Length counts characters, not bytes (SP 800-63B). */
export function judgePassword({ password, shortest, banned, context }: Judged): PasswordFault | undefined {
  const characters = [...password.normalize('NFC')].length
  if (characters < Math.max(shortest, policyFloor.shortest)) return 'password/too-short'
  if (characters > policyFloor.longest) return 'password/too-long'
  const plain = password.normalize('NFC').toLowerCase()
  const core = plain.replace(/[^\p{L}]+$/u, '').replace(/^[^\p{L}]+/u, '')
  if (banned.has(plain) || (core.length > 3 && banned.has(core) && characters < 15)) return 'password/banned'
  if (new Set(plain).size < 4 || isRun(plain)) return 'password/banned'
  const words = context.flatMap((text) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u)).filter((word) => word.length > 3)
  return words.some((word) => plain.includes(word) && characters < word.length + 8) ? 'password/banned' : undefined
}

/** 12345678, abcdefgh, 87654321: each character follows the one before it by the same step of one. */
function isRun(text: string): boolean {
  const codes = [...text].map((character) => character.codePointAt(0) ?? 0)
  const step = (codes[1] ?? 0) - (codes[0] ?? 0)
  return Math.abs(step) <= 1 && codes.every((code, at) => at === 0 || code - (codes[at - 1] ?? 0) === step)
}
