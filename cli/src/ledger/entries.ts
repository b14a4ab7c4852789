import { type Act, acts } from '@sallyport/core/acts'
import { readLeaf } from '@sallyport/core/entry'
import { leafHash, verifyInclusion } from '@sallyport/core/merkle'
import type { Checkpoint } from '@sallyport/core/checkpoint'
import { inclusionProof, type ReadTile, tilePath, tileWidth } from '@sallyport/core/tiles'
import type { Source } from '@sallyport/keyholder/mirror/source'
import { sha256 } from '@sallyport/keyholder/signing'
import type { Tell } from '../command.ts'
import { NotDone } from '../not-done.ts'
import { shown } from '../table.ts'

export type Placed = { readonly index: number; readonly entry: Uint8Array }

/** Entries of a signed tree from one place to before another, each proved to stand there. */
export async function* entriesOf(
  source: Source,
  { origin, size, root }: Checkpoint,
  { from, to }: { readonly from: number; readonly to: number },
): AsyncGenerator<Placed> {
  const readTile = remembering(source.readTile)
  for (let bundle = Math.floor(from / tileWidth); bundle * tileWidth < to; bundle++) {
    const first = bundle * tileWidth
    const entries = await source.readEntries(bundle, Math.min(tileWidth, size - first))
    for (const [at, entry] of entries.entries()) {
      const index = first + at
      if (index < from || index >= to) continue
      const proof = await inclusionProof(sha256, readTile, { index, size })
      if (!verifyInclusion(sha256, { leaf: leafHash(sha256, entry), index, size, root, proof }))
        throw new NotDone(
          `Entry ${index} is not the one that ${origin} signed.`,
          'Check the whole: sallyport ledger check',
        )
      yield { index, entry }
    }
  }
}

/** Reads each tile once, for neighbours share all but the lowest. */
export function remembering(readTile: ReadTile): ReadTile {
  const seen = new Map<string, Promise<Uint8Array>>()
  return (tile) => {
    const path = tilePath(tile)
    const found = seen.get(path) ?? readTile(tile)
    seen.set(path, found)
    return found
  }
}

const outcomes = { done: '', refused: ', which was refused', failed: ', which failed' } as const

/** Tells an entry in a sentence: what its leaf shows to everybody. Who it was, it only commits to. */
export function tellEntry({ index, entry }: Placed, tell: Tell): void {
  const leaf = readLeaf(entry)
  if (!leaf) return tell({ index, unreadable: true }, `${index}  is no entry that a vault could have written`)
  const says = acts[leaf.act as Act] ?? leaf.act
  const on = leaf.on.length === 0 ? '' : `  on ${leaf.on.slice(0, 3).join(', ')}${leaf.on.length > 3 ? ', …' : ''}`
  tell({ index, says, ...leaf }, shown(`${index}  ${leaf.at}  ${says}${outcomes[leaf.outcome]}${on}`))
}
