import { writeFile } from 'node:fs/promises'
import { readLeaf } from '@sallyport/core/entry'
import { inclusionProof, tileWidth } from '@sallyport/core/tiles'
import { proves, writeProof } from '@sallyport/core/tlog-proof'
import { sha256 } from '@sallyport/keyholder/signing'
import type { Tell } from '../command.ts'
import { NotDone } from '../not-done.ts'
import { entriesOf, type Placed, remembering } from './entries.ts'
import { type Ledger, newestOf, unpinned } from './open.ts'
import type { Shown } from '@sallyport/keyholder/mirror/admit'

type Wanted = { readonly entry: string; readonly out: string | undefined }

/**
 * Writes the C2SP tlog-proof of an entry, and beside it the entry byte for byte: together with the key of
 * the log that is all that it takes to check it, without this program.
 */
export async function prove(ledger: Ledger, { entry: wanted, out }: Wanted, tell: Tell): Promise<number> {
  const head = await newestOf(ledger)
  const { size } = head.checkpoint
  const found = /^\d{1,15}$/.test(wanted) ? await at(ledger, head, Number(wanted)) : await named(ledger, head, wanted)
  if (!found) {
    tell({ found: false }, `There is no entry ${wanted} among the ${size} that are signed.`)
    return 1
  }
  const { index, entry } = found
  const path = await inclusionProof(sha256, remembering(ledger.source.readTile), { index, size })
  const proof = { index, path, checkpoint: head.bytes }
  if (!proves(sha256, proof, { entry, checkpoint: head.checkpoint }))
    throw new NotDone(`Entry ${index} could not be proved.`, 'Check the whole: sallyport ledger check')
  const name = out?.replace(/\.tlog-proof$/, '') ?? readLeaf(entry)?.id ?? `entry-${index}`
  const files = { proof: `${name}.tlog-proof`, entry: `${name}.entry` }
  await writeFile(files.proof, writeProof(proof), { flag: 'wx' })
  await writeFile(files.entry, entry, { flag: 'wx' })
  tell(
    { found: true, index, size, ...files },
    `Entry ${index} is proved in the tree of ${size}: ${files.proof}. The entry itself is in ${files.entry}.`,
    ...unpinned(ledger),
  )
  return 0
}

async function at({ source }: Ledger, { checkpoint }: Shown, index: number): Promise<Placed | undefined> {
  if (index >= checkpoint.size) return undefined
  for await (const placed of entriesOf(source, checkpoint, { from: index, to: index + 1 })) return placed
  return undefined
}

/** Looks for an entry by its id, from the newest on. What is found is proved afterwards, so nothing is here. */
async function named({ source }: Ledger, { checkpoint: { size } }: Shown, id: string): Promise<Placed | undefined> {
  for (let bundle = Math.ceil(size / tileWidth) - 1; bundle >= 0; bundle--) {
    const entries = await source.readEntries(bundle, Math.min(tileWidth, size - bundle * tileWidth))
    const place = entries.findIndex((entry) => readLeaf(entry)?.id === id)
    const entry = entries[place]
    if (entry) return { index: bundle * tileWidth + place, entry }
  }
  return undefined
}
