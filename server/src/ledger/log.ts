import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { equal, text } from '@sallyport/core/bytes'
import { signCheckpoint } from '@sallyport/core/checkpoint'
import type { AgencyId } from '@sallyport/core/ids'
import { leafHash } from '@sallyport/core/merkle'
import { ed25519Key, type NoteSigner, writeVkey } from '@sallyport/core/note'
import {
  type Edge,
  edgeOf,
  emptyEdge,
  entriesPath,
  entryBundle,
  grow,
  rootOf,
  tilePath,
  tileWidth,
} from '@sallyport/core/tiles'
import { type Ground, theServer, type Tx, within } from '#db/within.ts'
import { sha256, unwrapKey } from '#keys/primitives.ts'
import { mustKnowNewest } from './newest.ts'
import { holdLedger, leavesFrom, ledgerHead, logKeys, placeWaiting, swapHead } from './rows.ts'
import { type TileFolder, TileConflict } from './tile-folder.ts'

/** How many entries one round takes: a bound on the memory and on the length of its transaction. */
const roundSize = 8192

/** PKCS#8 of an Ed25519 key (RFC 8410 section 7) is this prefix and the seed. */
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex')

const privateKey = (seed: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.concat([pkcs8, seed]), format: 'der', type: 'pkcs8' })

/** The signer of a ledger: its key is named as the ledger is. */
export function logSigner({
  origin,
  publicKey,
  seed,
}: {
  origin: string
  publicKey: Uint8Array
  seed: Uint8Array
}): NoteSigner {
  const key = privateKey(seed)
  return { key: ed25519Key(sha256, origin, publicKey), sign: (message) => sign(null, message, key) }
}

/** Who signs the ledger of an agency: opened once, for the life of this process. */
export type Log = { readonly origin: string; readonly signer: NoteSigner }

export type LogParts = {
  readonly ground: Ground
  readonly agency: AgencyId
  readonly folder: TileFolder
  readonly serverKey: Uint8Array
  readonly now: () => Date
}

export async function openLog(tx: Tx, serverKey: Uint8Array): Promise<Log> {
  const keys = await logKeys(tx)
  if (!keys) throw new Error('The agency of this ledger does not exist.')
  const seed = unwrapKey(serverKey, keys.log_private)
  if (!seed) throw new Error('The key of the ledger does not open: this is not the server key it was made under.')
  const origin = keys.log_origin
  return { origin, signer: logSigner({ origin, publicKey: keys.log_public, seed }) }
}

type Signed = { readonly size: number; readonly root: Uint8Array }

/**
 * The edge of the tree that was signed last, from the tiles on disk. They are read again in every round,
 * for somebody may have changed them since: what they make must be the root that was signed.
 */
async function edgeToGrow(tx: Tx, folder: TileFolder, signed: Signed): Promise<Edge> {
  const stored = await edgeOf(sha256, folder.readTile, signed.size).catch(() => undefined)
  if (stored && equal(rootOf(sha256, stored), signed.root)) return stored
  // The folder was lost or is another one. Tiles come from the entries alone, so they are written
  // again; any that is there with other bytes stops the ledger.
  const edge = await writeTiles(tx, { folder, edge: emptyEdge, to: signed.size })
  if (!equal(rootOf(sha256, edge), signed.root)) {
    throw new TileConflict(
      'The entries in the database do not make the tree that was signed. Nothing is signed until this is explained.',
    )
  }
  return edge
}

/** The entries that stand in a bundle already are written again with the new ones: they must be those of the tree. */
function mustStandInTree({ size, tiles }: Edge, entries: readonly Uint8Array[]): void {
  const known = tiles[0] ?? new Uint8Array(0)
  for (const [at, entry] of entries.slice(0, size % tileWidth).entries()) {
    if (!equal(leafHash(sha256, entry), known.subarray(at * 32, at * 32 + 32)))
      throw new TileConflict(`Entry ${size - (size % tileWidth) + at} is not the one over which the tree was signed.`)
  }
}

