import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto'
import { bits, type Der, integer, octets, oid, sequence, setOf, tagged, time, utf8, yes } from '@sallyport/core/der'
import type { Tx } from '#db/within.ts'
import { unwrapKey, wrapKey } from '#keys/primitives.ts'
import { record } from '#ledger/record.ts'
import { printable } from './printable.ts'
import type { Signer } from './cms.ts'
import { insertPaperKey, newestPaperKey } from './rows.ts'

/** Long enough for a case to come to trial; a stamp carries the signature beyond it. */
const validDays = 5 * 365
/** A key is not used for new papers when its certificate is about to end. */
const leastDays = 30
const dayMs = 86_400_000

const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'))
/** RFC 5280, appendix A.1: ub-common-name and ub-organization-name. */
const longestName = 64

const extension = (id: string, value: Der, critical = false): Der =>
  sequence(oid(id), ...(critical ? [yes()] : []), octets(value))

/**
 * A certificate that the key signs itself (RFC 5280), for signing documents (RFC 9336) and nothing else.
 *
 * Nobody vouches for it: who wants to know whose it is compares its fingerprint with the one that the agency
 * gives. Each paper that is made enters that fingerprint in the ledger.
 */
function selfSigned(key: KeyObject, agency: string, now: Date): Buffer {
  const organization = printable(agency).slice(0, longestName).toWellFormed()
  const name = sequence(
    setOf(sequence(oid('2.5.4.10'), utf8(organization))),
    setOf(sequence(oid('2.5.4.3'), utf8('Sallyport court papers'))),
  )
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' })
  const serial = randomBytes(16)
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40
  const keyId = createHash('sha256').update(spki).digest().subarray(0, 20)
  const body = sequence(
    tagged(0, true, integer(Uint8Array.of(2))),
    integer(serial),
    ecdsaWithSha256,
    name,
    sequence(time(new Date(now.getTime() - dayMs)), time(new Date(now.getTime() + validDays * dayMs))),
    name,
    spki,
    tagged(
      3,
      true,
      sequence(
        extension('2.5.29.19', sequence(), true),
        // digitalSignature and contentCommitment (RFC 5280, 4.2.1.3).
        extension('2.5.29.15', bits(Uint8Array.of(0b1100_0000), 6), true),
        extension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.36'))),
        extension('2.5.29.14', octets(keyId)),
      ),
    ),
  )
  return Buffer.from(sequence(body, ecdsaWithSha256, bits(sign('sha256', body, key))))
}

/** Makes a paper key: ECDSA P-256, its private number wrapped under the server key, as the ledger's is. */
export function makePaperKey(serverKey: Uint8Array, agency: string, now: Date) {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const secret = Buffer.from(String(privateKey.export({ format: 'jwk' }).d), 'base64url')
  const wrapped = wrapKey(serverKey, secret)
  secret.fill(0)
  return { certificate: selfSigned(privateKey, agency, now), wrapped }
}

export function openPaperKey(serverKey: Uint8Array, kept: { certificate: Uint8Array; wrapped: Uint8Array }): Signer {
  const certificate = new X509Certificate(kept.certificate)
  const secret = unwrapKey(serverKey, kept.wrapped)
  if (!secret) throw new Error('The key for court papers does not open: this is not the server key it was made under.')
  const { kty, crv, x, y } = certificate.publicKey.export({ format: 'jwk' })
  const key = createPrivateKey({ key: { kty, crv, x, y, d: secret.toString('base64url') } as never, format: 'jwk' })
  secret.fill(0)
  return { key, certificate }
}

/** The signer of an agency's papers; its key is made when the first paper is. */
export async function paperSigner(tx: Tx, { serverKey, agency }: { serverKey: Uint8Array; agency: string }, now: Date) {
  const newest = await newestPaperKey(tx)
  const known = newest && openPaperKey(serverKey, newest)
  if (known && known.certificate.validToDate.getTime() - now.getTime() > leastDays * dayMs) return known
  const made = makePaperKey(serverKey, agency, now)
  await insertPaperKey(tx, { ...made, at: now })
  const signer = openPaperKey(serverKey, made)
  const detail = { certificate: createHash('sha256').update(made.certificate).digest('hex') }
  await record(tx, { act: 'paper.key-made', on: [tx.actor.agency], detail, at: now })
  return signer
}
