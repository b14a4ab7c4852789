import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { concat, equal, hex, utf8 } from './bytes.ts'
import { openCheckpoint, readCheckpoint, signCheckpoint, writeCheckpoint } from './checkpoint.ts'
import { treeHash } from './merkle.ts'
import {
  ed25519Key,
  type NoteSigner,
  readNote,
  readVkey,
  signNote,
  type VerifierKey,
  type Verifiers,
  type VerifySignature,
  verifyNote,
  writeNote,
  writeVkey,
} from './note.ts'
import { sha256 } from './sha256.ts'
import { emptyEdge, grow, inclusionProof, rootOf, tilePath } from './tiles.ts'
import { proves, readProof, writeProof } from './tlog-proof.ts'

const ed25519: VerifySignature = (publicKey, message, signature) => {
  const spki = concat(Uint8Array.from(Buffer.from('302a300506032b6570032100', 'hex')), publicKey)
  return verify(null, message, createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }), signature)
}
const verifiers: Verifiers = { ed25519 }

function signer(name: string): NoteSigner {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const raw = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }).subarray(12))
  return { key: ed25519Key(sha256, name, raw), sign: (message) => new Uint8Array(sign(null, message, privateKey)) }
}

const origin = 'vault.example/agency/springfield/custody/1'

// From the documentation of Go's golang.org/x/mod/sumdb/note.
const peter = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
const saying =
  'If you think cryptography is the answer to your problem,\n' +
  "then you don't know what your problem is.\n\n" +
  '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n'

test('the key of the signed-note specification is read, and its id is computed alike', () => {
  const vkey = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'

  const key = readVkey(sha256, vkey)

  assert.ok(key)
  assert.equal(key.name, 'example.com/foo')
  assert.equal(hex(key.id), '530d903a')
  assert.equal(writeVkey(key), vkey)
})

test('a note that another implementation signed verifies, and is written again byte for byte', async () => {
  const key = readVkey(sha256, peter)
  const note = readNote(utf8(saying))
  assert.ok(key && note)

  const signed = await verifyNote(note, { keys: [key], verify: verifiers })

  assert.equal(signed.is, 'signed')
  assert.deepEqual(writeNote(note), utf8(saying))
})

test('a vkey with another id, type, length or name is refused', () => {
  const wrong = [
    peter.replace('c74f20a3', 'c74f20a4'),
    peter.replace('c74f20a3', 'C74F20A3'),
    peter.replace('+AR', '+BR'),
    peter.slice(0, -4),
    `${peter}\n`,
    peter.replace('PeterNeumann', 'Peter Neumann'),
    peter.replace('PeterNeumann', ''),
    '',
  ]

  for (const vkey of wrong) assert.equal(readVkey(sha256, vkey), undefined, vkey)
  assert.throws(() => ed25519Key(sha256, 'a+b', new Uint8Array(32)), TypeError)
})

test('what is not a note to the letter is not read as one', () => {
  const wrong = [
    saying.slice(0, -1),
    saying.replace('— ', '- '),
    saying.replace('— ', '—  '),
    saying.replace('\n\n', '\n'),
    saying.replace('think', 'th\tink'),
    saying.replace('think', 'th\rink'),
    saying.replace('AM=\n', 'AN=\n'),
    saying.replace('AM=\n', 'AM\n'),
    saying.replace(/x08go.*/, 'x08goA=='),
    `${saying}\n`,
    saying + saying.slice(saying.indexOf('—')).repeat(64),
    '\n\n',
    '',
  ]

  for (const text of wrong) assert.equal(readNote(utf8(text)), undefined, text)
  assert.equal(readNote(concat(utf8(saying), Uint8Array.of(0xff))), undefined)
})

test('a text may hold empty lines and any words, and is divided from its signatures at the last one', async () => {
  const lines = fc.array(fc.stringMatching(/^[ -~é—]{0,20}$/), { minLength: 1, maxLength: 6 })
  const log = signer(origin)

  const property = fc.asyncProperty(lines, async (parts) => {
    const text = `${parts.join('\n')}\n`
    const read = readNote(writeNote(await signNote(text, [log])))
    assert.equal(read?.text, text)
    const signed = await verifyNote(read, { keys: [log.key], verify: verifiers })
    assert.equal(signed.is, 'signed')
  })

  await fc.assert(property, { numRuns: 50 })
})

test('an unknown key is passed over, and a known key that does not fit spoils the whole note', async () => {
  const [log, witness, stranger] = [signer(origin), signer('witness.example'), signer(origin)]
  const note = await signNote('text\n', [log, stranger, witness])
  const forged = {
    ...note,
    signatures: note.signatures.map((one) =>
      one.name === witness.key.name ? { ...one, signature: new Uint8Array(64) } : one,
    ),
  }
  const check = (keys: readonly VerifierKey[], subject = note) => verifyNote(subject, { keys, verify: verifiers })

  const both = await check([log.key, witness.key])
  const nobody = await check([signer(origin).key])
  const spoilt = await check([log.key, witness.key], forged)
  const unaware = await check([log.key], forged)

  assert.deepEqual(both.is === 'signed' && both.by.map(({ name }) => name), [origin, 'witness.example'])
  assert.equal(nobody.is, 'unsigned')
  assert.equal(spoilt.is, 'forged')
  assert.equal(unaware.is, 'signed')
})

