import { createHash, type KeyObject, sign, type X509Certificate } from 'node:crypto'
import {
  type Der,
  integer,
  octets,
  oid,
  partsOf,
  readDer,
  readInteger,
  sequence,
  setOf,
  tag,
  tagged,
  tlv,
} from '@sallyport/core/der'

/** Gives an RFC 3161 TimeStampToken over a SHA-256 digest, or undefined while no authority answers. */
export type Stamp = (digest: Uint8Array) => Promise<Uint8Array | undefined>

export type Signer = { readonly key: KeyObject; readonly certificate: X509Certificate }

const ids = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  signatureTimeStampToken: '1.2.840.113549.1.9.16.2.14',
  sha256: '2.16.840.1.101.3.4.2.1',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
} as const

const sha256 = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

const attribute = (id: string, value: Der): Der => sequence(oid(id), setOf(value))

/** Who issued a certificate, and under which number, as they stand in it (RFC 5280, 4.1). */
function issuedAs({ raw }: X509Certificate): { issuer: Uint8Array; serial: Uint8Array } {
  const body = partsOf(partsOf(readDer(raw)).take(tag.sequence))
  body.take(0xa0)
  const serial = body.take(tag.integer)
  readInteger(serial)
  body.take(tag.sequence)
  return { serial: serial.whole, issuer: body.take(tag.sequence).whole }
}

/**
 * ESSCertIDv2 (RFC 5035, section 4), with SHA-256, which is its default and so is left out. It binds the
 * signature to this certificate: another one with the same key does not fit (EN 319 122-1, 5.2.2.3).
 */
function signingCertificate({ certificate }: Signer): Der {
  const { issuer, serial } = issuedAs(certificate)
  const name = sequence(sequence(tagged(4, true, issuer)), serial)
  return sequence(sequence(sequence(octets(sha256(certificate.raw)), name)))
}

/**
 * A detached CMS signature (RFC 5652) over `content`, as PAdES B-B asks for it (EN 319 142-1, 6.3): content
 * type, message digest and signing certificate are signed, and no signing time, which the PDF states itself.
 * With a stamp over the signature value it is B-T.
 *
 * It shows that whoever holds the vault's paper key made these bytes, and with a stamp that they existed
 * then. It is no statement of a person.
 */
export async function signDetached(
  content: readonly Uint8Array[],
  signer: Signer,
  stamp: Stamp,
): Promise<{ readonly signed: Der; readonly stamped: boolean }> {
  const attributes = [
    attribute(ids.contentType, oid(ids.data)),
    attribute(ids.messageDigest, octets(sha256(...content))),
    attribute(ids.signingCertificateV2, signingCertificate(signer)),
  ]
  const whole = setOf(...attributes)
  const value = sign('sha256', whole, { key: signer.key, dsaEncoding: 'der' })
  const token = await stamp(sha256(value))
  const digestAlgorithm = sequence(oid(ids.sha256))
  const { issuer, serial } = issuedAs(signer.certificate)
  const one = integer(Uint8Array.of(1))
  const info = sequence(
    one,
    sequence(issuer, serial),
    digestAlgorithm,
    // Signed as a SET OF, sent under the tag of its place (RFC 5652, 5.4).
    Uint8Array.from([0xa0, ...whole.subarray(1)]),
    sequence(oid(ids.ecdsaWithSha256)),
    octets(value),
    ...(token ? [tagged(1, true, attribute(ids.signatureTimeStampToken, Uint8Array.from(token)))] : []),
  )
  const signedData = sequence(
    one,
    tlv(tag.set, digestAlgorithm),
    sequence(oid(ids.data)),
    tagged(0, true, signer.certificate.raw),
    tlv(tag.set, info),
  )
  return { signed: sequence(oid(ids.signedData), tagged(0, true, signedData)), stamped: token !== undefined }
}
