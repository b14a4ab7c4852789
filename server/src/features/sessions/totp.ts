import { Secret, TOTP } from 'otpauth'

/** RFC 6238 as authenticator apps speak it: HMAC-SHA-1, six digits, steps of 30 seconds. */
const shape = { algorithm: 'SHA1', digits: 6, period: 30 } as const

/** A new secret of 160 bits, in Base32; CJISSECPOL IA-5(1)(d) asks for 112. */
export const newTotpSecret = (): string => new Secret({ size: 20 }).base32

export const totpUri = ({ secret, account, agency }: { secret: string; account: string; agency: string }): string =>
  new TOTP({ ...shape, issuer: `Sallyport ${agency}`, label: account, secret: Secret.fromBase32(secret) }).toString()

/**
 * The 30-second step that a code is good for, or undefined. A clock may be one step off.
 *
 * Only steps later than `spent` count, so a code is accepted once, and never one from before it.
 */
export function spendableStep(
  code: string,
  { secret, spent, now }: { secret: string; spent: number; now: Date },
): number | undefined {
  const totp = new TOTP({ ...shape, secret: Secret.fromBase32(secret) })
  const delta = totp.validate({ token: code, timestamp: now.getTime(), window: 1 })
  if (delta === null) return undefined
  const step = Math.floor(now.getTime() / 1000 / shape.period) + delta
  return step > spent ? step : undefined
}

export function isTotpSecret(text: string): boolean {
  try {
    return /^[A-Z2-7]+$/.test(text) && Secret.fromBase32(text).bytes.length >= 20
  } catch {
    return false
  }
}
