import assert from 'node:assert/strict'
import { rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { before, test } from 'node:test'
import fc from 'fast-check'
import { utf8 } from '@sallyport/core/bytes'
import { writeVkey } from '@sallyport/core/note'
import { pem } from '@sallyport/core/testing/time-authority'
import { blameInto, type Fault, type FaultCode } from './faults.ts'
import { run } from './main.ts'
import type { Report } from './report.ts'
import { bytesOf, clip, custody1, edit, editLine, flip, item1, turned } from './testing/edit-bag.ts'
import { fileTampering } from './testing/file-tampering.ts'
import { onDisk, verdictOn } from './testing/on-disk.ts'
import { outsideTampering } from './testing/outside-tampering.ts'
import { proofTampering } from './testing/proof-tampering.ts'
import { authorities, type Files, policyOf, type SoundBag, seal, soundBag } from './testing/sound-bag.ts'

let bag: SoundBag
before(async () => {
  bag = await soundBag()
})

/** A sound bag's files, to be tampered with by one test only. */
const copy = (): Files => new Map(bag.files)

test('a bag that nobody touched is sound, and the report says by which key', async () => {
  const report = await onDisk(copy(), verdictOn)

  assert.equal(report.exit, 0)
  assert.deepEqual(report.faults, [])
  assert.match(report.says, /^Sound: 3 items and 13 custody entries .* by the key that came with the bag\.$/)
  assert.deepEqual(statesOf(report), {
    Files: 'holds',
    'Whose key it is': 'open',
    Checkpoint: 'holds',
    Witnesses: 'given',
    'Outside time': 'given',
    Custody: 'holds',
    'Destroyed by order of a court': 'holds',
    Items: 'holds',
  })
})

test('with the key from the agency, the report no longer doubts the key', async () => {
  const report = await onDisk(copy(), (folder) => verdictOn(folder, '--key', writeVkey(bag.log.key)))

  assert.equal(report.exit, 0)
  assert.match(report.says, /by the key that you gave\.$/)
  assert.equal(statesOf(report)['Whose key it is'], 'holds')
})

test('without SHA-512 the report says that it was not computed', async () => {
  const report = await onDisk(copy(), (folder) => verdictOn(folder, '--sha256-only'))

  assert.equal(report.exit, 0)
  assert.ok(report.steps[0]?.detail.some((line) => line.startsWith('SHA-512 was not computed')))
})

test('what a file manager leaves behind does not spoil a bag, save among the evidence', async () => {
  const files = copy().set('.DS_Store', utf8('x')).set('metadata/1/._item.json', utf8('x'))
  const worse = copy().set('data/1/.DS_Store', utf8('x'))

  const left = await onDisk(files, verdictOn)
  const among = await onDisk(worse, verdictOn)

  assert.equal(left.exit, 0)
  assert.ok(left.steps[0]?.detail.some((line) => line.includes('.DS_Store')))
  assert.deepEqual(codes(among.faults), ['files/oxum', 'files/unclaimed', 'files/unlisted'])
})

/** Key, policy and roots as the reader has them from elsewhere, in a folder of their own. */
const brought = (folder: string) => [
  `--key=${writeVkey(bag.log.key)}`,
  `--policy=${join(folder, 'policy')}`,
  `--tsa-root=${join(folder, 'city.pem')}`,
  `--tsa-root=${join(folder, 'state.pem')}`,
]
const pinned = (work: (flags: readonly string[]) => Promise<Report & { exit: number }>) =>
  onDisk(
    new Map([
      ['policy', utf8(policyOf(bag.log, bag.witnesses, 'all'))],
      ['city.pem', utf8(pem(authorities['city-time'].root.certificate))],
      ['state.pem', utf8(pem(authorities['state-time'].root.certificate))],
    ]),
    (folder) => work(brought(folder)),
  )

test('with policy and roots of the reader’s own, nothing is left to them', async () => {
  const report = await pinned((flags) => onDisk(copy(), (folder) => verdictOn(folder, ...flags)))

  assert.equal(report.exit, 0)
  assert.deepEqual([...new Set(Object.values(statesOf(report)))], ['holds'])
  assert.doesNotMatch(report.steps.map(({ doesNotProve }) => doesNotProve).join(), /came with the bag/)
})

for (const { name, lists, pinned: own, tamper, found } of [...fileTampering, ...proofTampering, ...outsideTampering]) {
  test(`it is found that ${name}`, async () => {
    const files = copy()
    await tamper(files, bag)
    if (lists === 'anew') seal(files)

    const report = await onDisk(files, (folder) =>
      own ? pinned((flags) => verdictOn(folder, ...flags)) : verdictOn(folder),
    )

    assert.equal(report.exit, 1)
    assert.match(report.says, /^Not sound: \d+ faults? in \d+ files?\.$/)
    assert.deepEqual(codes(report.faults), [...found].toSorted())
  })
}

test('a change of one byte, anywhere in a bag, is found', async () => {
  // Nothing lists the outermost lists, in which a letter may be small or large: they have their own ways above.
  const paths = [...bag.files.keys()].filter((path) => !path.startsWith('tagmanifest-'))
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), fc.nat(), fc.integer({ min: 1, max: 255 }), async (path, at, turn) => {
      const files = copy()
      const bytes = bytesOf(files, path)
      const place = at % bytes.length
      files.set(path, bytes.with(place, (bytes[place] ?? 0) ^ turn))

      const report = await onDisk(files, verdictOn)

      assert.equal(report.exit, 1, `${path} at ${place}`)
      assert.ok(report.faults.some(({ code }) => code.startsWith('files/')))
    }),
    { numRuns: 60 },
  )
})

