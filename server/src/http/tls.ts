import {
  constants,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  X509Certificate,
} from 'node:crypto'
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import type { Server, ServerOptions } from 'node:https'
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Config } from '../config.ts'
import { type Say, StartFault } from '../start-fault.ts'
import { type Authority, authorityCertificate, permission, serverCertificate } from './certificate.ts'

type Chosen = Pick<Config, 'data' | 'origin' | 'tls'>
type Pair = { readonly cert: string; readonly key: string }

const day = 86_400_000
const renewBefore = 30 * day

/** CJISSECPOL SC-8 and SC-13, NIST SP 800-52r2: TLS 1.2 and 1.3, AES-256 with GCM, ephemeral keys on NIST curves. */
const manner = {
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.3',
  ciphers: 'TLS_AES_256_GCM_SHA384:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384',
  ecdhCurve: 'P-384:P-256',
  sigalgs:
    'ecdsa_secp384r1_sha384:ecdsa_secp256r1_sha256:ecdsa_secp521r1_sha512:' +
    'rsa_pss_rsae_sha384:rsa_pss_rsae_sha256:rsa_pss_rsae_sha512:rsa_pkcs1_sha384:rsa_pkcs1_sha256:rsa_pkcs1_sha512',
  honorCipherOrder: true,
  // A ticket would be encrypted under one key for as long as the process runs, and weaken what ephemeral keys give.
  secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
} as const satisfies ServerOptions

/**
 * What an https server needs, with a certificate that is good today: the given one, or one by a local
 * authority that is made on the first start and renewed by itself.
 */
export async function tlsOptions(config: Chosen, say: Say, now: Date): Promise<ServerOptions> {
  return { ...manner, ...(config.tls ? await given(config, say, now) : await local(config, say, now)) }
}

/**
 * Looks every hour for a certificate to renew, or that was replaced on disk, and takes it up without a
 * stop. `look` does the same at once.
 */
export function keepCertificate(server: Server, config: Chosen, say: Say) {
  let taken: Promise<string> = readTaken(config)
  const look = async () => {
    const options = await tlsOptions(config, () => {}, new Date())
    if (String(options.cert) === (await taken)) return
    server.setSecureContext(options)
    taken = Promise.resolve(String(options.cert))
    say('A new certificate is in use.')
  }
  const looking = () => look().catch((error: unknown) => say(`The certificate could not be renewed: ${String(error)}`))
  const timer = setInterval(() => void looking(), 3_600_000).unref()
  return { look, stop: () => clearInterval(timer) }
}

const readTaken = async (config: Chosen) => String((await tlsOptions(config, () => {}, new Date())).cert)

const hostOf = (origin: string) => new URL(origin).hostname.replace(/^\[|\]$/g, '')

async function given({ tls, origin }: Chosen, say: Say, now: Date): Promise<Pair> {
  if (!tls) throw new Error('There is no certificate given.')
  const pair = { cert: await readFile(tls.cert, 'utf8'), key: await readFile(tls.key, 'utf8') }
  const { cert, key } = parse(pair, tls)
  if (!cert.checkPrivateKey(key))
    throw new StartFault(`The key in ${tls.key} is not the key of the certificate in ${tls.cert}.`)
  const until = new Date(cert.validTo)
  if (until <= now)
    throw new StartFault(
      `The certificate in ${tls.cert} expired on ${until.toISOString()}. Put a new one there, or set the clock.`,
    )
  if (until.getTime() - now.getTime() <= renewBefore)
    say(
      `The certificate in ${tls.cert} expires on ${until.toISOString()}. Replace the file; it is taken up without a restart.`,
    )
  if (!isFor(cert, hostOf(origin)))
    say(`The certificate in ${tls.cert} is not for ${hostOf(origin)}, so browsers will refuse ${origin}.`)
  return pair
}

function parse(pair: Pair, paths: Pair): { cert: X509Certificate; key: KeyObject } {
  const trying = <T>(path: string, kind: string, work: () => T): T => {
    try {
      return work()
    } catch {
      throw new StartFault(`${path} does not hold ${kind} as PEM.`)
    }
  }
  return {
    cert: trying(paths.cert, 'a certificate', () => new X509Certificate(pair.cert)),
    key: trying(paths.key, 'a private key without a passphrase', () => createPrivateKey(pair.key)),
  }
}

const isFor = (cert: X509Certificate, name: string) =>
  (isIP(name) ? cert.checkIP(name) : cert.checkHost(name)) !== undefined

