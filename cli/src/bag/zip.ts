import type { FileHandle } from 'node:fs/promises'
import { NotDone } from '../not-done.ts'

/** A file in a ZIP. `at` is where its local header begins. */
export type ZipEntry = {
  readonly name: string
  readonly size: number
  readonly crc32: number
  readonly at: number
}

const broken = (why: string) =>
  new NotDone(`This is not a ZIP that the vault makes: ${why}.`, 'Fetch the export again.')

const endLength = 22
const mostComment = 65_535
const mostDirectory = 512 * 1024 * 1024

/**
 * Reads the directory of a ZIP (APPNOTE 6.3.10), with the 64-bit forms that a bag above 4 GiB needs.
 *
 * Only what the vault writes is read: entries that are stored, not compressed and not encrypted. The
 * file comes from elsewhere, so every length in it is an attacker's: all are held against the size
 * of the file before they are used.
 */
export async function readZip(file: FileHandle): Promise<ZipEntry[]> {
  const { size } = await file.stat()
  const { entries: count, at, length } = await directoryOf(file, size)
  if (length > mostDirectory || at + length > size) throw broken('its directory lies outside the file')
  const directory = await readAt(file, at, length)
  const found: ZipEntry[] = []
  for (let place = 0; place < directory.length; ) {
    if (directory.length - place < 46 || directory.readUInt32LE(place) !== 0x02014b50)
      throw broken('its directory is damaged')
    const header = directory.subarray(place, place + headerLength(directory, place))
    found.push(entryOf(header, size))
    place += header.length
  }
  if (found.length !== count) throw broken(`it names ${count} files and lists ${found.length}`)
  return found
}

type Directory = { readonly entries: number; readonly at: number; readonly length: number }

async function directoryOf(file: FileHandle, size: number): Promise<Directory> {
  const tail = await readAt(file, Math.max(0, size - endLength - mostComment), Math.min(size, endLength + mostComment))
  let place = tail.length - endLength
  while (place >= 0 && tail.readUInt32LE(place) !== 0x06054b50) place--
  if (place < 0) throw broken('it has no end, so the transfer may have broken off')
  const end = tail.subarray(place)
  const told = { entries: end.readUInt16LE(10), length: end.readUInt32LE(12), at: end.readUInt32LE(16) }
  if (told.entries !== 0xffff && told.length !== 0xffffffff && told.at !== 0xffffffff) return told
  const locator = place >= 20 ? tail.subarray(place - 20, place) : undefined
  if (locator?.readUInt32LE(0) !== 0x07064b50) throw broken('its 64-bit directory cannot be found')
  const long = await readAt(file, whole(locator.readBigUInt64LE(8)), 56)
  if (long.readUInt32LE(0) !== 0x06064b50) throw broken('its 64-bit directory is damaged')
  return {
    entries: whole(long.readBigUInt64LE(32)),
    length: whole(long.readBigUInt64LE(40)),
    at: whole(long.readBigUInt64LE(48)),
  }
}

function headerLength(directory: Buffer, place: number): number {
  const field = (at: number) => directory.readUInt16LE(place + at)
  const length = 46 + field(28) + field(30) + field(32)
  if (place + length > directory.length) throw broken('its directory is damaged')
  return length
}

function entryOf(header: Buffer, fileSize: number): ZipEntry {
  const nameLength = header.readUInt16LE(28)
  const name = textOf(header.subarray(46, 46 + nameLength))
  if (header.readUInt16LE(8) & 1) throw broken(`${name} is encrypted`)
  if (header.readUInt16LE(10) !== 0) throw broken(`${name} is compressed`)
  const long = longFields(header.subarray(46 + nameLength, 46 + nameLength + header.readUInt16LE(30)), {
    size: header.readUInt32LE(24),
    stored: header.readUInt32LE(20),
    at: header.readUInt32LE(42),
  })
  if (long.stored !== long.size) throw broken(`${name} is stored with another length than its own`)
  if (long.at + 30 + long.size > fileSize) throw broken(`${name} lies outside the file`)
  if (header.readUInt32LE(38) >>> 28 === 0xa) throw broken(`${name} is a symbolic link`)
  return { name, size: long.size, crc32: header.readUInt32LE(16), at: long.at }
}

type Lengths = { readonly size: number; readonly stored: number; readonly at: number }

/** Takes those lengths that do not fit in 32 bits from the extra field 0x0001, where they stand in this order. */
function longFields(extra: Buffer, short: Lengths): Lengths {
  let rest: Buffer = Buffer.alloc(0)
  for (let place = 0; place + 4 <= extra.length; ) {
    const length = extra.readUInt16LE(place + 2)
    if (extra.readUInt16LE(place) === 1) rest = extra.subarray(place + 4, place + 4 + length)
    place += 4 + length
  }
  let used = 0
  const next = (value: number) => {
    if (value !== 0xffffffff) return value
    if (used + 8 > rest.length) throw broken('a 64-bit length is missing')
    used += 8
    return whole(rest.readBigUInt64LE(used - 8))
  }
  return { size: next(short.size), stored: next(short.stored), at: next(short.at) }
}

/** Where the bytes of an entry begin. Its local header must name the same file as the directory does. */
export async function contentOf(file: FileHandle, entry: ZipEntry): Promise<number> {
  const header = await readAt(file, entry.at, 30)
  if (header.readUInt32LE(0) !== 0x04034b50) throw broken(`${entry.name} has no header`)
  const nameLength = header.readUInt16LE(26)
  const name = textOf(await readAt(file, entry.at + 30, nameLength))
  if (name !== entry.name) throw broken(`${entry.name} is called ${name} in another place`)
  return entry.at + 30 + nameLength + header.readUInt16LE(28)
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  const { bytesRead } = await file.read(buffer, 0, length, position)
  if (bytesRead !== length) throw broken('it ends too early')
  return buffer
}

function whole(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw broken('a length is absurd')
  return Number(value)
}

function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw broken('a name is not UTF-8')
  }
}
