import { equal, hex } from './bytes.ts'
import { attempted, DerFault } from './der.ts'
import { type CheckSignature, signatureAlgorithm } from './signature-algorithm.ts'
import type { StampFind, StampFinding } from './stamp-findings.ts'
import { type Certificate, nameText, type RevocationList, sameCertificate } from './x509.ts'

/** Who is asked about: a certificate for time stamping, and what may connect it with a root. */
export type PathQuestion = {
  readonly certificate: Certificate
  /** Certificates that came along. They are believed only as far as a root vouches for them. */
  readonly pool: readonly Certificate[]
  readonly roots: readonly Certificate[]
  /** The moment at which all of them must have been valid, in milliseconds since 1970. */
  readonly at: number
}

const longestPath = 8
/** A pool made to branch without end must cost its reader no more than this many signatures. */
const mostChecks = 100

const purpose = { timeStamping: '1.3.6.1.5.5.7.3.8', any: '2.5.29.37.0' }
const use = { digitalSignature: 0, nonRepudiation: 1, keyCertSign: 5, crlSign: 6 }

/**
 * Finds the certificates that connect a time-stamping authority with one of the roots (RFC 5280,
 * section 6), leaf first and root last. Undefined if there are none.
 *
 * What is wrong with the path is told to `find`; a path in which nothing is wrong is preferred. A path
 * shows that the root vouched for the authority. It does not show that the root deserved trust.
 */
export async function findPath(
  question: PathQuestion,
  { check, find }: { readonly check: CheckSignature; readonly find: StampFind },
): Promise<readonly Certificate[] | undefined> {
  const search: Search = { ...question, check, checks: 0, weak: [] }
  let best: { path: readonly Certificate[]; findings: StampFinding[] } | undefined
  for await (const { path, unchecked } of pathsFrom([question.certificate], search)) {
    const findings = [...unchecked, ...judgePath(path, question.at)]
    if (!best || findings.length < best.findings.length) best = { path, findings }
    if (findings.length === 0) break
  }
  if (!best) search.weak.push({ code: 'stamp/untrusted', facts: { subject: nameOf(question.certificate) } })
  for (const { code, facts } of best?.findings ?? search.weak) find(code, facts)
  return best?.path
}

type Search = PathQuestion & { readonly check: CheckSignature; checks: number; readonly weak: StampFinding[] }
type Found = { readonly path: readonly Certificate[]; readonly unchecked: readonly StampFinding[] }

async function* pathsFrom(
  path: readonly Certificate[],
  search: Search,
  unchecked: readonly StampFinding[] = [],
): AsyncGenerator<Found> {
  const last = path.at(-1) as Certificate
  if (search.roots.some((root) => sameCertificate(root, last))) yield { path, unchecked }
  else if (path.length < longestPath) {
    const above = [...search.roots, ...search.pool].filter(
      (other) => equal(other.subject, last.issuer) && !path.some((known) => sameCertificate(known, other)),
    )
    for (const issuer of above) {
      if (++search.checks > mostChecks) return
      const made = await issued(last, issuer, search)
      if (made === false) continue
      yield* pathsFrom([...path, issuer], search, made === true ? unchecked : [...unchecked, made])
    }
  }
}

/** Whether the key of one certificate signed another, or what keeps this machine from telling. */
async function issued(signed: Certificate, issuer: Certificate, search: Search): Promise<boolean | StampFinding> {
  try {
    const { algorithm, signature, body } = signed
    const how = signatureAlgorithm(algorithm, issuer.spki)
    const fits = await search.check({ algorithm: how, spki: issuer.spki, message: body.whole, signature })
    return fits ?? { code: 'stamp/unchecked', facts: { algorithm: how.is } }
  } catch (thrown) {
    if (!(thrown instanceof DerFault)) throw thrown
    const why = `which is signed in a way that is not believed: ${thrown.message}`
    search.weak.push({ code: 'stamp/path', facts: { subject: nameOf(signed), why } })
    return false
  }
}

function judgePath(path: readonly Certificate[], at: number): StampFinding[] {
  const findings: StampFinding[] = []
  for (const [place, certificate] of path.entries()) {
    const subject = nameOf(certificate)
    const { from, until, extensions } = certificate
    if (at < from || at > until) {
      findings.push({ code: 'stamp/expired', facts: { subject, from: iso(from), until: iso(until) } })
    }
    const wrong = (why: string) => findings.push({ code: 'stamp/path', facts: { subject, why } })
    // RFC 5280, 4.2: a critical extension that is not understood forbids the use of the certificate.
    for (const name of extensions.foreign) wrong(`which has a condition that is not understood here (${name})`)
    if (place > 0) for (const why of wrongsOfAuthority(path, place)) wrong(why)
    else if (!isForStamps(certificate)) findings.push({ code: 'stamp/purpose', facts: { subject } })
  }
  return findings
}

