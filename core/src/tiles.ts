import { concat } from './bytes.ts'
import { leafHash, nodeHash, treeHash } from './merkle.ts'
import type { Sha256 } from './sha256.ts'

/**
 * A tile of C2SP tlog-tiles: up to 256 neighbouring hashes of one row of the tree. A hash at level
 * L is the root of a perfect tree of 256^L entries. `width` is below 256 at the right edge only.
 */
export type Tile = { readonly level: number; readonly index: number; readonly width: number }

/** How many hashes a full tile, and how many entries a full entry bundle, holds. */
export const tileWidth = 256

export const tilePath = ({ level, index, width }: Tile): string => `tile/${level}/${numbered(index, width)}`

export const entriesPath = (index: number, width: number): string => `tile/entries/${numbered(index, width)}`

/** 1234067 is written x001/x234/067, and a partial tile has its width behind it. */
function numbered(index: number, width: number): string {
  const digits = String(index)
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g) ?? []
  const path = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/')
  return width === tileWidth ? path : `${path}.p/${width}`
}

/** Reads back what {@link tilePath} or {@link entriesPath} writes; undefined for any other path. */
export function readPath(path: string): (Omit<Tile, 'level'> & { readonly level: number | 'entries' }) | undefined {
  const found = /^tile\/(entries|\d|[1-5]\d|6[0-3])\/((?:x\d{3}\/){0,5}\d{3})(?:\.p\/([1-9]\d{0,2}))?$/.exec(path)
  if (!found) return undefined
  const [, row = '', groups = '', partial] = found
  const index = Number(groups.replace(/[x/]/g, ''))
  const width = partial === undefined ? tileWidth : Number(partial)
  const level = row === 'entries' ? row : Number(row)
  const again = level === 'entries' ? entriesPath(index, width) : tilePath({ level, index, width })
  return again === path && Number.isSafeInteger(index) && (partial === undefined || width < tileWidth)
    ? { level, index, width }
    : undefined
}

/** The bytes of an entry bundle: each entry behind its length as 16 bits, big-endian. */
export function entryBundle(entries: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  if (entries.length > tileWidth) throw new RangeError(`a bundle holds at most ${tileWidth} entries`)
  return concat(
    ...entries.flatMap((entry) => {
      if (entry.length > 0xffff) throw new RangeError('an entry has at most 65,535 bytes')
      return [Uint8Array.of(entry.length >> 8, entry.length & 0xff), entry]
    }),
  )
}

/** The entries of a bundle, as views of it; undefined if it does not end exactly where its last entry does. */
export function readBundle(bytes: Uint8Array): Uint8Array[] | undefined {
  const entries: Uint8Array[] = []
  let at = 0
  while (at < bytes.length) {
    if (at + 2 > bytes.length || entries.length === tileWidth) return undefined
    const end = at + 2 + (((bytes[at] as number) << 8) | (bytes[at + 1] as number))
    if (end > bytes.length) return undefined
    entries.push(bytes.subarray(at + 2, end))
    at = end
  }
  return entries
}

/**
 * All that is needed of a tree in order to make it grow: its right edge, at most some 50 kB.
 *
 * `tiles` are the bytes of the rightmost partial tile of every level (empty where it is full),
 * `peaks` the roots of the perfect trees that the size is made of, largest first.
 */
export type Edge = {
  readonly size: number
  readonly peaks: readonly Uint8Array[]
  readonly tiles: readonly Uint8Array[]
}

export type TileBytes = { readonly tile: Tile; readonly bytes: Uint8Array }

export const emptyEdge: Edge = { size: 0, peaks: [], tiles: [] }

/** The root of the tree (RFC 6962 section 2.1). */
export const rootOf = (hash: Sha256, { peaks }: Edge): Uint8Array =>
  peaks.length === 0 ? treeHash(hash, []) : peaks.reduceRight((right, left) => nodeHash(hash, left, right))

type Row = { readonly bytes: Uint8Array<ArrayBuffer>; width: number }

export type Grown = { readonly edge: Edge; readonly tiles: readonly TileBytes[] }

