import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { equal } from '@sallyport/core/bytes'
import { readBundle, tilePath, tileWidth, type ReadTile } from '@sallyport/core/tiles'
import { readIfThere, syncFolder } from '../state/folder.ts'

/** The files of a copy. Each is there whole or not at all; {@link Shelf.settle} makes what was written durable. */
export type Shelf = {
  readonly path: string
  readonly read: (path: string) => Promise<Buffer | undefined>
  readonly readTile: ReadTile
  /** Writes what was proved. Gives true if other bytes stood there: then the copy was damaged, and is whole now. */
  readonly write: (path: string, bytes: Uint8Array) => Promise<boolean>
  readonly settle: () => Promise<void>
  /** Removes the partial tiles of a place whose full one is stored. */
  readonly dropPartials: (fullPath: string) => Promise<void>
}

export function openShelf(root: string): Shelf {
  const unsettled = new Set<string>()
  const read = (path: string) => readIfThere(join(root, path))
  return {
    path: root,
    read,
    async readTile(tile) {
      const bytes = (await read(tilePath({ ...tile, width: tileWidth }))) ?? (await read(tilePath(tile)))
      if (!bytes) throw new Error(`${root} has lost ${tilePath(tile)}`)
      return bytes
    },
    async write(path, bytes) {
      const stored = await read(path)
      if (stored && equal(stored, bytes)) return false
      const target = join(root, path)
      const made = await mkdir(dirname(target), { recursive: true, mode: 0o700 })
      const file = await open(`${target}.new`, 'w', 0o600)
      try {
        await file.writeFile(bytes)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(`${target}.new`, target)
      const top = made === undefined ? dirname(target) : dirname(made)
      for (let folder = dirname(target); folder.length >= top.length; folder = dirname(folder)) unsettled.add(folder)
      return stored !== undefined
    },
    async settle() {
      for (const folder of unsettled) await syncFolder(folder)
      unsettled.clear()
    },
    dropPartials: (fullPath) => rm(join(root, `${fullPath}.p`), { recursive: true, force: true }),
  }
}

/** The entries of a full bundle that is stored already; undefined if it is not, or is none. */
export async function heldEntries(shelf: Shelf, path: string): Promise<Uint8Array[] | undefined> {
  const bytes = await shelf.read(path)
  const entries = bytes && readBundle(bytes)
  return entries?.length === tileWidth ? entries : undefined
}
