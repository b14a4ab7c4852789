import type { Json } from '@sallyport/core/canonical-json'
import { openCheckpoint, readCheckpoint } from '@sallyport/core/checkpoint'
import { type Leaf, opens, readLeaf, saltOf } from '@sallyport/core/entry'
import { verifyConsistency } from '@sallyport/core/merkle'
import { readNote, type VerifierKey } from '@sallyport/core/note'
import { consistencyProof, inclusionProof } from '@sallyport/core/tiles'
import { proves, writeProof } from '@sallyport/core/tlog-proof'
import type { Tx } from '#db/within.ts'
import { openBytes, sha256, unwrapKey } from '#keys/primitives.ts'
import { detailKeyOf } from './record.ts'
import type { EntryRow } from './rows.ts'
import { verifiers } from './signatures.ts'
import type { TileFolder } from './tile-folder.ts'

type Facts = { readonly [name: string]: Json }

/** An entry with what its commitments hide, and with the salts that show it. */
export type Opened = {
  readonly row: EntryRow
  readonly leaf: Leaf
  /** Undefined once a court has had it destroyed. */
  readonly shown:
    | {
        readonly actor: Facts
        readonly detail: Facts
        readonly salts: { readonly actor: Uint8Array; readonly detail: Uint8Array }
      }
    | undefined
}

/** Opens an entry of the ledger. Throws if what is kept beside the leaf was changed. */
export function openEntry(tx: Tx, row: EntryRow): Opened {
  const leaf = readLeaf(row.leaf)
  if (!leaf) throw new Error(`Entry ${row.id} of the ledger is not of its form.`)
  if (!row.secret || !row.sealed) return { row, leaf, shown: undefined }
  const secret = unwrapKey(tx.keys.entryKeyOf(row.holder), row.secret)
  const plain = secret && openBytes(detailKeyOf(secret), `entry\n${row.id}`, row.sealed)
  if (!secret || !plain) throw new Error(`The detail of entry ${row.id} does not open: it was changed.`)
  const { actor, detail } = JSON.parse(plain.toString('utf8')) as { actor: Facts; detail: Facts }
  return {
    row,
    leaf,
    shown: {
      actor,
      detail,
      salts: { actor: saltOf(sha256, 'actor', secret), detail: saltOf(sha256, 'detail', secret) },
    },
  }
}

/** What stands beside a leaf in clear, so that entries are found by it. The leaf is what counts. */
export type Label = Pick<EntryRow, 'id' | 'at' | 'act'>

/** Whether an entry is found under what it says of itself. */
export const isLabelled = (leaf: Leaf, { id, at, act }: Label): boolean =>
  leaf.id === id && leaf.at === at.toISOString() && leaf.act === act

/** Whether the leaf says, or commits to, exactly what is kept beside it. */
export const holds = ({ row, leaf, shown }: Opened): boolean =>
  isLabelled(leaf, row) &&
  (!shown ||
    (shown.actor['id'] === row.person_id &&
      opens(sha256, leaf, { field: 'actor', salt: shown.salts.actor, value: shown.actor }) &&
      opens(sha256, leaf, { field: 'detail', salt: shown.salts.detail, value: shown.detail })))

/** A published tree: its folder and the signed checkpoint that proofs are made against. */
export type Published = { readonly folder: TileFolder; readonly note: string; readonly size: number }

/** The C2SP tlog-proof of an entry; undefined while the checkpoint does not cover it yet. */
export async function proofOf(
  { folder, note, size }: Published,
  position: number | null,
): Promise<Uint8Array | undefined> {
  if (position === null || position >= size) return undefined
  const path = await inclusionProof(sha256, folder.readTile, { index: position, size })
  return writeProof({ index: position, path, checkpoint: Buffer.from(note) })
}

/** Whether an entry stands at its place in the tree that the checkpoint signs. The signature is not looked at. */
export async function isIncluded({ folder, note, size }: Published, { row }: Opened): Promise<boolean> {
  if (row.position === null || row.position >= size) return false
  const signed = readNote(Buffer.from(note))
  const checkpoint = signed && readCheckpoint(signed.text)
  if (!checkpoint) return false
  const path = await inclusionProof(sha256, folder.readTile, { index: row.position, size })
  return proves(sha256, { index: row.position, path, checkpoint: Buffer.from(note) }, { entry: row.leaf, checkpoint })
}

/**
 * Whether the checkpoint that anybody may fetch tells of the same tree as the one in the database.
 *
 * Others write while this is asked, so the file may be one step older or newer: then one of the two
 * must be a beginning of the other, which their tiles prove (RFC 6962 section 2.1.2).
 */
export async function isPublished({ folder, note, size }: Published, key: VerifierKey): Promise<boolean> {
  const file = await folder.read('checkpoint')
  const open = (bytes: Uint8Array) => openCheckpoint(bytes, { key, verify: verifiers })
  const [stored, head] = [file && (await open(file)), await open(Buffer.from(note))]
  if (stored?.is !== 'signed' || head.is !== 'signed' || head.checkpoint.size !== size) return false
  const [older, newer] = [stored.checkpoint, head.checkpoint].sort((a, b) => a.size - b.size)
  if (!older || !newer) return false
  const proof = await consistencyProof(sha256, folder.readTile, { old: older.size, size: newer.size })
  return verifyConsistency(sha256, { old: older.size, oldRoot: older.root, size: newer.size, root: newer.root, proof })
}
