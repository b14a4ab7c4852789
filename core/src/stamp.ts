import { equal, hex } from './bytes.ts'
import { askLists, findPath, nameOf } from './certificate-path.ts'
import { certificateOf, type SignerInfo, signedContentType, signedDigest, signingCertificates } from './cms.ts'
import { DerFault } from './der.ts'
import { type CheckSignature, type HashName, signatureAlgorithm } from './signature-algorithm.ts'
import type { StampFind, StampFinding } from './stamp-findings.ts'
import { readResponse, type Token, tokenIn } from './timestamp.ts'
import type { Certificate, RevocationList } from './x509.ts'

/** The machine's own cryptography. */
export type StampPorts = {
  readonly digest: (hash: HashName, bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>
  readonly checkSignature: CheckSignature
}

type Question = {
  /** The bytes that must have been stamped. */
  readonly stamped: Uint8Array
  /** The roots that the reader trusts for time. */
  readonly roots: readonly Certificate[]
  /** Certificates that may connect signer and root, beside those in the stamp. */
  readonly chain?: readonly Certificate[]
  readonly lists?: readonly RevocationList[]
  /** The nonce of the request, where the one who asks is the one who judges. */
  readonly nonce?: Uint8Array
  /** The reader's own time in milliseconds since 1970: a stamp may not be from after it. */
  readonly now?: number
}

export type StampQuestion = Question & { readonly response: Uint8Array }
export type TokenQuestion = Question & { readonly token: Uint8Array }

/** What a stamp states. It is stated by somebody; whether by the authority, `findings` tell. */
export type StampSays = {
  /** ISO 8601 in UTC, to the millisecond. */
  readonly time: string
  readonly accuracyMs?: number
  /** In hexadecimal. */
  readonly serial: string
  readonly policy: string
  readonly hash: HashName
  /** The name on the signer's certificate, and on that of the root, where they were found. */
  readonly authority?: string
  readonly root?: string
}

export type CheckedStamp = { readonly findings: readonly StampFinding[]; readonly says?: StampSays }

/**
 * Judges the answer of a time-stamping authority (RFC 3161, TimeStampResp) about some bytes.
 *
 * When the findings are all notes (see `stands`), an authority under one of the roots stated that these
 * bytes existed at this time or before, give or take its accuracy. That does not show when they were made,
 * nor who made them, nor that the authority's clock was right: for that there should be two of them.
 */
export async function checkStamp({ response, ...question }: StampQuestion, ports: StampPorts): Promise<CheckedStamp> {
  const answer = readResponse(response)
  if (answer.is === 'granted') return checkToken({ ...question, token: answer.token }, ports)
  const code = answer.is === 'refused' ? 'stamp/refused' : 'stamp/malformed'
  return { findings: [{ code, facts: { why: answer.why } }] }
}

/** Judges a stamp without the answer around it, as {@link checkStamp} does. */
export async function checkToken({ token, ...question }: TokenQuestion, ports: StampPorts): Promise<CheckedStamp> {
  const findings: StampFinding[] = []
  const find: StampFind = (code, facts = {}) => findings.push({ code, facts })
  const read = readOr(token, find)
  if (!read) return { findings }
  const { info, message } = read
  const time = new Date(info.time).toISOString()
  await judgeInfo(read, { ...question, time }, { ...ports, find })
  const [signer, ...others] = message.signers
  if (!signer || others.length > 0) find('stamp/signers', { count: message.signers.length })
  const made = signer && (await judgeSigner(read, signer, { ...question, ...ports, find }))
  const [leaf, root] = [made?.certificate, made?.path?.at(-1)]
  if (leaf && info.authority && !equal(info.authority, leaf.subject)) find('stamp/authority-name')
  const { accuracyMs, serial, policy, imprint } = info
  return {
    findings,
    says: {
      time,
      serial,
      policy,
      hash: imprint.hash,
      ...(accuracyMs !== undefined && { accuracyMs }),
      ...(leaf && { authority: nameOf(leaf) }),
      ...(root && { root: nameOf(root) }),
    },
  }
}

function readOr(token: Uint8Array, find: StampFind): Token | undefined {
  try {
    return tokenIn(token)
  } catch (thrown) {
    if (!(thrown instanceof DerFault)) throw thrown
    find('stamp/malformed', { why: thrown.message })
    return undefined
  }
}

type Finding = StampPorts & { readonly find: StampFind }

/** What RFC 3161, 2.2 asks of the one who asked: right imprint, right nonce, a time that can be. */
async function judgeInfo(
  { info: { imprint, nonce: answered, time: at, accuracyMs = 0 } }: Token,
  { stamped, nonce, now, time }: Omit<TokenQuestion, 'token'> & { readonly time: string },
  { digest, find }: Finding,
): Promise<void> {
  if (imprint.hash === 'SHA-1') find('stamp/weak-imprint')
  if (!equal(await digest(imprint.hash, stamped), imprint.digest)) find('stamp/other-bytes')
  if (nonce && !(answered && digits(nonce) === digits(answered))) find('stamp/other-nonce')
  if (now !== undefined && at - accuracyMs > now) find('stamp/from-future', { time })
}

/** A nonce goes out as bytes and comes back as an INTEGER, which drops zeros in front and may add one. */
const digits = (number: Uint8Array) => hex(number).replace(/^0+/, '')

async function judgeSigner(
  { info, message }: Token,
  signer: SignerInfo,
  question: Question & Finding,
): Promise<{ readonly certificate: Certificate; readonly path?: readonly Certificate[] } | undefined> {
  const { digest, find, checkSignature: check, roots, chain = [], lists = [], now } = question
  await judgeAttributes(message, signer, { digest, find })
  const pool = [...message.certificates, ...chain]
  const certificate = certificateOf(signer, [...pool, ...roots])
  if (!certificate) {
    find('stamp/no-signer')
    return undefined
  }
  const subject = nameOf(certificate)
  if (!(await isMeant(signer, certificate, { digest, find }))) find('stamp/swapped-signer', { subject })
  await judgeSignature(signer, certificate, { check, find })
  const path = await findPath({ certificate, pool, roots, at: info.time }, { check, find })
  if (!path) return { certificate }
  await askLists(path, lists, { at: info.time, check, find })
  for (const one of path) {
    if (now === undefined || one.until >= now || one.until < info.time) continue
    find('stamp/path-ended', { subject: nameOf(one), until: new Date(one.until).toISOString() })
  }
  return { certificate, path }
}

type Digesting = Pick<Finding, 'digest' | 'find'>

/** RFC 5652, 5.4 and 11: the signature is over the attributes, and these bind the content. */
async function judgeAttributes(
  { content, contentType }: Token['message'],
  signer: SignerInfo,
  { digest, find }: Digesting,
): Promise<void> {
  const type = attribute('content-type', () => signedContentType(signer), find)
  if (type !== undefined && type !== contentType) find('stamp/content-changed')
  const stated = attribute('message-digest', () => signedDigest(signer), find)
  if (stated && !equal(stated, await digest(signer.hash, content))) find('stamp/content-changed')
}

function attribute<T>(name: string, read: () => T, find: StampFind): T | undefined {
  try {
    return read()
  } catch (thrown) {
    if (!(thrown instanceof DerFault)) throw thrown
    find('stamp/attribute', { name, why: thrown.message })
    return undefined
  }
}

/** Whether the certificate at hand is the one that the signature names (RFC 5816, 2.2.1). */
async function isMeant(
  signer: SignerInfo,
  { whole, issuer, serial }: Certificate,
  { digest, find }: Digesting,
): Promise<boolean> {
  const named = attribute('signing-certificate', () => signingCertificates(signer), find)
  for (const { hash, digest: stated, issuerSerial } of named ?? []) {
    if (!equal(stated, await digest(hash, whole))) return false
    if (issuerSerial && !(equal(issuerSerial.issuer, issuer) && equal(issuerSerial.serial, serial))) return false
  }
  return true
}

async function judgeSignature(
  { algorithm, hash, signed, signature }: SignerInfo,
  certificate: Certificate,
  { check, find }: { readonly check: CheckSignature; readonly find: StampFind },
): Promise<void> {
  try {
    const how = signatureAlgorithm(algorithm, certificate.spki, hash)
    const fits = await check({ algorithm: how, spki: certificate.spki, message: signed, signature })
    if (fits === undefined) find('stamp/unchecked', { algorithm: how.is })
    if (fits === false) find('stamp/forged', { subject: nameOf(certificate) })
  } catch (thrown) {
    if (!(thrown instanceof DerFault)) throw thrown
    find('stamp/weak-signature', { why: thrown.message })
  }
}
