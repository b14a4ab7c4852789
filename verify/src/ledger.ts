import { base64, equal, text } from '@sallyport/core/bytes'
import type { Checkpoint } from '@sallyport/core/checkpoint'
import { readLeaf } from '@sallyport/core/entry'
import { readVkey, type VerifierKey } from '@sallyport/core/note'
import {
  type Edge,
  emptyEdge,
  entriesPath,
  grow,
  growByHashes,
  readBundle,
  readPath,
  rootOf,
  tilePath,
  tileWidth,
} from '@sallyport/core/tiles'
import { type Blame, blameInto, type Fault } from './faults.ts'
import { type Host, largestRead, type Listed } from './folder.ts'
import { type Asked, judgeLog, type UsedKey, type Witnesses } from './log.ts'

export type LedgerJudgement = {
  readonly is: 'ledger'
  readonly faults: readonly Fault[]
  readonly log?: { readonly origin: string; readonly size: number }
  readonly tiles: number
  readonly first?: string
  readonly last?: string
  readonly key?: UsedKey
  readonly witnesses?: Witnesses
}

type Ledger = {
  readonly host: Host
  readonly files: ReadonlyMap<string, Listed>
  readonly blame: Blame
  /** The widths in which each tile lies there: the full one, and partial ones from when the tree was smaller. */
  readonly widths: ReadonlyMap<string, readonly number[]>
}

/**
 * Judges a whole ledger, as a vault publishes it or a mirror keeps it: computes the tree again from its entries, and compares every hash tile and
 * the signed checkpoint with it.
 *
 * No fault shows that the entries are exactly those over which the checkpoint was signed. It does
 * not show that this checkpoint is the newest, nor that others were given the same one. Tiles of a
 * ledger that has grown past its checkpoint are left alone. Undefined if the folder is no ledger.
 */
export async function judgeLedger(host: Host, asked: Asked): Promise<LedgerJudgement | undefined> {
  const listed = await host.folder.list()
  const files = new Map(listed.filter(({ plain }) => plain).map((file) => [file.path, file]))
  if (!files.has('checkpoint')) return undefined
  const faults: Fault[] = []
  const blame = blameInto(faults)
  const widths = new Map<string, number[]>()
  for (const path of files.keys()) {
    const tile = readPath(path)
    if (!tile) continue
    const place = placeOf(tile.level, tile.index)
    widths.set(place, [...(widths.get(place) ?? []), tile.width])
  }
  const ledger: Ledger = { host, files, blame, widths }
  const { tree, used, witnesses } = await judgeLog(
    { host, blame, asked },
    {
      at: 'checkpoint',
      bytes: (await readFile(ledger, 'checkpoint')) ?? new Uint8Array(0),
      key: { at: 'log.vkey', found: await keyIn(ledger) },
      policy: { at: 'policy', bytes: files.has('policy') ? await readFile(ledger, 'policy') : undefined },
    },
  )
  if (!tree) return { is: 'ledger', faults, tiles: 0 }
  const found = await readTree(ledger, tree.checkpoint, asked)
  return {
    is: 'ledger',
    faults,
    log: tree.checkpoint,
    ...found,
    ...(used && { key: used }),
    ...(witnesses && { witnesses }),
  }
}

type Seen = { readonly tiles: number; readonly first?: string; readonly last?: string }

async function readTree(ledger: Ledger, checkpoint: Checkpoint, { onProgress }: Asked): Promise<Seen> {
  const { hash } = ledger.host
  const { size } = checkpoint
  let edge: Edge = emptyEdge
  let tiles = 0
  let first: string | undefined
  let last: string | undefined
  while (edge.size < size) {
    const width = Math.min(tileWidth, size - edge.size)
    const entries = await readEntries(ledger, edge.size, width)
    const times = readTimes(ledger, entries ?? [], edge.size)
    first ??= times.at(0)
    last = times.at(-1) ?? last
    // Where entries are lost, the tree above them is still compared, over the hashes that are left of them.
    const leaves = entries ? [] : await readHashes(ledger, edge.size, width)
    if (!entries && leaves.length < width) break
    const grown = entries ? grow(hash, edge, entries) : growByHashes(hash, edge, leaves)
    edge = grown.edge
    for (const { tile, bytes } of grown.tiles) {
      if (tile.width === tileWidth) tiles += await compareTile(ledger, tile, bytes)
    }
    onProgress?.(edge.size, size)
  }
  const seen = { tiles, ...(first !== undefined && { first }), ...(last !== undefined && { last }) }
  if (edge.size < size) return seen
  for (const [level, bytes] of edge.tiles.entries()) {
    const index = Math.floor(size / tileWidth ** (level + 1))
    if (bytes.length > 0) seen.tiles += await compareTile(ledger, { level, index }, bytes)
  }
  const root = rootOf(hash, edge)
  if (!equal(root, checkpoint.root)) {
    ledger.blame('tree/root', 'checkpoint', { says: base64(checkpoint.root), found: base64(root) })
  }
  return seen
}

