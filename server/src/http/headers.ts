import { randomBytes } from 'node:crypto'

/** Headers of every answer. The pages come from this server and speak to nobody else. */
export const everywhere: Readonly<Record<string, string>> = {
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'SAMEORIGIN',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=(), fullscreen=(self)',
}

/** What the pages may load. Styles of the component library carry the nonce; no script is inline. */
export const pagePolicy = (nonce: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    "connect-src 'self'",
    "font-src 'self'",
    "frame-src 'self' blob:",
    "worker-src 'self'",
    "manifest-src 'self'",
    "object-src 'none'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')

/** An answer that is data: nothing in it may run, whatever an uploaded file contains. */
export const dataPolicy = "default-src 'none'; frame-ancestors 'self'; sandbox"

/** A PDF, shown by the browser's own viewer in a frame of our page. It loads nothing and runs nothing here. */
export const documentPolicy = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"

export const newNonce = (): string => randomBytes(18).toString('base64')
