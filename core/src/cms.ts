import { concat, equal } from './bytes.ts'
import {
  allOf,
  as,
  attempted,
  DerFault,
  type DerValue,
  inside,
  partsOf,
  readDer,
  readInteger,
  readOctets,
  readOid,
  readSmall,
  tag,
} from './der.ts'
import { type HashName, readHash, readStrongHash, type StrongHash } from './signature-algorithm.ts'
import { type Certificate, readCertificate } from './x509.ts'

/** A signed message (RFC 5652, 5.1) with its content inside. Nothing of it is verified by being read. */
export type SignedData = {
  readonly contentType: string
  readonly content: Uint8Array
  readonly certificates: readonly Certificate[]
  readonly signers: readonly SignerInfo[]
}

/** RFC 5652, 5.3, with signed attributes, without which a stamp cannot name its signer's certificate. */
export type SignerInfo = {
  readonly signer: { readonly issuer: Uint8Array; readonly serial: Uint8Array } | { readonly keyId: Uint8Array }
  readonly hash: StrongHash
  /** The bytes that were signed: the attributes with the tag of a SET OF in place of their own (RFC 5652, 5.4). */
  readonly signed: Uint8Array
  readonly attributes: readonly Attribute[]
  readonly algorithm: DerValue
  readonly signature: Uint8Array
}

export type Attribute = { readonly id: string; readonly values: readonly DerValue[] }

const id = {
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
}

/** Reads a ContentInfo that holds SignedData. Throws a DerFault if it is none, to the letter. */
export function readSignedData(bytes: Uint8Array): SignedData {
  const info = partsOf(readDer(bytes))
  if (readOid(info.take()) !== id.signedData) throw new DerFault('no signed message')
  const parts = partsOf(inside(info.take(0xa0), 0xa0))
  info.end()
  // RFC 5652, 5.1 asks for 3 here, and some write 1; nothing is read otherwise for it, and nobody signs it.
  if (readSmall(parts.take()) > 5) throw new DerFault('a signed message of another version')
  const hashes = allOf(parts.take(), tag.set).map(readHash)
  const encapsulated = partsOf(parts.take())
  const contentType = readOid(encapsulated.take())
  const content = readOctets(inside(encapsulated.take(0xa0), 0xa0))
  encapsulated.end()
  const given = parts.option(0xa0)
  parts.option(0xa1)
  const signers = allOf(parts.take(), tag.set).map(readSigner)
  parts.end()
  // RFC 5652, 5.1: whoever reads in one go must know from here what to hash with.
  if (!signers.every(({ hash }) => hashes.includes(hash))) throw new DerFault('a hash that was not announced')
  // Other kinds than X.509 stand under tags of their own; one that cannot be read connects nothing.
  const certificates = given ? allOf(as(given, tag.set), tag.set) : []
  return {
    contentType,
    content,
    certificates: certificates
      .map(({ whole }) => attempted(() => readCertificate(whole)))
      .filter((certificate) => certificate !== undefined),
    signers,
  }
}

function readSigner(value: DerValue): SignerInfo {
  const parts = partsOf(value)
  const version = readSmall(parts.take())
  const name = parts.take()
  const signer = name.tag === 0x80 ? { keyId: name.content } : readIssuerAndSerial(name)
  // RFC 5652, 5.3: version 1 names issuer and serial number, version 3 a key.
  if (version !== ('keyId' in signer ? 3 : 1)) throw new DerFault('a signer of another version')
  const hash = readStrongHash(parts.take())
  const attributes = parts.take(0xa0)
  const algorithm = parts.take()
  const signature = readOctets(parts.take())
  parts.option(0xa1)
  parts.end()
  return {
    signer,
    hash,
    signed: concat(Uint8Array.of(tag.set), attributes.whole.subarray(1)),
    attributes: allOf(as(attributes, tag.set), tag.set).map(readAttribute),
    algorithm,
    signature,
  }
}

