import { equal, text } from '@sallyport/core/bytes'
import { openCheckpoint } from '@sallyport/core/checkpoint'
import { type Leaf, readLeaf } from '@sallyport/core/entry'
import type { VerifierKey } from '@sallyport/core/note'
import { type Edge, edgeOf, emptyEdge, entriesPath, grow, readBundle, rootOf, tileWidth } from '@sallyport/core/tiles'
import { theServer, type Tx, within } from '#db/within.ts'
import { sha256 } from '#keys/primitives.ts'
import { openLog, type LogParts } from '../log.ts'
import { placesOf, replayEntries } from './rows.ts'
import { record } from '../record.ts'
import { holdLedger, ledgerHead, swapHead } from '../rows.ts'
import { verifiers } from '../signatures.ts'
import type { TileFolder } from '../tile-folder.ts'

/** Why a tail cannot be replayed, in a sentence for the person who runs the vault. */
export class NotReplayed extends Error {
  override readonly name = 'NotReplayed'
}

/** There is nothing to replay: what is published is what the database knows. */
export class NothingMissing extends NotReplayed {}

/** What was replayed: entries from `from` (inclusive) to `to` (exclusive), and those that the database no longer knew. */
export type Replayed = { readonly from: number; readonly to: number; readonly lost: number; readonly dry: boolean }

type Asked = LogParts & {
  /** Where the newer tree lies: the vault's own published folder, or a mirror's copy of it. */
  readonly source: TileFolder
  /** Looks at everything and writes nothing. */
  readonly dry: boolean
}

const batch = 32

/**
 * Brings a database that was restored from an old backup up to the tree that was published since.
 *
 * Nothing is signed again: the newer checkpoint is the one that this log's own key signed then, and the
 * entries between are taken from its bundles, each checked against that checkpoint before any is
 * written. What an entry said beside its leaf (who, and the detail) lay only in the database: it is
 * lost, and said to be. The acts themselves are not done again; the ledger tells that they happened.
 */
export async function replayTail({ ground, agency, serverKey, now, source, dry }: Asked): Promise<Replayed> {
  return within(ground, theServer(agency), async (tx) => {
    if (!(await holdLedger(tx))) throw new NotReplayed('Another server holds this ledger. Stop it, and try again.')
    const head = await ledgerHead(tx)
    if (!head) throw new NotReplayed('This agency has no ledger.')
    const { signer } = await openLog(tx, serverKey)
    const newer = await newest(source, signer.key)
    if (newer.size <= head.size)
      throw new NothingMissing('The database knows all that is published there. Nothing is missing.')
    const old = await edgeOf(sha256, source.readTile, head.size).catch(() => undefined)
    if (!old || !equal(rootOf(sha256, old), head.root))
      throw new NotReplayed('What is published there did not grow out of the tree of this database.')
    const { lost, edge } = await replay(tx, { source, from: head.size, to: newer.size, edge: old })
    if (!equal(rootOf(sha256, edge), newer.root))
      throw new NotReplayed('The entries there do not make the tree that was signed.')
    const at = now()
    await swapHead(tx, head.size, { size: newer.size, root: newer.root, note: newer.note, at })
    const replayed = { from: head.size, to: newer.size, lost, dry }
    if (dry) throw new Looked(replayed)
    await record(tx, { act: 'ledger.recovered', on: [agency], at, detail: { from: head.size, to: newer.size, lost } })
    return replayed
  }).catch((fault: unknown) => {
    if (fault instanceof Looked) return fault.found
    throw fault
  })
}

/** Takes back what a dry run wrote, and carries what it found. */
class Looked extends Error {
  readonly found: Replayed
  constructor(found: Replayed) {
    super('looked at, not written')
    this.found = found
  }
}

async function newest(source: TileFolder, key: VerifierKey) {
  const bytes = await source.read('checkpoint')
  if (!bytes) throw new NotReplayed('There is no checkpoint there.')
  const opened = await openCheckpoint(bytes, { key, verify: verifiers })
  if (opened.is !== 'signed') throw new NotReplayed('The checkpoint there is not signed by this ledger.')
  return { ...opened.checkpoint, note: text(bytes) }
}

type Tail = { readonly source: TileFolder; readonly from: number; readonly to: number; readonly edge: Edge }

async function replay(tx: Tx, { source, from, to, edge }: Tail): Promise<{ lost: number; edge: Edge }> {
  let grown = edge.size === from ? edge : emptyEdge
  let lost = 0
  for (let at = from; at < to; ) {
    const until = Math.min(to, (Math.floor(at / tileWidth) + batch) * tileWidth)
    const entries = await entriesBetween(source, at, until)
    const leaves = entries.map((entry, index) => ({ entry, place: at + index, leaf: mustBeLeaf(entry, at + index) }))
    await mustAgree(tx, leaves)
    lost += await replayEntries(tx, leaves)
    grown = grow(sha256, grown, entries).edge
    at = until
  }
  return { lost, edge: grown }
}

function mustBeLeaf(entry: Uint8Array, place: number): Leaf {
  const leaf = readLeaf(entry)
  if (!leaf) throw new NotReplayed(`Entry ${place} there is not of the form of this ledger.`)
  return leaf
}

async function entriesBetween(source: TileFolder, from: number, to: number): Promise<Uint8Array[]> {
  const entries: Uint8Array[] = []
  for (let at = from; at < to; ) {
    const bundle = Math.floor(at / tileWidth)
    const width = Math.min(tileWidth, to - bundle * tileWidth)
    const bytes = (await source.read(entriesPath(bundle, tileWidth))) ?? (await source.read(entriesPath(bundle, width)))
    const read = bytes && readBundle(bytes)
    if (!read || read.length < width) throw new NotReplayed(`The entries from ${at} on are missing there.`)
    entries.push(...read.slice(at - bundle * tileWidth, width))
    at = bundle * tileWidth + width
  }
  return entries
}

/** An entry that the database has already, and one that stands at a place already, must be the very same. */
async function mustAgree(
  tx: Tx,
  leaves: readonly { readonly entry: Uint8Array; readonly place: number; readonly leaf: Leaf }[],
): Promise<void> {
  const known = await placesOf(tx, { ids: leaves.map(({ leaf }) => leaf.id), places: leaves.map(({ place }) => place) })
  const byId = new Map(known.map((row) => [row.id, row]))
  const byPlace = new Map(known.map((row) => [row.position, row]))
  for (const { entry, place, leaf } of leaves) {
    const [same, there] = [byId.get(leaf.id), byPlace.get(place)]
    if (
      (there && there.id !== leaf.id) ||
      (same && (!equal(same.leaf, entry) || (same.position !== null && same !== there)))
    )
      throw new NotReplayed(`Entry ${place} there is another one than in this database. Nothing was replayed.`)
  }
}
