import { type ConnectionOptions, connect, getCACertificates, getCiphers, type TLSSocket } from 'node:tls'
import type { Finding } from './finding.ts'
import { checkValidity } from './machine.ts'

type Offer = { readonly name: string; readonly offer: ConnectionOptions }

const approved = {
  'TLSv1.3': ['TLS_AES_256_GCM_SHA384'],
  'TLSv1.2': ['ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES256-GCM-SHA384'],
} as const

/** Every suite that this program could speak in a version, save the approved ones. */
function others(version: keyof typeof approved): string[] {
  const known = getCiphers().map((name) => name.toUpperCase())
  const ofVersion = known.filter((name) => name.startsWith('TLS_') === (version === 'TLSv1.3'))
  return ofVersion.filter((name) => !approved[version].some((good) => good === name))
}

const only = (version: keyof typeof approved, suites: readonly string[]): ConnectionOptions => ({
  minVersion: version,
  maxVersion: version,
  // TLS 1.2 suites below the usual level are offered too: whether they are taken is the question.
  ciphers: version === 'TLSv1.3' ? suites.join(':') : `${suites.join(':')}:@SECLEVEL=0`,
})

const strong: readonly Offer[] = [
  { name: 'TLS 1.3', offer: only('TLSv1.3', approved['TLSv1.3']) },
  { name: 'TLS 1.2', offer: only('TLSv1.2', approved['TLSv1.2']) },
]

/** Offers that a vault must turn down: too old, too short a key, not approved (SP 800-52r2, CJISSECPOL SC-13). */
const weak: readonly Offer[] = [
  { name: 'TLS 1.0 or 1.1', offer: { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } },
  { name: 'TLS 1.3', offer: only('TLSv1.3', others('TLSv1.3')) },
  { name: 'TLS 1.2', offer: only('TLSv1.2', others('TLSv1.2')) },
]

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
  const taken = await takenOf(weak, to)
  const good = await takenOf(strong, to)
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
  const turned = others('TLSv1.3').length + others('TLSv1.2').length
  const found = `${good.join(' and ')} taken; ${turned} other suites and all older versions turned down.`
  return { check, state: 'well', found }
}

type To = ConnectionOptions & { readonly host: string }

async function takenOf(offers: readonly Offer[], to: To): Promise<string[]> {
  const taken: string[] = []
  for (const { name, offer } of offers) {
    const shaken = await shake({ ...to, ...offer, rejectUnauthorized: false })
    if (shaken) taken.push(`${name} with ${shaken.suite}`)
  }
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
