import { equal } from '@sallyport/core/bytes'
import { openCheckpoint } from '@sallyport/core/checkpoint'
import type { VerifierKey } from '@sallyport/core/note'
import { verifiers } from './signatures.ts'
import { type TileFolder, TileConflict } from './tile-folder.ts'

/**
 * Thrown when somebody holds a checkpoint of this ledger that the database does not know: the database
 * was restored from an old backup, or somebody rolled it back. To go on would sign a second tree.
 */
export class LedgerBehind extends Error {
  override readonly name = 'LedgerBehind'
  /** Entries in the newest checkpoint that was seen. */
  readonly published: number
  /** Entries in the newest checkpoint of the database. */
  readonly known: number
  constructor(where: string, { published, known }: { published: number; known: number }) {
    super(
      `${where} holds a checkpoint of ${published} entries, and the database knows ${known}. The database is older ` +
        'than what was published. Nothing is signed and nothing is served until the missing entries are replayed: ' +
        'sallyport ledger recover (docs/operations/recovery.md).',
    )
    this.published = published
    this.known = known
  }
}

/** Thrown when somebody holds a checkpoint that this log signed over another tree of the same size: a split view. */
export class SplitView extends Error {
  override readonly name = 'SplitView'
  readonly size: number
  /** The other root, in hexadecimal. */
  readonly root: string
  constructor(where: string, { size, root }: Head) {
    super(
      `${where} holds a checkpoint of ${size} entries that this log signed over another tree. Nothing is signed and nothing is served until this is explained (docs/operations/recovery.md).`,
    )
    this.size = size
    this.root = Buffer.from(root).toString('hex')
  }
}

/** What ends a ledger until a person has looked at it: what was signed and what is here do not fit together. */
export type Ending = TileConflict | LedgerBehind | SplitView

export const endsIt = (fault: unknown): fault is Ending =>
  fault instanceof TileConflict || fault instanceof LedgerBehind || fault instanceof SplitView

type Head = { readonly size: number; readonly root: Uint8Array }

/**
 * Refuses to go on when the published folder tells of more than the database, or of another tree.
 *
 * The database always comes first: the checkpoint is swapped in there, and then published. A folder
 * that is ahead therefore shows that the database went back. What carries no signature of the log is
 * no evidence of anything, and is passed over: the folder's files are then written anew.
 */
export async function mustKnowNewest(folder: TileFolder, head: Head, key: VerifierKey): Promise<void> {
  const stored = await folder.read('checkpoint')
  const opened = stored && (await openCheckpoint(stored, { key, verify: verifiers }))
  if (opened?.is !== 'signed') return
  const { size, root } = opened.checkpoint
  if (size > head.size) throw new LedgerBehind('The published ledger', { published: size, known: head.size })
  if (size === head.size && !equal(root, head.root)) throw new SplitView('The published ledger', { size, root })
}
