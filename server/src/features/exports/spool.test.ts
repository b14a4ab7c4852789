import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import fc from 'fast-check'
import { newSpool } from './spool.ts'

test('what was put aside comes back byte for byte, however much it was', async () => {
  const parts = fc.array(fc.uint8Array({ maxLength: 300_000 }), { maxLength: 12 })

  await fc.assert(
    fc.asyncProperty(parts, async (given) => {
      const spool = newSpool()
      for (const part of given) await spool.add(part)
      const size = spool.size()

      const back = Buffer.concat(await Array.fromAsync(spool.read()))

      assert.equal(size, back.length)
      assert.ok(back.equals(Buffer.concat(given)))
    }),
    { numRuns: 40 },
  )
})

test('nothing of what was put aside can be found on disk by its name', async () => {
  const before = (await readdir(tmpdir())).filter((name) => name.startsWith('sallyport-'))
  const spool = newSpool()

  for (let part = 0; part < 40; part += 1) await spool.add('a name that nobody should read\n'.repeat(1000))

  const after = (await readdir(tmpdir())).filter((name) => name.startsWith('sallyport-'))
  assert.deepEqual(
    after.filter((name) => !before.includes(name)),
    [],
  )
  await spool.close()
})
