import { crc32 } from 'node:zlib'
import type { BagFile } from './bag.ts'
import { newSpool } from './spool.ts'

/** The largest number that the old fields of a ZIP hold (APPNOTE 6.3.10, 4.4.1.4). */
const most = 0xffff_ffff
const mostFiles = 0xffff

/** A day as MS-DOS has it, in UTC, so that the same bag is packed the same anywhere. */
const dosTime = (at: Date): { readonly time: number; readonly date: number } => ({
  time: (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1),
  date: (Math.max(0, at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate(),
})

type Head = {
  readonly name: Buffer
  readonly at: Date
  readonly crc: number
  readonly size: number
  readonly offset: number
  readonly long: boolean
}

/** Bit 3: sum and lengths follow the bytes. Bit 11: the name is UTF-8. */
const flags = 0x0808

function localHeader({ name, at, long }: Pick<Head, 'name' | 'at' | 'long'>): Buffer {
  const head = Buffer.alloc(30)
  head.writeUInt32LE(0x04034b50, 0)
  head.writeUInt16LE(long ? 45 : 20, 4)
  head.writeUInt16LE(flags, 6)
  head.writeUInt16LE(dosTime(at).time, 10)
  head.writeUInt16LE(dosTime(at).date, 12)
  if (long) head.fill(0xff, 18, 26)
  head.writeUInt16LE(name.length, 26)
  // A reader that streams knows by this field that the lengths after the bytes are of 64 bits (4.3.9.2).
  const extra = long ? Buffer.alloc(20) : Buffer.alloc(0)
  if (long) {
    extra.writeUInt16LE(1, 0)
    extra.writeUInt16LE(16, 2)
  }
  head.writeUInt16LE(extra.length, 28)
  return Buffer.concat([head, name, extra])
}

function descriptor({ crc, size, long }: Pick<Head, 'crc' | 'size' | 'long'>): Buffer {
  const tail = Buffer.alloc(long ? 24 : 16)
  tail.writeUInt32LE(0x08074b50, 0)
  tail.writeUInt32LE(crc, 4)
  if (long) {
    tail.writeBigUInt64LE(BigInt(size), 8)
    tail.writeBigUInt64LE(BigInt(size), 16)
  } else {
    tail.writeUInt32LE(size, 8)
    tail.writeUInt32LE(size, 12)
  }
  return tail
}

function centralHeader({ name, at, crc, size, offset, long }: Head): Buffer {
  const far = offset >= most
  const numbers = [...(long ? [size, size] : []), ...(far ? [offset] : [])]
  const extra = Buffer.alloc(numbers.length === 0 ? 0 : 4 + 8 * numbers.length)
  if (numbers.length > 0) {
    extra.writeUInt16LE(1, 0)
    extra.writeUInt16LE(8 * numbers.length, 2)
    for (const [nth, number] of numbers.entries()) extra.writeBigUInt64LE(BigInt(number), 4 + 8 * nth)
  }
  const head = Buffer.alloc(46)
  head.writeUInt32LE(0x02014b50, 0)
  // Made on Unix, so that the mode below is read.
  head.writeUInt16LE((3 << 8) | 45, 4)
  head.writeUInt16LE(long || far ? 45 : 20, 6)
  head.writeUInt16LE(flags, 8)
  head.writeUInt16LE(dosTime(at).time, 12)
  head.writeUInt16LE(dosTime(at).date, 14)
  head.writeUInt32LE(crc, 16)
  head.writeUInt32LE(long ? most : size, 20)
  head.writeUInt32LE(long ? most : size, 24)
  head.writeUInt16LE(name.length, 28)
  head.writeUInt16LE(extra.length, 30)
  head.writeUInt32LE((0o100644 << 16) >>> 0, 38)
  head.writeUInt32LE(far ? most : offset, 42)
  return Buffer.concat([head, name, extra])
}

type Ending = { readonly files: number; readonly from: number; readonly length: number }

function ending({ files, from, length }: Ending): Buffer {
  const long = Buffer.alloc(76)
  long.writeUInt32LE(0x06064b50, 0)
  long.writeBigUInt64LE(44n, 4)
  long.writeUInt16LE((3 << 8) | 45, 12)
  long.writeUInt16LE(45, 14)
  long.writeBigUInt64LE(BigInt(files), 24)
  long.writeBigUInt64LE(BigInt(files), 32)
  long.writeBigUInt64LE(BigInt(length), 40)
  long.writeBigUInt64LE(BigInt(from), 48)
  long.writeUInt32LE(0x07064b50, 56)
  long.writeBigUInt64LE(BigInt(from + length), 64)
  long.writeUInt32LE(1, 72)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(Math.min(files, mostFiles), 8)
  end.writeUInt16LE(Math.min(files, mostFiles), 10)
  end.writeUInt32LE(Math.min(length, most), 12)
  end.writeUInt32LE(Math.min(from, most), 16)
  const far = files >= mostFiles || length >= most || from >= most
  return far ? Buffer.concat([long, end]) : end
}

/**
 * Packs files into a ZIP as they come, without compressing (most evidence is compressed already) and without
 * holding the list of them: its directory is put aside until the end.
 *
 * Whoever stops reading stops the file under way too, whose object would else stay open with its key.
 */
export async function* zipped(
  files: AsyncIterable<BagFile>,
  { folder, at }: { readonly folder: string; readonly at: Date },
): AsyncGenerator<Uint8Array> {
  const directory = newSpool()
  let [offset, count] = [0, 0]
  try {
    for await (const { path, body, size: told } of files) {
      const head = { name: Buffer.from(`${folder}/${path}`), at, offset, long: told >= 0xffff_0000 }
      const local = localHeader(head)
      yield local
      let [crc, size] = [0, 0]
      for await (const part of body) {
        crc = crc32(part, crc)
        size += part.length
        yield part
      }
      if (size >= most && !head.long) throw new Error(`${path} is longer than was told.`)
      const tail = descriptor({ ...head, crc, size })
      yield tail
      await directory.add(centralHeader({ ...head, crc, size }))
      offset += local.length + size + tail.length
      count += 1
    }
    const length = directory.size()
    yield* directory.read()
    yield ending({ files: count, from: offset, length })
  } finally {
    await directory.close()
  }
}
