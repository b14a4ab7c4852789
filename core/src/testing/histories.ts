import { utf8 } from '../bytes.ts'
import { type Checkpoint, signCheckpoint } from '../checkpoint.ts'
import type { NoteSigner } from '../note.ts'
import { sha256 } from '../sha256.ts'
import { consistencyProof, emptyEdge, grow, type ReadTile, rootOf, tilePath } from '../tiles.ts'
import type { AddCheckpoint } from '../witness.ts'

/** A log at a size, with what proves that it holds its earlier self. */
export type History = { readonly head: Checkpoint; readonly proof: (old: number) => Promise<Uint8Array[]> }

/** A log that grows one entry at a time, at every size. From `differsFrom` on it holds other entries than the honest one. */
export function growing(origin: string, differsFrom = Number.POSITIVE_INFINITY): (size: number) => History {
  const shelf = new Map<string, Uint8Array>()
  const heads: Checkpoint[] = [{ origin, size: 0, root: rootOf(sha256, emptyEdge) }]
  let edge = emptyEdge
  const readTile: ReadTile = async (tile) => shelf.get(tilePath(tile)) ?? new Uint8Array(0)
  return (size) => {
    while (edge.size < size) {
      const entry = utf8(`${edge.size >= differsFrom ? 'other ' : ''}entry ${edge.size}`)
      const grown = grow(sha256, edge, [entry])
      for (const { tile, bytes } of grown.tiles) shelf.set(tilePath(tile), bytes)
      edge = grown.edge
      heads.push({ origin, size: edge.size, root: rootOf(sha256, edge) })
    }
    return { head: heads[size] as Checkpoint, proof: (old) => consistencyProof(sha256, readTile, { old, size }) }
  }
}

/** The history of a log up to a size. */
export const history = (origin: string, size: number, differsFrom = size): History => growing(origin, differsFrom)(size)

/** What a log asks of its witness to take it from an old size to this history. */
export async function asking(log: NoteSigner, old: number, { head, proof }: History): Promise<AddCheckpoint> {
  return { old, proof: old <= head.size ? await proof(old) : [], checkpoint: await signCheckpoint(head, log) }
}
