import * as fs from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { equal } from '@sallyport/core/bytes'
import { type ReadTile, type Tile, tilePath, tileWidth } from '@sallyport/core/tiles'

/** Thrown when a tile on disk differs from the one that the entries make. Nothing is signed after it. */
export class TileConflict extends Error {
  override readonly name = 'TileConflict'
}

/**
 * Writes files of a ledger so that each is there whole or not at all, and never with other bytes.
 *
 * A tile is a pure function of its entries, so writing it twice is harmless and writing it
 * differently is a split view: that is refused. The folders are synced once, by {@link settle}.
 */
export type TileFolder = {
  readonly write: (path: string, bytes: Uint8Array) => Promise<void>
  readonly settle: () => Promise<void>
  /** Replaces a file that may change: the checkpoint. */
  readonly replace: (path: string, bytes: Uint8Array) => Promise<void>
  readonly read: (path: string) => Promise<Buffer | undefined>
  readonly readTile: ReadTile
  /** Removes the partial tiles and bundles of a place whose full one is stored. */
  readonly dropPartials: (fullPath: string) => Promise<void>
}

/** What the files are written with. Tests give one that fails. */
export type Disk = Pick<typeof fs, 'mkdir' | 'open' | 'readFile' | 'rename' | 'rm'>

export function tileFolder(root: string, disk: Disk = fs): TileFolder {
  const unsettled = new Set<string>()

  const put = async (path: string, bytes: Uint8Array) => {
    const target = join(root, path)
    const made = await disk.mkdir(dirname(target), { recursive: true, mode: 0o700 })
    if (made)
      for (let above = dirname(target); above.length >= dirname(made).length; above = dirname(above))
        unsettled.add(above)
    const handle = await disk.open(`${target}.new`, 'w', 0o600)
    try {
      await handle.writeFile(bytes)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await disk.rename(`${target}.new`, target)
    unsettled.add(dirname(target))
  }

  const read = (path: string) =>
    disk.readFile(join(root, path)).catch((fault: NodeJS.ErrnoException) => {
      if (fault.code === 'ENOENT') return undefined
      throw fault
    })

  const settle = async () => {
    for (const folder of unsettled) {
      const handle = await disk.open(folder, 'r').catch((fault: NodeJS.ErrnoException) => {
        // Another server has put the full tile there meanwhile, and dropped the folder of its parts.
        if (fault.code !== 'ENOENT') throw fault
      })
      await handle?.sync().finally(() => handle.close())
    }
    unsettled.clear()
  }

  return {
    read,
    settle,
    async write(path, bytes) {
      const stored = await read(path)
      if (!stored) return put(path, bytes)
      if (!equal(stored, bytes))
        throw new TileConflict(`The ledger holds other bytes at ${path} than its entries make.`)
    },
    async replace(path, bytes) {
      await put(path, bytes)
      await settle()
    },
    async readTile(tile: Tile) {
      const full = await read(tilePath({ ...tile, width: tileWidth }))
      const found = full ?? (await read(tilePath(tile)))
      if (!found) throw new Error(`The ledger has lost its tile ${tilePath(tile)}.`)
      return found
    },
    dropPartials: (fullPath) => disk.rm(join(root, `${fullPath}.p`), { recursive: true, force: true }),
  }
}
