import { equal, hex, utf8 } from '@sallyport/core/bytes'
import { openCheckpoint } from '@sallyport/core/checkpoint'
import { type NoteSignature, readNote, type VerifierKey, writeSignatures, writeVkey } from '@sallyport/core/note'
import { judgeByPolicy, type Policy, type PolicyWitness } from '@sallyport/core/policy'
import { consistencyProof, edgeOf, type ReadTile, rootOf, tileWidth } from '@sallyport/core/tiles'
import { acceptCosignatures, readWitnessAnswer, type WitnessAnswer, writeAddCheckpoint } from '@sallyport/core/witness'
import type { AgencyId } from '@sallyport/core/ids'
import { type Ground, theServer, type Tx, within } from '#db/within.ts'
import { askOutside } from '#http/outbound.ts'
import { sha256 } from '#keys/primitives.ts'
import { LedgerBehind, SplitView } from '#ledger/newest.ts'
import { ledgerHead } from '#ledger/rows.ts'
import { verifiers } from '#ledger/signatures.ts'
import type { TileFolder } from '#ledger/tile-folder.ts'
import { logKeyOf, policyOf } from './policy.ts'
import { gathering, holdLedgerSetting, ledgerSetting, keepCosigned, setWitness, witnessRow } from './rows.ts'

const timeoutMs = 10_000
const mostAnswer = 256 * 1024
const means = { hash: sha256, verify: verifiers }

export type Submitting = {
  readonly ground: Ground
  readonly agency: AgencyId
  readonly folder: TileFolder
  readonly now: () => Date
  /** Ends what is being asked, at a stop. */
  readonly signal: AbortSignal
}

/** Why a witness did not cosign. `grave` if it, or the log's own signature, says that the ledger is not what it saw. */
export class NotCosigned extends Error {
  override readonly name = 'NotCosigned'
  readonly grave: boolean
  constructor(says: string, grave = false) {
    super(says)
    this.grave = grave
  }
}

/**
 * Sends the newest checkpoint to one witness, and keeps its cosignature. Gives whether it has now
 * cosigned the newest one that there was.
 *
 * Throws {@link NotCosigned} and `NotHeard` for what may pass, {@link LedgerBehind} and {@link SplitView}
 * for what must not: those only when the witness shows a checkpoint that this log's own key signed, so
 * that a witness cannot stop a vault by its word alone.
 */
export async function submit(parts: Submitting, witness: PolicyWitness & { url: string }): Promise<boolean> {
  const at = await standOf(parts, witness)
  if (!at || at.done) return true
  const answer = await offer(parts, witness, at)
  if (answer.is === 'cosigned') return keep(parts, witness, { ...at, lines: answer.lines })
  if (answer.is === 'behind' && answer.size <= at.head.size) {
    // The witness decides where it is. It may have been restored, or another server of ours was faster.
    const retried = answer.size === at.known ? answer : await offer(parts, witness, { ...at, known: answer.size })
    if (retried.is === 'cosigned') return keep(parts, witness, { ...at, lines: retried.lines })
  }
  await compare(parts, witness, at.log)
  if (answer.is === 'behind')
    throw new NotCosigned(`It says that it knows ${answer.size} entries, and shows no checkpoint of them.`, true)
  throw new NotCosigned(
    sentenceOf(answer.is === 'refused' ? answer.status : 0),
    answer.is === 'refused' && answer.status === 422,
  )
}

const sentenceOf = (status: number): string =>
  ({
    403: 'It knows another key for this ledger. Give it the key of this ledger.',
    404: 'It was not told of this ledger. Give it the key of this ledger.',
    422: 'It says that this checkpoint does not follow from the one that it cosigned last.',
  })[status] ?? `It answered ${status}.`

type Stand = {
  readonly head: { readonly size: number; readonly note: string; readonly root: Uint8Array }
  readonly log: VerifierKey
  /** The size that the witness told us last. */
  readonly known: number
  readonly done: boolean
}

const standOf = (
  { ground, agency }: Submitting,
  { name, key, url }: PolicyWitness & { url: string },
): Promise<Stand | undefined> =>
  within(ground, theServer(agency), async (tx) => {
    const head = await ledgerHead(tx)
    const policy = policyOf((await ledgerSetting(tx)).policy)
    // Nobody is asked whom the policy no longer names, just so.
    const isNamed = policy?.witnesses.some(
      (one) => one.name === name && one.url === url && writeVkey(one.key) === writeVkey(key),
    )
    if (!head || head.size === 0 || !isNamed) return undefined
    const [row, kept] = [await witnessRow(tx, name), await gathering(tx)]
    const lines = kept?.size === head.size ? readNote(utf8(kept.note))?.signatures : undefined
    const signed = lines?.some((one) => one.name === key.name)
    return { head, log: await logKeyOf(tx), known: row?.size ?? 0, done: row?.size === head.size && signed === true }
  })

