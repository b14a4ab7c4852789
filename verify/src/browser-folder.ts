/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/// <reference lib="dom.asynciterable" />
import { hex } from '@sallyport/core/bytes'
import { newSha256, sha256 } from '@sallyport/core/sha256'
import type { Host } from './folder.ts'
import { webStamps, webVerifiers } from './web-crypto.ts'

/** A file that a person gave to the page, and its path below the folder they chose. */
export type GivenFile = { readonly path: string; readonly file: File }

/**
 * A folder that was given to a browser. Nothing of it leaves the page.
 *
 * A browser's own SHA-512 takes whole files only, which a video would not fit, so it is left out:
 * the digests in the ledger are SHA-256.
 */
export function browserHost(given: readonly GivenFile[]): Host {
  const files = new Map(given.map(({ path, file }) => [path, file]))
  const fileAt = (path: string): File => {
    const file = files.get(path)
    if (!file) throw new Error(`${path} is gone`)
    return file
  }
  return {
    hash: sha256,
    verify: webVerifiers,
    stamps: webStamps,
    folder: {
      list: async () => given.map(({ path, file }) => ({ path, size: file.size, plain: true })),
      read: async (path) => new Uint8Array(await fileAt(path).arrayBuffer()),
      stream: (path) => partsOf(fileAt(path)),
      async digest({ path }, { onBytes }) {
        const hash = newSha256()
        for await (const part of partsOf(fileAt(path))) {
          hash.update(part)
          onBytes(part.length)
        }
        return { sha256: hex(hash.digest()) }
      },
    },
  }
}

/** Not every browser can go through a stream with `for await`. */
async function* partsOf(file: File): AsyncGenerator<Uint8Array> {
  const reader = file.stream().getReader()
  for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value
}

/** The files of a folder that was chosen in a dialog. Their paths begin with the name of the folder. */
export const filesChosen = (list: FileList): GivenFile[] =>
  [...list].map((file) => ({ path: file.webkitRelativePath.slice(file.webkitRelativePath.indexOf('/') + 1), file }))

/** Chromium has it, and there the older way fails on a page that was opened from disk. */
type WithHandle = { readonly getAsFileSystemHandle?: () => Promise<FileSystemHandle | null> }

/** The files of a folder that was dropped on the page; empty if it was anything else than one folder. */
export async function filesDropped([item, ...more]: Iterable<DataTransferItem & WithHandle>): Promise<GivenFile[]> {
  if (!item || more.length > 0) return []
  if (item.getAsFileSystemHandle) {
    const handle = await item.getAsFileSystemHandle()
    return handle instanceof FileSystemDirectoryHandle ? filesOf(handle, '') : []
  }
  const entry = item.webkitGetAsEntry()
  return entry && isFolder(entry) ? filesBelow(entry, '') : []
}

async function filesOf(folder: FileSystemDirectoryHandle, prefix: string): Promise<GivenFile[]> {
  const found: GivenFile[] = []
  for await (const [name, handle] of folder) {
    const path = `${prefix}${name}`
    if (handle instanceof FileSystemDirectoryHandle) found.push(...(await filesOf(handle, `${path}/`)))
    else if (handle instanceof FileSystemFileHandle) found.push({ path, file: await handle.getFile() })
  }
  return found
}

async function filesBelow(folder: FileSystemDirectoryEntry, prefix: string): Promise<GivenFile[]> {
  const reader = folder.createReader()
  const found: GivenFile[] = []
  const some = () => new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
  // A reader gives a hundred entries at a time, and none when there are no more.
  for (let entries = await some(); entries.length > 0; entries = await some()) {
    for (const entry of entries) {
      const path = `${prefix}${entry.name}`
      if (isFolder(entry)) found.push(...(await filesBelow(entry, `${path}/`)))
      else if (isFile(entry)) found.push({ path, file: await fileIn(entry) })
    }
  }
  return found
}

const fileIn = (entry: FileSystemFileEntry) => new Promise<File>((resolve, reject) => entry.file(resolve, reject))
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory
const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile
