import assert from 'node:assert/strict'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openCheckpoint } from '@sallyport/core/checkpoint'
import { writeVkey } from '@sallyport/core/note'
import { aLog } from '@sallyport/core/testing/signers'
import { entriesPath } from '@sallyport/core/tiles'
import { proves, readProof } from '@sallyport/core/tlog-proof'
import { sha256, verifiers } from '@sallyport/keyholder/signing'
import { anEntry, publish } from '@sallyport/keyholder/testing/published'
import { startWitness } from '@sallyport/keyholder/witness/start'
import { asking, history } from '@sallyport/core/testing/histories'
import { writeAddCheckpoint } from '@sallyport/core/witness'
import type { Command } from '../command.ts'
import { ledgerCommand, rangeIn } from '../commands/ledger.ts'
import { mirrorCommand } from '../commands/mirror.ts'
import { verifyCommand } from '../commands/verify.ts'
import { witnessCommand } from '../commands/witness.ts'
import { NotDone } from '../not-done.ts'

const log = aLog('vault.example/agency/springfield/custody/1')
const vkey = writeVkey(log.key)
const folders: string[] = []
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))))

async function aPlace(): Promise<{ place: string; ledger: string }> {
  const place = await mkdtemp(join(tmpdir(), 'sallyport-ledger-test-'))
  folders.push(place)
  return { place, ledger: join(place, 'ledger') }
}

async function typed(command: Command, ...argv: string[]) {
  const said: string[] = []
  const warned: string[] = []
  const exit = await command.run(argv, { say: (line) => said.push(line), warn: (line) => warned.push(line) })
  return { exit, said, warned, all: [...said, ...warned].join('\n') }
}