/**
 * Adds entries to a tree: gives the new edge, and every hash tile that became full or is the newest
 * partial one of its level and changed. Entry bundles are the caller's to write.
 *
 * The cost is about two hashes per entry and one copy of a tile per level touched, whatever the
 * size of the tree.
 */
export const grow = (hash: Sha256, edge: Edge, entries: readonly Uint8Array[]): Grown =>
  growByHashes(
    hash,
    edge,
    entries.map((entry) => leafHash(hash, entry)),
  )

/** As {@link grow}, for whoever has the hashes of the entries only. */
export function growByHashes(hash: Sha256, edge: Edge, leaves: readonly Uint8Array[]): Grown {
  const peaks = [...edge.peaks]
  const rows = new Map<number, Row>()
  const tiles: TileBytes[] = []
  let { size } = edge

  const place = (level: number, node: Uint8Array) => {
    const row = rows.get(level) ?? rowOf(edge, level)
    row.bytes.set(node, row.width * 32)
    row.width += 1
    rows.set(level, row)
    if (row.width < tileWidth) return
    const index = (size + 1) / tileWidth ** (level + 1) - 1
    tiles.push({ tile: { level, index, width: tileWidth }, bytes: row.bytes })
    rows.set(level, { bytes: new Uint8Array(tileWidth * 32), width: 0 })
  }

  for (const leaf of leaves) {
    let node = leaf
    place(0, node)
    for (let height = 1, rest = size; rest % 2 === 1; height++, rest = (rest - 1) / 2) {
      node = nodeHash(hash, peaks.pop() as Uint8Array, node)
      if (height % 8 === 0) place(height / 8, node)
    }
    peaks.push(node)
    size += 1
  }

  const edges = [...edge.tiles]
  for (const [level, { bytes, width }] of rows) {
    const partial = bytes.slice(0, width * 32)
    edges[level] = partial
    const index = Math.floor(size / tileWidth ** (level + 1))
    if (width > 0) tiles.push({ tile: { level, index, width }, bytes: partial })
  }
  return { edge: { size, peaks, tiles: edges }, tiles }
}

function rowOf(edge: Edge, level: number): Row {
  const partial = edge.tiles[level] ?? new Uint8Array(0)
  const bytes = new Uint8Array(tileWidth * 32)
  bytes.set(partial)
  return { bytes, width: partial.length / 32 }
}

/**
 * Fetches a tile. It may answer with a longer one of the same place, for the partial tile of an
 * older size may have been replaced by the full one. What it gives is not checked here: proofs made
 * from wrong tiles do not verify, and an edge made from wrong tiles does not have the signed root.
 */
export type ReadTile = (tile: Tile) => Promise<Uint8Array>

type Reader = { readonly hash: Sha256; readonly size: number; readonly readTile: ReadTile }

/** Rebuilds the edge of a tree from its tiles. Compare {@link rootOf} with the signed root before growing it. */
export async function edgeOf(hash: Sha256, readTile: ReadTile, size: number): Promise<Edge> {
  const reader = remembering({ hash, size, readTile })
  const tiles: Uint8Array[] = []
  for (let level = 0; tileWidth ** level <= size; level++) {
    const count = Math.floor(size / tileWidth ** level)
    const width = count % tileWidth
    const bytes = width && (await reader.readTile(tileAt(size, level, Math.floor(count / tileWidth))))
    tiles.push(bytes ? bytes.slice(0, width * 32) : new Uint8Array(0))
  }
  return { size, peaks: await peaksOf(reader, 0, size), tiles }
}

/** PATH(index, D[size]) of RFC 6962 section 2.1.1: hashes from the leaf's sibling up to the root's child. */
export async function inclusionProof(
  hash: Sha256,
  readTile: ReadTile,
  { index, size }: { readonly index: number; readonly size: number },
): Promise<Uint8Array[]> {
  if (!(index >= 0 && index < size)) throw new RangeError(`there is no entry ${index} in a tree of ${size}`)
  const reader = remembering({ hash, size, readTile })
  const proof: Uint8Array[] = []
  let from = 0
  let to = size
  while (to - from > 1) {
    const middle = from + split(to - from)
    proof.push(index < middle ? await rangeHash(reader, middle, to) : await rangeHash(reader, from, middle))
    if (index < middle) to = middle
    else from = middle
  }
  return proof.reverse()
}

