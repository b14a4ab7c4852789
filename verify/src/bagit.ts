import { text } from '@sallyport/core/bytes'
import type { Blame } from './faults.ts'
import { type Host, largestRead, type Listed } from './folder.ts'
import { linesIn } from './lines.ts'

/** A file that may be opened. A bag has one for every entry, so this is all that is kept of it. */
export type BagFile = {
  readonly path: string
  readonly size: number
  sha256?: string
  sha512?: string
  /** Which lists name it, a bit for each. */
  lists: number
  /** Whether a record or a custody line speaks of it. */
  claimed: boolean
}

/** What is known of a bag while it is being judged. Files are found by their NFC name. */
export type Bag = {
  readonly host: Host
  readonly files: ReadonlyMap<string, BagFile>
  readonly blame: Blame
}

/** File managers leave these behind when somebody looks into a folder. Outside of data/ they harm nothing. */
const litter = /^(?!data\/)(?:.*\/)?(?:\.DS_Store|Thumbs\.db|desktop\.ini|\._[^/]*)$/

/**
 * Sorts out which of the listed files may be opened at all.
 *
 * Names come from the folder, so from whoever made it: one that climbs out of the folder, that two
 * systems read differently or that differs from another only by case could make a reader look at
 * another file than the one that was checked.
 */
export function admit(listed: readonly Listed[], blame: Blame): { files: Map<string, BagFile>; litter: number } {
  const files = new Map<string, BagFile>()
  const folded = new Map<string, string>()
  let left = 0
  for (const file of listed.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    const { path } = file
    if (litter.test(path)) {
      left += 1
      continue
    }
    if (!isSafe(path)) {
      blame('files/unsafe-name', path)
      continue
    }
    const name = path.normalize('NFC')
    // Windows also drops dots and spaces at the end of a name.
    const fold = name.toLowerCase().replace(/[. ]+(?=\/|$)/g, '')
    const other = folded.get(fold)
    if (other !== undefined) blame('files/colliding-names', path, { other })
    folded.set(fold, path)
    if (!file.plain) blame('files/not-plain', path)
    else files.set(name, { path, size: file.size, lists: 0, claimed: false })
  }
  return { files, litter: left }
}

/** Whether a path stays below its folder, and means the same to every system and every eye. */
export const isSafe = (path: string): boolean =>
  path.split('/').every((part) => part !== '' && part !== '.' && part !== '..') &&
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  !/[\u0000-\u001f\u007f-\u009f\\\u202a-\u202e\u2066-\u2069\ufffd]|^[a-z]:|^~/iu.test(path)

/** Hashes every admitted file, once; with SHA-512 too where a list gives that. */
export async function hashAll({ host, files, blame }: Bag, onBytes: (count: number) => void): Promise<void> {
  const tagsToo = files.has('tagmanifest-sha512.txt')
  for (const [name, file] of files) {
    try {
      const sha512 = tagsToo || name.startsWith('data/')
      Object.assign(file, await host.folder.digest(file, { sha512, onBytes }))
    } catch (fault) {
      blame('files/unreadable', file.path, { why: reason(fault) })
    }
  }
}

/** Reads a file of the bag as UTF-8; undefined if it is not there or is no text, which is then a fault. */
export async function readText(bag: Bag, name: string): Promise<string | undefined> {
  const bytes = await readBytes(bag, name)
  try {
    return bytes && text(bytes)
  } catch {
    bag.blame('files/unreadable', name, { why: 'it is not UTF-8' })
    return undefined
  }
}

export async function readBytes({ host, files, blame }: Bag, name: string): Promise<Uint8Array | undefined> {
  const file = files.get(name)
  if (!file) return undefined
  try {
    if (file.size > largestRead) throw new Error('it is larger than any such file can be')
    return await host.folder.read(file.path)
  } catch (fault) {
    blame('files/unreadable', file.path, { why: reason(fault) })
    return undefined
  }
}

/** Hands over the lines of a file one after the other; nothing if it is not there. What cannot be read is a fault. */
export async function eachLine(
  { host, files, blame }: Bag,
  name: string,
  take: (line: string, at: number) => void | Promise<void>,
): Promise<void> {
  const file = files.get(name)
  if (!file) return
  let at = 0
  try {
    for await (const line of linesIn(host.folder.stream(file.path))) {
      const more = take(line, ++at)
      if (more) await more
    }
  } catch (fault) {
    blame('files/unreadable', file.path, { why: reason(fault) })
  }
}

