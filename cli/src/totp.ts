import { Secret, TOTP, URI } from 'otpauth'

/** Seconds for which one code stands (RFC 6238 section 5.2). */
const period = 30

export const stepAt = (now: Date): number => Math.floor(now.getTime() / 1000 / period)

/**
 * The one-time code for a step of 30 seconds (RFC 6238).
 *
 * The secret may be given in Base32 or as the `otpauth://` address that a QR code holds. The vault
 * takes each step once, the step before and the one after included; see `demo/people.ts`.
 */
export function codeAt(secret: string, step: number): string {
  const timestamp = step * period * 1000
  if (secret.startsWith('otpauth://')) {
    const read = URI.parse(secret)
    if (!(read instanceof TOTP)) throw new TypeError('The address is not one of a time-based authenticator.')
    return read.generate({ timestamp })
  }
  return new TOTP({ secret: Secret.fromBase32(secret.replace(/\s/g, '')), period }).generate({ timestamp })
}
