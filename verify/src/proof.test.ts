import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { utf8 } from '@sallyport/core/bytes'
import { keyType, noteKey, writeVkey } from '@sallyport/core/note'
import { stamp } from '@sallyport/core/testing/time-authority'
import { judgeBag } from './bag.ts'
import { browserHost } from './browser-folder.ts'
import { diskHost } from './disk-folder.ts'
import { reportOf } from './report.ts'
import { bytesOf, flip, setCheckpoint } from './testing/edit-bag.ts'
import { onDisk, verdictOn } from './testing/on-disk.ts'
import { authorities, cosigned, type Files, policyOf, type SoundBag, seal, soundBag } from './testing/sound-bag.ts'
import { webStamps } from './web-crypto.ts'

let bag: SoundBag
before(async () => {
  bag = await soundBag()
})

/** The first entry of the first item, as a bag carries it, and the proof of it. */
function pair(): Files {
  const [line = ''] = Buffer.from(bytesOf(bag.files, 'metadata/1/custody.jsonl')).toString().split('\n')
  const { leaf, proof } = JSON.parse(line) as { leaf: string; proof: string }
  return new Map([
    ['entry.tlog-proof', bytesOf(bag.files, proof)],
    ['entry.json', utf8(leaf)],
    ['policy', utf8(policyOf(bag.log, bag.witnesses, 'all'))],
  ])
}
const judged = (files: Files, ...flags: string[]) =>
  onDisk(files, (folder) =>
    verdictOn(
      join(folder, 'entry.tlog-proof'),
      join(folder, 'entry.json'),
      ...flags.map((flag) => (flag === 'policy' ? join(folder, flag) : flag)),
    ),
  )

test('one entry and its proof are sound by themselves, by a key or a policy of the reader’s', async () => {
  const byKey = await judged(pair(), '--key', writeVkey(bag.log.key))
  const byPolicy = await judged(pair(), '--policy', 'policy')

  assert.equal(byKey.exit, 0, byKey.says)
  assert.equal(byPolicy.exit, 0, byPolicy.says)
  assert.match(byKey.items[0] ?? '', /^item\.received, done, at 2026-03-14/)
  assert.equal(byPolicy.steps.find(({ name }) => name === 'Witnesses')?.state, 'holds')
})

test('one entry and its proof are not called sound without a key', async () => {
  const report = await judged(pair())

  assert.equal(report.exit, 2)
  assert.match(report.says, /without the key of the log/)
})

test('an entry that was changed is not proved by its proof', async () => {
  const files = pair()
  flip(files, 'entry.json', 40)

  const report = await judged(files, '--key', writeVkey(bag.log.key))

  assert.equal(report.exit, 1)
  assert.deepEqual(
    report.faults.map(({ code }) => code),
    ['proof/fails'],
  )
})

test('a proof that is none is told so', async () => {
  const report = await judged(pair().set('entry.tlog-proof', utf8('no\n')), '--key', writeVkey(bag.log.key))

  assert.deepEqual(
    report.faults.map(({ code }) => code),
    ['custody/proof-malformed'],
  )
})

test('a witness whose algorithm this machine lacks is unchecked, and nothing turns green by it', async () => {
  const files: Files = new Map(bag.files)
  const future = { key: noteKey(diskHost('.', { sha512: false }).hash, mldsa()), sign: () => new Uint8Array(2420) }
  const [north] = bag.witnesses
  if (!north) throw new Error('no witness')
  setCheckpoint(files, await cosigned(await bag.tree.checkpointAt(bag.tree.size, bag.log), [north, future]))
  files.set('proofs/policy', utf8(policyOf(bag.log, [north, future], 'all')))
  seal(files)

  const judgement = await judgeBag(browserHost(given(files)), {})

  const report = reportOf(judgement ?? assert.fail())
  assert.equal(report.verdict, 'not-done')
  assert.match(report.says, /could not check: Witnesses/)
  assert.equal(report.steps.find(({ name }) => name === 'Witnesses')?.state, 'unchecked')
})

test('a stamp whose algorithm this machine lacks is unchecked, and nothing turns green by it', async () => {
  const host = browserHost(given(bag.files))
  const lacking = { ...host, stamps: { ...webStamps, checkSignature: () => undefined } }

  const report = reportOf((await judgeBag(lacking, {})) ?? assert.fail())

  assert.equal(report.verdict, 'not-done')
  assert.equal(report.steps.find(({ name }) => name === 'Outside time')?.state, 'unchecked')
})

test('a bag whose maker has no witness and no stamp leaves both to the reader, and says so', async () => {
  const files: Files = new Map([...bag.files].filter(([path]) => !/^proofs\/(?:stamps\/|policy)|^keys\/tsa/.test(path)))
  setCheckpoint(files, await bag.tree.checkpointAt(bag.tree.size, bag.log))
  seal(files)

  const report = await onDisk(files, verdictOn)

  assert.equal(report.exit, 0)
  const states = Object.fromEntries(report.steps.map(({ name, state }) => [name, state]))
  assert.deepEqual([states['Witnesses'], states['Outside time']], ['open', 'open'])
})

test('an item is said to be no younger than the first stamp over its receipt', async () => {
  const report = await onDisk(bag.files, verdictOn)

  assert.match(report.items[0] ?? '', /no later than 2026-03-14T02:14:09\.500Z by CN=City time unit/)
})

test('a stamp over a ledger that was still empty holds, by an authority that does not say how exact it is', async () => {
  const files: Files = new Map(bag.files)
  const empty = await bag.tree.checkpointAt(0, bag.log)
  files.set('proofs/stamps/0.checkpoint', empty)
  files.set(
    'proofs/stamps/0.city-time.tsr',
    stamp(authorities['city-time'], empty, { info: (parts) => parts.toSpliced(5, 1) }),
  )
  seal(files)

  const report = await onDisk(files, verdictOn)

  assert.deepEqual(report.faults, [])
  const time = report.steps.find(({ name }) => name === 'Outside time')
  assert.ok(time?.detail.some((line) => line.includes('0 entries at 2026-03-14T02:14:09.500Z, accuracy not stated')))
})

test('proofs may carry the checkpoint without its cosignatures', async () => {
  const files: Files = new Map(bag.files)
  const whole = bytesOf(files, 'proofs/checkpoint')
  setCheckpoint(files, await bag.tree.checkpointAt(bag.tree.size, bag.log))
  files.set('proofs/checkpoint', whole)
  seal(files)

  assert.equal((await onDisk(files, verdictOn)).exit, 0)
})

const mldsa = () => ({ name: 'witness.example/future', type: keyType.mldsa44Cosigner, key: new Uint8Array(1312) })
const given = (files: Files) =>
  [...files].map(([path, bytes]) => ({ path, file: new File([new Uint8Array(bytes)], path) }))
