/**
 * Stored objects, to be opened by a second implementation, and the other way round:
 * `node interop/objects.ts write|read FOLDER`. floe.py is the other side.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { AgencyId, ObjectId } from '@sallyport/core/ids'
import { objectAad } from '../server/src/features/items/content.ts'
import { placesOf } from '../server/src/store/disk-layout.ts'
import { openDiskStore } from '../server/src/store/disk-store.ts'
import { plainSegment } from '../server/src/store/object-store.ts'

type Told = {
  readonly id: string
  readonly path: string
  readonly key: string
  readonly aad: string
  readonly length: number
  readonly sealedLength: number
  readonly headerTag: string
  readonly sha256: string
  readonly sealedSha256: string
}

const [deed, folder = '.'] = process.argv.slice(2)
const root = resolve(folder)
const objects = join(root, 'objects')
const store = await openDiskStore({ folder: objects, reserve: 0 })
const lengths = [1, plainSegment - 1, plainSegment, plainSegment + 1, 4 * plainSegment, 5_000_007]

async function write(length: number): Promise<Told> {
  const id = randomUUID() as ObjectId
  const key = randomBytes(32)
  const aad = objectAad(randomUUID() as AgencyId, id)
  const writing = await store.begin({ id, key, aad, length })
  const plain = randomBytes(length)
  for (let at = 0; at < length; at += 16_384) await writing.write(plain.subarray(at, at + 16_384))
  const sealed = await writing.finish()
  const place = { id, path: placesOf(objects, id).object, key: key.toString('hex'), aad: aad.toString('hex') }
  return { ...place, length, ...sealed }
}

async function read({ id, key, aad, length, sealedLength, headerTag, sha256 }: Told): Promise<void> {
  const sealing = { id: id as ObjectId, key: Buffer.from(key, 'hex'), aad: Buffer.from(aad, 'hex'), length }
  const reading = await store.read({ ...sealing, sealedLength, headerTag })
  const hash = createHash('sha256')
  for await (const bytes of reading.bytes(0, length)) hash.update(bytes)
  await reading.close()
  if (hash.digest('hex') !== sha256) throw new Error(`The object of ${length} bytes opened to other bytes.`)
}

const told = async (name: string) => JSON.parse(await readFile(join(root, name), 'utf8')) as Told[]

if (deed === 'write') {
  const made: Told[] = []
  for (const length of lengths) made.push(await write(length))
  await writeFile(join(root, 'objects.json'), JSON.stringify(made))
} else {
  const given = await told('foreign.json')
  for (const object of given) await read(object)
  console.log(`${given.length} objects of the second implementation open here`)
}
await store.close()