/** Writes every tile and bundle between the edge and a size, and gives the new edge. Durable when it returns. */
async function writeTiles(tx: Tx, { folder, edge, to }: { folder: TileFolder; edge: Edge; to: number }): Promise<Edge> {
  let grown = edge
  while (grown.size < to) {
    const from = grown.size
    const bundle = Math.floor(from / tileWidth)
    const until = Math.min(to, (bundle + 32) * tileWidth)
    const entries = await leavesFrom(tx, bundle * tileWidth, until)
    if (entries.length !== until - bundle * tileWidth)
      throw new Error(`The ledger has a gap between ${from} and ${until}.`)
    mustStandInTree(grown, entries)
    const next = grow(sha256, grown, entries.slice(from - bundle * tileWidth))
    for (let at = 0; at < entries.length; at += tileWidth) {
      const part = entries.slice(at, at + tileWidth)
      await folder.write(entriesPath(bundle + at / tileWidth, part.length), entryBundle(part))
    }
    for (const { tile, bytes } of next.tiles) await folder.write(tilePath(tile), bytes)
    await folder.settle()
    for (let full = 0; full < Math.floor(entries.length / tileWidth); full++) {
      await folder.dropPartials(entriesPath(bundle + full, tileWidth))
    }
    for (const { tile } of next.tiles) if (tile.width === tileWidth) await folder.dropPartials(tilePath(tile))
    grown = next.edge
  }
  return grown
}

/**
 * One round of the sequencer: gives places to what waits, then integrates, signs and publishes.
 *
 * The order is Sunlight's. Places are committed first, so a crash can never sign two trees: whoever
 * goes on finds the same entries at the same places and makes the same tiles. Then tiles are made
 * durable, the checkpoint is signed and swapped into the database, and only then published.
 *
 * Gives how many entries were published; undefined if another server holds this ledger.
 */
export async function sequence(parts: LogParts, known: { log?: Log }): Promise<number | undefined> {
  const { ground, agency, folder, now } = parts
  const placed = await within(ground, theServer(agency), async (tx) => {
    if (!(await holdLedger(tx))) return undefined
    const head = await ledgerHead(tx)
    if (!head) return undefined
    const log = (known.log ??= await openLog(tx, parts.serverKey))
    // Before any place is given: places that an older database gives are not those of the published tree.
    await mustKnowNewest(folder, head, log.signer.key)
    return placeWaiting(tx, roundSize)
  })
  if (placed === undefined) return undefined
  const published = await within(ground, theServer(agency), async (tx) => {
    if (!(await holdLedger(tx))) return undefined
    const head = await ledgerHead(tx)
    if (!head) return undefined
    const log = (known.log ??= await openLog(tx, parts.serverKey))
    const signed = await edgeToGrow(tx, folder, head)
    if (head.placed === head.size) return { size: head.size, before: head.size, note: head.note }
    const edge = await writeTiles(tx, { folder, edge: signed, to: head.placed })
    const root = rootOf(sha256, edge)
    const note = await signCheckpoint({ origin: log.origin, size: edge.size, root }, log.signer)
    if (!(await swapHead(tx, head.size, { size: edge.size, root, note: text(note), at: now() }))) {
      throw new TileConflict('Another checkpoint stands where this one should. Nothing more is signed by this server.')
    }
    return { size: edge.size, before: head.size, note: text(note) }
  })
  if (!published) return undefined
  const stored = await folder.read('checkpoint')
  if (!stored || !equal(stored, Buffer.from(published.note))) await publish(parts, known.log)
  return published.size - published.before
}

/**
 * Puts the newest checkpoint where anybody may fetch it. The ledger is held meanwhile, so that a slow
 * server never puts an older one over it; one that finds it held leaves this to the holder.
 *
 * Beside the tree lies the key that signs it, so that the folder can be checked on its own. A reader
 * with a reason to doubt the folder takes the key from the agency instead.
 */
async function publish({ ground, agency, folder }: LogParts, log: Log | undefined): Promise<void> {
  await within(ground, theServer(agency), async (tx) => {
    const head = (await holdLedger(tx)) ? await ledgerHead(tx) : undefined
    if (!head) return
    if (log) await folder.write('log.vkey', Buffer.from(`${writeVkey(log.signer.key)}\n`))
    await folder.replace('checkpoint', Buffer.from(head.note))
  })
}
