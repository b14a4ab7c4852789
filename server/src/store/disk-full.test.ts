import assert from 'node:assert/strict'
import { execFileSync, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rmdir, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openDiskStore } from './disk-store.ts'
import { DiskFull, plainSegment } from './object-store.ts'
import { aFolder, aSealing, readAll, sha256Of } from './testing/objects.ts'

const plain = randomBytes(20 * plainSegment)

/** A disk of 6 MB, where this process may mount one. */
async function smallDisk(): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-small-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', folder], { stdio: 'ignore' })
  } catch {
    await rmdir(folder)
    return undefined
  }
  after(async () => {
    execFileSync('umount', ['-l', folder])
    await rmdir(folder)
  })
  return folder
}

const disk = await smallDisk()
if (disk) {
  test('when the disk fills up the upload is refused, what was safe stays, and it goes on when there is room', async () => {
    const store = await openDiskStore({ folder: disk, reserve: 0 })
    const filler = `${disk}/filler`
    await writeFile(filler, new Uint8Array(3_000_000))
    await truncate(filler, 0)
    const sealing = aSealing(plain.length)
    const writing = await store.begin(sealing)
    await writing.write(plain.subarray(0, 1_000_000))
    const safe = await writing.settle()
    await writeFile(filler, new Uint8Array(3_000_000))

    const sending = async () => {
      for (let at = safe; at < plain.length; at += 50_000) await writing.write(plain.subarray(at, at + 50_000))
      await writing.settle()
    }
    await assert.rejects(sending(), DiskFull)
    await assert.rejects(writing.settle(), DiskFull)
    await writing.close()

    await truncate(filler, 0)
    const resumed = await store.resume(sealing)
    assert.ok(resumed.received >= safe)
    await resumed.write(plain.subarray(resumed.taken))
    const sealed = await resumed.finish()
    assert.equal(sealed.sha256, sha256Of(plain))
    assert.ok((await readAll(store, { ...sealing, ...sealed })).equals(plain))
    await store.close()
  })

  test('what is already under way is refused by the disk, what is new by the reserve', async () => {
    const folder = `${disk}/second`
    const store = await openDiskStore({ folder, reserve: 5_900_000 })

    await assert.rejects(store.begin(aSealing(500_000)), DiskFull)
    await store.close()
  })
}

test('a limit on the size of files ends an upload as a full disk does', async () => {
  const folder = await aFolder()
  const sealing = aSealing(6_000_000)
  const script = new URL('./testing/write-until-killed.ts', import.meta.url)
  const limited = ['-c', 'ulimit -f 4000; exec "$0" "$@"', process.execPath]
  const child = fork(script, { execPath: '/bin/sh', execArgv: limited, serialization: 'advanced' })
  const said: { safe?: number; failed?: string }[] = []
  child.on('message', (message: { safe?: number; failed?: string }) => said.push(message))
  child.send({ folder, sealing, seed: 5 })
  await once(child, 'exit')

  const store = await openDiskStore({ folder })
  const resumed = await store.resume(sealing)

  assert.deepEqual(said.at(-1), { failed: 'DiskFull' })
  assert.ok(resumed.received >= Math.max(...said.map(({ safe }) => safe ?? 0)))
  await resumed.close()
  await store.close()
})
