import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { openCheckpoint } from '@sallyport/core/checkpoint'
import { writeVkey } from '@sallyport/core/note'
import { aLog } from '@sallyport/core/testing/signers'
import { verifiers } from '@sallyport/keyholder/signing'
import { publish } from '@sallyport/keyholder/testing/published'
import { run } from '@sallyport/verify/main'

const kills = Number(process.env['SALLYPORT_KILLS'] ?? 8)
const program = resolve(import.meta.dirname, '../main.ts')

test('a mirror that is killed again and again always holds a whole tree, and never a smaller one', {
  timeout: 600_000,
}, async () => {
  const log = aLog('vault.example/agency/springfield/custody/1')
  const vkey = writeVkey(log.key)
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-mirror-'))
  const [original, copy] = [join(folder, 'original'), join(folder, 'copy')]
  const mirror = () =>
    spawn(process.execPath, [program, 'mirror', original, '--into', copy, '--log', vkey], { stdio: 'ignore' })
  let held = 0
  let cut = 0
  try {
    for (let life = 1; life <= kills; life++) {
      await publish(original, log, { size: life * 2_500 })
      const child = mirror()
      const ended = once(child, 'exit')
      await pause(100 + Math.random() * 300)
      child.kill('SIGKILL')
      const [code] = (await ended) as [number | null]
      if (code === null) cut++
      const bytes = await readFile(join(copy, 'checkpoint')).catch(() => undefined)
      if (!bytes) continue
      const opened = await openCheckpoint(bytes, { key: log.key, verify: verifiers })
      assert.ok(opened.is === 'signed' && opened.checkpoint.size >= held)
      held = opened.checkpoint.size
      const said: string[] = []
      assert.equal(await run([copy, '--key', vkey], (line) => said.push(line)), 0, said.join('\n'))
    }
    const [code] = (await once(mirror(), 'exit')) as [number | null]
    const exit = await run([copy, '--key', vkey], () => {})

    assert.deepEqual([code, exit], [0, 0])
    assert.ok(cut > 0, 'none was cut')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
