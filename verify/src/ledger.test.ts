import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { utf8 } from '@sallyport/core/bytes'
import { signCheckpoint } from '@sallyport/core/checkpoint'
import { writeEntry } from '@sallyport/core/entry'
import { writeVkey } from '@sallyport/core/note'
import {
  type Edge,
  emptyEdge,
  entriesPath,
  entryBundle,
  grow,
  readBundle,
  rootOf,
  tilePath,
} from '@sallyport/core/tiles'
import { nativeSha256 } from './disk-folder.ts'
import type { FaultCode } from './faults.ts'
import { bytesOf, flip } from './testing/edit-bag.ts'
import { onDisk, verdictOn } from './testing/on-disk.ts'
import { cosigned, type Files, newLog, newWitness, origin, policyOf } from './testing/sound-bag.ts'

const log = newLog()
const size = 1_300
let ledger: Files
before(async () => {
  ledger = await writeLedger(size)
})

const copy = (): Files => new Map(ledger)
const judged = (files: Files) => onDisk(files, (folder) => verdictOn(folder, '--key', writeVkey(log.key)))

test('a ledger that nobody touched is sound from its first entry to its last', async () => {
  const report = await judged(await writeLedger(70_000))

  assert.equal(report.exit, 0)
  assert.deepEqual(report.faults, [])
  assert.match(report.says, /^Sound: all 70,000 entries of .* are in the tree that its checkpoint signs/)
})

test('a ledger without a key is not called sound, for nobody can say who signed it', async () => {
  const report = await onDisk(copy(), verdictOn)

  assert.equal(report.exit, 2)
  assert.match(report.says, /^Not done: .*without the key of the log/)
})

test('a key that lies beside the ledger is used, and doubted', async () => {
  const report = await onDisk(copy().set('log.vkey', utf8(`${writeVkey(log.key)}\n`)), verdictOn)

  assert.equal(report.exit, 0)
  assert.equal(report.steps.find(({ name }) => name === 'Whose key it is')?.state, 'open')
})

test('tiles that were written after the checkpoint, and older partial ones, do no harm', async () => {
  const files = copy().set('tile/entries/006', utf8('not yet')).set('tile/0/005.p/9', partOf('tile/0/005.p/20', 9))

  const report = await judged(files)

  assert.deepEqual(codes(report.faults), [])
})

test('a mirror of a ledger is judged by the reader’s own policy, down to the witnesses', async () => {
  const witnesses = ['north.example', 'south.example'].map(newWitness)
  const policy = utf8(policyOf(log, witnesses, 'all'))
  const both = copy().set('checkpoint', await cosigned(bytesOf(ledger, 'checkpoint'), witnesses))
  const one = copy().set('checkpoint', await cosigned(bytesOf(ledger, 'checkpoint'), witnesses.slice(1)))
  const under = (files: Files) =>
    onDisk(new Map([['policy', policy]]), (own) =>
      onDisk(files, (folder) => verdictOn(folder, '--policy', join(own, 'policy'))),
    )

  const [sound, lacking] = [await under(both), await under(one)]

  assert.equal(sound.exit, 0)
  assert.deepEqual([...new Set(sound.steps.map(({ state }) => state))], ['holds'])
  assert.deepEqual(codes(lacking.faults), ['witness/quorum'])
})

