import { equal } from '@sallyport/core/bytes'
import { openCheckpoint } from '@sallyport/core/checkpoint'
import { emptyEdge, entriesPath, grow, readBundle, rootOf, tilePath, tileWidth } from '@sallyport/core/tiles'
import { type Actor, type Ground, type Tx, within } from '#db/within.ts'
import type { Later } from '#http/route.ts'
import { sha256 } from '#keys/primitives.ts'
import { leavesFrom } from '#ledger/rows.ts'
import { ed25519Verify } from '#ledger/signatures.ts'
import { publishedLedger, type Verdict, verdictOf } from '../items/verify.ts'

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
  const actor = tx.actor
  return async () => {
    const { root, faults, missing } = await recompute({ ground, actor, published })
    const opened = await openCheckpoint(Buffer.from(published.published.note), {
      key: published.key,
      verify: ed25519Verify,
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
        did: 'Computed the root of the tree and compared it with the signed checkpoint',
        sound: signed && equal(root, opened.checkpoint.root),
        found: signed && equal(root, opened.checkpoint.root) ? 'They are the same.' : 'They are not the same.',
      },
      {
        did: 'Checked the signature of the checkpoint with the key of the ledger',
        sound: signed,
        found: signed ? 'It is signed with that key.' : 'It is not signed with that key.',
      },
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
  let edge = emptyEdge
  while (edge.size < size) {
    const to = Math.min(size, edge.size + portion)
    const from = edge.size
    const leaves = await within(ground, actor, (tx) => leavesFrom(tx, from, to))
    if (leaves.length !== to - from) return { root: rootOf(sha256, edge), faults, missing: to - from - leaves.length }
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
  return { root: rootOf(sha256, edge), faults, missing: 0 }
}