/** Names that are always served, and the machine's own name, which is served when the authority may. */
function namesFor(origin: string): { readonly must: readonly string[]; readonly may: readonly string[] } {
  const must = [...new Set([hostOf(origin), 'localhost', '127.0.0.1', '::1'])]
  const own = hostname().toLowerCase()
  const may = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(own) && !isIP(own) && !must.includes(own) ? [own] : []
  return { must, may }
}

async function local({ data, origin }: Chosen, say: Say, now: Date): Promise<Pair> {
  const folder = join(data, 'tls')
  await mkdir(data, { recursive: true, mode: 0o711 })
  await mkdir(folder, { recursive: true, mode: 0o755 })
  const { must, may } = namesFor(origin)
  const authority = await localAuthority(folder, { must, may, now, say })
  const names = [...must, ...may.filter((name) => authority.cert.raw.includes(permission(name)))]
  const kept = await readPair(folder, 'server')
  const good =
    kept !== null &&
    fits(kept.cert, now) &&
    kept.cert.verify(authority.cert.publicKey) &&
    names.every((name) => isFor(kept.cert, name))
  const leaf = good ? kept.text : await renew(folder, { authority, names, now })
  const path = join(folder, 'ca.crt')
  say(
    `Browsers warn until they trust this vault's own authority: ${path} (SHA-256 ${authority.cert.fingerprint256}). ` +
      'docs/operations/certificates.md tells how to trust it on each system, and how to use a certificate of your own.',
  )
  return { cert: `${leaf.cert}${authority.cert.toString()}`, key: leaf.key }
}

type Held = { readonly cert: X509Certificate; readonly key: KeyObject }
type Wanted = {
  readonly must: readonly string[]
  readonly may: readonly string[]
  readonly now: Date
  readonly say: Say
}

async function localAuthority(folder: string, { must, may, now, say }: Wanted): Promise<Held> {
  const kept = await readPair(folder, 'ca')
  if (kept && fits(kept.cert, now) && must.every((name) => kept.cert.raw.includes(permission(name)))) return kept
  if (kept)
    say(
      `${join(folder, 'ca.crt')} is new, because the old one has expired, or is not yet valid by this clock (${now.toISOString()}), ` +
        'or was not made for the address of this vault. Whoever trusted the old one has to trust the new one.',
    )
  const key = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey
  // A new authority has a new name: programs that know two keys under one name refuse both.
  const authority: Authority = { name: `Sallyport local authority ${randomBytes(4).toString('hex')}`, key }
  const validity = { from: new Date(now.getTime() - day), until: new Date(now.getTime() + 3652 * day) }
  const cert = authorityCertificate(authority, [...must, ...may], validity)
  await writePair(folder, 'ca', { cert, key: pemOf(key) })
  return { cert: new X509Certificate(cert), key }
}

type Renewal = { readonly authority: Held; readonly names: readonly string[]; readonly now: Date }

/** 397 days is the longest that Apple's systems take from an authority that a person added. */
async function renew(folder: string, { authority, names, now }: Renewal): Promise<Pair> {
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const end = Math.min(now.getTime() + 396 * day, new Date(authority.cert.validTo).getTime())
  const validity = { from: new Date(now.getTime() - day), until: new Date(end) }
  const name = authority.cert.subject.replace(/^CN=/, '')
  const cert = serverCertificate({ name, key: authority.key }, { key, names }, validity)
  const pair = { cert, key: pemOf(key) }
  await writePair(folder, 'server', pair)
  return pair
}

const pemOf = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString()

const fits = (cert: X509Certificate, now: Date) =>
  new Date(cert.validFrom) <= now && new Date(cert.validTo).getTime() - now.getTime() > renewBefore

/** Null when either half is missing, cannot be read or does not belong to the other: then both are made anew. */
async function readPair(folder: string, name: 'ca' | 'server'): Promise<(Held & { readonly text: Pair }) | null> {
  try {
    const text = {
      cert: await readFile(join(folder, `${name}.crt`), 'utf8'),
      key: await readFile(join(folder, `${name}.key`), 'utf8'),
    }
    const held = { cert: new X509Certificate(text.cert), key: createPrivateKey(text.key) }
    return held.cert.checkPrivateKey(held.key) ? { ...held, text } : null
  } catch {
    return null
  }
}

async function writePair(folder: string, name: 'ca' | 'server', { cert, key }: Pair): Promise<void> {
  const write = async (path: string, text: string, mode: number) => {
    await writeFile(`${path}.new`, text, { mode, flush: true })
    await chmod(`${path}.new`, mode)
    await rename(`${path}.new`, path)
  }
  await write(join(folder, `${name}.key`), key, 0o600)
  await write(join(folder, `${name}.crt`), cert, 0o644)
}
