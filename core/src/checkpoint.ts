import { base64, unbase64 } from './bytes.ts'
import { type ReadCheckpoint, verifyCosignatures } from './cosignature.ts'
import {
  keyType,
  type Note,
  type NoteSigner,
  readNote,
  type Signed,
  signNote,
  type VerifierKey,
  type Verifiers,
  verifyNote,
  writeNote,
} from './note.ts'

/** The state of one log: its name, how many entries it has, and the root over them. */
export type Checkpoint = { readonly origin: string; readonly size: number; readonly root: Uint8Array }

/**
 * What came of opening a signed checkpoint: `malformed` is not one at all, `unsigned` has no
 * signature of the key, `forged` has one that does not fit, `foreign` is signed but names another
 * log than the key does.
 */
export type OpenedCheckpoint =
  | { readonly is: 'signed'; readonly checkpoint: Checkpoint }
  | { readonly is: 'malformed' | 'unsigned' | 'forged' | 'foreign' }

/** The body of a checkpoint (C2SP tlog-checkpoint). No extension lines: witnesses' newer signatures do not cover them. */
export function writeCheckpoint({ origin, size, root }: Checkpoint): string {
  if (origin === '' || origin.includes('\n')) throw new TypeError('an origin is one line of text')
  if (!Number.isSafeInteger(size) || size < 0) throw new TypeError(`${size} is no size of a tree`)
  if (root.length !== 32) throw new TypeError('a root has 32 bytes')
  return `${origin}\n${size}\n${base64(root)}\n`
}

/** Reads the body of a checkpoint; undefined if it is not one. Extension lines are passed over, as the specification asks. */
export function readCheckpoint(body: string): Checkpoint | undefined {
  if (!body.endsWith('\n')) return undefined
  const [origin = '', digits = '', encoded = '', ...extensions] = body.slice(0, -1).split('\n')
  const root = unbase64(encoded)
  const size = Number(digits)
  if (origin === '' || !/^(?:0|[1-9]\d*)$/.test(digits) || !Number.isSafeInteger(size)) return undefined
  if (root?.length !== 32 || extensions.includes('')) return undefined
  return { origin, size, root }
}

/** Signs a checkpoint with the log's own key, whose name must be the log's origin. */
export async function signCheckpoint(checkpoint: Checkpoint, signer: NoteSigner): Promise<Uint8Array<ArrayBuffer>> {
  if (signer.key.name !== checkpoint.origin) throw new TypeError('the key of a log is named as the log is')
  return writeNote(await signNote(writeCheckpoint(checkpoint), [signer]))
}

/**
 * Opens a signed checkpoint with the log's key.
 *
 * `signed` shows that whoever holds the key stated this size and this root. It does not show that
 * they stated the same to everyone, nor that it is the newest they stated.
 * A log may sign as a cosigner does (ML-DSA-44); where this machine cannot check that, it is `unsigned`.
 */
export async function openCheckpoint(
  bytes: Uint8Array,
  { key, verify }: { readonly key: VerifierKey; readonly verify: Verifiers },
): Promise<OpenedCheckpoint> {
  const note = readNote(bytes)
  const checkpoint = note && readCheckpoint(note.text)
  if (!note || !checkpoint) return { is: 'malformed' }
  const is =
    key.type === keyType.ed25519
      ? await isSigned(note, key, verify)
      : await isCosigned({ note, checkpoint }, key, verify)
  if (is !== 'signed') return { is }
  return checkpoint.origin === key.name ? { is: 'signed', checkpoint } : { is: 'foreign' }
}

async function isSigned(note: Note, key: VerifierKey, verify: Verifiers): Promise<Signed['is']> {
  return (await verifyNote(note, { keys: [key], verify })).is
}

async function isCosigned(read: ReadCheckpoint, key: VerifierKey, verify: Verifiers): Promise<Signed['is']> {
  const found = await verifyCosignatures(read, { keys: [key], verify })
  if (found.is === 'forged') return 'forged'
  return found.by.length > 0 ? 'signed' : 'unsigned'
}
