import { base64, concat, equal, text, unbase64, utf8 } from './bytes.ts'
import { type Checkpoint, readCheckpoint } from './checkpoint.ts'
import { asCosigner, type Cosignature, type ReadCheckpoint, verifyCosignatures } from './cosignature.ts'
import { verifyConsistency } from './merkle.ts'
import { keyType, readNote, readSignatures, type VerifierKey, type Verifiers, verifyNote } from './note.ts'
import type { Sha256 } from './sha256.ts'

/** What a log asks of a witness (C2SP tlog-witness v1.0.0): the step from a size that the witness knows to a new checkpoint. */
export type AddCheckpoint = {
  readonly old: number
  /** RFC 6962 section 2.1.2; empty from size 0 and between equal sizes. */
  readonly proof: readonly Uint8Array[]
  /** The signed note, byte for byte. */
  readonly checkpoint: Uint8Array
}

/** What a witness remembers of a log: the last tree that it cosigned. */
export type Latest = Pick<Checkpoint, 'size' | 'root'>

/** A log that a witness was told of: its keys, and the last tree, if it cosigned one. */
export type WitnessedLog = { readonly keys: readonly VerifierKey[]; readonly latest: Latest | undefined }

/**
 * What a witness decides. `split` is true if the log has signed two different trees of one size, which
 * nothing can explain. A 422 without it is a bad proof, which may be a fault of its sender.
 */
export type Judgement =
  | ({ readonly status: 200 } & ReadCheckpoint)
  | { readonly status: 400 | 403 | 404 }
  | ({ readonly status: 409; readonly size: number; readonly split: boolean } & ReadCheckpoint)
  | ({ readonly status: 422; readonly split: boolean } & ReadCheckpoint)

/** What a witness answered a log. `behind` tells the size that it knows: the proof must begin there. */
export type WitnessAnswer =
  | { readonly is: 'cosigned'; readonly lines: string }
  | { readonly is: 'behind'; readonly size: number }
  | { readonly is: 'refused'; readonly status: number }

const mostProofLines = 63
/** The media type of the size in a 409. */
export const sizeType = 'text/x.tlog.size'

export function writeAddCheckpoint({ old, proof, checkpoint }: AddCheckpoint): Uint8Array<ArrayBuffer> {
  if (proof.length > mostProofLines) throw new RangeError(`a proof has at most ${mostProofLines} hashes`)
  return concat(utf8([`old ${old}`, ...proof.map((hash) => base64(hash)), '', ''].join('\n')), checkpoint)
}

/** Reads what a log asks; undefined if it is not of its form. The checkpoint is not looked at. */
export function readAddCheckpoint(bytes: Uint8Array): AddCheckpoint | undefined {
  const end = bytes.findIndex((byte, at) => byte === 0x0a && bytes[at + 1] === 0x0a)
  const [first = '', ...lines] = (end < 0 ? undefined : decoded(bytes.subarray(0, end)))?.split('\n') ?? []
  const old = sizeIn(/^old (.*)$/.exec(first)?.[1] ?? '')
  if (old === undefined || lines.length > mostProofLines) return undefined
  const proof = lines.map(unbase64).filter((hash) => hash?.length === 32) as Uint8Array[]
  return proof.length === lines.length ? { old, proof, checkpoint: bytes.slice(end + 2) } : undefined
}

type Means = { readonly hash: Sha256; readonly verify: Verifiers }

/**
 * Decides what a witness does, to the letter of C2SP tlog-witness and in its order.
 *
 * A 200 allows a cosignature only if what was given as `latest` is still the last tree when the new one
 * takes its place, in one step and on disk before anybody is answered. That is the caller's part.
 */
export async function judge(
  { hash, verify }: Means,
  { old, proof, checkpoint: bytes }: AddCheckpoint,
  logOf: (origin: string) => WitnessedLog | undefined,
): Promise<Judgement> {
  const note = readNote(bytes)
  const checkpoint = note && readCheckpoint(note.text)
  if (!note || !checkpoint) return { status: 400 }
  const log = logOf(checkpoint.origin)
  if (!log) return { status: 404 }
  if (!(await isSigned({ note, checkpoint }, log.keys, verify))) return { status: 403 }
  const { size, root } = checkpoint
  if (old > size) return { status: 400 }
  const latest = log.latest ?? { size: 0, root: hash(new Uint8Array(0)) }
  const split = size === latest.size && !equal(root, latest.root)
  if (old !== latest.size) return { status: 409, size: latest.size, split, note, checkpoint }
  const follows = verifyConsistency(hash, { old, oldRoot: latest.root, size, root, proof })
  return follows ? { status: 200, note, checkpoint } : { status: 422, split, note, checkpoint }
}

/** Whether one of the log's keys signed, and none was imitated. */
async function isSigned(read: ReadCheckpoint, keys: readonly VerifierKey[], verify: Verifiers): Promise<boolean> {
  const plain = await verifyNote(read.note, { keys: keys.filter(({ type }) => type === keyType.ed25519), verify })
  const timed = await verifyCosignatures(read, { keys, verify })
  if (plain.is === 'forged' || timed.is === 'forged') return false
  return plain.is === 'signed' || timed.by.length > 0
}

/** Reads the answer of a witness. Its signatures are not checked here: see {@link acceptCosignatures}. */
export function readWitnessAnswer(status: number, body: Uint8Array): WitnessAnswer {
  const told = decoded(body) ?? ''
  const size = status === 409 ? sizeIn(told.replace(/\n$/, '')) : undefined
  if (status === 200 && readSignatures(told)) return { is: 'cosigned', lines: told }
  return size === undefined ? { is: 'refused', status } : { is: 'behind', size }
}

/**
 * Takes from a witness's lines those that are its cosignatures on this checkpoint: what may stand under
 * it. Undefined if one of them is false. A witness must tell its time, so one without is passed over.
 */
export async function acceptCosignatures(
  { hash, verify }: Means,
  checkpoint: Uint8Array,
  { lines, keys }: { readonly lines: string; readonly keys: readonly VerifierKey[] },
): Promise<readonly Cosignature[] | undefined> {
  const note = readNote(checkpoint)
  const head = note && readCheckpoint(note.text)
  const signatures = readSignatures(lines)
  if (!note || !head || !signatures) return undefined
  const read = { note: { ...note, signatures }, checkpoint: head }
  const found = await verifyCosignatures(read, { keys: keys.map((key) => asCosigner(hash, key)), verify })
  return found.is === 'forged' ? undefined : found.by.filter(({ time }) => time > 0)
}

function sizeIn(digits: string): number | undefined {
  const size = Number(digits)
  return /^(?:0|[1-9]\d*)$/.test(digits) && Number.isSafeInteger(size) ? size : undefined
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return text(bytes)
  } catch {
    return undefined
  }
}
