import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { base64 } from '@sallyport/core/bytes'
import { asking, growing } from '@sallyport/core/testing/histories'
import { aLog } from '@sallyport/core/testing/signers'
import { readWitnessAnswer, writeAddCheckpoint } from '@sallyport/core/witness'
import fc from 'fast-check'
import { folderAt } from '../state/folder.ts'
import { addCheckpoint, type Witness } from './add-checkpoint.ts'
import { openIdentity } from './identity.ts'
import { openMemory } from './memory.ts'

const log = aLog('vault.example/agency/springfield/custody/1')
const sides = [growing(log.key.name), growing(log.key.name, 1)] as const
const place = await mkdtemp(join(tmpdir(), 'sallyport-witness-'))
after(() => rm(place, { recursive: true }))

/** How the disk fails at a write: before anything is there, or after the new file is in its place and not yet synced. */
type Disk = { fails: 'never' | 'before' | 'after' }

async function openWitness(path: string, disk: Disk): Promise<Witness> {
  const real = folderAt(path)
  const folder: typeof real = {
    ...real,
    async replace(name, bytes) {
      if (disk.fails === 'before') throw new Error('no space left on the disk')
      await real.replace(name, bytes)
      if (disk.fails === 'after') throw new Error('the folder could not be synced')
    },
  }
  const identity = await openIdentity(folder, { name: 'witness.example' })
  const memory = await openMemory({ folder, identity }, [log.key])
  return { folder, identity, memory, now: () => new Date(), tell: () => {} }
}

const size = fc.integer({ min: 2, max: 40 })
const steps = fc.array(
  fc.record({
    side: fc.constantFrom(0 as const, 1 as const),
    size,
    from: fc.option(size, { nil: undefined }),
    fails: fc.constantFrom('never' as const, 'never' as const, 'before' as const, 'after' as const),
    restart: fc.boolean(),
  }),
  { minLength: 1, maxLength: 25 },
)

test('whenever the disk fails and the witness starts again, what it gave away is one history that only grows', async () => {
  let nth = 0
  const property = fc.asyncProperty(steps, async (wanted) => {
    const path = join(place, String(nth++))
    const disk: Disk = { fails: 'never' }
    let witness = await openWitness(path, disk)
    const given: { readonly side: 0 | 1; readonly size: number; readonly root: string }[] = []
    let told = 0
    for (const step of wanted) {
      if (step.restart) witness = await openWitness(path, disk)
      disk.fails = step.fails
      const grown = sides[step.side](step.size)
      const request = await asking(log, step.from ?? told, grown)
      const answer = await addCheckpoint(witness, writeAddCheckpoint(request)).catch(() => undefined)
      disk.fails = 'never'
      const read = answer && readWitnessAnswer(answer.status, Buffer.from(answer.body))
      if (read?.is === 'cosigned') given.push({ side: step.side, size: step.size, root: base64(grown.head.root) })
      told = read?.is === 'behind' ? read.size : read?.is === 'cosigned' ? step.size : told
    }
    assert.ok(new Set(given.map(({ side }) => side)).size <= 1)
    assert.deepEqual(
      given.map((one) => one.size),
      given.map((one) => one.size).toSorted((a, b) => a - b),
    )
  })

  await fc.assert(property, { numRuns: 60 })
})