test('a checkpoint reads back as it was written, and extension lines of others are passed over', () => {
  const root = treeHash(sha256, [])
  const body = writeCheckpoint({ origin, size: 0, root })

  assert.equal(body, `${origin}\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n`)
  assert.deepEqual(readCheckpoint(body), { origin, size: 0, root })
  assert.deepEqual(readCheckpoint(`${body}an extension\n`), { origin, size: 0, root })
  for (const wrong of [
    `${body}\n`,
    body.slice(0, -1),
    body.replace('\n0\n', '\n00\n'),
    body.replace('\n0\n', '\n-1\n'),
  ]) {
    assert.equal(readCheckpoint(wrong), undefined)
  }
  assert.equal(readCheckpoint(body.replace('\n0\n', '\n9007199254740993\n')), undefined)
  assert.throws(() => writeCheckpoint({ origin, size: 1.5, root }), TypeError)
})

test('a checkpoint is opened with the key of its log, and with no other', async () => {
  const [log, other] = [signer(origin), signer('vault.example/agency/shelbyville/custody/1')]
  const checkpoint = { origin, size: 3, root: sha256(utf8('root')) }
  const bytes = await signCheckpoint(checkpoint, log)
  const foreign = writeNote(await signNote(writeCheckpoint(checkpoint), [other]))
  const changed = utf8(new TextDecoder().decode(bytes).replace('\n3\n', '\n4\n'))
  const open = (subject: Uint8Array, { key } = log) => openCheckpoint(subject, { key, verify: verifiers })

  assert.deepEqual(await open(bytes), { is: 'signed', checkpoint })
  assert.deepEqual(await open(bytes, other), { is: 'unsigned' })
  assert.deepEqual(await open(foreign, other), { is: 'foreign' })
  assert.deepEqual(await open(changed), { is: 'forged' })
  assert.deepEqual(await open(utf8('hello\n')), { is: 'malformed' })
  await assert.rejects(signCheckpoint(checkpoint, other), TypeError)
})

test('a proof written to a file proves its entry, and no other entry and no other tree', async () => {
  const log = signer(origin)
  const entries = Array.from({ length: 300 }, (_, at) => utf8(`entry ${at}`))
  const { edge, tiles } = grow(sha256, emptyEdge, entries)
  const shelf = new Map(tiles.map(({ tile, bytes }) => [tilePath(tile), bytes]))
  const readTile = async (tile: Parameters<typeof tilePath>[0]) => shelf.get(tilePath(tile)) ?? new Uint8Array(0)
  const checkpoint = { origin, size: 300, root: rootOf(sha256, edge) }
  const path = await inclusionProof(sha256, readTile, { index: 257, size: 300 })
  const file = writeProof({ index: 257, path, checkpoint: await signCheckpoint(checkpoint, log) })

  const proof = readProof(file)
  assert.ok(proof)
  const opened = await openCheckpoint(proof.checkpoint, { key: log.key, verify: verifiers })

  assert.equal(opened.is, 'signed')
  assert.ok(proves(sha256, proof, { entry: entries[257] as Uint8Array, checkpoint }))
  assert.equal(proves(sha256, proof, { entry: entries[256] as Uint8Array, checkpoint }), false)
  assert.equal(proves(sha256, { ...proof, index: 256 }, { entry: entries[257] as Uint8Array, checkpoint }), false)
  const smaller = { ...checkpoint, size: 257 }
  assert.equal(proves(sha256, proof, { entry: entries[257] as Uint8Array, checkpoint: smaller }), false)
})

test('any proof reads back as it was written, and other spellings are refused', () => {
  const proofs = fc.record(
    {
      index: fc.maxSafeNat(),
      path: fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: 53 }),
      checkpoint: fc.string().map(utf8),
      extra: fc.uint8Array(),
    },
    { requiredKeys: ['index', 'path', 'checkpoint'] },
  )
  const good = 'c2sp.org/tlog-proof@v1\nindex 0\n\norigin\n'
  const wrong = [
    good.replace('v1', 'v2'),
    good.replace('index 0', 'index 00'),
    good.replace('index 0', 'index -1'),
    good.replace('index 0', 'index 9007199254740993'),
    good.replace('index 0\n', ''),
    good.replace('index 0', 'extra !\nindex 0'),
    good.replace('index 0', 'index 0\nAAAA'),
    good.replace('\n\n', '\n'),
    good.replace('\n\n', `\n${`${'A'.repeat(43)}=\n`.repeat(54)}\n`),
    ` ${good}`,
  ]

  const property = fc.property(proofs, (proof) => {
    const read = readProof(writeProof(proof))
    assert.ok(read && equal(read.checkpoint, proof.checkpoint))
    assert.deepEqual(writeProof(read), writeProof(proof))
  })

  fc.assert(property)
  assert.ok(readProof(utf8(good)))
  for (const text of wrong) assert.equal(readProof(utf8(text)), undefined, text)
})
