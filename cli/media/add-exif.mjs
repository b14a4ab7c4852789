// Writes an EXIF block into a JPEG: node add-exif.mjs FILE "2026:03:15 09:41:07" -04:00 DESCRIPTION
import { readFileSync, writeFileSync } from 'node:fs'

const [file, time, zone, description] = process.argv.slice(2)
const ascii = (text) => [2, Buffer.from(`${text}\0`, 'latin1')]
const short = (value) => [3, Buffer.from(Uint16Array.of(value).buffer)]
const ratio = (top, bottom) => [5, Buffer.from(Uint32Array.of(top, bottom).buffer)]

const camera = [
  [0x010e, ascii(description)],
  [0x010f, ascii('Halden')],
  [0x0110, ascii('Halden FD-7')],
  [0x0112, short(1)],
  [0x0131, ascii('FD-7 2.1.0')],
  [0x0132, ascii(time)],
]
const shot = [
  [0x829a, ratio(1, 80)],
  [0x829d, ratio(56, 10)],
  [0x8827, short(400)],
  [0x9003, ascii(time)],
  [0x9011, ascii(zone)],
  [0x920a, ratio(35, 1)],
]

/** One image file directory of TIFF 6.0, little-endian, that begins at `at`. */
function directory(fields, at) {
  const heads = []
  const tails = []
  let tail = at + 2 + 12 * fields.length + 4
  for (const [tag, [type, bytes]] of fields) {
    const head = Buffer.alloc(12)
    head.writeUInt16LE(tag, 0)
    head.writeUInt16LE(type, 2)
    head.writeUInt32LE(bytes.length / { 2: 1, 3: 2, 4: 4, 5: 8 }[type], 4)
    if (bytes.length <= 4) bytes.copy(head, 8)
    else {
      head.writeUInt32LE(tail, 8)
      const padded = Buffer.concat([bytes, Buffer.alloc(bytes.length % 2)])
      tails.push(padded)
      tail += padded.length
    }
    heads.push(head)
  }
  const count = Buffer.from(Uint16Array.of(fields.length).buffer)
  return Buffer.concat([count, ...heads, Buffer.alloc(4), ...tails])
}

const pointer = (at) => [0x8769, [4, Buffer.from(Uint32Array.of(at).buffer)]]
const shotAt = 8 + directory([...camera, pointer(0)], 8).length
const first = directory([...camera, pointer(shotAt)], 8)
const tiff = Buffer.concat([Buffer.from('II*\0\x08\0\0\0', 'latin1'), first, directory(shot, shotAt)])
const body = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff])
const marker = Buffer.from([0xff, 0xe1, (body.length + 2) >> 8, (body.length + 2) & 0xff])
const jpeg = readFileSync(file)
writeFileSync(file, Buffer.concat([jpeg.subarray(0, 2), marker, body, jpeg.subarray(2)]))
