import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import {
  bits,
  type Der,
  integer,
  nothing,
  octets,
  oid,
  partsOf,
  readDer,
  readInteger,
  sequence,
  setOf,
  tagged,
  time,
  tlv,
  utf8,
  yes,
} from '../der.ts'
import { readCertificate } from '../x509.ts'

/**
 * A time-stamping authority for tests, in whole: keys, certificates, lists of revoked ones and stamps by RFC
 * 3161, with every part open to be made wrongly. Its stamps are also judged by OpenSSL (interop/stamps.ts).
 */
export type KeyKind = 'p256' | 'p384' | 'p521' | 'rsa' | 'rsa-pss' | 'rsa-1024' | 'rsa-sha1' | 'ed25519'

export type Pair = { readonly kind: KeyKind; readonly privateKey: KeyObject; readonly spki: Uint8Array }

/** A certificate with its key. */
export type Holder = { readonly pair: Pair; readonly name: Der; readonly certificate: Uint8Array }

const rsaParameters = (id: string) => sequence(oid(id), nothing())
const sha256 = () => sequence(oid('2.16.840.1.101.3.4.2.1'))
const pssAlgorithm = () =>
  sequence(
    oid('1.2.840.113549.1.1.10'),
    sequence(
      tagged(0, true, sha256()),
      tagged(1, true, sequence(oid('1.2.840.113549.1.1.8'), sha256())),
      tagged(2, true, integer(Uint8Array.of(32))),
    ),
  )

const kinds = {
  p256: { algorithm: () => sequence(oid('1.2.840.10045.4.3.2')), hash: 'sha256' },
  p384: { algorithm: () => sequence(oid('1.2.840.10045.4.3.3')), hash: 'sha384' },
  p521: { algorithm: () => sequence(oid('1.2.840.10045.4.3.4')), hash: 'sha512' },
  rsa: { algorithm: () => rsaParameters('1.2.840.113549.1.1.12'), hash: 'sha384' },
  'rsa-pss': { algorithm: pssAlgorithm, hash: 'sha256' },
  'rsa-1024': { algorithm: () => rsaParameters('1.2.840.113549.1.1.11'), hash: 'sha256' },
  'rsa-sha1': { algorithm: () => rsaParameters('1.2.840.113549.1.1.5'), hash: 'sha1' },
  ed25519: { algorithm: () => sequence(oid('1.3.101.112')), hash: null },
} as const satisfies Record<KeyKind, { algorithm: () => Der; hash: string | null }>

export function newPair(kind: KeyKind): Pair {
  const curve = { p256: 'P-256', p384: 'P-384', p521: 'P-521' }
  const { publicKey, privateKey } =
    kind === 'ed25519'
      ? generateKeyPairSync('ed25519')
      : kind in curve
        ? generateKeyPairSync('ec', { namedCurve: curve[kind as keyof typeof curve] })
        : generateKeyPairSync('rsa', { modulusLength: kind === 'rsa-1024' ? 1024 : 2048 })
  return { kind, privateKey, spki: new Uint8Array(publicKey.export({ format: 'der', type: 'spki' })) }
}

function signed({ kind, privateKey }: Pair, message: Uint8Array): Uint8Array {
  const pss = { padding: 6, saltLength: 32 }
  return sign(kinds[kind].hash, message, { key: privateKey, ...(kind === 'rsa-pss' && pss) })
}

export const nameOf = (common: string): Der => sequence(setOf(sequence(oid('2.5.4.3'), utf8(common))))

const extension = (id: string, value: Der, critical = false): Der =>
  sequence(oid(id), ...(critical ? [yes()] : []), octets(value))

export const extensions = {
  authority: (longest?: number) =>
    extension('2.5.29.19', sequence(yes(), ...(longest === undefined ? [] : [integer(Uint8Array.of(longest))])), true),
  noAuthority: () => extension('2.5.29.19', sequence(), true),
  uses: (flags: number, unused: number) => extension('2.5.29.15', bits(Uint8Array.of(flags), unused), true),
  purposes: (ids: readonly string[], critical = true) => extension('2.5.29.37', sequence(...ids.map(oid)), critical),
  foreign: () => extension('1.3.6.1.4.1.99999.1', octets(new Uint8Array(3)), true),
}
export const timeStamping = '1.3.6.1.5.5.7.3.8'

type Certifying = {
  readonly subject: string
  readonly kind: KeyKind
  readonly extensions: readonly Der[]
  readonly from?: Date
  readonly until?: Date
  readonly serial?: number
}

