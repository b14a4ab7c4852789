import { base64, utf8 } from '@sallyport/core/bytes'
import { readNote, writeNote } from '@sallyport/core/note'
import { granted, newTimeAuthority, pem, revoke, stamp, stampToken } from '@sallyport/core/testing/time-authority'
import { writeProof } from '@sallyport/core/tlog-proof'
import { bytesOf, edit, editLine, flip, rename, setCheckpoint, turned } from './edit-bag.ts'
import type { Tampering } from './file-tampering.ts'
import {
  authorities,
  authorityKeys,
  cosigned,
  type Files,
  newLog,
  newWitness,
  policyOf,
  type SoundBag,
  soundBag,
} from './sound-bag.ts'

const last = (bag: SoundBag) => `proofs/stamps/${bag.tree.size}`
const tsr = 'proofs/stamps/60.city-time.tsr'
const stamped = 'proofs/stamps/60.checkpoint'
const own = newTimeAuthority('p256', 'City time')

/** The bag's checkpoint, cosigned by others than its witnesses. */
async function cosignedBy(files: Files, bag: SoundBag, by: SoundBag['witnesses']): Promise<void> {
  setCheckpoint(files, await cosigned(await bag.tree.checkpointAt(bag.tree.size, bag.log), by))
}

/** Puts the cosignatures of one checkpoint under another. */
async function cosignaturesOf(files: Files, bag: SoundBag, other: Uint8Array): Promise<void> {
  const note = readNote(await bag.tree.checkpointAt(bag.tree.size, bag.log))
  const lines = readNote(await cosigned(other, bag.witnesses))?.signatures.slice(1) ?? []
  if (note) setCheckpoint(files, writeNote({ ...note, signatures: [...note.signatures, ...lines] }))
}

/** Cuts the ledger back, and signs, proves and lists what is left of it. */
async function cutBack(files: Files, bag: SoundBag, size: number): Promise<void> {
  const checkpoint = await bag.tree.checkpointAt(size, bag.log)
  for (const { exhibit } of bag.items) {
    edit(files, `metadata/${exhibit}/custody.jsonl`, (written) => {
      const lines = written.trimEnd().split('\n')
      const kept = lines.filter((line) => (JSON.parse(line) as { index: number }).index < size)
      return `${kept.join('\n')}\n`
    })
  }
  for (const { exhibit, entryIds } of bag.items) {
    const written = Buffer.from(bytesOf(files, `metadata/${exhibit}/custody.jsonl`)).toString()
    for (const [at, id] of entryIds.entries()) {
      const line = written.trimEnd().split('\n')[at]
      const path = `proofs/${id}.tlog-proof`
      if (line === undefined) files.delete(path)
      else {
        const { index } = JSON.parse(line) as { index: number }
        files.set(path, writeProof({ index, path: await bag.tree.inclusion(index, size), checkpoint }))
      }
    }
  }
  files.set('proofs/checkpoint', checkpoint)
  const lines = (await bag.tree.consistency(60, size)).map((hash) => `${base64(hash)}\n`)
  files.set('proofs/stamps/60.consistency', utf8(lines.join('')))
}

