import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { leafHash, verifyInclusion } from '@sallyport/core/merkle'
import {
  consistencyProof,
  emptyEdge,
  growByHashes,
  inclusionProof,
  rootOf,
  type Tile,
  tilePath,
  tileWidth,
} from '@sallyport/core/tiles'
import { mkdirSync, writeFileSync } from 'node:fs'
import { sha256 } from '../server/src/keys/primitives.ts'
import { tileFolder } from '../server/src/ledger/tile-folder.ts'
import { type Finding, ms, quantile, setting, timed } from './measure.ts'
import { aFolder, removeFolder } from './vault.ts'

/** An entry that is known by its place: a tree of ten million of them needs no list beside it. */
const entryAt = (index: number): Uint8Array =>
  Buffer.from(`an entry of about the length that entries have, number ${index}`)

/** Writes the tree's hash tiles as a vault publishes them, without a sync for each. */
function aTree(root: string, size: number) {
  const made = new Set<string>()
  const write = (tile: Tile, bytes: Uint8Array) => {
    const path = join(root, tilePath(tile))
    const folder = join(path, '..')
    if (!made.has(folder)) mkdirSync(folder, { recursive: true })
    made.add(folder)
    writeFileSync(path, bytes)
  }
  let edge = emptyEdge
  while (edge.size < size) {
    const width = Math.min(tileWidth * 64, size - edge.size)
    const leaves = Array.from({ length: width }, (_, at) => leafHash(sha256, entryAt(edge.size + at)))
    const next = growByHashes(sha256, edge, leaves)
    for (const { tile, bytes } of next.tiles) if (tile.width === tileWidth) write(tile, bytes)
    edge = next.edge
  }
  for (const [level, bytes] of edge.tiles.entries()) {
    const index = Math.floor(size / tileWidth ** (level + 1))
    if (bytes.length > 0) write({ level, index, width: bytes.length / 32 }, bytes)
  }
  return edge
}

/** Proofs in a tree of ten million entries: made from the tiles on disk, and checked by a stranger. */
export async function* proofs(): AsyncGenerator<Finding> {
  const size = setting('SALLYPORT_BENCH_TREE', 10_000_000)
  const many = 2_000
  const folder = await aFolder()
  try {
    let edge = emptyEdge
    const made = await timed(async () => void (edge = aTree(folder, size)))
    const what = `${size.toLocaleString('en')} entries`
    yield { what: `tree of ${what}, hashed and written`, ours: `${((1000 * size) / made).toFixed(0)}/s` }
    const root = rootOf(sha256, edge)
    const { readTile } = tileFolder(folder)
    const took: number[] = []
    const found: { index: number; proof: readonly Uint8Array[] }[] = []
    for (let time = 0; time < many; time += 1) {
      const index = randomInt(size)
      const begun = performance.now()
      found.push({ index, proof: await inclusionProof(sha256, readTile, { index, size }) })
      took.push(performance.now() - begun)
    }
    const sum = took.reduce((all, one) => all + one, 0)
    const spread = `p50 ${ms(quantile(took, 0.5))}, p99 ${ms(quantile(took, 0.99))}`
    yield {
      what: `inclusion proofs among ${what}, from tiles on disk`,
      ours: `${((1000 * many) / sum).toFixed(0)}/s, ${spread}`,
    }
    const checked = await timed(async () => {
      for (const { index, proof } of found)
        if (!verifyInclusion(sha256, { leaf: leafHash(sha256, entryAt(index)), index, size, root, proof }))
          throw new Error(`The proof of entry ${index} does not hold.`)
    })
    yield { what: `inclusion proofs among ${what}, checked`, ours: `${((1000 * many) / checked).toFixed(0)}/s` }
    const grown = await timed(async () => {
      for (let time = 0; time < 200; time += 1)
        await consistencyProof(sha256, readTile, {
          old: (1 + randomInt(Math.floor(size / tileWidth) - 1)) * tileWidth,
          size,
        })
    })
    yield { what: `consistency proofs to ${what}`, ours: `${((1000 * 200) / grown).toFixed(0)}/s` }
  } finally {
    await removeFolder(folder)
  }
}
