import assert from 'node:assert/strict'
import * as fs from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { readCheckpoint } from '@sallyport/core/checkpoint'
import { readNote } from '@sallyport/core/note'
import { aLedger, faultsIn, naiveRoot, type TestLedger } from '../testing/ledger.ts'
import { sequence } from './log.ts'
import { type Disk, type TileFolder, tileFolder } from './tile-folder.ts'

class PowerCut extends Error {}

/** How many steps may still be done before the power goes; `wrote` is whether the last step reaches the disk. */
type Cut = { left: number; readonly wrote: boolean }

/** A folder that does what it is told until the power goes. Every call is a step. */
function cutOff(folder: TileFolder, cut: Cut): TileFolder {
  const step =
    <Args extends unknown[], T>(work: (...args: Args) => Promise<T>) =>
    async (...args: Args): Promise<T> => {
      cut.left -= 1
      if (cut.left < 0) throw new PowerCut()
      const done = cut.left === 0 && !cut.wrote ? undefined : await work(...args)
      if (cut.left === 0) throw new PowerCut()
      return done as T
    }
  return {
    write: step(folder.write),
    settle: step(folder.settle),
    replace: step(folder.replace),
    read: step(folder.read),
    readTile: step(folder.readTile),
    dropPartials: step(folder.dropPartials),
  }
}

/** One round in a process that ends with it. True if the power went before the round was over. */
async function roundUntil({ parts }: TestLedger, cut: Cut): Promise<boolean> {
  try {
    await sequence({ ...parts, folder: cutOff(parts.folder, cut) }, {})
    return false
  } catch (fault) {
    if (fault instanceof PowerCut) return true
    throw fault
  }
}

/** What a server does that starts after a crash. Gives the size that it published. */
async function recover(ledger: TestLedger): Promise<number> {
  while ((await sequence({ ...ledger.parts, folder: tileFolder(ledger.root) }, {})) !== 0);
  const note = readNote(await fs.readFile(join(ledger.root, 'checkpoint')))
  return readCheckpoint(note?.text ?? '')?.size ?? -1
}

for (const wrote of [true, false]) {
  test(`a power cut after any step of a round${wrote ? '' : ', in the middle of it,'} loses nothing and never signs a second tree`, async () => {
    const ledger = await aLedger()
    await ledger.enter(180)
    await recover(ledger)
    const roots = new Map<number, string>()

    for (let steps = 1, cut = true; cut; steps += 1) {
      await ledger.enter(37)
      cut = await roundUntil(ledger, { left: steps, wrote })
      const torn = await ledger.head()
      roots.set(torn.size, Buffer.from(torn.root).toString('hex'))

      const size = await recover(ledger)

      const [leaves, head] = [await ledger.leaves(), await ledger.head()]
      assert.equal(size, 180 + 37 * steps)
      assert.equal(leaves.length, size)
      assert.ok(naiveRoot(leaves).equals(head.root), `after ${steps} steps`)
      roots.set(head.size, Buffer.from(head.root).toString('hex'))
      for (const [signed, root] of roots) assert.equal(naiveRoot(leaves.slice(0, signed)).toString('hex'), root)
    }

    assert.ok(roots.size > 8, `only ${roots.size} crashes`)
    assert.deepEqual(await faultsIn(ledger.root, ledger.vkey), [])
  })
}

test('a crash between the places and the tiles keeps every entry at the place it was given', async () => {
  const ledger = await aLedger()
  await ledger.enter(10)
  await roundUntil(ledger, { left: 2, wrote: false })
  const placed = await ledger.leaves()
  await ledger.enter(10)

  await recover(ledger)

  const [head, leaves] = [await ledger.head(), await ledger.leaves()]
  assert.equal(placed.length, 10)
  assert.deepEqual(leaves.slice(0, 10), placed)
  assert.deepEqual([head.placed, head.size], [20, 20])
})

/** The disk of a machine on which one call fails: the writing of a file and its sync count as two. */
function failingDisk(at: number): { disk: Disk; calls: () => number } {
  let calls = 0
  const step = async () => {
    calls += 1
    if (calls === at) throw Object.assign(new Error('the disk failed'), { code: 'EIO' })
  }
  const counted =
    <Args extends unknown[], T>(work: (...args: Args) => Promise<T>) =>
    async (...args: Args): Promise<T> => {
      await step()
      return work(...args)
    }
  const open = async (...args: Parameters<typeof fs.open>) => {
    await step()
    const handle = await fs.open(...args)
    const whole = { sync: handle.sync.bind(handle), writeFile: handle.writeFile.bind(handle) }
    return Object.assign(handle, { sync: counted(whole.sync), writeFile: counted(whole.writeFile) })
  }
  const disk = {
    open,
    mkdir: counted(fs.mkdir),
    readFile: counted(fs.readFile),
    rename: counted(fs.rename),
    rm: counted(fs.rm),
  }
  return { disk: disk as Disk, calls: () => calls }
}

test('a disk that fails at any one write or sync leaves a ledger that goes on where it was', async () => {
  const ledger = await aLedger()
  await ledger.enter(250)
  await recover(ledger)
  let failed = 0

  for (let at = 1, more = true; more; at += 1) {
    await ledger.enter(9)
    const { disk, calls } = failingDisk(at)
    const outcome = await sequence({ ...ledger.parts, folder: tileFolder(ledger.root, disk) }, {}).catch(() => 'failed')
    if (outcome === 'failed') failed += 1
    more = calls() >= at
    const torn = await ledger.head()

    const size = await recover(ledger)

    const leaves = await ledger.leaves()
    assert.equal(size, leaves.length)
    assert.ok(naiveRoot(leaves.slice(0, torn.size)).equals(torn.root), `after call ${at} failed`)
  }

  assert.ok(failed > 20, `only ${failed} failures`)
  assert.deepEqual(await faultsIn(ledger.root, ledger.vkey), [])
})
