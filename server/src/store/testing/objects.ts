import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { utf8 } from '@sallyport/core/bytes'
import type { ObjectId } from '@sallyport/core/ids'
import { openDiskStore } from '../disk-store.ts'
import type { Checked, ObjectStore, Reading, Sealed, Sealing, Stored } from '../object-store.ts'

/** A store in a folder of its own, gone after the test file. */
export async function aStore(): Promise<{ store: ObjectStore; folder: string }> {
  const folder = await aFolder()
  const store = await openDiskStore({ folder })
  after(() => store.close())
  return { store, folder }
}

export async function aFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-store-'))
  after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export const aSealing = (length: number): Sealing => ({
  id: randomUUID() as ObjectId,
  key: randomBytes(32),
  aad: utf8('sallyport/object/v1 test'),
  length,
})

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Writes an object in chunks of a size, to the end. */
export async function put(store: ObjectStore, plain: Uint8Array, chunk = 65_536): Promise<Stored & Sealed> {
  const sealing = aSealing(plain.length)
  const writing = await store.begin(sealing)
  for (let at = 0; at < plain.length; at += chunk) await writing.write(plain.subarray(at, at + chunk))
  return { ...sealing, ...(await writing.finish()) }
}

export async function collect(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of bytes) parts.push(part)
  return Buffer.concat(parts)
}

export async function readAll(store: ObjectStore, stored: Stored): Promise<Buffer> {
  const reading = await store.read(stored)
  return collect(reading.bytes(0, stored.length)).finally(reading.close)
}

export async function outcome(reading: Reading): Promise<Checked> {
  const steps = reading.check()
  for (;;) {
    const step = await steps.next()
    if (step.done) return step.value
  }
}

export async function checkAll(store: ObjectStore, stored: Stored): Promise<Checked> {
  const reading = await store.read(stored)
  return outcome(reading).finally(reading.close)
}
