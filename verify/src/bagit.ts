import { text } from '@sallyport/core/bytes'
import type { Blame } from './faults.ts'
import { type Digests, type Host, largestRead, type Listed } from './folder.ts'

/** What is known of a bag while it is being judged. Files are found by their NFC name. */
export type Bag = {
  readonly host: Host
  readonly files: ReadonlyMap<string, Listed>
  readonly digests: ReadonlyMap<string, Digests>
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
export function admit(listed: readonly Listed[], blame: Blame): { files: Map<string, Listed>; litter: number } {
  const files = new Map<string, Listed>()
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
    else files.set(name, file)
  }
  return { files, litter: left }
}

/** Whether a path stays below its folder, and means the same to every system and every eye. */
export const isSafe = (path: string): boolean =>
  path.split('/').every((part) => part !== '' && part !== '.' && part !== '..') &&
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  !/[\u0000-\u001f\u007f-\u009f\\\u202a-\u202e\u2066-\u2069\ufffd]|^[a-z]:|^~/iu.test(path)

/** Hashes every admitted file, once. */
export async function hashAll(
  host: Host,
  files: ReadonlyMap<string, Listed>,
  { blame, onBytes }: { readonly blame: Blame; readonly onBytes: (count: number) => void },
): Promise<Map<string, Digests>> {
  const digests = new Map<string, Digests>()
  for (const [name, { path }] of files) {
    try {
      // Only the payload is listed with SHA-512.
      digests.set(name, await host.folder.digest(path, { sha512: name.startsWith('data/'), onBytes }))
    } catch (fault) {
      blame('files/unreadable', path, { why: reason(fault) })
    }
  }
  return digests
}

/** Reads a file of the bag as UTF-8; undefined if it is not there or is no text, which is then a fault. */
export async function readText(bag: Pick<Bag, 'host' | 'files' | 'blame'>, name: string): Promise<string | undefined> {
  const bytes = await readBytes(bag, name)
  try {
    return bytes && text(bytes)
  } catch {
    bag.blame('files/unreadable', name, { why: 'it is not UTF-8' })
    return undefined
  }
}

export async function readBytes(
  { host, files, blame }: Pick<Bag, 'host' | 'files' | 'blame'>,
  name: string,
): Promise<Uint8Array | undefined> {
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
  const names = [...files.keys()]
  const payload = names.filter((name) => name.startsWith('data/'))
  const tags = names.filter((name) => !name.startsWith('data/') && !/^tagmanifest-[^/]*$/.test(name))
  await checkLists(bag, payload, ['manifest-sha256.txt', 'manifest-sha512.txt'])
  await checkLists(bag, tags, ['tagmanifest-sha256.txt'])
}

async function checkOxum(bag: Bag): Promise<void> {
  const info = await readText(bag, 'bag-info.txt')
  if (info === undefined) return
  const says = /^Payload-Oxum:[ \t]*(\S*)/im.exec(info)?.[1] ?? 'nothing'
  const payload = [...bag.files].filter(([name]) => name.startsWith('data/'))
  const found = `${payload.reduce((sum, [, { size }]) => sum + size, 0)}.${payload.length}`
  if (says !== found) bag.blame('files/oxum', 'bag-info.txt', { says, found })
}

/** Compares some files of the bag with the manifests that must each list all of them and nothing else. */
async function checkLists({ digests, ...bag }: Bag, names: readonly string[], lists: readonly string[]): Promise<void> {
  const missing = new Map<string, string[]>()
  const unlisted = new Map<string, string[]>()
  const altered = new Map<string, string[]>()
  for (const list of lists) {
    const written = await readText(bag, list)
    if (written === undefined) continue
    const entries = readManifest(list, written, bag.blame)
    for (const name of names) if (!entries.has(name)) add(unlisted, name, list)
    for (const [name, digest] of entries) {
      const found = digests.get(name)?.[list.endsWith('sha256.txt') ? 'sha256' : 'sha512']
      if (!bag.files.has(name)) add(missing, name, list)
      else if (found !== undefined && found !== digest) add(altered, name, list)
    }
  }
  for (const [name, where] of missing) bag.blame('files/missing', name, { lists: where.join(' and ') })
  for (const [name, where] of unlisted) bag.blame('files/unlisted', name, { lists: where.join(' and ') })
  for (const [name, where] of altered) bag.blame('files/altered', name, { lists: where.join(' and ') })
}

/** Reads a manifest (RFC 8493 section 2.1.3): a digest, white space and a path with `%`, CR and LF encoded. */
function readManifest(list: string, written: string, blame: Blame): Map<string, string> {
  const digits = list.endsWith('sha256.txt') ? 64 : 128
  const entries = new Map<string, string>()
  const lines = written.replace(/(?:\r\n|\r|\n)$/, '').split(/\r\n|\r|\n/)
  for (const [at, line] of lines.entries()) {
    const [, digest = '', encoded = ''] = /^([0-9a-f]+)[ \t]+(.+)$/i.exec(line) ?? []
    const path = encoded.replace(/%(0a|0d|25)/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    const name = path.normalize('NFC')
    if (digest.length !== digits || !isSafe(path)) blame('files/list-line', list, { line: at + 1 })
    else if (entries.has(name)) blame('files/listed-twice', list, { file: path })
    else entries.set(name, digest.toLowerCase())
  }
  return entries
}

function add(to: Map<string, string[]>, name: string, list: string): void {
  to.set(name, [...(to.get(name) ?? []), list])
}

const reason = (fault: unknown) => (fault instanceof Error ? fault.message : String(fault))
