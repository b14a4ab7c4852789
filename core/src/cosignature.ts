import { concat, u64be, utf8 } from './bytes.ts'
import type { Checkpoint } from './checkpoint.ts'
import {
  isOf,
  keyType,
  type Note,
  type NoteSignature,
  type NoteSigner,
  noteKey,
  type VerifierKey,
  type Verifiers,
} from './note.ts'
import type { Sha256 } from './sha256.ts'

/** A cosignature that fits. `time` is in seconds since 1970; 0 is no time, and does not say that the tree was the largest. */
export type Cosignature = { readonly key: VerifierKey; readonly time: number; readonly signature: NoteSignature }

/** A checkpoint as it was read from a note. The text is what an Ed25519 cosigner signs, extension lines included. */
export type ReadCheckpoint = { readonly note: Note; readonly checkpoint: Checkpoint }

/**
 * What came of looking for cosignatures. `unchecked` are keys whose signatures this machine cannot check;
 * `forged` names a known key whose signature does not fit, and the whole note is then worth nothing.
 */
export type Cosigned =
  | { readonly is: 'checked'; readonly by: readonly Cosignature[]; readonly unchecked: readonly VerifierKey[] }
  | { readonly is: 'forged'; readonly key: VerifierKey }

const signatureLength = { [keyType.ed25519Cosigner]: 64, [keyType.mldsa44Cosigner]: 2420 } as const
const latestTime = Number.MAX_SAFE_INTEGER

/** Makes the key of a cosigner from a public key, by its length: Ed25519 (32 bytes) or ML-DSA-44 (1,312). */
export const cosignerKey = (hash: Sha256, name: string, key: Uint8Array): VerifierKey =>
  noteKey(hash, { name, type: key.length === 32 ? keyType.ed25519Cosigner : keyType.mldsa44Cosigner, key })

/**
 * The key under which a witness cosigns. Older programs write an Ed25519 witness's vkey with the type of
 * plain notes, and compute the id of its cosignatures from the same name and key; so do we.
 */
export const asCosigner = (hash: Sha256, key: VerifierKey): VerifierKey =>
  key.type === keyType.ed25519 ? cosignerKey(hash, key.name, key.key) : key

/**
 * Cosigns a checkpoint at a time, in seconds since 1970 (C2SP tlog-cosignature v1.1).
 *
 * Whoever cosigns says that this is the largest tree of the log that they saw, and that it holds every
 * tree they saw before. They must have made sure of both, and written it down, before this is called.
 */
export async function cosign(
  { note, checkpoint }: ReadCheckpoint,
  { key, sign }: NoteSigner,
  time: number,
): Promise<NoteSignature> {
  const message = cosignedBytes({ note, checkpoint }, key, time)
  if (!message || !Number.isSafeInteger(time) || time <= 0)
    throw new TypeError(`${key.name} cannot cosign ${checkpoint.origin} at ${time}`)
  return { name: key.name, id: key.id, signature: concat(u64be(time), await sign(message)) }
}

/**
 * Checks the cosignatures under a checkpoint by these keys; those of other keys are passed over. Keys are
 * given as {@link asCosigner} makes them.
 *
 * A cosignature shows that its signer saw this size and root at that time by their own clock, and that it
 * followed from all they had seen. It does not show that they looked at any entry.
 */
export async function verifyCosignatures(
  read: ReadCheckpoint,
  { keys, verify }: { readonly keys: readonly VerifierKey[]; readonly verify: Verifiers },
): Promise<Cosigned> {
  const by: Cosignature[] = []
  const unchecked: VerifierKey[] = []
  for (const signature of read.note.signatures) {
    const key = keys.find((known) => isOf(known, signature) && known.type !== keyType.ed25519)
    if (!key) continue
    const time = await timeIfItFits(read, { key, verify }, signature.signature)
    if (time === 'forged') return { is: 'forged', key }
    if (time === 'unchecked') unchecked.push(key)
    else by.push({ key, time, signature })
  }
  return { is: 'checked', by, unchecked }
}

type With = { readonly key: VerifierKey; readonly verify: Verifiers }

async function timeIfItFits(
  read: ReadCheckpoint,
  { key, verify }: With,
  blob: Uint8Array,
): Promise<number | 'forged' | 'unchecked'> {
  const mldsa = key.type === keyType.mldsa44Cosigner
  const check = mldsa ? verify.mldsa44 : verify.ed25519
  if (!check) return 'unchecked'
  if (blob.length !== 8 + signatureLength[mldsa ? keyType.mldsa44Cosigner : keyType.ed25519Cosigner]) return 'forged'
  const time = new DataView(blob.buffer, blob.byteOffset).getBigUint64(0)
  const message = time <= latestTime ? cosignedBytes(read, key, Number(time)) : undefined
  return message && (await check(key.key, message, blob.slice(8))) ? Number(time) : 'forged'
}

/** What a cosigner signs; undefined if name or origin have no place in it. */
function cosignedBytes(
  { note, checkpoint }: ReadCheckpoint,
  { name, type }: VerifierKey,
  time: number,
): Uint8Array | undefined {
  if (type === keyType.ed25519Cosigner) return utf8(`cosignature/v1\ntime ${time}\n${note.text}`)
  const [cosigner, origin] = [utf8(name), utf8(checkpoint.origin)]
  if (type !== keyType.mldsa44Cosigner || cosigner.length > 255 || origin.length > 255) return undefined
  return concat(
    utf8('subtree/v1\n\0'),
    Uint8Array.of(cosigner.length),
    cosigner,
    u64be(time),
    Uint8Array.of(origin.length),
    origin,
    u64be(0),
    u64be(checkpoint.size),
    checkpoint.root,
  )
}
