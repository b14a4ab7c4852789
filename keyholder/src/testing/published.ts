import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { utf8 } from '@sallyport/core/bytes'
import { signCheckpoint } from '@sallyport/core/checkpoint'
import { writeEntry } from '@sallyport/core/entry'
import { partialTiles } from '@sallyport/core/mirror'
import { type NoteSigner, writeVkey } from '@sallyport/core/note'
import { emptyEdge, entriesPath, entryBundle, grow, rootOf, tilePath, tileWidth } from '@sallyport/core/tiles'
import { sha256 } from '../signing.ts'

/** An entry of the ledger, as a vault writes it. `word` makes it another one. */
export function anEntry(at: number, word = ''): Uint8Array {
  const digits = at.toString(16).padStart(12, '0')
  return writeEntry(sha256, {
    id: `00000000-0000-4000-8000-${digits}`,
    at: new Date(Date.UTC(2026, 10, 22) + at).toISOString(),
    act: 'item.opened',
    outcome: 'done',
    on: [`00000000-0000-4000-9000-${digits}`],
    actor: { name: `somebody${word}` },
    detail: {},
    secret: new Uint8Array(32).fill(at % 256),
  })
}

export type Published = { readonly size: number; readonly differsFrom?: number }

/** Publishes a log in a folder, as a vault does; what was there before is replaced. */
export async function publish(folder: string, log: NoteSigner, { size, differsFrom = size }: Published): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  const entries = Array.from({ length: size }, (_, at) => anEntry(at, at >= differsFrom ? ' else' : ''))
  const { edge, tiles } = grow(sha256, emptyEdge, entries)
  const put = async (path: string, bytes: Uint8Array) => {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), bytes)
  }
  for (const { tile, bytes } of [...tiles, ...partialTiles(edge)]) await put(tilePath(tile), bytes)
  for (let from = 0; from < size; from += tileWidth) {
    const part = entries.slice(from, from + tileWidth)
    await put(entriesPath(from / tileWidth, part.length), entryBundle(part))
  }
  await put('log.vkey', utf8(`${writeVkey(log.key)}\n`))
  await put('checkpoint', await signCheckpoint({ origin: log.key.name, size, root: rootOf(sha256, edge) }, log))
}
