/** The part of the browser's `FileSystemEntry` that is used, so that a test can lay out a folder. */
export type Entry = {
  readonly isFile: boolean
  readonly isDirectory: boolean
  readonly name: string
  readonly fullPath: string
}
export type FileEntry = Entry & { file(take: (file: File) => void, fail: (error: Error) => void): void }
export type FolderEntry = Entry & {
  createReader(): { readEntries(take: (entries: Entry[]) => void, fail: (error: Error) => void): void }
}

export type Found = { readonly file: File; readonly path: string }
export type LeftOut = { readonly path: string; readonly why: string }
export type Walked = { readonly files: Found[]; readonly leftOut: LeftOut[] }

/** What file managers leave behind in every folder. It is named to the person, never dropped in silence. */
const leftBehind = new Set(['.ds_store', 'thumbs.db', 'desktop.ini'])

/**
 * Every file below what was dropped, in the order of their names. A folder that cannot be read is
 * reported and the rest is still taken: an officer must learn what is missing, not lose the others.
 */
export async function walk(roots: readonly Entry[]): Promise<Walked> {
  const files: Found[] = []
  const leftOut: LeftOut[] = []
  const visit = async (entry: Entry): Promise<void> => {
    const path = entry.fullPath.replace(/^\//, '')
    try {
      if (isFolder(entry)) for (const child of await childrenOf(entry)) await visit(child)
      else if (isFile(entry)) sort({ file: await fileOf(entry), path }, { files, leftOut })
    } catch {
      leftOut.push({ path, why: 'could not be read' })
    }
  }
  for (const root of roots) await visit(root)
  return { files, leftOut }
}

/** Sorts files that were picked from a dialog, by the same rules. */
export function sorted(picked: Iterable<File>): Walked {
  const walked: Walked = { files: [], leftOut: [] }
  for (const file of picked) sort({ file, path: file.webkitRelativePath || file.name }, walked)
  return walked
}

function sort(found: Found, { files, leftOut }: Walked): void {
  if (leftBehind.has(found.file.name.toLowerCase()))
    leftOut.push({ path: found.path, why: 'left behind by a file manager' })
  else if (found.file.size === 0) leftOut.push({ path: found.path, why: 'empty' })
  else files.push(found)
}

const isFolder = (entry: Entry): entry is FolderEntry => entry.isDirectory && 'createReader' in entry
const isFile = (entry: Entry): entry is FileEntry => entry.isFile && 'file' in entry

const fileOf = (entry: FileEntry): Promise<File> => new Promise((take, fail) => entry.file(take, fail))

/** A reader gives at most a hundred entries at a time, and an empty list when there are no more. */
async function childrenOf(folder: FolderEntry): Promise<Entry[]> {
  const reader = folder.createReader()
  const children: Entry[] = []
  for (;;) {
    const some = await new Promise<Entry[]>((take, fail) => reader.readEntries(take, fail))
    if (some.length === 0) return children.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))
    children.push(...some)
  }
}
