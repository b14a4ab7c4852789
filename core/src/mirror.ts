import { equal } from './bytes.ts'
import type { Checkpoint } from './checkpoint.ts'
import { leafHash, verifyConsistency } from './merkle.ts'
import type { Sha256 } from './sha256.ts'
import { consistencyProof, type Edge, grow, type ReadTile, rootOf, type TileBytes, tileWidth } from './tiles.ts'

/** Where a copy is taken from. Nothing that it gives is believed: all of it may come from somebody else. */
export type Original = {
  readonly readTile: ReadTile
  /** The first entries of a bundle, so many of them; the bundle may hold more by now. */
  readonly readEntries: (index: number, width: number) => Promise<readonly Uint8Array[]>
}

/** Entries that were proved to follow, with the tiles that they filled. `bundles` begin where their first entry does. */
export type Step = {
  readonly edge: Edge
  readonly bundles: readonly { readonly index: number; readonly entries: readonly Uint8Array[] }[]
  readonly fullTiles: readonly TileBytes[]
  /** The new entries only. */
  readonly entries: readonly Uint8Array[]
}

/** How many bundles are taken at once: a bound on the memory, and what is lost at most when a step fails. */
const stepBundles = 64

/**
 * Takes the next entries of a log into a copy of it, towards a signed checkpoint.
 *
 * What it gives is a beginning of the tree that the checkpoint signs, entry by entry, and continues what
 * the edge held. Undefined if that could not be shown: entries, tiles or checkpoint do not belong together.
 * The checkpoint must come out of `openCheckpoint` or `judgeByPolicy`.
 */
export async function stepTowards(
  hash: Sha256,
  { readTile, readEntries }: Original,
  { edge, to }: { readonly edge: Edge; readonly to: Checkpoint },
): Promise<Step | undefined> {
  const first = Math.floor(edge.size / tileWidth)
  const until = Math.min(to.size, (first + stepBundles) * tileWidth)
  const bundles = await Promise.all(
    Array.from({ length: Math.ceil(until / tileWidth) - first }, async (_, nth) => {
      const index = first + nth
      return { index, entries: await readEntries(index, Math.min(tileWidth, until - index * tileWidth)) }
    }),
  )
  const all = bundles.flatMap(({ entries }) => entries)
  const held = edge.size % tileWidth
  if (!beginsWith(hash, all.slice(0, held), edge)) return undefined
  const entries = all.slice(held)
  const grown = grow(hash, edge, entries)
  if (grown.edge.size !== until || !(await leadsTo(hash, readTile, { edge: grown.edge, to }))) return undefined
  return { edge: grown.edge, bundles, entries, fullTiles: grown.tiles.filter(({ tile }) => tile.width === tileWidth) }
}

/** The partial tiles at the right edge of a tree. */
export const partialTiles = ({ size, tiles }: Edge): TileBytes[] =>
  tiles.flatMap((bytes, level) => {
    const index = Math.floor(size / tileWidth ** (level + 1))
    return bytes.length > 0 ? [{ tile: { level, index, width: bytes.length / 32 }, bytes }] : []
  })

/** Whether two checkpoints of a log tell of one history, as its tiles show it. */
export async function isOneHistory(
  hash: Sha256,
  readTile: ReadTile,
  [older, newer]: readonly [Pick<Checkpoint, 'size' | 'root'>, Pick<Checkpoint, 'size' | 'root'>],
): Promise<boolean> {
  const [old, size] = [older.size, newer.size]
  if (old > size) return false
  const proof = await consistencyProof(hash, readTile, { old, size })
  return verifyConsistency(hash, { old, oldRoot: older.root, size, root: newer.root, proof })
}

const leadsTo = (
  hash: Sha256,
  readTile: ReadTile,
  { edge, to }: { readonly edge: Edge; readonly to: Checkpoint },
): Promise<boolean> | boolean => {
  const root = rootOf(hash, edge)
  return edge.size === to.size ? equal(root, to.root) : isOneHistory(hash, readTile, [{ size: edge.size, root }, to])
}

function beginsWith(hash: Sha256, entries: readonly Uint8Array[], { tiles }: Edge): boolean {
  const known = tiles[0] ?? new Uint8Array(0)
  return entries.every((entry, at) => equal(leafHash(hash, entry), known.subarray(at * 32, at * 32 + 32)))
}
