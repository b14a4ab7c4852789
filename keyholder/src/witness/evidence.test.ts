import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { text, utf8 } from '@sallyport/core/bytes'
import { asking, type History, history } from '@sallyport/core/testing/histories'
import { aLog } from '@sallyport/core/testing/signers'
import { writeAddCheckpoint } from '@sallyport/core/witness'
import { readAlarms } from '../state/alarms.ts'
import type { Told } from './add-checkpoint.ts'
import { logId } from './memory.ts'
import { startWitness } from './start.ts'

const origin = 'vault.example/agency/springfield/custody/1'
const log = aLog(origin)
const tree = (size: number, differsFrom = size) => history(origin, size, differsFrom)
const endings: (() => Promise<void>)[] = []

after(async () => {
  for (const end of endings) await end()
})

async function aWitness() {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-evidence-'))
  const state = join(folder, 'state')
  const told: Told[] = []
  const listen = { host: '127.0.0.1', port: 0 }
  const tell = (one: Told) => void told.push(one)
  const running = await startWitness({ state, name: 'witness.example', listen, logs: [log.key], tell })
  endings.push(async () => {
    await running.stop()
    await rm(folder, { recursive: true })
  })
  const url = `http://127.0.0.1:${running.address.port}`
  const post = async (body: Uint8Array) =>
    (await fetch(`${url}/add-checkpoint`, { method: 'POST', body: Buffer.from(body) })).status
  const ask = async (old: number, grown: History) => post(writeAddCheckpoint(await asking(log, old, grown)))
  return { url, told, post, ask, state }
}

/** One after another: a witness that is asked too much at once says so, and judges nothing. */
async function fifty(deed: () => Promise<number>): Promise<number[]> {
  const all: number[] = []
  for (let at = 0; at < 50; at++) all.push(await deed())
  return all
}

test('a stranger without a key cannot crowd out the evidence of a split view', async () => {
  const witness = await aWitness()
  await witness.ask(0, tree(3))
  const served = await (await fetch(`${witness.url}/${logId(origin)}/checkpoint`)).text()
  const newer = text((await asking(log, 3, tree(300))).checkpoint)
  const junk = (size: number) => randomBytes(size).toString('base64')
  const sendBack = async (note: string) => witness.post(utf8(`old 3\n${junk(32)}\n\n${note}— x.example ${junk(40)}\n`))
  const alarms = join(witness.state, 'alarms')
  await mkdir(alarms, { recursive: true })

  const same = await fifty(() => sendBack(served))
  const kept = await readdir(alarms)
  const unproved = await fifty(() => sendBack(newer))
  const [evidence, ...others] = await readAlarms(witness.state)
  for (let at = 0; at < 1000; at++) await writeFile(join(alarms, `does-not-follow-${at}.json`), '{}')
  const full = await witness.ask(3, tree(700, 0))
  const split = await witness.ask(3, tree(3, 0))

  assert.ok([...same, ...unproved, full, split].every((status) => status === 422))
  assert.deepEqual([kept, others], [[], []])
  assert.equal(evidence?.shown, newer, 'only the line of the log itself stands under it')
  const told = witness.told.flatMap((one) => (one.event === 'alarm' ? [one.kind] : []))
  assert.deepEqual(told, ['does-not-follow', 'does-not-follow', 'split-view'])
  assert.equal((await readdir(alarms)).filter((name) => name.startsWith('split-view-')).length, 1)
})

test('a split view is told of even if its evidence cannot be written', async () => {
  const witness = await aWitness()
  await witness.ask(0, tree(3))
  await writeFile(join(witness.state, 'alarms'), 'in the way')

  const split = await witness.ask(3, tree(3, 0))

  assert.equal(split, 422)
  const told = witness.told.map(({ event }) => event)
  assert.deepEqual(told.slice(-3), ['failed', 'alarm', 'refused'])
})