async function offer(
  { folder, signal }: Submitting,
  { url }: { url: string },
  { head, known }: Stand,
): Promise<WitnessAnswer> {
  const from = Math.min(known, head.size)
  const proof =
    from > 0 && from < head.size ? await consistencyProof(sha256, folder.readTile, { old: from, size: head.size }) : []
  const body = writeAddCheckpoint({ old: from, proof, checkpoint: utf8(head.note) })
  const heard = await askOutside(`${prefixOf(url)}/add-checkpoint`, {
    method: 'POST',
    type: 'text/plain; charset=utf-8',
    body,
    most: mostAnswer,
    timeoutMs,
    signal,
  })
  return readWitnessAnswer(heard.status, heard.body)
}

const prefixOf = (url: string): string => url.replace(/\/+$/, '')

async function keep(
  { ground, agency, now }: Submitting,
  { name, key }: PolicyWitness,
  { head, lines }: Stand & { lines: string },
): Promise<boolean> {
  const accepted = await acceptCosignatures(means, utf8(head.note), { lines, keys: [key] })
  if (!accepted || accepted.length === 0) throw new NotCosigned('Its cosignature does not fit its key.')
  const at = now()
  return within(ground, theServer(agency), async (tx) => {
    const policy = policyOf((await holdLedgerSetting(tx))?.policy ?? null)
    const newest = await ledgerHead(tx)
    if (policy) await merge(tx, { head, policy, at, added: accepted.map(({ signature }) => signature) })
    await setWitness(tx, name, { size: head.size, cosigned_at: at, tried_at: at, failure: null, failing_since: null })
    return newest?.size === head.size
  })
}

type Merging = {
  readonly head: Stand['head']
  readonly policy: Policy
  readonly added: readonly NoteSignature[]
  readonly at: Date
}

/** Puts cosignatures under a checkpoint, each once, and asks the policy whether they are enough. */
async function merge(tx: Tx, { head, policy, added, at }: Merging): Promise<void> {
  const before = await gathering(tx)
  // A slow answer to a checkpoint that was overtaken: the newer one is what counts.
  if (before && before.size > head.size) return
  const kept = before?.size === head.size ? before.note : head.note
  const there = readNote(utf8(kept))?.signatures ?? []
  const news = added.filter((one) => !there.some((old) => old.name === one.name && equal(old.id, one.id)))
  const note = `${kept}${writeSignatures(news)}`
  const judged = await judgeByPolicy(means, utf8(note), policy)
  await keepCosigned(tx, { size: head.size, note, whole: judged.is === 'judged' && judged.quorum, at })
}

/**
 * Compares the checkpoint that a witness holds with this ledger. Passes over what the log did not sign:
 * it proves nothing. One that is signed and does not fit stops the ledger.
 */
export async function compare(
  { ground, agency, folder, signal }: Submitting,
  { name, url }: { readonly name: string; readonly url: string },
  log: VerifierKey,
): Promise<void> {
  const path = `${prefixOf(url)}/${hex(sha256(utf8(log.name)))}/checkpoint`
  const heard = await askOutside(path, { method: 'GET', most: mostAnswer, timeoutMs, signal })
  if (heard.status !== 200) return
  const opened = await openCheckpoint(heard.body, { key: log, verify: verifiers })
  if (opened.is !== 'signed') return
  const { size, root } = opened.checkpoint
  // Read only now: while the witness took its time, this ledger may have published what it shows.
  const head = await within(ground, theServer(agency), ledgerHead)
  if (!head) return
  if (size > head.size) throw new LedgerBehind(`The witness ${name}`, { published: size, known: head.size })
  const here = await rootAt(folder, head.size, size)
  if (here && !equal(here, root)) throw new SplitView(`The witness ${name}`, { size, root })
}

/** The root of this ledger when it had so many entries. Undefined if the tiles do not give it. */
async function rootAt(folder: TileFolder, head: number, size: number): Promise<Uint8Array | undefined> {
  const readTile: ReadTile = async (tile) => {
    const here = Math.min(tileWidth, Math.floor(head / tileWidth ** tile.level) - tile.index * tileWidth)
    return (await folder.readTile({ ...tile, width: here })).subarray(0, tile.width * 32)
  }
  return edgeOf(sha256, readTile, size).then(
    (edge) => rootOf(sha256, edge),
    () => undefined,
  )
}