/** PROOF(old, D[size]) of RFC 6962 section 2.1.2; empty from size 0 and between equal sizes. */
export async function consistencyProof(
  hash: Sha256,
  readTile: ReadTile,
  { old, size }: { readonly old: number; readonly size: number },
): Promise<Uint8Array[]> {
  if (!(old >= 0 && old <= size)) throw new RangeError(`a tree of ${size} has not been of size ${old}`)
  if (old === 0) return []
  const reader = remembering({ hash, size, readTile })
  const proof: Uint8Array[] = []
  let from = 0
  let to = size
  while (to !== old) {
    const middle = from + split(to - from)
    proof.push(old <= middle ? await rangeHash(reader, middle, to) : await rangeHash(reader, from, middle))
    if (old <= middle) to = middle
    else from = middle
  }
  // The verifier knows the old root, which is this node when nothing was split off to its left.
  if (from > 0) proof.push(await rangeHash(reader, from, to))
  return proof.reverse()
}

/** The largest power of two below a count of at least 2. */
function split(count: number): number {
  let power = 1
  while (power * 2 < count) power *= 2
  return power
}

/** MTH of a range whose start is a multiple of the power of two that its length fits in. */
async function rangeHash(reader: Reader, from: number, to: number): Promise<Uint8Array> {
  return (await peaksOf(reader, from, to)).reduceRight((right, left) => nodeHash(reader.hash, left, right))
}

async function peaksOf({ hash, size, readTile }: Reader, from: number, to: number): Promise<Uint8Array[]> {
  const peaks: Uint8Array[] = []
  for (let at = from; at < to; ) {
    const span = split(to - at + 1)
    let level = 0
    while (tileWidth ** (level + 1) <= span) level++
    const first = at / tileWidth ** level
    const offset = first % tileWidth
    const bytes = await readTile(tileAt(size, level, Math.floor(first / tileWidth)))
    peaks.push(nodeWithin({ hash, bytes }, offset, span / tileWidth ** level))
    at += span
  }
  return peaks
}

/**
 * Nodes above the hashes of a tile, by the tile's bytes: whoever gives the same bytes again has them
 * hashed once, so that thousands of proofs over a few tiles cost little. They go when the bytes go.
 */
const nodesOf = new WeakMap<Uint8Array, Map<number, Uint8Array>>()

/** The node over `count` hashes of a tile from `offset` on; a power of two of them, from a multiple of it. */
function nodeWithin(tile: { hash: Sha256; bytes: Uint8Array }, offset: number, count: number): Uint8Array {
  const { hash, bytes } = tile
  if (count === 1) return bytes.subarray(offset * 32, (offset + 1) * 32)
  const nodes = nodesOf.get(bytes) ?? new Map<number, Uint8Array>()
  nodesOf.set(bytes, nodes)
  const place = offset * 2 * tileWidth + count
  const half = count / 2
  const node = nodes.get(place) ?? nodeHash(hash, nodeWithin(tile, offset, half), nodeWithin(tile, offset + half, half))
  nodes.set(place, node)
  return node
}

/** The tile at a place, as wide as a tree of this size has it. */
function tileAt(size: number, level: number, index: number): Tile {
  const count = Math.floor(size / tileWidth ** level)
  return { level, index, width: Math.min(tileWidth, count - index * tileWidth) }
}

/** Reads each tile once, however many hashes of it a proof needs. */
function remembering({ hash, size, readTile }: Reader): Reader {
  const seen = new Map<string, Uint8Array>()
  return {
    hash,
    size,
    async readTile(tile) {
      const path = tilePath(tile)
      const bytes = seen.get(path) ?? (await readTile(tile))
      if (bytes.length < tile.width * 32) throw new RangeError(`${path} has ${bytes.length} bytes, too few`)
      seen.set(path, bytes)
      return bytes
    },
  }
}