test('a published ledger is checked whole, in its folder and over the web', async () => {
  const { ledger } = await aPlace()
  await publish(ledger, log, { size: 700 })
  const server = createServer((request, response) => {
    readFile(join(ledger, request.url ?? '')).then(
      (bytes) => response.end(bytes),
      () => response.writeHead(404).end(),
    )
  }).listen(0, '127.0.0.1')
  await new Promise((listening) => server.once('listening', listening))
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`
  try {
    const here = await typed(ledgerCommand, 'check', ledger, '--log', vkey)
    const there = await typed(ledgerCommand, 'check', url, '--log', vkey)
    await writeFile(join(ledger, entriesPath(1, 256)), 'changed')
    const changed = await typed(ledgerCommand, 'check', ledger, '--log', vkey, '--json')
    const notTaken = await typed(ledgerCommand, 'check', url, '--log', vkey)

    assert.deepEqual([here.exit, there.exit, changed.exit, notTaken.exit], [0, 0, 1, 2])
    assert.match(here.said[0] ?? '', /^Sound: all 700 entries/)
    assert.deepEqual(there.said, here.said)
    assert.equal((JSON.parse(changed.said[0] ?? '') as { verdict: string }).verdict, 'not-sound')
  } finally {
    server.close()
    server.closeAllConnections()
  }
})

test('entries are told in sentences, and each is proved to stand where it is told', async () => {
  const { ledger } = await aPlace()
  await publish(ledger, log, { size: 700 })

  const some = await typed(ledgerCommand, 'show', ledger, '254..257', '--log', vkey)
  const last = await typed(ledgerCommand, 'show', ledger, '--log', vkey, '--json')
  const bundle = await readFile(join(ledger, entriesPath(1, 256)))
  await writeFile(
    join(ledger, entriesPath(1, 256)),
    bundle.toString('latin1').replace('item.opened', 'item.opence'),
    'latin1',
  )
  const changed = await typed(ledgerCommand, 'show', ledger, '256', '--log', vkey)

  assert.equal(some.exit, 0)
  assert.equal(some.said.length, 4)
  assert.match(some.said[0] ?? '', /^254 {2}2026-11-22T00:00:00\.254Z {2}opened the content of the item {2}on 0000/)
  assert.equal(last.said.length, 20)
  assert.equal((JSON.parse(last.said.at(-1) ?? '') as { index: number }).index, 699)
  assert.equal(changed.exit, 2)
  assert.match(changed.all, /Entry 256 is not the one/)
})

test('the proof of an entry is written with the entry, and proves it to anybody who has the key', async () => {
  const { place, ledger } = await aPlace()
  await publish(ledger, log, { size: 700 })
  const id = (JSON.parse(Buffer.from(anEntry(321)).toString('utf8')) as { id: string }).id

  const byId = await typed(ledgerCommand, 'proof', ledger, id, '--out', join(place, 'a'), '--log', vkey)
  const byPlace = await typed(
    ledgerCommand,
    'proof',
    ledger,
    '321',
    '--out',
    join(place, 'b.tlog-proof'),
    '--log',
    vkey,
  )
  const again = await typed(ledgerCommand, 'proof', ledger, '321', '--out', join(place, 'b'), '--log', vkey)
  const none = await typed(ledgerCommand, 'proof', ledger, '700', '--out', join(place, 'c'), '--log', vkey)

  assert.deepEqual([byId.exit, byPlace.exit, again.exit, none.exit], [0, 0, 2, 1])
  const [first, second, entry] = await Promise.all(
    ['a.tlog-proof', 'b.tlog-proof', 'a.entry'].map((name) => readFile(join(place, name))),
  )
  assert.ok(first && second && entry)
  assert.deepEqual(first, second)
  assert.deepEqual(new Uint8Array(entry), anEntry(321))
  const proof = readProof(first)
  assert.ok(proof)
  const opened = await openCheckpoint(proof.checkpoint, { key: log.key, verify: verifiers })
  assert.ok(opened.is === 'signed' && proves(sha256, proof, { entry, checkpoint: opened.checkpoint }))
})

test('whoever follows a ledger is told each new entry once, and of a second history at once', async () => {
  const { ledger } = await aPlace()
  await publish(ledger, log, { size: 700 })

  const honest = await following(ledger, ['--from', '698', '--count', '5', '--json'], () => publishBeside(ledger, 703))
  const deceived = await following(ledger, [], () => publishBeside(ledger, 705, 10))

  assert.equal(honest.exit, 0)
  assert.deepEqual(
    honest.said.map((line) => (JSON.parse(line) as { index: number }).index),
    [698, 699, 700, 701, 702],
  )
  assert.equal(deceived.exit, 1)
  assert.match(deceived.said.join(), /was not shown to hold what was seen before/)
})

/** Follows a ledger, and does something once it is seen as it was. */
async function following(ledger: string, words: readonly string[], deed: () => Promise<void>) {
  const said: string[] = []
  let begun: () => void = () => {}
  const seen = new Promise<void>((resolve) => (begun = resolve))
  const warn = (line: string) => (/ has \d+ entries\.$/.test(line) ? begun() : undefined)
  const argv = ['follow', ledger, '--every', '0', '--log', vkey, ...words]
  const ended = ledgerCommand.run(argv, { say: (line) => said.push(line), warn })
  await seen
  await deed()
  return { exit: await ended, said }
}

/** Lets a ledger grow under whoever reads it: new files first, the checkpoint last. */
async function publishBeside(ledger: string, size: number, differsFrom = size): Promise<void> {
  await publish(`${ledger}-next`, log, { size, differsFrom })
  await cp(`${ledger}-next`, ledger, { recursive: true, filter: (path) => !path.endsWith('/checkpoint') })
  await cp(join(`${ledger}-next`, 'checkpoint'), join(ledger, 'checkpoint'))
}

test('a mirror is kept, verifies, and refuses a second history with an alarm', async () => {
  const { place, ledger } = await aPlace()
  const into = join(place, 'copy')
  await publish(ledger, log, { size: 700 })

  const first = await typed(mirrorCommand, ledger, '--into', into, '--log', vkey)
  const verified = await typed(verifyCommand, into, '--key', vkey)
  await publish(ledger, log, { size: 700, differsFrom: 5 })
  const split = await typed(mirrorCommand, ledger, '--into', into, '--log', vkey, '--every', '60')
  const still = await typed(verifyCommand, into, '--key', vkey)

  assert.deepEqual([first.exit, verified.exit, split.exit, still.exit], [0, 0, 1, 0])
  assert.match(split.all, /ALARM: .* two trees that contradict each other/)
  assert.deepEqual((await typed(mirrorCommand, ledger, '--into', into)).exit, 2)
  assert.deepEqual((await typed(mirrorCommand, ledger, '--log', vkey)).exit, 2)
})

test('the alarms of a witness are shown with both notes, and there are none at first', async () => {
  const { place } = await aPlace()
  const state = join(place, 'witness')
  const listen = { host: '127.0.0.1', port: 0 }
  const witness = await startWitness({ state, name: 'w.example', listen, logs: [log.key], tell: () => {} })
  const url = `http://127.0.0.1:${witness.address.port}/add-checkpoint`
  const ask = async (old: number, differsFrom: number) => {
    const request = await asking(log, old, history(log.key.name, 3, differsFrom))
    return fetch(url, { method: 'POST', body: Buffer.from(writeAddCheckpoint(request)) })
  }
  await ask(0, 3)

  const before = await typed(witnessCommand, '--state', state, '--alarms')
  await ask(3, 1)
  const after = await typed(witnessCommand, '--state', state, '--alarms')
  const keys = await typed(witnessCommand, '--state', state, '--vkeys', '--json')
  const second = await typed(witnessCommand, '--state', state, '--listen', '127.0.0.1:0')
  await witness.stop()

  assert.deepEqual([before.exit, after.exit, keys.exit, second.exit], [0, 1, 0, 2])
  assert.equal(after.said.filter((line) => line.trim() === log.key.name).length, 2)
  assert.deepEqual((JSON.parse(keys.said[0] ?? '') as { vkeys: string[] }).vkeys, witness.identity.vkeys)
  assert.match(second.all, /Another process uses/)
})

test('a range of entries is written as people write it', () => {
  assert.deepEqual(
    [undefined, '7', '7..', '7..9', '..9', '90..', '0'].map((what) => rangeIn(what, 50)),
    [
      { from: 30, to: 50 },
      { from: 7, to: 8 },
      { from: 7, to: 50 },
      { from: 7, to: 10 },
      { from: 0, to: 10 },
      { from: 90, to: 50 },
      { from: 0, to: 1 },
    ],
  )
  for (const wrong of ['', '..', 'x', '7...9', '-1', '7..9..']) assert.throws(() => rangeIn(wrong, 50), NotDone)
})
