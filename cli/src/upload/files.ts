import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { NotDone } from '../not-done.ts'
import { mediaTypeOf } from './media-type.ts'

/** A file to deliver. `changedAt` is compared at the end: evidence must not change while it is sent. */
export type Source = {
  readonly path: string
  readonly name: string
  readonly size: number
  readonly changedAt: number
  readonly mediaType: string
}

/**
 * Finds the files that were named; folders only if `recursive`.
 *
 * A symbolic link inside a folder is not followed: it may lead out of the medium that is being
 * delivered. One that was named by hand is.
 */
export async function filesOf(paths: readonly string[], recursive: boolean): Promise<Source[]> {
  const found: Source[] = []
  for (const path of paths) {
    const { isDirectory } = await kindOf(path)
    if (!isDirectory) found.push(await sourceAt(path))
    else if (recursive) for (const inside of await walk(path)) found.push(await sourceAt(inside))
    else throw new NotDone(`${path} is a folder.`, 'Deliver all files below it with --recursive.')
  }
  return found
}

async function walk(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

async function kindOf(path: string) {
  const found = await stat(path)
  if (!found.isFile() && !found.isDirectory()) throw new NotDone(`${path} is neither a file nor a folder.`)
  return { isDirectory: found.isDirectory() }
}

async function sourceAt(path: string): Promise<Source> {
  const { size, mtimeMs } = await stat(path)
  const name = basename(path).normalize('NFC')
  return { path, name, size, changedAt: mtimeMs, mediaType: mediaTypeOf(name) }
}