/** RFC 3161, 2.3: the purpose is time stamping, nothing else, and critical. */
function isForStamps({ extensions: { purposes, uses } }: Certificate): boolean {
  const signs = !uses || uses.has(use.digitalSignature) || uses.has(use.nonRepudiation)
  return signs && purposes?.critical === true && purposes.of.length === 1 && purposes.of[0] === purpose.timeStamping
}

/** What RFC 5280, 6.1.4 (k), (m), (n) asks of a certificate that vouches for others. */
function wrongsOfAuthority(path: readonly Certificate[], place: number): string[] {
  const { extensions } = path[place] as Certificate
  const { authority, uses, purposes } = extensions
  const between = path.slice(1, place).filter(({ issuer, subject }) => !equal(issuer, subject)).length
  return [
    !authority && 'which may not vouch for others',
    authority?.longest !== undefined && between > authority.longest && 'which vouches further down than it may',
    uses && !uses.has(use.keyCertSign) && 'whose key may not sign certificates',
    purposes &&
      ![purpose.timeStamping, purpose.any].some((name) => purposes.of.includes(name)) &&
      'which may not vouch for time stamping',
  ].filter((why) => typeof why === 'string')
}

/** Reasons that leave the key where it was (RFC 3161, 4). Every other one, or none, may mean that it was lost. */
const benign: readonly number[] = [0, 3, 4, 5]

/**
 * Asks the lists of revoked certificates about a path.
 *
 * RFC 3161, section 4: a stamp from before the revocation stands only if a reason is given that is not
 * the loss of the key. A list from before the stamp cannot know of a later loss: it is used for what it
 * has, and the reader is told when there is none that covers the time of the stamp.
 */
export async function askLists(
  path: readonly Certificate[],
  lists: readonly RevocationList[],
  { at, check, find }: { readonly at: number; readonly check: CheckSignature; readonly find: StampFind },
): Promise<void> {
  for (const [place, certificate] of path.slice(0, -1).entries()) {
    const issuer = path[place + 1] as Certificate
    const subject = nameOf(certificate)
    let covered = false
    for (const list of lists.filter((one) => equal(one.issuer, certificate.issuer))) {
      const why = await unusable(list, issuer, check)
      if (why) {
        find('stamp/list-unusable', { issuer: nameOf(issuer), why })
        continue
      }
      covered ||= (list.until ?? list.from) >= at
      const revoked = list.revoked.get(hex(certificate.serial))
      // 8 takes back what a list before it said (removeFromCRL), and stands in delta lists only.
      if (!revoked || revoked.reason === 8) continue
      const stillStands = revoked.at > at && revoked.reason !== undefined && benign.includes(revoked.reason)
      find(stillStands ? 'stamp/revoked-later' : 'stamp/revoked', { subject, at: iso(revoked.at) })
    }
    if (!covered) find('stamp/no-revocation', { subject })
  }
}

async function unusable(list: RevocationList, issuer: Certificate, check: CheckSignature): Promise<string | undefined> {
  // RFC 5280, 5.2: a list with a critical extension that is not understood tells nothing about anyone.
  if (list.foreign.length > 0) return `it has a condition that is not understood here (${list.foreign[0]})`
  if (issuer.extensions.uses && !issuer.extensions.uses.has(use.crlSign)) return 'its issuer may not sign such lists'
  const how = attempted(() => signatureAlgorithm(list.algorithm, issuer.spki))
  if (!how) return 'it is signed in a way that is not believed'
  const { signature, body } = list
  const fits = await check({ algorithm: how, spki: issuer.spki, message: body.whole, signature })
  return fits ? undefined : fits === false ? 'its signature is false' : 'its signature cannot be checked here'
}

/** The name on a certificate, which whoever made it chose. */
export const nameOf = ({ subject }: Certificate): string =>
  (attempted(() => nameText(subject)) ?? hex(subject.subarray(0, longestName))).slice(0, longestName)

const longestName = 300

const iso = (at: number) => new Date(at).toISOString()