const usual = { from: new Date('2020-01-01'), until: new Date('2060-01-01') }

/** Makes a key and a certificate for it; `issuer` is left out for one that is signed by itself. */
export function certify(made: Certifying, issuer?: Holder): Holder {
  const pair = newPair(made.kind)
  const name = nameOf(made.subject)
  const signer = issuer ?? { pair, name }
  const serial = made.serial === undefined ? randomBytes(9) : Uint8Array.of(made.serial)
  const algorithm = kinds[signer.pair.kind].algorithm()
  const body = sequence(
    tagged(0, true, integer(Uint8Array.of(2))),
    integer(serial),
    algorithm,
    signer.name,
    sequence(time(made.from ?? usual.from), time(made.until ?? usual.until)),
    name,
    pair.spki,
    tagged(3, true, sequence(...made.extensions)),
  )
  return { pair, name, certificate: sequence(body, algorithm, bits(signed(signer.pair, body))) }
}

/** A list of revoked certificates. `reason` is left out of an entry that gives none. */
export function revoke(
  issuer: Holder,
  entries: readonly { readonly of: Holder; readonly at: Date; readonly reason?: number }[],
  { from = new Date('2026-03-14'), until = new Date('2027-03-14'), foreign = false } = {},
): Uint8Array {
  const algorithm = kinds[issuer.pair.kind].algorithm()
  const lines = entries.map(({ of, at, reason }) => {
    const given = reason === undefined ? [] : [sequence(extension('2.5.29.21', tlv(0x0a, Uint8Array.of(reason))))]
    return sequence(integer(readCertificate(of.certificate).serial), time(at), ...given)
  })
  const body = sequence(
    integer(Uint8Array.of(1)),
    algorithm,
    issuer.name,
    time(from),
    time(until),
    ...(lines.length > 0 ? [sequence(...lines)] : []),
    ...(foreign ? [tagged(0, true, sequence(extensions.foreign()))] : []),
  )
  return sequence(body, algorithm, bits(signed(issuer.pair, body)))
}

export type TimeAuthority = { readonly root: Holder; readonly middle: Holder; readonly signer: Holder }

/** An authority as they are: a root, an authority between, and a signer whose key does nothing else. */
export function newTimeAuthority(kind: KeyKind = 'p256', name = 'Test time'): TimeAuthority {
  const certifying = extensions.uses(0b0000_0110, 1)
  const root = certify({ subject: `${name} root`, kind, extensions: [extensions.authority(), certifying] })
  const middle = certify({ subject: `${name} middle`, kind, extensions: [extensions.authority(0), certifying] }, root)
  return { root, middle, signer: newSigner(kind, middle, {}, name) }
}

export const newSigner = (kind: KeyKind, issuer: Holder, made: Partial<Certifying> = {}, name = 'Test time'): Holder =>
  certify(
    {
      subject: `${name} unit`,
      kind,
      extensions: [extensions.noAuthority(), extensions.uses(0b1000_0000, 7), extensions.purposes([timeStamping])],
      ...made,
    },
    issuer,
  )

/** How a stamp is to be made, with every part that a forger might make otherwise. */
export type Making = {
  readonly at?: string
  readonly nonce?: Uint8Array
  readonly hash?: 'sha1' | 'sha256' | 'sha384' | 'sha512'
  /** The certificates that come along; the signer's and the middle one's if left out. */
  readonly with?: readonly Uint8Array[]
  /** The certificate that the signature names, and by which attribute. */
  readonly meant?: Uint8Array
  readonly naming?: 'v1' | 'v2' | 'v2-sha512'
  readonly attributes?: (usual: { type: Der; digest: Der; naming: Der }) => readonly Der[]
  readonly info?: (parts: readonly Der[]) => readonly Der[]
  readonly content?: (signed: Der) => Uint8Array
  readonly signature?: (usual: Uint8Array) => Uint8Array
  readonly signers?: number
}

const hashIds = {
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
}
const digestOf = (hash: keyof typeof hashIds, bytes: Uint8Array) => createHash(hash).update(bytes).digest()
/** The hash of the content: that of the signature, as OpenSSL asks, save where that is none or too weak to be read. */
const messageHash = ({ pair }: Holder) => {
  const { hash } = kinds[pair.kind]
  return hash === null ? 'sha512' : hash === 'sha1' ? 'sha256' : hash
}
const attribute = (id: string, value: Der) => sequence(oid(id), setOf(value))
const tstInfo = '1.2.840.113549.1.9.16.1.4'

