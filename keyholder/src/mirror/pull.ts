import { equal, text, utf8 } from '@sallyport/core/bytes'
import { type Checkpoint, openCheckpoint } from '@sallyport/core/checkpoint'
import { type Original, partialTiles, type Step, stepTowards } from '@sallyport/core/mirror'
import { type VerifierKey, writeVkey } from '@sallyport/core/note'
import type { Policy } from '@sallyport/core/policy'
import {
  type Edge,
  edgeOf,
  emptyEdge,
  entriesPath,
  entryBundle,
  rootOf,
  tilePath,
  tileWidth,
} from '@sallyport/core/tiles'
import { Fault } from '../fault.ts'
import { sha256, verifiers } from '../signing.ts'
import { type Alarm, type AlarmKind, keepAlarm } from '../state/alarms.ts'
import { folderAt, openFolder, type StateFolder } from '../state/folder.ts'
import { admit, contradictionOf, policyOn, type Shown } from './admit.ts'
import { heldEntries, openShelf, type Shelf } from './shelf.ts'
import type { Source } from './source.ts'

export type Mirror = {
  readonly shelf: Shelf
  readonly state: StateFolder
  readonly key: VerifierKey
  readonly policy: Policy
  readonly now: () => Date
}

/**
 * What came of a look at the original. `refused`: what it shows is not signed as it must be, or lacks
 * the quorum. `alarm`: it shows another history, or an older one, than the copy holds. In neither case was
 * anything taken.
 */
export type Pulled =
  | { readonly is: 'grown'; readonly from: number; readonly to: number; readonly mended: number }
  | { readonly is: 'unchanged'; readonly size: number }
  | { readonly is: 'refused'; readonly why: string }
  | { readonly is: 'alarm'; readonly alarm: Alarm }

export type MirrorOptions = {
  readonly into: string
  readonly key: VerifierKey
  readonly policy?: Policy
  readonly now?: () => Date
}

/** Where a mirror keeps what is not the log's: the lock and the alarms. */
const ownFolder = '.mirror'
export const alarmsOf = (into: string): string => folderAt(`${into}/${ownFolder}`).path

/** Opens the folder of a copy for this process alone. The copy belongs to one log for good. */
export async function openMirror({ into, key, policy, now = () => new Date() }: MirrorOptions): Promise<Mirror> {
  const state = await openFolder(`${into}/${ownFolder}`)
  const shelf = openShelf(into)
  const stored = (await shelf.read('log.vkey'))?.toString('utf8').trimEnd()
  if (stored !== undefined && stored !== writeVkey(key)) {
    state.close()
    throw new Fault(`${into} is the copy of another log: ${stored}.`, 'Name another folder with --into.')
  }
  if (stored === undefined) await shelf.write('log.vkey', utf8(`${writeVkey(key)}\n`))
  await shelf.settle()
  return { shelf, state, key, policy: policyOn(key, policy), now }
}

/**
 * Brings a copy up to date, and takes nothing that was not proved.
 *
 * The order: signature and quorum of the new checkpoint; that it continues the one held; then entries, in
 * steps that are each proved against it before they are written; the checkpoint last. A crash in between
 * leaves the old checkpoint over a whole tree, and what was written beyond it is taken up again.
 */
export async function pull(mirror: Mirror, source: Source): Promise<Pulled> {
  const { shelf } = mirror
  const bytes = await source.get('checkpoint')
  if (!bytes)
    throw new Fault(`${source.name} shows no checkpoint.`, 'Check the address; the log may ask for a token: --token')
  const shown = await admit(mirror.policy, bytes)
  if (typeof shown === 'string') return { is: 'refused', why: shown }
  const held = await heldBy(mirror)
  const contradiction =
    held &&
    (await contradictionOf([held.checkpoint, shown.checkpoint], { held: shelf.readTile, shown: source.readTile }))
  if (held && contradiction) return raised(mirror, contradiction, { held, shown })
  const from = held?.checkpoint.size ?? 0
  if (held && from === shown.checkpoint.size) {
    // The same tree, with other cosignatures perhaps: the newest are kept.
    if (await shelf.write('checkpoint', bytes)) await shelf.settle()
    return { is: 'unchanged', size: from }
  }
  const mended = await take(mirror, source, { held, shown })
  return mended === undefined
    ? raised(mirror, 'does-not-follow', { held, shown })
    : { is: 'grown', from, to: shown.checkpoint.size, mended }
}

async function heldBy({ shelf, key }: Mirror): Promise<Shown | undefined> {
  const bytes = await shelf.read('checkpoint')
  if (!bytes) return undefined
  const opened = await openCheckpoint(bytes, { key, verify: verifiers })
  if (opened.is === 'signed') return { bytes, checkpoint: opened.checkpoint }
  throw new Fault(`The checkpoint in ${shelf.path} was damaged.`, 'Restore it, or begin a new copy in another folder.')
}

type Both = { readonly held: Shown | undefined; readonly shown: Shown }

async function raised({ state, key, now }: Mirror, kind: AlarmKind, { held, shown }: Both): Promise<Pulled> {
  const seen = held ? text(held.bytes) : ''
  const alarm: Alarm = { kind, at: now().toISOString(), origin: key.name, seen, shown: text(shown.bytes) }
  await keepAlarm(state, alarm)
  return { is: 'alarm', alarm }
}

/** Takes what is missing. Gives how many files were mended; undefined if the entries do not make the tree. */
async function take({ shelf }: Mirror, source: Source, { held, shown }: Both): Promise<number | undefined> {
  const to = shown.checkpoint
  let edge = held ? await edgeHeld(shelf, held.checkpoint) : emptyEdge
  let mended = 0
  while (edge.size < to.size) {
    const own = await stepTowards(sha256, takingUp(shelf, source), { edge, to })
    const step = own ?? (await stepTowards(sha256, source, { edge, to }))
    if (!step) return undefined
    mended += await store(shelf, step)
    edge = step.edge
  }
  for (const { tile, bytes } of partialTiles(edge)) if (await shelf.write(tilePath(tile), bytes)) mended++
  await shelf.settle()
  await shelf.write('checkpoint', shown.bytes)
  await shelf.settle()
  return mended
}

/** The edge of the copy; the empty one if its tiles were damaged, so that all of it is proved again and mended. */
async function edgeHeld(shelf: Shelf, { size, root }: Checkpoint): Promise<Edge> {
  const edge = await edgeOf(sha256, shelf.readTile, size).catch(() => undefined)
  return edge && equal(rootOf(sha256, edge), root) ? edge : emptyEdge
}

/** The original, but for full bundles that are here already. They are proved like all others. */
const takingUp = (shelf: Shelf, source: Source): Original => ({
  readTile: source.readTile,
  readEntries: async (index, width) =>
    (width === tileWidth ? await heldEntries(shelf, entriesPath(index, width)) : undefined) ??
    source.readEntries(index, width),
})

async function store(shelf: Shelf, { bundles, fullTiles }: Step): Promise<number> {
  let mended = 0
  for (const { index, entries } of bundles) {
    if (await shelf.write(entriesPath(index, entries.length), entryBundle(entries))) mended++
  }
  for (const { tile, bytes } of fullTiles) if (await shelf.write(tilePath(tile), bytes)) mended++
  await shelf.settle()
  for (const { index, entries } of bundles) {
    if (entries.length === tileWidth) await shelf.dropPartials(entriesPath(index, tileWidth))
  }
  for (const { tile } of fullTiles) await shelf.dropPartials(tilePath(tile))
  return mended
}
