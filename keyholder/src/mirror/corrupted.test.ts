import assert from 'node:assert/strict'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { aLog } from '@sallyport/core/testing/signers'
import fc from 'fast-check'
import { Fault } from '../fault.ts'
import { publish } from '../testing/published.ts'
import { openMirror, pull } from './pull.ts'
import { folderSource } from './source.ts'

const log = aLog('vault.example/agency/springfield/custody/1')
const place = await mkdtemp(join(tmpdir(), 'sallyport-mirror-'))
after(() => rm(place, { recursive: true }))

const filesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => !path.startsWith('.mirror'))

async function pullInto(into: string, original: string) {
  const mirror = await openMirror({ into, key: log.key })
  try {
    return await pull(mirror, folderSource(original))
  } finally {
    mirror.state.close()
  }
}

test('whatever is changed in what a log serves, its copy takes it as it was signed or not at all', async () => {
  const [older, newer, before] = [join(place, 'older'), join(place, 'newer'), join(place, 'before')]
  await publish(older, log, { size: 700 })
  await publish(newer, log, { size: 1100 })
  await pullInto(before, older)
  const served = (await filesIn(newer)).filter((path) => path !== 'log.vkey').sort()
  const changes = fc.record({
    path: fc.constantFrom(...served),
    at: fc.nat(8191),
    byte: fc.integer({ min: 1, max: 255 }),
    cut: fc.boolean(),
  })
  let nth = 0

  const property = fc.asyncProperty(changes, async ({ path, at, byte, cut }) => {
    const [original, into] = [join(place, `o${nth}`), join(place, `c${nth++}`)]
    await cp(newer, original, { recursive: true })
    await cp(before, into, { recursive: true })
    const bytes = await readFile(join(original, path))
    const spot = at % bytes.length
    bytes[spot] = (bytes[spot] ?? 0) ^ byte
    await writeFile(join(original, path), cut ? bytes.subarray(0, spot) : bytes)

    const outcome = await pullInto(into, original).catch((fault: unknown) => fault)

    const kept = await readFile(join(into, 'checkpoint'))
    if (!(outcome instanceof Error) && (outcome as { is: string }).is === 'grown') {
      for (const name of served)
        assert.deepEqual(await readFile(join(into, name)), await readFile(join(newer, name)), name)
    } else {
      assert.ok(
        outcome instanceof Fault || ['refused', 'alarm'].includes((outcome as { is: string }).is),
        String(outcome),
      )
      assert.deepEqual(kept, await readFile(join(before, 'checkpoint')))
    }
    await Promise.all([original, into].map((folder) => rm(folder, { recursive: true })))
  })

  await fc.assert(property, { numRuns: 60 })
})