export const outsideTampering: readonly Tampering[] = [
  {
    name: 'the cosignatures were taken off',
    lists: 'anew',
    tamper: (files, bag) => cosignedBy(files, bag, []),
    found: ['witness/quorum'],
  },
  {
    name: 'one witness too few has cosigned',
    lists: 'anew',
    tamper: (files, bag) => cosignedBy(files, bag, bag.witnesses.slice(1)),
    found: ['witness/quorum'],
  },
  {
    name: 'other witnesses have cosigned than the policy names',
    lists: 'anew',
    tamper: (files, bag) => cosignedBy(files, bag, ['a.example', 'b.example'].map(newWitness)),
    found: ['witness/quorum'],
  },
  {
    name: 'witnesses of the same names, with keys of their own, have cosigned',
    lists: 'anew',
    tamper: (files, bag) =>
      cosignedBy(
        files,
        bag,
        bag.witnesses.map(({ key }) => newWitness(key.name)),
      ),
    found: ['witness/quorum'],
  },
  {
    name: 'the cosignatures are those of an earlier checkpoint',
    lists: 'anew',
    tamper: async (files, bag) => cosignaturesOf(files, bag, await bag.tree.checkpointAt(60, bag.log)),
    found: ['witness/forged'],
  },
  {
    name: 'the cosignatures are those of another ledger',
    lists: 'anew',
    tamper: async (files, bag) =>
      cosignaturesOf(files, bag, await bag.tree.checkpointAt(bag.tree.size, newLog('vault.example/other'))),
    found: ['witness/forged'],
  },
  {
    name: 'a cosignature was given another time',
    lists: 'anew',
    tamper(files) {
      const note = readNote(bytesOf(files, 'proofs/checkpoint'))
      const [log, first, second] = note?.signatures ?? []
      if (!note || !log || !first || !second) throw new Error('no cosignatures')
      const later = { ...first, signature: first.signature.with(7, (first.signature[7] ?? 0) ^ 1) }
      setCheckpoint(files, writeNote({ ...note, signatures: [log, later, second] }))
    },
    found: ['witness/forged'],
  },
  {
    name: 'the policy of witnesses is not one',
    lists: 'anew',
    tamper: (files) => edit(files, 'proofs/policy', (policy) => policy.replace('quorum city', 'quorum town')),
    found: ['policy/malformed'],
  },
  {
    name: 'the policy of witnesses is for another ledger',
    lists: 'anew',
    tamper: (files, bag) =>
      void files.set('proofs/policy', utf8(policyOf(newLog('vault.example/other'), bag.witnesses, 'all'))),
    found: ['policy/other-log'],
  },
  {
    name: 'the policy of witnesses was weakened, when the reader has their own',
    lists: 'anew',
    pinned: true,
    tamper: (files, bag) => void files.set('proofs/policy', utf8(policyOf(bag.log, bag.witnesses, 1))),
    found: ['policy/other'],
  },
  {
    name: 'the policy was replaced by one of the forger’s own witnesses, when the reader has their own',
    lists: 'anew',
    pinned: true,
    async tamper(files, bag) {
      const others = ['a.example', 'b.example'].map(newWitness)
      files.set('proofs/policy', utf8(policyOf(bag.log, others, 'all')))
      await cosignedBy(files, bag, others)
    },
    found: ['policy/other', 'witness/quorum'],
  },
  {
    name: 'the ledger was cut back and signed anew with its own key',
    lists: 'anew',
    tamper: (files, bag) => cutBack(files, bag, 80),
    found: ['custody/withheld', 'time/beyond', 'witness/quorum'],
  },
  {
    name: 'the ledger was written anew and signed with its own key',
    lists: 'anew',
    async tamper(files, bag) {
      const other = await soundBag({ log: bag.log, witnesses: [newWitness('a.example'), newWitness('b.example')] })
      const kept = [...files].filter(([path]) => path.startsWith('proofs/stamps/') || path.startsWith('keys/'))
      const policy = bytesOf(files, 'proofs/policy')
      files.clear()
      for (const [path, bytes] of [...other.files, ...kept]) files.set(path, bytes)
      files.set('proofs/policy', policy)
    },
    found: ['time/inconsistent', 'witness/quorum'],
  },
  {
    name: 'the ledger was written anew and signed with another key, which came along',
    lists: 'anew',
    async tamper(files, bag) {
      const other = await soundBag({ witnesses: bag.witnesses })
      const kept = [...files].filter(([path]) => path.startsWith('proofs/stamps/') || path.startsWith('keys/tsa/'))
      files.clear()
      for (const [path, bytes] of [...other.files, ...kept]) files.set(path, bytes)
    },
    found: ['time/unsigned'],
  },
  {
    name: 'the signature of a stamp was changed',
    lists: 'anew',
    tamper: (files) => flip(files, tsr, bytesOf(files, tsr).length - 1),
    found: ['stamp/forged'],
  },
  {
    name: 'a stamp is that of another checkpoint',
    lists: 'anew',
    tamper: (files, bag) => void files.set(tsr, bytesOf(files, `${last(bag)}.city-time.tsr`)),
    found: ['stamp/other-bytes'],
  },
  {
    name: 'the time in a stamp was changed',
    lists: 'anew',
    tamper: (files) => flip(files, tsr, Buffer.from(bytesOf(files, tsr)).indexOf('20260314021409') + 3),
    found: ['stamp/content-changed'],
  },
  {
    name: 'a stamp is by an authority that the forger made, under the name of a real one',
    lists: 'anew',
    tamper: (files) => void files.set(tsr, stamp(own, bytesOf(files, stamped))),
    found: ['stamp/untrusted'],
  },
  {
    name: 'a stamp and its root are the forger’s own, when the reader has the real root',
    lists: 'anew',
    pinned: true,
    tamper(files, bag) {
      files.set(tsr, stamp(own, bytesOf(files, stamped), { at: '20250101000000Z' }))
      files.set(`${last(bag)}.city-time.tsr`, stamp(own, bytesOf(files, `${last(bag)}.checkpoint`)))
      files.set('keys/tsa/city-time.pem', utf8(authorityKeys(own)))
    },
    found: ['stamp/untrusted'],
  },
  {
    name: 'a stamp is from when its authority’s certificates were over',
    lists: 'anew',
    tamper: (files) =>
      void files.set(tsr, stamp(authorities['city-time'], bytesOf(files, stamped), { at: '20610101000000Z' })),
    found: ['stamp/expired'],
  },
  {
    name: 'the certificate of a stamp was revoked before',
    lists: 'anew',
    tamper(files) {
      const { middle, signer } = authorities['city-time']
      const list = revoke(middle, [{ of: signer, at: new Date('2026-01-01'), reason: 1 }])
      files.set('keys/tsa/city-time.crl.pem', utf8(pem(list, 'X509 CRL')))
    },
    found: ['stamp/revoked'],
  },
  {
    name: 'a stamp is signed by two',
    lists: 'anew',
    tamper: (files) => void files.set(tsr, stamp(authorities['city-time'], bytesOf(files, stamped), { signers: 2 })),
    found: ['stamp/signers'],
  },
  {
    name: 'a stamp names another certificate than it comes with',
    lists: 'anew',
    tamper: (files) =>
      void files.set(tsr, stamp(authorities['city-time'], bytesOf(files, stamped), { meant: own.signer.certificate })),
    found: ['stamp/swapped-signer'],
  },
  {
    name: 'a stamp was cut off',
    lists: 'anew',
    tamper: (files) => void files.set(tsr, bytesOf(files, tsr).subarray(0, 300)),
    found: ['stamp/malformed'],
  },
  {
    name: 'the answer of the authority was a refusal',
    lists: 'anew',
    tamper: (files) => void files.set(tsr, Uint8Array.of(0x30, 5, 0x30, 3, 2, 1, 2)),
    found: ['stamp/refused'],
  },
  {
    name: 'a stamp stands there without the answer around it',
    lists: 'anew',
    tamper: (files) => void files.set(tsr, stampToken(authorities['city-time'], bytesOf(files, stamped))),
    found: ['stamp/malformed'],
  },
  {
    name: 'a stamp is over bytes that were changed with it',
    lists: 'anew',
    tamper(files) {
      edit(files, stamped, (note) => turned(note, note.indexOf('\n60\n') + 6))
      files.set(tsr, granted(stampToken(authorities['city-time'], bytesOf(files, stamped))))
    },
    found: ['time/forged'],
  },
  {
    name: 'what was stamped is no checkpoint',
    lists: 'anew',
    tamper(files) {
      files.set(stamped, utf8('a letter\n'))
      files.set(tsr, stamp(authorities['city-time'], utf8('a letter\n')))
    },
    found: ['time/malformed'],
  },
  {
    name: 'what was stamped is the checkpoint of another ledger',
    lists: 'anew',
    async tamper(files, bag) {
      const note = await bag.tree.checkpointAt(60, newLog('vault.example/other'))
      files.set(stamped, note).set(tsr, stamp(authorities['city-time'], note))
    },
    found: ['time/unsigned'],
  },
  {
    name: 'a proof of consistency was changed',
    lists: 'anew',
    tamper: (files) => edit(files, 'proofs/stamps/60.consistency', (lines) => turned(lines, 3)),
    found: ['time/inconsistent'],
  },
  {
    name: 'a proof of consistency was taken out',
    lists: 'anew',
    tamper: (files) => void files.delete('proofs/stamps/60.consistency'),
    found: ['time/no-consistency'],
  },
  {
    name: 'a stamp was taken out, and what it stamped was left',
    lists: 'anew',
    tamper: (files) => void files.delete(tsr),
    found: ['time/no-stamp'],
  },
  {
    name: 'what was stamped was taken out',
    lists: 'anew',
    tamper: (files) => void files.delete(stamped),
    found: ['time/no-checkpoint'],
  },
  {
    name: 'the certificates of an authority were taken out',
    lists: 'anew',
    tamper: (files) => void files.delete('keys/tsa/state-time.pem'),
    found: ['time/no-keys'],
  },
  {
    name: 'the certificates of an authority are none',
    lists: 'anew',
    tamper: (files) => void files.set('keys/tsa/state-time.pem', utf8('hello\n')),
    found: ['time/keys-malformed'],
  },
  {
    name: 'a stamp was put under another number of entries',
    lists: 'anew',
    tamper(files) {
      for (const end of ['checkpoint', 'consistency', 'city-time.tsr'])
        rename(files, `proofs/stamps/60.${end}`, `proofs/stamps/61.${end}`)
    },
    found: ['time/size'],
  },
  {
    name: 'a file was put among the stamps',
    lists: 'anew',
    tamper: (files) => void files.set('proofs/stamps/60.City.tsr', utf8('x')),
    found: ['time/stray'],
  },
  {
    name: 'person and details were taken from an entry, as if a court had ordered it',
    lists: 'anew',
    tamper: (files) => editLine(files, 2, (line) => ({ ...line, actor: null, detail: null }) as unknown as typeof line),
    found: ['custody/withheld'],
  },
  {
    name: 'the details of the receipt were taken out',
    lists: 'anew',
    tamper: (files) => editLine(files, 1, (line) => ({ ...line, actor: null, detail: null }) as unknown as typeof line),
    found: ['custody/withheld', 'items/receipt-destroyed'],
  },
  {
    name: 'only the person was taken from an entry',
    lists: 'anew',
    tamper: (files) => editLine(files, 2, (line) => ({ ...line, actor: null }) as unknown as typeof line),
    found: ['custody/malformed', 'custody/orphan-proof'],
  },
  {
    name: 'the order of a court was made to name other entries',
    lists: 'anew',
    tamper: (files) =>
      edit(files, 'metadata/3/custody.jsonl', (lines) => lines.replace(/"entries":\["[0-9a-f]/, '"entries":["x')),
    found: ['custody/detail', 'custody/withheld'],
  },
  {
    name: 'the entry of the order of a court was taken out',
    lists: 'anew',
    tamper: (files) =>
      edit(files, 'metadata/3/custody.jsonl', (lines) => lines.split('\n').toSpliced(-2, 1).join('\n')),
    found: ['custody/orphan-proof', 'custody/withheld'],
  },
]