function readIssuerAndSerial(value: DerValue): { readonly issuer: Uint8Array; readonly serial: Uint8Array } {
  const parts = partsOf(value)
  const [issuer, serial] = [parts.take(tag.sequence).whole, readInteger(parts.take())]
  parts.end()
  return { issuer, serial }
}

function readAttribute(value: DerValue): Attribute {
  const parts = partsOf(value)
  const attribute = { id: readOid(parts.take()), values: allOf(parts.take(), tag.set) }
  parts.end()
  return attribute
}

/** The certificate that a signer names, among those that are given. */
export const certificateOf = ({ signer }: SignerInfo, certificates: readonly Certificate[]): Certificate | undefined =>
  certificates.find(({ issuer, serial, extensions }) =>
    'keyId' in signer
      ? extensions.keyId !== undefined && equal(extensions.keyId, signer.keyId)
      : equal(issuer, signer.issuer) && equal(serial, signer.serial),
  )

/** The one value of an attribute that must be there once with one value (RFC 5652, 11). Throws a DerFault. */
function onlyValue({ attributes }: SignerInfo, name: string): DerValue | undefined {
  const found = attributes.filter((attribute) => attribute.id === name)
  const [value, ...more] = found.flatMap(({ values }) => values)
  if (found.length > 1 || more.length > 0) throw new DerFault('stands there more than once')
  if (found.length === 1 && !value) throw new DerFault('has no value')
  return value
}

function required(signer: SignerInfo, name: string): DerValue {
  const value = onlyValue(signer, name)
  if (!value) throw new DerFault('is missing')
  return value
}

export const signedContentType = (signer: SignerInfo): string => readOid(required(signer, id.contentType))
export const signedDigest = (signer: SignerInfo): Uint8Array => readOctets(required(signer, id.messageDigest))

/** How a signer names its certificate under the signature: by a hash, and by issuer and serial number if it likes. */
export type NamedCertificate = {
  readonly hash: HashName
  readonly digest: Uint8Array
  readonly issuerSerial?: { readonly issuer: Uint8Array; readonly serial: Uint8Array }
}

/**
 * The certificates that the signer meant as its own: SigningCertificate (RFC 2634, 5.4, whose hash is
 * SHA-1) or SigningCertificateV2 (RFC 5035), or both; the first of each list is the signer's (RFC 3161,
 * 2.4.2 as updated by RFC 5816). SHA-1 is tolerated here only: it names a certificate that the path
 * must vouch for anyway, and finding another with the same SHA-1 takes a second preimage.
 */
export function signingCertificates(signer: SignerInfo): readonly NamedCertificate[] {
  const [first, second] = [onlyValue(signer, id.signingCertificate), onlyValue(signer, id.signingCertificateV2)]
  const named = [first && readNamed(first, 'SHA-1'), second && readNamed(second, 'SHA-256')]
  const all = named.filter((one) => one !== undefined)
  if (all.length === 0) throw new DerFault('is missing')
  return all
}

function readNamed(value: DerValue, usual: HashName): NamedCertificate {
  const list = partsOf(value).take()
  const parts = partsOf(partsOf(list).take())
  const algorithm = usual === 'SHA-1' ? undefined : parts.option(tag.sequence)
  const digest = readOctets(parts.take())
  const named = parts.option(tag.sequence)
  parts.end()
  const hash = algorithm ? readHash(algorithm) : usual
  return { hash, digest, ...(named && { issuerSerial: readIssuerSerial(named) }) }
}

/** IssuerSerial (RFC 5035, 4): names as GeneralNames, of which one directory name is meant. */
function readIssuerSerial(value: DerValue): { readonly issuer: Uint8Array; readonly serial: Uint8Array } {
  const parts = partsOf(value)
  const [name, ...others] = allOf(parts.take())
  const serial = readInteger(parts.take())
  if (!name || others.length > 0) throw new DerFault('names no issuer, or several')
  return { issuer: inside(name, 0xa4).whole, serial }
}