/**
 * Checks that a bag is complete and valid (RFC 8493 section 3): every file is listed, every listed
 * file is there, and each has the digests that the lists give.
 *
 * That shows that the bag is as its lists say. It does not show who wrote the lists: anyone can
 * change a file and write new ones. What ties the files to the vault is the ledger.
 */
export async function checkBagit(bag: Bag): Promise<void> {
  const { files, blame } = bag
  const declaration = await readText(bag, 'bagit.txt')
  if (!/^BagIt-Version: 1\.0\r?\nTag-File-Character-Encoding: UTF-8(?:\r?\n)?$/i.test(declaration ?? '')) {
    blame('files/declaration', 'bagit.txt')
  }
  if (files.has('fetch.txt')) blame('files/fetch', 'fetch.txt')
  await checkOxum(bag)
  const isTag = (name: string) => !name.startsWith('data/') && !/^tagmanifest-[^/]*$/.test(name)
  await checkLists(bag, ['manifest-sha256.txt', 'manifest-sha512.txt'], (name) => name.startsWith('data/'))
  await checkLists(bag, ['tagmanifest-sha256.txt', 'tagmanifest-sha512.txt'], isTag)
}

async function checkOxum(bag: Bag): Promise<void> {
  const info = await readText(bag, 'bag-info.txt')
  if (info === undefined) return
  const says = /^Payload-Oxum:[ \t]*(\S*)/im.exec(info)?.[1] ?? 'nothing'
  const found = { bytes: 0, files: 0 }
  for (const [name, { size }] of bag.files) {
    if (!name.startsWith('data/')) continue
    found.bytes += size
    found.files += 1
  }
  const counted = `${found.bytes}.${found.files}`
  if (says !== counted) bag.blame('files/oxum', 'bag-info.txt', { says, found: counted })
}

/** Compares the files of one kind with the lists that must each name all of them and nothing else. */
async function checkLists(bag: Bag, names: readonly string[], isOfKind: (name: string) => boolean): Promise<void> {
  const lists = names.filter((list) => bag.files.has(list))
  for (const file of bag.files.values()) file.lists = 0
  const missing = new Map<string, string[]>()
  const altered = new Map<string, string[]>()
  for (const [place, list] of lists.entries()) {
    const bit = 1 << place
    await readManifest(bag, list, ({ name, path, digest }) => {
      const file = bag.files.get(name)
      const known = file ? (file.lists & bit) !== 0 : missing.get(name)?.includes(list)
      if (known) bag.blame('files/listed-twice', list, { file: path })
      else if (!file) add(missing, name, list)
      else {
        file.lists |= bit
        const found = file[list.endsWith('sha256.txt') ? 'sha256' : 'sha512']
        if (found !== undefined && found !== digest) add(altered, name, list)
      }
    })
  }
  for (const [name, where] of missing) bag.blame('files/missing', name, { lists: where.join(' and ') })
  for (const [name, file] of bag.files) {
    if (!isOfKind(name)) continue
    const without = lists.filter((_, place) => (file.lists & (1 << place)) === 0)
    if (without.length > 0) bag.blame('files/unlisted', name, { lists: without.join(' and ') })
  }
  for (const [name, where] of altered) bag.blame('files/altered', name, { lists: where.join(' and ') })
}

type ManifestLine = { readonly name: string; readonly path: string; readonly digest: string }

/** Reads a manifest (RFC 8493 section 2.1.3): a digest, white space and a path with `%`, CR and LF encoded. */
async function readManifest(bag: Bag, list: string, take: (line: ManifestLine) => void): Promise<void> {
  const digits = list.endsWith('sha256.txt') ? 64 : 128
  await eachLine(bag, list, (written, line) => {
    const [, digest = '', encoded = ''] = /^([0-9a-f]+)[ \t]+([^\r]+)\r?$/i.exec(written) ?? []
    const path = encoded.replace(/%(0a|0d|25)/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    if (digest.length !== digits || !isSafe(path)) bag.blame('files/list-line', list, { line })
    else take({ name: path.normalize('NFC'), path, digest: digest.toLowerCase() })
  })
}

function add(to: Map<string, string[]>, name: string, list: string): void {
  to.set(name, [...(to.get(name) ?? []), list])
}

export const reason = (fault: unknown) => (fault instanceof Error ? fault.message : String(fault))
