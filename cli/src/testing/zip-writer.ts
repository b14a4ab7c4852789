import { crc32 } from 'node:zlib'

export type Packed = {
  readonly name: string
  readonly bytes: Uint8Array
  readonly method?: number
  readonly mode?: number
}

/** Makes a ZIP of stored files as APPNOTE 6.3.10 says; with `long`, every length stands in 64 bits. */
export function zipOf(files: readonly Packed[], { long = false } = {}): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const file of files) {
    const name = Buffer.from(file.name)
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    local.writeUInt16LE(0x0800, 6)
    local.writeUInt32LE(crc32(file.bytes), 14)
    local.writeUInt32LE(file.bytes.length, 18)
    local.writeUInt32LE(file.bytes.length, 22)
    local.writeUInt16LE(name.length, 26)
    directory.push(headerOf(file, { at, long }))
    parts.push(local, name, Buffer.from(file.bytes))
    at += 30 + name.length + file.bytes.length
  }
  const listed = Buffer.concat(directory)
  return Buffer.concat([...parts, listed, endOf({ count: files.length, length: listed.length, at }, long)])
}

type Placed = { readonly at: number; readonly long: boolean }

function headerOf({ name, bytes, method = 0, mode = 0o100600 }: Packed, { at, long }: Placed): Buffer {
  const extra = long ? longs(1, [bytes.length, bytes.length, at]) : Buffer.alloc(0)
  const header = Buffer.alloc(46)
  header.writeUInt32LE(0x02014b50, 0)
  header.writeUInt16LE(0x0800, 8)
  header.writeUInt16LE(method, 10)
  header.writeUInt32LE(crc32(bytes), 16)
  header.writeUInt32LE(long ? 0xffffffff : bytes.length, 20)
  header.writeUInt32LE(long ? 0xffffffff : bytes.length, 24)
  header.writeUInt16LE(Buffer.byteLength(name), 28)
  header.writeUInt16LE(extra.length, 30)
  header.writeUInt32LE((mode << 16) >>> 0, 38)
  header.writeUInt32LE(long ? 0xffffffff : at, 42)
  return Buffer.concat([header, Buffer.from(name), extra])
}

function longs(id: number, values: readonly number[]): Buffer {
  const extra = Buffer.alloc(4 + 8 * values.length)
  extra.writeUInt16LE(id, 0)
  extra.writeUInt16LE(8 * values.length, 2)
  for (const [place, value] of values.entries()) extra.writeBigUInt64LE(BigInt(value), 4 + 8 * place)
  return extra
}

function endOf({ count, length, at }: { count: number; length: number; at: number }, long: boolean): Buffer {
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(long ? 0xffff : count, 8)
  end.writeUInt16LE(long ? 0xffff : count, 10)
  end.writeUInt32LE(long ? 0xffffffff : length, 12)
  end.writeUInt32LE(long ? 0xffffffff : at, 16)
  if (!long) return end
  const record = Buffer.alloc(56)
  record.writeUInt32LE(0x06064b50, 0)
  for (const [place, value] of [44, 0, 0, count, count, length, at].entries())
    if (place !== 1 && place !== 2) record.writeBigUInt64LE(BigInt(value), place === 0 ? 4 : 24 + 8 * (place - 3))
  const locator = Buffer.alloc(20)
  locator.writeUInt32LE(0x07064b50, 0)
  locator.writeBigUInt64LE(BigInt(at + length), 8)
  locator.writeUInt32LE(1, 16)
  return Buffer.concat([record, locator, end])
}
