import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { base64 } from '@sallyport/core/bytes'
import { writeVkey } from '@sallyport/core/note'
import { asking, growing, type History } from '@sallyport/core/testing/histories'
import { aLog } from '@sallyport/core/testing/signers'
import { readWitnessAnswer, writeAddCheckpoint } from '@sallyport/core/witness'

const kills = Number(process.env['SALLYPORT_KILLS'] ?? 12)
const origin = 'vault.example/agency/springfield/custody/1'
const log = aLog(origin)
const program = resolve(import.meta.dirname, '../testing/witness-process.ts')
/** Two histories that part after the first entry: whoever has cosigned a tree of one must never cosign one of the other. */
const sides = [growing(origin), growing(origin, 1)]

async function begin(state: string): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [program, state, writeVkey(log.key)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [port] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer]
  return { child, url: `http://127.0.0.1:${port.toString().trim()}` }
}

type Side = ReturnType<typeof growing>

/** Asks without end, for both histories, and takes down each tree that was cosigned, in order. */
async function press(url: string, side: Side, cosigned: (grown: History) => void): Promise<void> {
  for (let old = 0, to = 2; ; ) {
    const grown = side(to)
    const body = Buffer.from(writeAddCheckpoint(await asking(log, old, grown)))
    const answer = await fetch(`${url}/add-checkpoint`, { method: 'POST', body }).catch(() => undefined)
    const bytes = await answer?.bytes().catch(() => undefined)
    if (!answer || !bytes) return
    const told = readWitnessAnswer(answer.status, bytes)
    if (told.is === 'cosigned') cosigned(grown)
    old = told.is === 'behind' ? told.size : told.is === 'cosigned' ? grown.head.size : old
    to = old + 1
  }
}

test('a witness that is killed again and again never cosigns two histories, nor goes back', {
  timeout: 600_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-witness-'))
  const seen: History[] = []
  try {
    for (let kill = 0; kill < kills; kill++) {
      const { child, url } = await begin(join(folder, 'state'))
      const ended = once(child, 'exit')
      const pressing = sides.map((side) => press(url, side, (grown) => seen.push(grown)))
      // Every second life is cut short wherever it is; the others get as far as to cosign.
      const before = seen.length
      for (let waited = 0; kill % 2 === 0 && seen.length === before && waited < 200; waited++) await pause(25)
      await pause(Math.random() * 100)
      child.kill('SIGKILL')
      await Promise.all([...pressing, ended])
    }
  } finally {
    await rm(folder, { recursive: true })
  }

  const roots = new Map<number, Set<string>>()
  for (const { head } of seen) roots.set(head.size, (roots.get(head.size) ?? new Set()).add(base64(head.root)))
  assert.ok(seen.length >= kills / 2, `${seen.length} cosignatures in ${kills} lives`)
  assert.ok([...roots.values()].every(({ size }) => size === 1))
  const taken = sides.filter((side) => seen.some(({ head }) => base64(side(head.size).head.root) === base64(head.root)))
  assert.equal(taken.length, 1)
  const sizes = seen.map(({ head }) => head.size)
  assert.deepEqual(
    sizes,
    sizes.toSorted((a, b) => a - b),
  )
})