/** The entries from a place on, at most one bundle of them. The bundle may have grown since. */
async function readEntries(ledger: Ledger, from: number, width: number): Promise<Uint8Array[] | undefined> {
  const index = from / tileWidth
  const path = entriesPath(index, widthAt(ledger, placeOf('entries', index), width) ?? width)
  const bytes = await readFile(ledger, path)
  const entries = bytes && readBundle(bytes)
  if (bytes && !(entries && entries.length >= width)) ledger.blame('tree/bundle', path, { entries: width })
  return entries && entries.length >= width ? entries.slice(0, width) : undefined
}

/** The hashes of the entries from a place on, as their tile has them; none if that is lost too. */
async function readHashes(ledger: Ledger, from: number, width: number): Promise<Uint8Array[]> {
  const index = from / tileWidth
  const found = widthAt(ledger, placeOf(0, index), width)
  const bytes = found && (await readFile(ledger, tilePath({ level: 0, index, width: found })))
  if (!bytes || bytes.length < width * 32) return []
  return Array.from({ length: width }, (_, at) => bytes.slice(at * 32, at * 32 + 32))
}

function readTimes(ledger: Ledger, entries: readonly Uint8Array[], from: number): string[] {
  const times: string[] = []
  for (const [at, entry] of entries.entries()) {
    const leaf = readLeaf(entry)
    if (leaf) times.push(leaf.at)
    else ledger.blame('tree/entry', entriesPath(from / tileWidth, tileWidth), { index: from + at })
  }
  return times
}

/** Compares a tile, in every width in which it lies there, with the hashes that the entries give. */
async function compareTile(
  ledger: Ledger,
  { level, index }: { readonly level: number; readonly index: number },
  hashes: Uint8Array,
): Promise<number> {
  const width = hashes.length / 32
  const there = ledger.widths.get(placeOf(level, index)) ?? []
  if (!there.some((found) => found >= width)) ledger.blame('tree/missing', tilePath({ level, index, width }))
  for (const found of there) {
    const path = tilePath({ level, index, width: found })
    const bytes = await readFile(ledger, path)
    const known = Math.min(width, found)
    if (
      !bytes ||
      (bytes.length === found * 32 && equal(bytes.subarray(0, known * 32), hashes.subarray(0, known * 32)))
    ) {
      continue
    }
    ledger.blame('tree/tile', path, { hashes: differing(bytes, hashes) })
  }
  return there.length
}

/** Says which hashes of a tile differ, for they name the entries below. */
function differing(bytes: Uint8Array, hashes: Uint8Array): string {
  if (bytes.length % 32 !== 0) return `its length of ${bytes.length} bytes`
  const count = Math.min(bytes.length, hashes.length) / 32
  const places = Array.from({ length: count }, (_, at) => at).filter(
    (at) => !equal(bytes.subarray(at * 32, at * 32 + 32), hashes.subarray(at * 32, at * 32 + 32)),
  )
  return places.length === 0
    ? 'its length'
    : `hash ${places.slice(0, 5).join(', ')}${places.length > 5 ? ' and more' : ''}`
}

async function keyIn(ledger: Ledger): Promise<VerifierKey | undefined> {
  if (!ledger.files.has('log.vkey')) return undefined
  const bytes = await readFile(ledger, 'log.vkey')
  const key = bytes && readVkey(ledger.host.hash, lineOf(bytes))
  if (!key) ledger.blame('log/key-malformed', 'log.vkey')
  return key
}

function lineOf(bytes: Uint8Array): string {
  try {
    return text(bytes).replace(/\r?\n$/, '')
  } catch {
    return ''
  }
}

async function readFile({ host, files, blame }: Ledger, path: string): Promise<Uint8Array | undefined> {
  const file = files.get(path)
  if (!file) {
    blame('tree/missing', path)
    return undefined
  }
  try {
    if (file.size > largestRead) throw new Error('it is larger than any such file can be')
    return await host.folder.read(path)
  } catch (fault) {
    blame('files/unreadable', path, { why: fault instanceof Error ? fault.message : String(fault) })
    return undefined
  }
}

/** The narrowest of the tiles at a place that is wide enough. */
const widthAt = ({ widths }: Ledger, place: string, width: number): number | undefined =>
  widths
    .get(place)
    ?.toSorted((a, b) => a - b)
    .find((found) => found >= width)

const placeOf = (level: number | 'entries', index: number) => `${level}/${index}`
