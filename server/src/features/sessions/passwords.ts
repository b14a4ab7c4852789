import { timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { judgePassword } from '@sallyport/core/password'
import { Refusal } from '@sallyport/core/refusal'
import { randomBytes, stretch } from '#keys/primitives.ts'

/** OWASP ASVS 5.0 appendix C asks for at least 210,000 rounds of PBKDF2-HMAC-SHA-512. */
const rounds = 220_000

export type Kept = { readonly salt: Uint8Array; readonly hash: Uint8Array; readonly rounds: number }

let read: ReadonlySet<string> | undefined

/** The banned list that ships with the vault; docs/operations says how it is replaced each quarter. */
function bannedPasswords(): ReadonlySet<string> {
  read ??= new Set(
    readFileSync(new URL('banned-passwords.txt', import.meta.url), 'utf8')
      .split('\n')
      .filter(Boolean),
  )
  return read
}

export function mustBeGood(
  password: string,
  { shortest, context }: { shortest: number; context: readonly string[] },
): void {
  const fault = judgePassword({ password, shortest, context, banned: bannedPasswords() })
  if (fault) throw new Refusal(fault, fault === 'password/too-short' ? { shortest: String(shortest) } : {})
}

export async function keepPassword(password: string): Promise<Kept> {
  const salt = randomBytes(32)
  return { salt, hash: await stretch(password, { salt, rounds, bytes: 64 }), rounds }
}

/**
 * Compares a password with what was kept. For an account that does not exist, or has no password yet,
 * the same work is done against nothing, so that the time says nothing about who has an account.
 */
export async function isPassword(password: string, kept: Kept | undefined): Promise<boolean> {
  const against = kept ?? { salt: Buffer.alloc(32), hash: Buffer.alloc(64), rounds }
  const hash = await stretch(password, { salt: against.salt, rounds: against.rounds, bytes: 64 })
  return timingSafeEqual(hash, against.hash) && kept !== undefined
}
