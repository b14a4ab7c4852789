import { createHash, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isIP } from 'node:net'
import { bits, type Der, integer, octets, oid, sequence, setOf, tagged, time, utf8, yes } from '@sallyport/core/der'

/** Certificates by RFC 5280, of the two kinds that a vault makes for itself, all signed with ECDSA P-384 and SHA-384. */
type Validity = { readonly from: Date; readonly until: Date }

export type Authority = { readonly name: string; readonly key: KeyObject }

const ecdsaWithSha384 = sequence(oid('1.2.840.10045.4.3.3'))

const distinguished = (name: string) => sequence(setOf(sequence(oid('2.5.4.3'), utf8(name))))

const spki = (key: KeyObject) => createPublicKey(key).export({ type: 'spki', format: 'der' })

/** Method 1 of RFC 5280, 4.2.1.2, with SHA-256 cut to 160 bits as RFC 7093 has it. */
const keyId = (key: KeyObject) => createHash('sha256').update(spki(key)).digest().subarray(0, 20)

function extension(id: string, value: Der, critical = false): Der {
  return sequence(oid(id), ...(critical ? [yes()] : []), octets(value))
}

/** An IPv6 address as its 16 bytes, an IPv4 address as its 4. */
function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number))
  const groups = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [head = '', tail] = groups.split('::')
  const left = head.split(':').filter(Boolean)
  const right = (tail ?? '').split(':').filter(Boolean)
  const middle = Array.from({ length: 8 - left.length - right.length }, () => '0')
  const all = tail === undefined ? left : [...left, ...middle, ...right]
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex')
}

const named = (name: string) =>
  isIP(name) ? tagged(7, false, addressBytes(name)) : tagged(2, false, Buffer.from(name, 'ascii'))

/**
 * The permission for one name in the constraints of an authority (RFC 5280, 4.2.1.10). Exported so that
 * one can look whether an authority carries it: nothing in Node reads this extension.
 */
export const permission = (name: string): Buffer =>
  Buffer.from(
    sequence(
      isIP(name)
        ? tagged(7, false, addressBytes(name), Buffer.alloc(addressBytes(name).length, 0xff))
        : tagged(2, false, Buffer.from(name, 'ascii')),
    ),
  )

type Body = {
  readonly issuer: Authority
  readonly subject: string
  readonly publicKey: KeyObject
  readonly validity: Validity
  readonly extensions: readonly Der[]
}

function issue({ issuer, subject, publicKey, validity, extensions }: Body): string {
  const serial = randomBytes(16)
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40
  const body = sequence(
    tagged(0, true, integer(Uint8Array.of(2))),
    integer(serial),
    ecdsaWithSha384,
    distinguished(issuer.name),
    sequence(time(validity.from), time(validity.until)),
    distinguished(subject),
    spki(publicKey),
    tagged(3, true, sequence(...extensions)),
  )
  const whole = sequence(body, ecdsaWithSha384, bits(sign('sha384', body, issuer.key)))
  const lines =
    Buffer.from(whole)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}

/**
 * The certificate of a local authority, as PEM.
 *
 * People put it among those that their browser believes, so its key could otherwise speak for any site in
 * the world. It is constrained to the names given: stolen, it can forge this vault and nothing else.
 */
export function authorityCertificate(authority: Authority, names: readonly string[], validity: Validity): string {
  return issue({
    issuer: authority,
    subject: authority.name,
    publicKey: authority.key,
    validity,
    extensions: [
      extension('2.5.29.19', sequence(yes(), integer(Uint8Array.of(0))), true),
      extension('2.5.29.15', bits(Uint8Array.of(0b0000_0110), 1), true),
      extension('2.5.29.14', octets(keyId(authority.key))),
      extension('2.5.29.30', sequence(tagged(0, true, ...names.map(permission))), true),
    ],
  })
}

/** The certificate of a server for its names, as PEM. */
export function serverCertificate(
  authority: Authority,
  server: { readonly key: KeyObject; readonly names: readonly string[] },
  validity: Validity,
): string {
  return issue({
    issuer: authority,
    subject: server.names[0] ?? 'sallyport',
    publicKey: server.key,
    validity,
    extensions: [
      extension('2.5.29.19', sequence(), true),
      extension('2.5.29.15', bits(Uint8Array.of(0b1000_0000), 7), true),
      extension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.1'))),
      extension('2.5.29.17', sequence(...server.names.map(named))),
      extension('2.5.29.14', octets(keyId(server.key))),
      extension('2.5.29.35', sequence(tagged(0, false, keyId(authority.key)))),
    ],
  })
}
