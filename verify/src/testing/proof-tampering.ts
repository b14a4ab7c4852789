import { randomBytes } from 'node:crypto'
import { base64, text, utf8 } from '@sallyport/core/bytes'
import { signCheckpoint } from '@sallyport/core/checkpoint'
import { bytesOf, custody1, edit, editJson, editLine, editLines, item1, proofOf, swap, turned } from './edit-bag.ts'
import type { Tampering } from './file-tampering.ts'
import { newLog } from './sound-bag.ts'

export const proofTampering: readonly Tampering[] = [
  {
    name: 'the actor of an entry was changed',
    lists: 'anew',
    tamper: (files) => editLine(files, 2, (line) => ({ ...line, actor: { ...line.actor, value: { name: 'Nobody' } } })),
    found: ['custody/actor'],
  },
  {
    name: 'the salt of an actor was changed',
    lists: 'anew',
    tamper: (files) =>
      editLine(files, 2, (line) => ({ ...line, actor: { ...line.actor, salt: base64(new Uint8Array(32)) } })),
    found: ['custody/actor'],
  },
  {
    name: 'the details of an entry were changed',
    lists: 'anew',
    tamper: (files) => editLine(files, 2, (line) => ({ ...line, detail: { ...line.detail, value: { from: 1 } } })),
    found: ['custody/detail'],
  },
  {
    name: 'the details of two entries were swapped',
    lists: 'anew',
    tamper: (files) =>
      editLines(files, (lines) => {
        const [second, third] = [JSON.parse(lines[1] ?? ''), JSON.parse(lines[2] ?? '')] as { detail: unknown }[]
        return lines
          .with(1, JSON.stringify({ ...second, detail: third?.detail }))
          .with(2, JSON.stringify({ ...third, detail: second?.detail }))
      }),
    found: ['custody/detail'],
  },
  {
    name: 'the salts of an entry were swapped',
    lists: 'anew',
    tamper: (files) =>
      editLine(files, 2, ({ actor, detail, ...line }) => ({
        ...line,
        actor: { ...actor, salt: detail.salt },
        detail: { ...detail, salt: actor.salt },
      })),
    found: ['custody/actor', 'custody/detail'],
  },
  {
    name: 'the digest in the receipt was changed',
    lists: 'anew',
    tamper: (files) =>
      editLine(files, 1, ({ detail, ...line }) => ({
        ...line,
        detail: { ...detail, value: { ...(detail.value as object), sha256: '0'.repeat(64) } },
      })),
    found: ['custody/detail', 'items/ledger-differs'],
  },
  {
    name: 'the time of an entry was changed',
    lists: 'anew',
    tamper: (files) => editLine(files, 2, (line) => ({ ...line, leaf: line.leaf.replace('2026-03', '2026-04') })),
    found: ['custody/proof-fails'],
  },
  {
    name: 'an entry is spelled in another way',
    lists: 'anew',
    tamper: (files) => editLine(files, 2, (line) => ({ ...line, leaf: line.leaf.replace('"v":1', '"v": 1') })),
    found: ['custody/leaf', 'custody/proof-fails'],
  },
  {
    name: 'a custody line is not JSON',
    lists: 'anew',
    tamper: (files) => edit(files, custody1, (lines) => lines.replace('{"index"', '{index')),
    found: ['custody/malformed', 'custody/orphan-proof', 'items/no-receipt'],
  },
  {
    name: 'an entry was taken out of the custody',
    lists: 'anew',
    tamper: (files) => editLines(files, (lines) => lines.toSpliced(1, 1)),
    found: ['custody/orphan-proof'],
  },
  {
    name: 'the receipt was taken out of the custody, with its proof',
    lists: 'anew',
    tamper(files, bag) {
      editLines(files, (lines) => lines.slice(1))
      files.delete(`proofs/${bag.items[0]?.receivedEntry}.tlog-proof`)
    },
    found: ['items/no-receipt'],
  },
  {
    name: 'two custody lines were swapped',
    lists: 'anew',
    tamper: (files) => editLines(files, ([one, two, three, four]) => [one, three, two, four] as string[]),
    found: ['custody/order'],
  },
  {
    name: 'a custody line stands there twice',
    lists: 'anew',
    tamper: (files) => editLines(files, (lines) => [...lines, lines.at(-1) as string]),
    found: ['custody/repeated'],
  },
  {
    name: 'an entry about another item was put into the custody',
    lists: 'anew',
    tamper: (files) => {
      const other = text(bytesOf(files, 'metadata/2/custody.jsonl')).split('\n').at(-2) as string
      editLines(files, (lines) => [...lines, other])
    },
    found: ['custody/other-item'],
  },
  {
    name: 'a custody line gives another number',
    lists: 'anew',
    tamper: (files) => editLine(files, 2, (line) => ({ ...line, index: line.index + 1 })),
    found: ['custody/index'],
  },
  {
    name: 'a proof was taken out',
    lists: 'anew',
    tamper: (files, bag) => void files.delete(proofOf(bag, 2)),
    found: ['custody/no-proof'],
  },
  {
    name: 'two proofs were swapped',
    lists: 'anew',
    tamper: (files, bag) => swap(files, proofOf(bag, 1), proofOf(bag, 2)),
    found: ['custody/index', 'custody/proof-fails'],
  },
  {
    name: 'a custody line points at the proof of another',
    lists: 'anew',
    tamper: (files, bag) => editLine(files, 2, (line) => ({ ...line, proof: proofOf(bag, 1) })),
    found: ['custody/index', 'custody/orphan-proof', 'custody/proof-fails', 'custody/wrong-proof'],
  },
  {
    name: 'a hash in a proof was changed',
    lists: 'anew',
    tamper: (files, bag) => edit(files, proofOf(bag, 2), (proof) => turned(proof, proof.indexOf('\n', 30) + 4)),
    found: ['custody/proof-fails'],
  },
  {
    name: 'a proof was cut off',
    lists: 'anew',
    tamper: (files, bag) => void files.set(proofOf(bag, 2), bytesOf(files, proofOf(bag, 2)).subarray(0, 60)),
    found: ['custody/proof-malformed'],
  },
  {
    name: 'the custody of an item is missing',
    lists: 'anew',
    tamper: (files) => void files.delete(custody1),
    found: ['custody/orphan-proof', 'items/no-custody'],
  },
  {
    name: 'the record of an item is missing',
    lists: 'anew',
    tamper: (files) => void files.delete(item1),
    found: ['files/missing-part', 'files/unclaimed'],
  },
  {
    name: 'the record of an item lacks its digest',
    lists: 'anew',
    tamper: (files) => editJson(files, item1, (item) => ({ ...item, sha256: undefined })),
    found: ['files/unclaimed', 'items/malformed'],
  },
  {
    name: 'the record names an entry of another kind as the receipt',
    lists: 'anew',
    tamper: (files, bag) => editJson(files, item1, (item) => ({ ...item, receivedEntry: bag.items[0]?.entryIds[1] })),
    found: ['items/not-a-receipt'],
  },
  {
    name: 'the record points out of the bag for its file',
    lists: 'anew',
    tamper: (files) => editJson(files, item1, (item) => ({ ...item, path: 'data/1/../../../secret' })),
    found: ['files/unclaimed', 'items/no-file'],
  },
  {
    name: 'the record claims the file of another item',
    lists: 'anew',
    tamper: (files) => editJson(files, item1, (item) => ({ ...item, path: 'data/2/été.jpg' })),
    found: ['files/unclaimed', 'items/misplaced', 'items/sha256', 'items/sha512', 'items/shared-file', 'items/size'],
  },
  {
    name: 'two records are of one item',
    lists: 'anew',
    tamper: (files, bag) => editJson(files, item1, (item) => ({ ...item, id: bag.items[1]?.id })),
    found: ['custody/other-item', 'items/twice'],
  },
  {
    name: 'the size of the tree was changed in the checkpoint',
    lists: 'anew',
    tamper: (files) => edit(files, 'proofs/checkpoint', (note) => note.replace(/\n116\n/, '\n117\n')),
    found: ['custody/proof-checkpoint', 'custody/proof-fails', 'custody/withheld', 'log/forged', 'time/no-consistency'],
  },
  {
    name: 'another root was signed with another key under the same name',
    lists: 'anew',
    async tamper(files) {
      const forger = newLog()
      const root = new Uint8Array(randomBytes(32))
      files.set('proofs/checkpoint', await signCheckpoint({ origin: forger.key.name, size: 116, root }, forger))
    },
    found: [
      'custody/proof-checkpoint',
      'custody/proof-fails',
      'custody/withheld',
      'log/unsigned',
      'policy/other-log',
      'time/inconsistent',
    ],
  },
  {
    name: 'the checkpoint is no signed note',
    lists: 'anew',
    tamper: (files) => void files.set('proofs/checkpoint', utf8('hello\n')),
    found: ['log/malformed'],
  },
  {
    name: 'the checkpoint is missing',
    lists: 'anew',
    tamper: (files) => void files.delete('proofs/checkpoint'),
    found: ['files/missing-part'],
  },
  {
    name: 'the key of the log was changed',
    lists: 'anew',
    tamper: (files) => edit(files, 'keys/log.vkey', (vkey) => turned(vkey, vkey.length - 8)),
    found: ['log/key-malformed'],
  },
  {
    name: 'the key of the log is missing',
    lists: 'anew',
    tamper: (files) => void files.delete('keys/log.vkey'),
    found: ['files/missing-part'],
  },
]