const tamperings: readonly { name: string; tamper: (files: Files) => void; found: readonly FaultCode[] }[] = [
  {
    name: 'an entry was changed',
    tamper: (files) => swapEntry(files, 'tile/entries/002', aLeaf()),
    found: ['tree/root', 'tree/tile'],
  },
  {
    name: 'an entry was changed, and its tile with it',
    tamper(files) {
      swapEntry(files, 'tile/entries/002', aLeaf())
      files.set('tile/0/002', tileOver(files, 'tile/entries/002'))
    },
    found: ['tree/root', 'tree/tile'],
  },
  {
    name: 'an entry is none that a vault could have written',
    tamper: (files) => swapEntry(files, 'tile/entries/002', utf8('{}')),
    found: ['tree/entry', 'tree/root', 'tree/tile'],
  },
  {
    name: 'an entry was taken out',
    tamper: (files) => editBundle(files, 'tile/entries/002', (entries) => entries.slice(1)),
    found: ['tree/bundle'],
  },
  {
    name: 'two entries were swapped',
    tamper: (files) => editBundle(files, 'tile/entries/002', ([a, b, ...rest]) => [b, a, ...rest] as Uint8Array[]),
    found: ['tree/root', 'tree/tile'],
  },
  { name: 'a bundle was cut off', tamper: (files) => cut(files, 'tile/entries/002'), found: ['tree/bundle'] },
  { name: 'a bundle is missing', tamper: (files) => void files.delete('tile/entries/002'), found: ['tree/missing'] },
  { name: 'a hash was changed', tamper: (files) => flip(files, 'tile/0/002', 40), found: ['tree/tile'] },
  { name: 'an upper hash was changed', tamper: (files) => flip(files, 'tile/1/000.p/5', 40), found: ['tree/tile'] },
  { name: 'a partial tile was changed', tamper: (files) => flip(files, 'tile/0/005.p/20', 3), found: ['tree/tile'] },
  { name: 'a tile was cut off', tamper: (files) => cut(files, 'tile/0/002'), found: ['tree/tile'] },
  { name: 'a tile is missing', tamper: (files) => void files.delete('tile/1/000.p/5'), found: ['tree/missing'] },
  { name: 'the checkpoint was changed', tamper: (files) => flip(files, 'checkpoint', 0), found: ['log/forged'] },
  { name: 'the checkpoint is none', tamper: (files) => cut(files, 'checkpoint'), found: ['log/malformed'] },
]

for (const { name, tamper, found } of tamperings) {
  test(`it is found in a ledger that ${name}`, async () => {
    const files = copy()
    tamper(files)

    const report = await judged(files)

    assert.equal(report.exit, 1)
    assert.deepEqual(codes(report.faults), found)
  })
}

test('faults far apart in a ledger are all told', async () => {
  const files = copy()
  files.delete('tile/entries/001')
  flip(files, 'tile/0/003', 0)
  cut(files, 'tile/entries/004')
  flip(files, 'tile/0/005.p/20', 0)

  const report = await judged(files)

  assert.deepEqual(
    report.faults.map(({ at }) => at),
    ['tile/entries/001', 'tile/0/003', 'tile/entries/004', 'tile/0/005.p/20'],
  )
})

const codes = (faults: readonly { readonly code: FaultCode }[]) =>
  [...new Set(faults.map(({ code }) => code))].toSorted()

function aLeaf(): Uint8Array {
  return writeEntry(nativeSha256, {
    id: randomUUID(),
    at: '2026-03-14T02:14:08.042Z',
    act: 'item.opened',
    outcome: 'done',
    on: [randomUUID()],
    actor: 'Sgt. Ruiz',
    detail: {},
    secret: new Uint8Array(randomBytes(32)),
  })
}

async function writeLedger(size: number): Promise<Files> {
  const entries = Array.from({ length: size }, aLeaf)
  const files: Files = new Map()
  let edge: Edge = emptyEdge
  for (let from = 0; from < size; from += 256 * 64) {
    const grown = grow(nativeSha256, edge, entries.slice(from, from + 256 * 64))
    edge = grown.edge
    for (const { tile, bytes } of grown.tiles) files.set(tilePath(tile), bytes)
  }
  for (let from = 0; from < size; from += 256) {
    const bundle = entries.slice(from, from + 256)
    files.set(entriesPath(from / 256, bundle.length), entryBundle(bundle))
  }
  const checkpoint = { origin, size, root: rootOf(nativeSha256, edge) }
  return files.set('checkpoint', await signCheckpoint(checkpoint, log))
}

function editBundle(files: Files, path: string, change: (entries: Uint8Array[]) => Uint8Array[]): void {
  files.set(path, entryBundle(change(readBundle(bytesOf(files, path)) ?? [])))
}

const swapEntry = (files: Files, path: string, entry: Uint8Array) =>
  editBundle(files, path, (entries) => entries.with(7, entry))

const tileOver = (files: Files, path: string) =>
  grow(nativeSha256, emptyEdge, readBundle(bytesOf(files, path)) ?? []).tiles[0]?.bytes ?? new Uint8Array(0)

const cut = (files: Files, path: string) => void files.set(path, bytesOf(files, path).slice(0, -5))

const partOf = (path: string, width: number) => bytesOf(ledger, path).slice(0, width * 32)
