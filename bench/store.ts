import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { utf8 } from '@sallyport/core/bytes'
import type { ObjectId } from '@sallyport/core/ids'
import { openDiskStore } from '../server/src/store/disk-store.ts'
import type { ObjectStore, Sealed, Sealing, Stored } from '../server/src/store/object-store.ts'

/**
 * Measures the object store alone, beside the limits of this machine in the same run.
 *
 * `node bench/store.ts [--gib 4] [--folder DIR]`. The limits are one core hashing, and the disk taking
 * the same number of bytes from a plain file that is synced at the end.
 */
const { values } = parseArgs({
  options: { gib: { type: 'string', default: '4' }, folder: { type: 'string', default: tmpdir() } },
})
const length = Math.round(Number(values.gib) * 2 ** 30)
const block = randomBytes(1 << 20)
const say = (what: string, ours: string) => console.log(`${what.padEnd(44)} ${ours}`)
const rate = (bytes: number, ms: number) => `${(bytes / 1000 / ms).toFixed(0)} MB/s`
const blocks = Math.ceil(length / block.length)
const nth = (index: number) => block.subarray(0, Math.min(block.length, length - index * block.length))

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

function hashing(): string {
  const hash = createHash('sha256')
  const start = performance.now()
  for (let round = 0; round < 1000; round += 1) hash.update(block)
  return rate(1000 * block.length, performance.now() - start)
}

async function plainFile(path: string): Promise<void> {
  const file = await open(path, 'w')
  for (let index = 0; index < blocks; index += 1) await file.write(nth(index))
  await file.sync()
  await file.close()
}

async function sealedObject(store: ObjectStore, sealing: Sealing): Promise<Sealed> {
  const writing = await store.begin(sealing)
  // What a TLS socket gives at a time.
  const record = 16_384
  for (let index = 0; index < blocks; index += 1) {
    const part = nth(index)
    for (let at = 0; at < part.length; at += record) await writing.write(part.subarray(at, at + record))
  }
  return writing.finish()
}

/** Milliseconds to the first byte of random ranges, in order. */
async function firstBytes(store: ObjectStore, stored: Stored, times: number): Promise<number[]> {
  const reading = await store.read(stored)
  const waits: number[] = []
  for (let time = 0; time < times; time += 1) {
    const start = Math.floor(Math.random() * (length - 1))
    const asked = performance.now()
    for await (const _ of reading.bytes(start, Math.min(length, start + 1_000_000))) {
      waits.push(performance.now() - asked)
      break
    }
  }
  await reading.close()
  return waits.sort((a, b) => a - b)
}

async function drained(bytes: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of bytes);
}

const folder = await mkdtemp(join(values.folder, 'sallyport-bench-'))
let resident = 0
const sampling = setInterval(() => {
  resident = Math.max(resident, process.memoryUsage.rss())
}, 50)
const store = await openDiskStore({ folder: join(folder, 'objects') })
try {
  say('SHA-256, one core', hashing())
  say(
    `plain file of ${values.gib} GiB, written and synced`,
    rate(length, await timed(() => plainFile(`${folder}/plain`))),
  )
  await rm(`${folder}/plain`)
  const sealing = { id: randomUUID() as ObjectId, key: randomBytes(32), aad: utf8('bench'), length }
  let sealed: Sealed | undefined
  const writing = await timed(async () => {
    sealed = await sealedObject(store, sealing)
  })
  say('sealed, hashed twice, written and synced', rate(length, writing))
  if (!sealed) throw new Error('nothing was sealed')
  const stored = { ...sealing, ...sealed }
  const waits = await firstBytes(store, stored, 500)
  const at = (share: number) => `${waits[Math.floor(waits.length * share)]?.toFixed(2)} ms`
  say('first byte of a random range', `p50 ${at(0.5)}  p95 ${at(0.95)}  p99 ${at(0.99)}`)
  const reading = await store.read(stored)
  say('read and opened from end to end', rate(length, await timed(() => drained(reading.bytes(0, length)))))
  await reading.close()
  say('largest resident memory', `${(resident / 1e6).toFixed(0)} MB`)
} finally {
  clearInterval(sampling)
  await store.close()
  await rm(folder, { recursive: true })
}
