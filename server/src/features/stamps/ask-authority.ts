import { base64, utf8 } from '@sallyport/core/bytes'
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
type Lists = (certificates: readonly Certificate[]) => Promise<string[]>

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
export async function askAuthority({ url, roots }: Authority, digest: Uint8Array, lists: Lists): Promise<Stamped> {
  const nonce = randomBytes(16)
  const { status, body } = await askOutside(url, {
    method: 'POST',
    type: 'application/timestamp-query',
    body: Uint8Array.from(writeRequest({ hash: 'sha256', digest, nonce })),
    most: mostAnswer,
    timeoutMs,
  })
  if (status !== 200) throw new NotStamped(`It answered ${status}.`)
  const answer = readResponse(body)
  if (answer.is !== 'granted') throw new NotStamped(`It gave no stamp: ${answer.why}.`)
  const trusted = certificatesIn(roots) ?? []
  const sent = readToken(answer.token)?.message.certificates ?? []
  const crls = await lists([...sent, ...trusted])
  const checked = await checkToken(
    {
      token: answer.token,
      stamped: asked,
      nonce,
      roots: trusted.filter(isRoot),
      chain: trusted.filter((one) => !isRoot(one)),
      lists: crls.flatMap((pem) => (readPem(pem, 'X509 CRL') ?? []).map(readRevocationList)),
    },
    {
      ...stampPorts,
      digest: (hash, bytes) => (bytes === asked ? known(hash, digest) : stampPorts.digest(hash, bytes)),
    },
  )
  if (!checked.says || !stands(checked.findings)) throw new NotStamped(sentencesOf(checked))
  const chain = [...sent.map(pemOf), roots.trim()].join('\n')
  const crl = crls.join('')
  return { response: body, token: answer.token, time: new Date(checked.says.time), chain, crls: crl || undefined }
}

/** Stands for the bytes that are to be stamped, where only their SHA-256 is known here. */
const asked = new Uint8Array(0)
const known = (hash: HashName, digest: Uint8Array) => (hash === 'SHA-256' ? digest : new Uint8Array(0))

const sentencesOf = ({ findings }: CheckedStamp): string =>
  findings.map(({ code, facts }) => `Its stamp ${stampFindings[code].says(facts)}`).join(' ')

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
