import { equal } from '@sallyport/core/bytes'
import { openCheckpoint } from '@sallyport/core/checkpoint'
import { readLeaf } from '@sallyport/core/entry'
import { emptyEdge, entriesPath, grow, readBundle, rootOf, tilePath, tileWidth } from '@sallyport/core/tiles'
import { type Actor, type Ground, type Tx, within } from '#db/within.ts'
import type { Later } from '#http/route.ts'
import { sha256 } from '#keys/primitives.ts'
import { isLabelled } from '#ledger/read.ts'
import { countListed, countUnlisted, placedFrom } from '#ledger/rows.ts'
import { verifiers } from '#ledger/signatures.ts'
import { publishedLedger, type Verdict, verdictOf } from '../items/verify.ts'
import { outsiders, outsideSteps } from '../stamps/outside-steps.ts'

type Step = Verdict['steps'][number]
type Parts = { readonly ground: Ground; readonly ledger: string; readonly now: () => Date }

/** How many entries are compared in one transaction; a multiple of the tile width. */
const portion = 64 * tileWidth

/**
 * Recomputes the whole ledger from the entries in the database and compares every bundle and tile on
 * disk, and the signed root. Reads in portions, each in a transaction of its own: entries that have a
 * place never change, so it does not matter that others are added meanwhile.
 */
export async function checkWholeLedger(tx: Tx, { ground, ledger, now }: Parts): Promise<Later<Verdict>> {
  const published = await publishedLedger(tx, ledger)
  const outside = await outsiders(tx, published.published.size)
  const actor = tx.actor
  return async () => {
    const { root, faults, missing, misplaced } = await recompute({ ground, actor, published })
    const opened = await openCheckpoint(Buffer.from(published.published.note), {
      key: published.key,
      verify: verifiers,
    })
    const signed = opened.is === 'signed' && opened.checkpoint.size === published.published.size
    const steps: Step[] = [
      {
        did: `Read all ${published.published.size} entries from the database and compared them with the tiles on disk`,
        sound: faults.length === 0 && missing === 0,
        found:
          faults.length + missing === 0
            ? 'Every tile holds exactly what the entries make.'
            : `${faults.length} tiles are missing or hold something else${faults[0] ? `, the first at ${faults[0]}` : ''}; ${missing} entries are missing.`,
      },
      {
        did: 'Compared act, time and things of every entry with the lists by which it is found',
        sound: misplaced === 0,
        found:
          misplaced === 0
            ? 'Each is found under what it says of itself, and under nothing else.'
            : `${misplaced} lines of the lists are missing, were changed or added: what is shown of a thing may be too little or too much.`,
      },
      {
        did: 'Computed the root of the tree and compared it with the signed checkpoint',
        sound: signed && equal(root, opened.checkpoint.root),
        found: signed && equal(root, opened.checkpoint.root) ? 'They are the same.' : 'They are not the same.',
      },
      {
        did: 'Checked the signature of the checkpoint with the key of the ledger',
        sound: signed,
        found: signed ? 'It is signed with that key.' : 'It is not signed with that key.',
      },
      ...(await outsideSteps(published.published, outside)),
    ]
    const found = verdictOf(steps, now())
    const says = found.sound
      ? `The ledger holds: all ${published.published.size} entries, from the first to the newest checkpoint.`
      : found.says.replace('Custody', 'The ledger')
    return { reply: { ...found, says }, on: [], detail: { sound: found.sound, entries: published.published.size } }
  }
}

type Recomputing = {
  readonly ground: Ground
  readonly actor: Actor
  readonly published: Awaited<ReturnType<typeof publishedLedger>>
}

async function recompute({ ground, actor, published: { published } }: Recomputing) {
  const { folder, size } = published
  const faults: string[] = []
  let [edge, misplaced, listable] = [emptyEdge, 0, 0]
  while (edge.size < size) {
    const to = Math.min(size, edge.size + portion)
    const from = edge.size
    const read = await within(ground, actor, (tx) => readPortion(tx, from, to))
    const { leaves } = read
    misplaced += read.relabelled + read.unlisted
    listable += read.about - read.unlisted
    if (leaves.length !== to - from)
      return { root: rootOf(sha256, edge), faults, missing: to - from - leaves.length, misplaced }
    for (let at = 0; at < leaves.length; at += tileWidth) {
      const path = entriesPath((from + at) / tileWidth, Math.min(tileWidth, leaves.length - at))
      const stored = await folder.read(path)
      const bundle = stored && readBundle(stored)
      if (!bundle || !leaves.slice(at, at + tileWidth).every((leaf, n) => bundle[n] && equal(bundle[n], leaf)))
        faults.push(path)
    }
    const next = grow(sha256, edge, leaves)
    for (const { tile, bytes } of next.tiles) {
      if (to < size && tile.width < tileWidth) continue
      const stored = await folder.read(tilePath(tile))
      if (!stored || !equal(stored, bytes)) faults.push(tilePath(tile))
    }
    edge = next.edge
  }
  const listed = await within(ground, actor, (tx) => countListed(tx, size))
  // What is missing was counted entry by entry; what is left over was added.
  return { root: rootOf(sha256, edge), faults, missing: 0, misplaced: misplaced + Math.max(0, listed - listable) }
}

/** A portion of entries: their leaves, how many things they are about, and how much of it is not so listed. */
async function readPortion(tx: Tx, from: number, to: number) {
  const rows = await placedFrom(tx, from, to)
  const entries = rows.map(({ leaf, ...label }) => ({ label, leaf: readLeaf(leaf) }))
  const listings = entries.map(({ label, leaf }) => ({ id: label.id, at: label.at, on: leaf?.on ?? [] }))
  return {
    leaves: rows.map(({ leaf }) => leaf),
    relabelled: entries.filter(({ label, leaf }) => !leaf || !isLabelled(leaf, label)).length,
    unlisted: await countUnlisted(tx, listings),
    about: listings.reduce((sum, { on }) => sum + on.length, 0),
  }
}
