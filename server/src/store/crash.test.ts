import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, open, readdir, rename, truncate } from 'node:fs/promises'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { defaultSegmentLength } from '@sallyport/core/floe'
import { placesOf } from './disk-layout.ts'
import { plainSegment, type Sealed, type Sealing } from './object-store.ts'
import { offsetOf } from './segments.ts'
import { aSealing, aStore, checkAll, readAll, sha256Of } from './testing/objects.ts'
import { bytesOf } from './testing/write-until-killed.ts'

type Said = { resumed?: number; safe?: number; sealed?: Sealed }
type Kill = { readonly seed: number; readonly from: 'started' | 'resumed'; readonly killAfter: number | undefined }

/** Lets another process write, and kills it without warning after so many ms if it is not done. */
async function writeElsewhere(folder: string, sealing: Sealing, { seed, from, killAfter }: Kill): Promise<Said> {
  const script = new URL('./testing/write-until-killed.ts', import.meta.url)
  const child = fork(script, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const told: Said = {}
  const exit = once(child, 'exit')
  const resumed = new Promise<void>((resolve) => {
    child.on('message', (said: Said) => {
      Object.assign(told, said)
      if (said.resumed !== undefined) resolve()
    })
  })
  child.send({ folder, sealing, seed })
  if (killAfter !== undefined) {
    if (from === 'resumed') await Promise.race([resumed, exit])
    await Promise.race([wait(killAfter), exit])
    child.kill('SIGKILL')
  }
  await exit
  return told
}

test('thirty kills at random moments lose no byte that was called safe, and every file ends whole', async () => {
  const { store, folder } = await aStore()
  let kills = 0
  for (let file = 0; kills < 30; file += 1) {
    const sealing = aSealing(3_000_003 + 4_000_000 * (file % 3))
    let safe = 0
    let sealed: Sealed | undefined

    for (; !sealed; kills += 1) {
      // Once in five while it still opens what was left the last time.
      const [from, within] = kills % 5 ? (['resumed', 30] as const) : (['started', 250] as const)
      const killAfter = kills < 30 ? Math.random() * within : undefined
      const told = await writeElsewhere(folder, sealing, { seed: kills + 1, from, killAfter })
      const { resumed = safe } = told
      assert.ok(resumed >= safe, `${safe} bytes were safe, but only ${resumed} were found`)
      safe = told.safe ?? resumed
      sealed = told.sealed
    }

    assert.equal(sealed.sha256, sha256Of(bytesOf(0, sealing.length)))
    const object = { ...sealing, ...sealed }
    assert.deepEqual((await checkAll(store, object)).faults, [])
    assert.ok((await readAll(store, object)).equals(bytesOf(0, sealing.length)))
  }
  assert.deepEqual(await readdir(`${folder}/incoming`), [])
})

/** A disk after a loss of power: what was not synced may be there, torn, or missing in the middle. */
const losses: Record<string, (part: string) => Promise<void>> = {
  'the last segment is torn': (part) => truncate(part, offsetOf(5) - 1000),
  'all but the header is lost': (part) => truncate(part, offsetOf(0)),
  'a segment in the middle never reached the disk': async (part) => {
    const file = await open(part, 'r+')
    await file.write(new Uint8Array(defaultSegmentLength), 0, defaultSegmentLength, offsetOf(3))
    await file.close()
  },
  'the file is longer than what was sealed': async (part) => {
    const file = await open(part, 'a')
    await file.write(new Uint8Array(defaultSegmentLength * 2))
    await file.close()
  },
}

for (const [loss, lose] of Object.entries(losses)) {
  test(`an upload goes on after a loss of power in which ${loss}`, async () => {
    const { store, folder } = await aStore()
    const sealing = aSealing(8 * plainSegment)
    const { part, tail } = placesOf(folder, sealing.id)
    const writing = await store.begin(sealing)
    await writing.write(bytesOf(0, 5 * plainSegment))
    await writing.close()
    await truncate(tail, 0)
    await lose(part)

    const resumed = await store.resume(sealing)
    assert.equal(resumed.received % plainSegment, 0)
    assert.ok(resumed.received <= 5 * plainSegment)
    await resumed.write(bytesOf(resumed.taken, sealing.length - resumed.taken))
    const sealed = await resumed.finish()

    assert.equal(sealed.sha256, sha256Of(bytesOf(0, sealing.length)))
    assert.equal((await checkAll(store, { ...sealing, ...sealed })).sealedSha256, sealed.sealedSha256)
  })
}

test('a kill after the move to its place leaves nothing beside the object', async () => {
  const { store, folder } = await aStore()
  const sealing = aSealing(2 * plainSegment + 9)
  const { tail } = placesOf(folder, sealing.id)
  const writing = await store.begin(sealing)
  await writing.write(bytesOf(0, sealing.length))
  await writing.settle()
  await copyFile(tail, `${tail}.kept`)
  const sealed = await writing.finish()
  await rename(`${tail}.kept`, tail)

  const resumed = await store.resume(sealing)

  assert.deepEqual(await resumed.finish(), sealed)
  assert.deepEqual(await readdir(`${folder}/incoming`), [])
})

test('a kill between the last segment and the move to its place leaves an upload that can be finished', async () => {
  const { store, folder } = await aStore()
  const sealing = aSealing(2 * plainSegment + 9)
  const { part, object } = placesOf(folder, sealing.id)
  const writing = await store.begin(sealing)
  await writing.write(bytesOf(0, sealing.length))
  const sealed = await writing.finish()
  await rename(object, part)

  const resumed = await store.resume(sealing)

  assert.equal(resumed.received, sealing.length)
  assert.deepEqual(await resumed.finish(), sealed)
  assert.ok((await readAll(store, { ...sealing, ...sealed })).equals(bytesOf(0, sealing.length)))
})
