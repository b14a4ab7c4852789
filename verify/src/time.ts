import { unbase64 } from '@sallyport/core/bytes'
import { openCheckpoint, readCheckpoint } from '@sallyport/core/checkpoint'
import { attempted } from '@sallyport/core/der'
import { verifyConsistency } from '@sallyport/core/merkle'
import { readNote, type VerifierKey } from '@sallyport/core/note'
import { checkStamp } from '@sallyport/core/stamp'
import { stampFindings } from '@sallyport/core/stamp-findings'
import {
  type Certificate,
  readCertificate,
  readPem,
  readRevocationList,
  type RevocationList,
} from '@sallyport/core/x509'
import { type Bag, readBytes, readText } from './bagit.ts'
import type { Tree } from './log.ts'

/** A stamp that stands: the first `size` entries of the ledger existed at this time or before. */
export type Stand = {
  readonly size: number
  readonly at: string
  /** ISO 8601 in UTC, and the latest moment that it may mean, in milliseconds since 1970. */
  readonly time: string
  readonly latest: number
  /** Left out by an authority that does not say. */
  readonly accuracyMs?: number
  readonly authority: string
  readonly root: string
  /** Whether the reader brought the root, or it came with the bag. */
  readonly pinned: boolean
  readonly serial: string
  readonly notes: readonly string[]
}

export type OutsideTime = {
  readonly stands: readonly Stand[]
  /** Stamps whose algorithms this machine lacks. */
  readonly unchecked: readonly string[]
}

type Question = {
  readonly tree: Tree | undefined
  readonly key: VerifierKey | undefined
  readonly roots: readonly Certificate[] | undefined
}

const form = /^proofs\/stamps\/(0|[1-9]\d{0,15})\.(?:checkpoint|consistency|([a-z0-9-]{1,40})\.tsr)$/

/**
 * Judges the stamps of authorities outside (RFC 3161), each over a checkpoint of this ledger.
 *
 * One that stands, with the proof that its checkpoint is a beginning of the bag's, shows that the entries
 * under it existed at its time. It does not show when they were made before that.
 */
export async function checkTime(bag: Bag, question: Question): Promise<OutsideTime> {
  const sizes = new Map<number, string[]>()
  for (const name of bag.files.keys()) {
    if (!name.startsWith('proofs/stamps/')) continue
    const [, digits, authority] = form.exec(name) ?? []
    if (digits === undefined) bag.blame('time/stray', name)
    else {
      const known = sizes.get(Number(digits)) ?? []
      sizes.set(Number(digits), authority === undefined ? known : [...known, authority])
    }
  }
  const stands: Stand[] = []
  const unchecked: string[] = []
  const keys = new Map<string, Authority | undefined>()
  for (const [size, authorities] of [...sizes].toSorted(([a], [b]) => a - b)) {
    const at = `proofs/stamps/${size}`
    if (authorities.length === 0) bag.blame('time/no-stamp', `${at}.checkpoint`)
    const stamped = await readBytes(bag, `${at}.checkpoint`)
    if (!stamped) {
      bag.blame('time/no-checkpoint', `${at}.checkpoint`)
      continue
    }
    const belongs = await checkStamped(bag, { ...question, size, stamped })
    for (const name of authorities) {
      if (!keys.has(name)) keys.set(name, await authorityOf(bag, name, question.roots))
      const authority = keys.get(name)
      if (!authority) continue
      const stand = await judgeStamp(bag, { at: `${at}.${name}.tsr`, size, stamped, authority })
      if (stand === 'unchecked') unchecked.push(`${at}.${name}.tsr`)
      else if (stand && belongs) stands.push(stand)
    }
  }
  return { stands, unchecked }
}

type Stamped = Question & { readonly size: number; readonly stamped: Uint8Array }

