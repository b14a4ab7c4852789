import { type ConnectionOptions, connect, getCACertificates, type TLSSocket } from 'node:tls'
import type { Finding } from './finding.ts'
import { checkValidity } from './machine.ts'

/** Offers that a vault must turn down: too old, too short a key, or not approved (SP 800-52r2, CJISSECPOL SC-13). */
const weak: readonly { readonly name: string; readonly offer: ConnectionOptions }[] = [
  { name: 'TLS 1.0 and 1.1', offer: { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } },
  { name: 'AES-128 in TLS 1.3', offer: { minVersion: 'TLSv1.3', ciphers: 'TLS_AES_128_GCM_SHA256' } },
  { name: 'ChaCha20 in TLS 1.3', offer: { minVersion: 'TLSv1.3', ciphers: 'TLS_CHACHA20_POLY1305_SHA256' } },
  { name: 'AES-128 in TLS 1.2', offer: twelve('ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256') },
  { name: 'ChaCha20 in TLS 1.2', offer: twelve('ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305') },
  { name: 'CBC suites', offer: twelve('ECDHE-ECDSA-AES256-SHA384:ECDHE-RSA-AES256-SHA384:AES256-SHA:AES128-SHA') },
  { name: 'suites without forward secrecy', offer: twelve('AES256-GCM-SHA384:AES128-GCM-SHA256') },
]
const strong: readonly { readonly name: string; readonly offer: ConnectionOptions }[] = [
  { name: 'TLS 1.3 with AES-256', offer: { minVersion: 'TLSv1.3', ciphers: 'TLS_AES_256_GCM_SHA384' } },
  { name: 'TLS 1.2 with AES-256', offer: twelve('ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384') },
]

function twelve(ciphers: string): ConnectionOptions {
  return { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', ciphers: `${ciphers}:@SECLEVEL=0` }
}

/**
 * Shakes hands with the vault, once for each thing that it should take or turn down.
 *
 * What is answered here is what a proxy before the vault offers, if there is one: that is what
 * people connect to.
 */
export async function checkTls(origin: string, ca: readonly string[]): Promise<Finding[]> {
  const { hostname, port } = new URL(origin)
  const to = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 443), ca: [...ca] }
  const plain = await shake({ ...to, rejectUnauthorized: false })
  if (!plain)
    return [{ check: 'TLS', state: 'wrong', found: `nobody shakes hands at ${origin}.`, advice: 'Is it started?' }]
  const taken = await offers(weak, to)
  const good = await offers(strong, to)
  return [
    await checkTrust(to, plain),
    checkValidity('Certificate of the vault', new Date(plain.validTo)),
    checkSuites(taken, good),
  ]
}

function checkSuites(taken: readonly string[], good: readonly string[]): Finding {
  const check = 'TLS suites'
  const advice = 'Restrict the proxy before the vault; the vault itself offers AES-256 only.'
  if (taken.length) return { check, state: 'wrong', found: `the vault also takes ${taken.join(', ')}.`, advice }
  if (!good.length) return { check, state: 'wrong', found: 'the vault takes no suite with AES-256.', advice }
  return { check, state: 'well', found: `${good.join(' and ')} taken, all ${weak.length} weak offers turned down.` }
}

type To = ConnectionOptions & { readonly host: string }

async function offers(list: typeof weak, to: To): Promise<string[]> {
  const taken: string[] = []
  for (const { name, offer } of list) if (await shake({ ...to, ...offer, rejectUnauthorized: false })) taken.push(name)
  return taken
}

async function checkTrust(to: To, { fault }: Shaken): Promise<Finding> {
  const check = 'Trust'
  if (fault)
    return {
      check,
      state: 'wrong',
      found: `the certificate of the vault is not trusted here (${fault}).`,
      advice: 'Give its authority with --ca FILE, and install it on machines from which people sign in.',
    }
  const bySystem = await shake({ ...to, ca: getCACertificates('system'), rejectUnauthorized: false })
  if (bySystem && !bySystem.fault)
    return { check, state: 'well', found: 'this system trusts the certificate of the vault.' }
  return {
    check,
    state: 'note',
    found: 'this program trusts the vault by the certificate that it was given; browsers here do not yet.',
    advice: 'Install that certificate in the system store.',
  }
}

type Shaken = { readonly fault: string | undefined; readonly validTo: string; readonly suite: string }

const patience = 5000

/** Shakes hands and hangs up. `undefined`: the offer was turned down, or nobody answered. */
function shake(options: ConnectionOptions): Promise<Shaken | undefined> {
  return new Promise((resolve) => {
    let socket: TLSSocket
    const end = (shaken: Shaken | undefined) => {
      socket.destroy()
      resolve(shaken)
    }
    try {
      socket = connect({ ...options, ...(!/^[\d.]+$|:/.test(options.host ?? '') && { servername: options.host }) })
    } catch {
      // This OpenSSL cannot even make the offer, so it cannot be taken from here.
      resolve(undefined)
      return
    }
    socket.setTimeout(patience, () => end(undefined))
    socket.on('error', () => end(undefined))
    socket.on('secureConnect', () => {
      const fault = socket.authorizationError
      const { valid_to: validTo } = socket.getPeerCertificate()
      end({ fault: fault ? String(fault) : undefined, validTo, suite: socket.getCipher().name })
    })
  })
}
