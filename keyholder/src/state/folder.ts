import { mkdir, open, readdir, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Fault } from '../fault.ts'

/**
 * A folder that one process at a time may change, and in which a file is there whole or not at all.
 *
 * What {@link StateFolder.replace} has returned for is on the disk: file, name and folder are synced.
 */
export type StateFolder = {
  readonly path: string
  readonly read: (name: string) => Promise<Buffer | undefined>
  readonly replace: (name: string, bytes: Uint8Array) => Promise<void>
  readonly close: () => void
}

/**
 * Opens a state folder for one process.
 *
 * The lock is that of SQLite on a file of its own: the kernel holds it and lets it go when the process
 * ends, however it ends, and it counts between containers that share the folder. A file with a process
 * number in it does neither. Nothing is stored in that database.
 */
export async function openFolder(path: string): Promise<StateFolder> {
  await mkdir(path, { recursive: true, mode: 0o700 })
  const lock = new DatabaseSync(join(path, 'lock'), { timeout: 0 })
  const close = () => (lock.isOpen ? lock.close() : undefined)
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (error) {
    close()
    if (!(error instanceof Error) || !/locked/.test(error.message)) throw error
    throw new Fault(`Another process uses ${path}.`, 'Stop that one, or name another folder.')
  }
  return { ...folderAt(path), close }
}

/** As {@link openFolder}, to look only: it needs no lock, for each file is whole whenever it is read. */
export const folderAt = (path: string): Omit<StateFolder, 'close'> => ({
  path,
  read: (name) => readIfThere(join(path, name)),
  replace: (name, bytes) => replace(join(path, name), bytes),
})

export const readIfThere = (path: string): Promise<Buffer | undefined> =>
  readFile(path).catch((fault: NodeJS.ErrnoException) => {
    if (fault.code === 'ENOENT' || fault.code === 'ENOTDIR') return undefined
    throw fault
  })

/** What is in a folder; nothing if there is none. Any other fault is one: what cannot be read is not empty. */
export const namesIn = (path: string): Promise<string[]> =>
  readdir(path).catch((fault: NodeJS.ErrnoException) => {
    if (fault.code === 'ENOENT') return []
    throw fault
  })

/** Puts a file in the place of another, whole, and returns when a power cut cannot undo it. */
async function replace(target: string, bytes: Uint8Array): Promise<void> {
  const folder = dirname(target)
  const made = await mkdir(folder, { recursive: true, mode: 0o700 })
  const file = await open(`${target}.new`, 'w', 0o600)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${target}.new`, target)
  await syncFolder(folder)
  if (made)
    for (let above = dirname(folder); above.length >= dirname(made).length; above = dirname(above))
      await syncFolder(above)
}

export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  await folder.sync().finally(() => folder.close())
}