/** Whether the stamped checkpoint is the log's own, and the bag's ledger goes on from it. */
async function checkStamped(bag: Bag, { tree, key, size, stamped }: Stamped): Promise<boolean> {
  const at = `proofs/stamps/${size}.checkpoint`
  const checkpoint = readCheckpoint(readNote(stamped)?.text ?? '')
  if (!checkpoint || checkpoint.size !== size) {
    bag.blame(checkpoint ? 'time/size' : 'time/malformed', at, { found: checkpoint?.size ?? 0 })
    return false
  }
  if (!key || !tree) return false
  const { is } = await openCheckpoint(stamped, { key, verify: bag.host.verify })
  if (is !== 'signed') {
    bag.blame(`time/${is}`, at, { key: key.name })
    return false
  }
  const { size: now, root } = tree.checkpoint
  if (size > now) {
    bag.blame('time/beyond', at, { size, now })
    return false
  }
  const path = `proofs/stamps/${size}.consistency`
  // Every ledger goes on from the empty one, and from itself.
  const written = size === 0 || size === now ? '' : await readText(bag, path)
  if (written === undefined) {
    bag.blame('time/no-consistency', path)
    return false
  }
  const proof = written
    .split('\n')
    .filter((line) => line !== '')
    .map(unbase64)
  const whole = proof.filter((hash) => hash !== undefined)
  const follows =
    whole.length === proof.length &&
    verifyConsistency(bag.host.hash, { old: size, oldRoot: checkpoint.root, size: now, root, proof: whole })
  if (!follows) bag.blame('time/inconsistent', size === now ? at : path, { size, now })
  return follows
}

type Authority = {
  readonly roots: readonly Certificate[]
  readonly chain: readonly Certificate[]
  readonly lists: readonly RevocationList[]
  readonly pinned: boolean
}

/** The certificates of an authority. The last of its file is its root, unless the reader brought roots. */
async function authorityOf(
  bag: Bag,
  name: string,
  pinned: readonly Certificate[] | undefined,
): Promise<Authority | undefined> {
  const [pem, crl] = [`keys/tsa/${name}.pem`, `keys/tsa/${name}.crl.pem`]
  const [certificates, revoked] = [await readText(bag, pem), await readText(bag, crl)]
  const chain = attempted(() => readPem(certificates ?? '', 'CERTIFICATE')?.map((der) => readCertificate(der)))
  const lists = attempted(() => readPem(revoked ?? '', 'X509 CRL')?.map((der) => readRevocationList(der)))
  const root = chain?.at(-1)
  if (!chain || (certificates !== undefined && !root) || (!pinned && !root)) {
    bag.blame(bag.files.has(pem) ? 'time/keys-malformed' : 'time/no-keys', pem)
    return undefined
  }
  if (!lists) bag.blame('time/keys-malformed', crl)
  const roots = pinned ?? (root ? [root] : [])
  return { roots, chain, lists: lists ?? [], pinned: pinned !== undefined }
}

type Judging = {
  readonly at: string
  readonly size: number
  readonly stamped: Uint8Array
  readonly authority: Authority
}

async function judgeStamp(
  bag: Bag,
  { at, size, stamped, authority: { pinned, ...trust } }: Judging,
): Promise<Stand | 'unchecked' | undefined> {
  const response = await readBytes(bag, at)
  if (!response) return undefined
  const { findings, says } = await checkStamp({ response, stamped, ...trust }, bag.host.stamps)
  const of = (weight: string) => findings.filter(({ code }) => stampFindings[code].weighs === weight)
  for (const { code, facts } of of('fault')) bag.blame(code, at, facts)
  if (of('fault').length > 0 || !says) return undefined
  if (of('unchecked').length > 0) return 'unchecked'
  const { time, accuracyMs, authority = '', root = '', serial } = says
  const notes = of('note').map(({ code, facts }) => stampFindings[code].says(facts))
  const latest = Date.parse(time) + (accuracyMs ?? 0)
  const said = { size, at, time, latest, authority, root, serial, pinned, notes }
  return accuracyMs === undefined ? said : { ...said, accuracyMs }
}

/** For an entry, by its index, the stamp that shows it earliest; undefined if none covers it. */
export function earliest(stands: readonly Stand[]): (index: number) => Stand | undefined {
  const sorted = stands.toSorted((a, b) => a.size - b.size)
  const best = [...sorted]
  for (let at = best.length - 2; at >= 0; at--) {
    const [here, after] = [best[at] as Stand, best[at + 1] as Stand]
    if (after.latest < here.latest) best[at] = after
  }
  return (index) => {
    let [low, high] = [0, sorted.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sorted[middle] as Stand).size > index) high = middle
      else low = middle + 1
    }
    return best[low]
  }
}
