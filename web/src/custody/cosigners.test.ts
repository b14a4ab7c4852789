import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concat, text, u64be, utf8 } from '@sallyport/core/bytes'
import { ed25519Key, writeNote } from '@sallyport/core/note'
import { sha256 } from '@sallyport/core/sha256'
import { writeProof } from '@sallyport/core/tlog-proof'
import fc from 'fast-check'
import { cosignersIn } from './cosigners.ts'

const origin = 'vault.example/agency/a/custody/1'
const { id } = ed25519Key(sha256, origin, new Uint8Array(32))
const bytes = (length: number) => new Uint8Array(length).fill(7)
const aProof = (signatures: readonly { name: string; id: Uint8Array; signature: Uint8Array }[]) => {
  const note = { text: `${origin}\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n`, signatures }
  return text(writeProof({ index: 0, path: [], checkpoint: writeNote(note) }))
}

test('the proof names the witnesses under its checkpoint and their times, and not the ledger itself', () => {
  const proof = aProof([
    { name: origin, id, signature: bytes(64) },
    { name: 'county.example', id, signature: concat(u64be(1_773_453_600), bytes(64)) },
    { name: 'stranger.example', id, signature: bytes(64) },
  ])

  assert.deepEqual(cosignersIn(proof), [{ name: 'county.example', at: '2026-03-14T02:00:00.000Z' }])
})

test('whatever stands in place of a proof, nobody is named, and nothing breaks', () => {
  fc.assert(fc.property(fc.string(), (said) => assert.deepEqual(cosignersIn(said), [])))
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 5, maxLength: 2500 }), (signature) => {
      for (const { at } of cosignersIn(aProof([{ name: 'w.example', id, signature }])))
        assert.ok(Number.isFinite(Date.parse(at)))
    }),
  )
  assert.deepEqual(cosignersIn(text(utf8(''))), [])
})
