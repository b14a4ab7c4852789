import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { atEnd } from './postgres.ts'

/** The files of a ZIP whose entries are stored as they are (APPNOTE 4.3.12), as its directory lists them. */
export function filesIn(zip: Buffer): Map<string, Buffer> {
  const end = zip.lastIndexOf(Buffer.from('504b0506', 'hex'))
  if (end < 0) throw new Error('This is no ZIP, or one that was cut off.')
  const files = new Map<string, Buffer>()
  let at = zip.readUInt32LE(end + 16)
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    if (zip.readUInt32LE(at) !== 0x02014b50) throw new Error('The directory of the ZIP is broken.')
    const [method, sum, size] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 16), zip.readUInt32LE(at + 24)]
    const [named, extra, comment] = [zip.readUInt16LE(at + 28), zip.readUInt16LE(at + 30), zip.readUInt16LE(at + 32)]
    const name = zip.toString('utf8', at + 46, at + 46 + named)
    const local = zip.readUInt32LE(at + 42)
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
    const bytes = zip.subarray(start, start + size)
    if (method !== 0 || crc32(bytes) !== sum) throw new Error(`${name} is compressed or broken.`)
    files.set(name, bytes)
    at += 46 + named + extra + comment
  }
  return files
}

/** Unpacks a ZIP into a new folder, gone when the tests end, and gives the one folder that is in it. */
export async function unpacked(zip: Buffer): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'sallyport-bag-'))
  atEnd(() => rm(root, { recursive: true, force: true }))
  const files = filesIn(zip)
  for (const [name, bytes] of files) {
    await mkdir(dirname(join(root, name)), { recursive: true })
    await writeFile(join(root, name), bytes)
  }
  const [first = ''] = files.keys()
  return join(root, first.split('/')[0] ?? '')
}