/** A stamp over bytes (the token alone). */
export function stampToken(authority: TimeAuthority, stamped: Uint8Array, making: Making = {}): Uint8Array {
  const { hash = 'sha256', at = '20260314021409.5Z' } = making
  const digest = digestOf(hash, stamped)
  return tokenOver(authority, sequence(sequence(oid(hashIds[hash]), nothing()), octets(digest)), { ...making, at })
}

function tokenOver({ signer, middle }: TimeAuthority, imprint: Der, making: Making & { readonly at: string }): Der {
  const { info = (parts) => parts, signature = (usual) => usual, content = (signed) => signed } = making
  const fields = [
    integer(Uint8Array.of(1)),
    oid('1.3.6.1.4.1.99999.2'),
    imprint,
    integer(Uint8Array.of(7, ...randomBytes(5))),
    tlv(0x18, Buffer.from(making.at)),
    sequence(integer(Uint8Array.of(1)), tagged(0, false, Uint8Array.of(5))),
    ...(making.nonce ? [integer(making.nonce)] : []),
  ]
  const statement = sequence(...info(fields))
  const signedAttributes = setOf(...attributesOver(statement, signer, making))
  const { algorithm } = kinds[signer.pair.kind]
  const { issuer, serial } = readCertificate(signer.certificate)
  const signerInfo = sequence(
    integer(Uint8Array.of(1)),
    sequence(issuer, integer(serial)),
    sequence(oid(hashIds[messageHash(signer)])),
    tagged(0, true, readDer(signedAttributes).content),
    algorithm(),
    octets(signature(signed(signer.pair, signedAttributes))),
  )
  const certificates = making.with ?? [signer.certificate, middle.certificate]
  const message = sequence(
    integer(Uint8Array.of(3)),
    setOf(sequence(oid(hashIds[messageHash(signer)]))),
    sequence(oid(tstInfo), tagged(0, true, octets(content(statement)))),
    tagged(0, true, readDer(setOf(...certificates)).content),
    tlv(0x31, ...Array.from({ length: making.signers ?? 1 }, () => signerInfo)),
  )
  return sequence(oid('1.2.840.113549.1.7.2'), tagged(0, true, message))
}

function attributesOver(statement: Der, signer: Holder, making: Making): readonly Der[] {
  const { attributes = ({ type, digest, naming }) => [type, digest, naming], naming = 'v2' } = making
  const meant = making.meant ?? signer.certificate
  const named = {
    v1: () => attribute('1.2.840.113549.1.9.16.2.12', sequence(sequence(sequence(octets(digestOf('sha1', meant)))))),
    v2: () => attribute('1.2.840.113549.1.9.16.2.47', sequence(sequence(sequence(octets(digestOf('sha256', meant)))))),
    'v2-sha512': () => {
      const { issuer, serial } = readCertificate(signer.certificate)
      const id = sequence(
        sequence(oid(hashIds.sha512)),
        octets(digestOf('sha512', meant)),
        sequence(sequence(tagged(4, true, issuer)), integer(serial)),
      )
      return attribute('1.2.840.113549.1.9.16.2.47', sequence(sequence(id)))
    },
  }
  return attributes({
    type: attribute('1.2.840.113549.1.9.3', oid(tstInfo)),
    digest: attribute('1.2.840.113549.1.9.4', octets(digestOf(messageHash(signer), statement))),
    naming: named[naming](),
  })
}

/** The whole answer around a token. */
export const granted = (token: Uint8Array): Der => sequence(sequence(integer(Uint8Array.of(0))), token)

export const stamp = (authority: TimeAuthority, stamped: Uint8Array, making: Making = {}): Der =>
  granted(stampToken(authority, stamped, making))

/** Answers a request as an authority does: its imprint and its nonce come back. */
export function answer(authority: TimeAuthority, request: Uint8Array, making: Making = {}): Der {
  const parts = partsOf(readDer(request))
  parts.take()
  const imprint = parts.take()
  const asked = parts.option(0x02)
  const nonce = asked && readInteger(asked)
  const at = `${new Date().toISOString().slice(0, 19).replaceAll(/[-T:]/g, '')}Z`
  return granted(tokenOver(authority, sequence(imprint.content), { at, ...(nonce && { nonce }), ...making }))
}

export const pem = (der: Uint8Array, label = 'CERTIFICATE'): string => {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}
