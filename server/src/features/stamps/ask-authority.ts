import { base64, utf8 } from '@sallyport/core/bytes'
import { certificateOf } from '@sallyport/core/cms'
import { checkStamp, checkToken, type CheckedStamp } from '@sallyport/core/stamp'
import type { HashName } from '@sallyport/core/signature-algorithm'
import { stampFindings, stands } from '@sallyport/core/stamp-findings'
import { readResponse, readToken, writeRequest } from '@sallyport/core/timestamp'
import { type Certificate, readCertificate, readPem, readRevocationList } from '@sallyport/core/x509'
import { askOutside } from '#http/outbound.ts'
import { randomBytes, sha256 } from '#keys/primitives.ts'
import { stampPorts } from '#ledger/signatures.ts'

const timeoutMs = 10_000
const mostAnswer = 256 * 1024
/** How far the clock of an authority may be ahead of ours before its stamp is one from the future. */
const aheadMs = 5 * 60_000
const longestPath = 5

/** Why an answer of an authority was not taken, in sentences for a person. */
export class NotStamped extends Error {
  override readonly name = 'NotStamped'
}

/** A stamp that was checked: what the authority answered, and what it was checked with. */
export type Stamped = {
  readonly response: Uint8Array
  readonly token: Uint8Array
  readonly time: Date
  /** PEM: the signer's certificate first, then the others it sent, then what the agency trusts. */
  readonly chain: string
  readonly crls: string | undefined
}

type Authority = { readonly url: string; readonly roots: string }
type Around = {
  readonly lists: (certificates: readonly Certificate[]) => Promise<string[]>
  readonly now: () => Date
  readonly signal?: AbortSignal
}

export const certificatesIn = (pem: string): Certificate[] | undefined => {
  try {
    return readPem(pem, 'CERTIFICATE')?.map(readCertificate)
  } catch {
    return undefined
  }
}

/** A root signs itself; what else the agency named only connects. */
const isRoot = ({ issuer, subject }: Certificate): boolean => base64(issuer) === base64(subject)

/**
 * Asks an authority to stamp some bytes, and checks its answer as a stranger would: imprint, nonce,
 * signature, purpose and path to a root that the agency trusts. Throws {@link NotStamped} or `NotHeard`.
 */
export async function askAuthority(
  { url, roots }: Authority,
  digest: Uint8Array,
  { lists, now, signal }: Around,
): Promise<Stamped> {
  const nonce = randomBytes(16)
  const { status, body } = await askOutside(url, {
    method: 'POST',
    type: 'application/timestamp-query',
    body: Uint8Array.from(writeRequest({ hash: 'sha256', digest, nonce })),
    most: mostAnswer,
    timeoutMs,
    signal,
  })
  if (status !== 200) throw new NotStamped(`It answered ${status}.`)
  const answer = readResponse(body)
  if (answer.is !== 'granted') throw new NotStamped(`It gave no stamp: ${answer.why}.`)
  const trusted = certificatesIn(roots) ?? []
  const message = readToken(answer.token)?.message
  const sent = message?.certificates ?? []
  const question = {
    token: answer.token,
    stamped: asked,
    nonce,
    roots: trusted.filter(isRoot),
    chain: trusted.filter((one) => !isRoot(one)),
    now: now().getTime() + aheadMs,
  }
  const ports = {
    ...stampPorts,
    digest: (hash: HashName, bytes: Uint8Array) =>
      bytes === asked ? known(hash, digest) : stampPorts.digest(hash, bytes),
  }
  mustStand(await checkToken(question, ports))
  // Only now: an address in a certificate that leads to no trusted root is a stranger's wish, and is not followed.
  const [signer] = message?.signers ?? []
  const crls = await lists(signer ? pathOf(certificateOf(signer, [...sent, ...trusted]), [...sent, ...trusted]) : [])
  const found = crls.flatMap((pem) => (readPem(pem, 'X509 CRL') ?? []).map(readRevocationList))
  const says = mustStand(await checkToken({ ...question, lists: found }, ports))
  const chain = [...sent.map(pemOf), roots.trim()].join('\n')
  const crl = crls.join('')
  return { response: body, token: answer.token, time: new Date(says.time), chain, crls: crl || undefined }
}

function mustStand(checked: CheckedStamp): NonNullable<CheckedStamp['says']> {
  if (!checked.says || !stands(checked.findings)) throw new NotStamped(sentencesOf(checked))
  return checked.says
}

/** From the signer up to a root, by the names of issuers; at most so many, whatever was sent. */
function pathOf(signer: Certificate | undefined, pool: readonly Certificate[]): Certificate[] {
  const path: Certificate[] = []
  for (let one = signer; one && path.length < longestPath; ) {
    const { issuer } = one
    path.push(one)
    if (isRoot(one)) break
    one = pool.find(({ subject }) => base64(subject) === base64(issuer))
  }
  return path
}

/** Stands for the bytes that are to be stamped, where only their SHA-256 is known here. */
const asked = new Uint8Array(0)
const known = (hash: HashName, digest: Uint8Array) => (hash === 'SHA-256' ? digest : new Uint8Array(0))

const sentencesOf = ({ findings }: CheckedStamp): string =>
  findings
    .filter((finding) => !stands([finding]))
    .map(({ code, facts }) => `Its stamp ${stampFindings[code].says(facts)}`)
    .join(' ')

const pemOf = ({ whole }: Certificate): string =>
  `-----BEGIN CERTIFICATE-----\n${base64(whole).replace(/(.{64})(?=.)/g, '$1\n')}\n-----END CERTIFICATE-----`

/** Whether a stamp that is kept still checks, with what was kept beside it. */
export const stampHolds = async (stamp: {
  readonly note: string
  readonly response: Uint8Array
  readonly chain: string
  readonly crls: string | null
}): Promise<boolean> => {
  const certificates = certificatesIn(stamp.chain) ?? []
  const { findings } = await checkStamp(
    {
      response: stamp.response,
      stamped: utf8(stamp.note),
      roots: certificates.filter(isRoot),
      chain: certificates,
      lists: (readPem(stamp.crls ?? '', 'X509 CRL') ?? []).map(readRevocationList),
    },
    stampPorts,
  )
  return stands(findings)
}

/** What is asked to be stamped of a note. */
export const digestOf = (note: string): Uint8Array => sha256(utf8(note))
