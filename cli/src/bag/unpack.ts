import { type FileHandle, mkdir, open, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { NotDone } from '../not-done.ts'
import { contentOf, readZip, type ZipEntry } from './zip.ts'

const piece = 1024 * 1024

/**
 * Unpacks a bag into a new or empty folder, and gives the number of files.
 *
 * All names are judged before the first byte is written: a name that leads out of the folder, or
 * two names that one file system would take for one, refuse the whole ZIP. Nothing that exists is
 * overwritten. CRC-32 finds a damaged transfer, not a forgery: that is what `sallyport verify` is for.
 */
export async function unpack(zip: string, folder: string): Promise<number> {
  const file = await open(zip)
  try {
    const entries = (await readZip(file)).filter(({ name, size }) => !(name.endsWith('/') && size === 0))
    const faults = faultsOf(entries.map(({ name }) => name))
    if (faults.length) throw new NotDone(`The ZIP was not unpacked: ${faults.join('; ')}.`, 'Do not trust this file.')
    await mkdir(folder, { recursive: true, mode: 0o700 })
    if ((await readdir(folder)).length) throw new NotDone(`The folder ${folder} is not empty.`, 'Name a new one.')
    for (const entry of entries) await extract(file, entry, join(folder, ...entry.name.split('/')))
    return entries.length
  } finally {
    await file.close()
  }
}

/** The bag in a folder: the folder itself, or the one folder in it, as BagIt packs a bag (RFC 8493 section 4). */
export async function bagIn(folder: string): Promise<string> {
  const entries = await readdir(folder, { withFileTypes: true })
  const [only] = entries
  return only?.isDirectory() && entries.length === 1 ? join(folder, only.name) : folder
}

/** What is wrong with the names in a ZIP. An empty list means that all of them stay inside the folder. */
export function faultsOf(names: readonly string[]): string[] {
  const leading = names.filter((name) => !stays(name)).map((name) => `${JSON.stringify(name)} leads out of the folder`)
  const seen = new Set<string>()
  const twice = names.filter((name) => {
    const folded = name.normalize('NFC').toLowerCase()
    const again = seen.has(folded)
    seen.add(folded)
    return again
  })
  return [...leading, ...twice.map((name) => `${JSON.stringify(name)} stands twice`)]
}

/** A colon names a drive or a second stream of a file on Windows, and nothing elsewhere. */
const unfit = process.platform === 'win32' ? /[\\:\p{Cc}]/u : /[\\\p{Cc}]/u

const stays = (name: string): boolean =>
  !unfit.test(name) && name.split('/').every((step) => step !== '' && step !== '.' && step !== '..')

async function extract(zip: FileHandle, entry: ZipEntry, path: string): Promise<void> {
  const start = await contentOf(zip, entry)
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const out = await open(path, 'wx', 0o600)
  try {
    const buffer = Buffer.alloc(Math.min(piece, Math.max(1, entry.size)))
    let sum = 0
    for (let done = 0; done < entry.size; ) {
      const { bytesRead } = await zip.read(buffer, 0, Math.min(buffer.length, entry.size - done), start + done)
      if (!bytesRead) throw new NotDone(`${entry.name} ends too early.`, 'Fetch the export again.')
      const bytes = buffer.subarray(0, bytesRead)
      sum = crc32(bytes, sum)
      await out.write(bytes)
      done += bytesRead
    }
    if (sum !== entry.crc32) throw new NotDone(`${entry.name} was damaged on the way.`, 'Fetch the export again.')
  } finally {
    await out.close()
  }
}
