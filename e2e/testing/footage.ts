import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const clip = fileURLToPath(new URL('../../cli/media/BWC_1204_20260314_061408Z.mp4', import.meta.url))

/**
 * Writes a video of so many bytes that plays: a clip of the demonstration, and after it a `free` box
 * (ISO/IEC 14496-12 section 8.1.2) of random bytes, which a player passes over and no codec shrinks.
 */
export async function writeFootage(path: string, size: number): Promise<void> {
  const film = await readFile(clip)
  const head = Buffer.alloc(8)
  head.writeUInt32BE(size - film.length, 0)
  head.write('free', 4, 'latin1')
  await writeFile(path, Buffer.concat([film, head, randomBytes(size - film.length - head.length)]))
}