test('a forged bag with a ledger of its own is found by the key from the agency', async () => {
  const forged = await soundBag()

  const report = await onDisk(forged.files, (folder) => verdictOn(folder, '--key', writeVkey(bag.log.key)))

  assert.equal(report.exit, 1)
  assert.deepEqual(codes(report.faults), ['log/other-key', 'log/unsigned', 'time/unsigned'])
})

test('without the checkpoint or the key, nothing is said to be in the ledger', async () => {
  for (const part of ['proofs/checkpoint', 'keys/log.vkey']) {
    const files = copy()
    files.delete(part)

    const report = await onDisk(files, verdictOn)

    assert.deepEqual(holding(report), [])
  }
})

test('with a key that cannot be read, and fresh lists, only the lists are said to hold', async () => {
  const files = copy()
  edit(files, 'keys/log.vkey', (vkey) => turned(vkey, vkey.length - 8))
  seal(files)

  const report = await onDisk(files, verdictOn)

  assert.deepEqual(holding(report), ['Files'])
})

test('many faults at once are all told, each in its place', async () => {
  const files = copy()
  flip(files, clip, 5)
  files.delete('data/2/été.jpg')
  files.set('data/3/planted', utf8('x'))
  editLine(files, 2, (line) => ({ ...line, actor: { ...line.actor, value: 'Nobody' } }))
  editLine(files, 3, (line) => ({ ...line, index: line.index + 1 }))
  edit(files, 'proofs/checkpoint', (note) => note.replace(/\n116\n/, '\n117\n'))

  const report = await onDisk(files, verdictOn)

  const places = report.faults.map(({ code, at }) => `${code} ${at}`)
  for (const place of [
    `files/altered ${clip}`,
    'files/missing data/2/été.jpg',
    'items/no-file metadata/2/item.json',
    'files/unlisted data/3/planted',
    'files/unclaimed data/3/planted',
    `files/altered ${custody1}`,
    `custody/actor ${custody1}`,
    `custody/index ${custody1}`,
    'log/forged proofs/checkpoint',
    'files/altered proofs/checkpoint',
    `items/sha256 ${item1}`,
    'files/oxum bag-info.txt',
  ]) {
    assert.ok(places.includes(place), place)
  }
  assert.deepEqual(holding(report), [])
})

test('a fault that shows in more places than anybody reads is told with its count', () => {
  const faults: Fault[] = []
  const blame = blameInto(faults)
  for (let at = 0; at < 1_500; at++) blame('custody/proof-malformed', `proofs/${at}`)
  blame('log/malformed', 'proofs/checkpoint')

  assert.equal(faults.length, 1_001)
  assert.equal(faults[999]?.more, 500)
})

test('a link in the bag is named and not followed', async () => {
  const report = await onDisk(copy(), async (folder) => {
    await rm(join(folder, clip))
    await symlink('/etc/hostname', join(folder, clip))
    return verdictOn(folder)
  })

  assert.deepEqual(codes(report.faults), ['files/missing', 'files/not-plain', 'files/oxum', 'items/no-file'])
})

test('a name that moves the cursor of a terminal is shown as text', async () => {
  const files = copy().set('data/1/\u001b[2Jgone', utf8('x'))

  const report = await onDisk(files, verdictOn)

  const [fault] = report.faults.filter(({ code }) => code === 'files/unsafe-name')
  assert.equal(fault?.at, 'data/1/\\u{1b}[2Jgone')
})

test('what is not a bag is not judged', async () => {
  const empty = await onDisk(new Map(), verdictOn)
  const file = await onDisk(copy(), (folder) => verdictOn(join(folder, 'bagit.txt')))
  const nothing = await verdictOn('no/such/folder')
  const key = await onDisk(copy(), (folder) => verdictOn(folder, '--key', 'not a key'))
  const lines: string[] = []

  assert.match(empty.says, /^Not done: .* neither a bag nor a ledger\.$/)
  assert.deepEqual([empty.exit, file.exit, nothing.exit, key.exit], [2, 2, 2, 2])
  assert.equal(await run([], (line) => lines.push(line)), 2)
  assert.equal(await run(['--no-such-flag', '.'], (line) => lines.push(line)), 2)
  assert.match(lines[0] ?? '', /^usage: /)
})

const statesOf = ({ steps }: Report) => Object.fromEntries(steps.map(({ name, state }) => [name, state]))
const holding = ({ steps }: Report) => steps.filter(({ state }) => state === 'holds').map(({ name }) => name)

const codes = (faults: readonly { readonly code: FaultCode }[]) =>
  [...new Set(faults.map(({ code }) => code))].toSorted()
