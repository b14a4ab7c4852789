import { equal, text } from '@sallyport/core/bytes'
import { readCheckpoint } from '@sallyport/core/checkpoint'
import { cosign } from '@sallyport/core/cosignature'
import { isOf, readNote, writeNote, writeSignatures } from '@sallyport/core/note'
import { type Judgement, judge, readAddCheckpoint, sizeType } from '@sallyport/core/witness'
import { sha256, verifiers } from '../signing.ts'
import { type Alarm, keepAlarm } from '../state/alarms.ts'
import type { StateFolder } from '../state/folder.ts'
import type { Identity } from './identity.ts'
import type { Memory, Remembered } from './memory.ts'

/** What a witness tells whoever runs it. */
export type Told =
  | { readonly event: 'cosigned'; readonly origin: string; readonly size: number }
  | { readonly event: 'refused'; readonly status: number; readonly origin: string | undefined }
  | ({ readonly event: 'alarm' } & Alarm)
  /** A fault of ours, such as a full disk. Nothing was cosigned: the log asks again. */
  | { readonly event: 'failed'; readonly why: string }

export type Witness = {
  readonly folder: Omit<StateFolder, 'close'>
  readonly identity: Identity
  readonly memory: Memory
  readonly now: () => Date
  readonly tell: (told: Told) => void
}

export type Answer = { readonly status: number; readonly type: string; readonly body: string }

const plain = 'text/plain; charset=utf-8'

/**
 * Answers `add-checkpoint` of C2SP tlog-witness.
 *
 * For one log everything from the judgement to the synced file happens in its turn, and only then are the
 * cosignatures given away. So a crash at any point leaves either the old tree and no answer, or the new
 * tree on the disk: this witness never cosigns two trees of one size, nor a smaller one after a larger.
 */
export async function addCheckpoint(witness: Witness, bytes: Uint8Array): Promise<Answer> {
  const request = readAddCheckpoint(bytes)
  const note = request && readNote(request.checkpoint)
  const origin = note && readCheckpoint(note.text)?.origin
  if (!request || origin === undefined) return refused(witness, { status: 400 }, origin)
  // Nothing is remembered of a log that nobody named here: anybody can make up as many as they like.
  if (!witness.memory.find(origin)) return refused(witness, { status: 404 }, origin)
  return witness.memory.turn(origin, async () => {
    const log = witness.memory.find(origin)
    const judged = await judge({ hash: sha256, verify: verifiers }, request, witness.memory.find)
    if (judged.status === 200 && log) return cosigned(witness, log, judged)
    if (log) await keepEvidence(witness, log, judged)
    return refused(witness, judged, origin)
  })
}

async function cosigned(
  { identity, memory, now, tell }: Witness,
  log: Remembered,
  read: Extract<Judgement, { status: 200 }>,
): Promise<Answer> {
  const time = Math.floor(now().getTime() / 1000)
  const ours = await Promise.all(identity.signers.map((signer) => cosign(read, signer, time)))
  const { origin, size } = read.checkpoint
  if (log.latest?.size !== size) await memory.persist(log, read, ours)
  tell({ event: 'cosigned', origin, size })
  return { status: 200, type: plain, body: writeSignatures(ours) }
}

function refused({ tell }: Witness, judged: Judgement | { status: 400 | 404 }, origin: string | undefined): Answer {
  tell({ event: 'refused', status: judged.status, origin })
  return judged.status === 409
    ? { status: 409, type: sizeType, body: `${judged.size}\n` }
    : { status: judged.status, type: plain, body: `${reasons[judged.status as keyof typeof reasons]}\n` }
}

const reasons = {
  400: 'This is not of the form of an add-checkpoint request, or its old size is above the new one.',
  403: 'No key of this log signed this checkpoint, or a signature of one is false.',
  404: 'This witness was not told of this log.',
  422: 'It is not shown that this tree holds the one that was cosigned before.',
}

/**
 * Keeps what the log signed against itself, and tells of it even if it cannot be kept.
 *
 * The tree that was cosigned is no evidence: anybody can fetch it here and send it back with a bad proof.
 * Nor are lines that others put under a note, which nobody checked.
 */
async function keepEvidence({ folder, now, tell }: Witness, log: Remembered, judged: Judgement): Promise<void> {
  if ((judged.status !== 422 && judged.status !== 409) || !(judged.status === 422 || judged.split)) return
  const { note, checkpoint, split } = judged
  if (log.latest?.size === checkpoint.size && equal(log.latest.root, checkpoint.root)) return
  const own = note.signatures.filter((signature) => log.keys.some((key) => isOf(key, signature)))
  const alarm: Alarm = {
    kind: split ? 'split-view' : 'does-not-follow',
    at: now().toISOString(),
    origin: log.origin,
    seen: log.latest ? text(log.latest.note) : '',
    shown: text(writeNote({ text: note.text, signatures: own })),
  }
  const keeping = await keepAlarm(folder, alarm).catch((fault: unknown) => {
    tell({ event: 'failed', why: fault instanceof Error ? fault.message : String(fault) })
  })
  if (keeping !== 'known') tell({ event: 'alarm', ...alarm })
}
