import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { readCheckpoint } from '@sallyport/core/checkpoint'
import { readLeaf } from '@sallyport/core/entry'
import { readNote } from '@sallyport/core/note'
import { emptyEdge, grow, rootOf } from '@sallyport/core/tiles'
import { sha256 } from '../keys/primitives.ts'
import { aLedger, appConfig, faultsIn, serverKey, type TestLedger } from '../testing/ledger.ts'
import { sequence } from './log.ts'
import { tileFolder } from './tile-folder.ts'

/*
 * The sequencer is killed (kill -9) at moments that nobody chose, many times over, while entries go in.
 * SALLYPORT_KILLS=1000 for the long run.
 */

const kills = Number(process.env['SALLYPORT_KILLS'] ?? 15)
const program = fileURLToPath(new URL('../testing/ledger-process.ts', import.meta.url))

/** Runs a server's ledger until it is killed. Gives the entries that it had acknowledged. */
async function runUntilKilled(
  { agency, root }: TestLedger,
  ms: number,
): Promise<{ acknowledged: string[]; said: string }> {
  const asked = { app: appConfig, agency, folder: dirname(root), serverKey: serverKey.toString('hex') }
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, LEDGER_PROCESS: JSON.stringify(asked) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [out, said] = ['', '']
  const first = new Promise<void>((begun) =>
    child.stdout.on('data', (part: Buffer) => ((out += part.toString()), begun())),
  )
  child.stderr.on('data', (part: Buffer) => (said += part.toString()))
  const ended = new Promise<void>((done) => child.once('close', () => done()))
  await Promise.race([first, ended])
  await pause(ms)
  child.kill('SIGKILL')
  await ended
  return { acknowledged: out.split('\n').slice(0, -1), said }
}

async function published(root: string): Promise<{ size: number; root: string } | undefined> {
  const bytes = await readFile(join(root, 'checkpoint')).catch(() => undefined)
  const checkpoint = bytes && readCheckpoint(readNote(bytes)?.text ?? '')
  return checkpoint && { size: checkpoint.size, root: Buffer.from(checkpoint.root).toString('hex') }
}

test(`the sequencer is killed ${kills} times, and the tree grows out of every checkpoint that was ever published`, async () => {
  const ledger = await aLedger({ named: true })
  const [acknowledged, roots] = [new Set<string>(), new Map<number, string>()]

  for (let round = 0; round < kills; round += 1) {
    const ran = await runUntilKilled(ledger, randomInt(700))
    assert.equal(ran.said, '', `round ${round}`)
    for (const id of ran.acknowledged) acknowledged.add(id)
    const checkpoint = await published(ledger.root)
    if (!checkpoint) continue
    assert.equal(roots.get(checkpoint.size) ?? checkpoint.root, checkpoint.root, 'two trees of one size were signed')
    roots.set(checkpoint.size, checkpoint.root)
  }
  while ((await sequence({ ...ledger.parts, folder: tileFolder(ledger.root) }, {})) !== 0);

  const leaves = await ledger.leaves()
  const ids = new Set(leaves.map((leaf) => readLeaf(leaf)?.id))
  assert.deepEqual(
    [...acknowledged].filter((id) => !ids.has(id)),
    [],
  )
  assert.ok(roots.size > kills / 4, `only ${roots.size} checkpoints were seen`)
  let edge = emptyEdge
  for (const [size, root] of [...roots].toSorted(([a], [b]) => a - b)) {
    edge = grow(sha256, edge, leaves.slice(edge.size, size)).edge
    assert.equal(Buffer.from(rootOf(sha256, edge)).toString('hex'), root, `the tree of ${size} entries`)
  }
  assert.deepEqual(await faultsIn(ledger.root, ledger.vkey), [])
})
