import { openDiskStore } from '../disk-store.ts'
import { Lost, type Sealing } from '../object-store.ts'

/*
 * A process that is going to be killed: writes the object it is told of (from the byte where the
 * store says it stands) and prints every length that the store has called safe.
 */
type Order = { readonly folder: string; readonly sealing: Sealing; readonly seed: number }

process.once('message', (order: Order) =>
  write(order)
    .catch((error: Error) => process.send?.({ failed: error.name }))
    .finally(() => process.disconnect()),
)

async function write({ folder, sealing, seed }: Order): Promise<void> {
  const store = await openDiskStore({ folder })
  const writing = await store.resume(sealing).catch((error: Error) => {
    if (error instanceof Lost) return store.begin(sealing)
    throw error
  })
  process.send?.({ resumed: writing.received })
  let step = seed
  while (writing.taken < sealing.length) {
    step = (step * 1_103_515_245 + 12_345) % 2 ** 31
    await writing.write(bytesOf(writing.taken, Math.min(step % 300_000, sealing.length - writing.taken)))
    if (step % 7 === 0) process.send?.({ safe: await writing.settle() })
  }
  process.send?.({ safe: await writing.settle() })
  process.send?.({ sealed: await writing.finish() })
}

/** Bytes of the test file from `at` on: any place of it can be made without the ones before. */
export function bytesOf(at: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let index = 0; index < length; index += 1) bytes[index] = ((at + index) * 2_654_435_761) >>> 24
  return bytes
}
