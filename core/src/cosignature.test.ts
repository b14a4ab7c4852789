import assert from 'node:assert/strict'
import { generateKeyPairSync, sign, verify as check } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { concat, hex, text, u64be, utf8 } from './bytes.ts'
import { openCheckpoint, readCheckpoint, writeCheckpoint } from './checkpoint.ts'
import { asCosigner, cosign, cosignerKey, verifyCosignatures } from './cosignature.ts'
import { ed25519Key, keyType, type NoteSigner, noteKey, readNote, readVkey, writeNote, writeVkey } from './note.ts'
import { sha256 } from './sha256.ts'
import { aCosigner, aLog, verifiers } from './testing/signers.ts'

/** The example of the C2SP tlog-cosignature specification, and the key of its witness is not given: only its form is checked. */
const specification = `example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
`

const checkpoint = { origin: 'log.example/springfield', size: 42, root: sha256(utf8('root')) }
const note = { text: writeCheckpoint(checkpoint), signatures: [] }
const read = { note, checkpoint }
const noon = 1_795_348_800

test('the example of the specification is read as it is written', () => {
  const found = readNote(utf8(specification))

  assert.equal(found && text(writeNote(found)), specification)
  assert.equal(found?.signatures[1]?.signature.length, 72)
  assert.equal(readCheckpoint(found?.text ?? '')?.size, 20_852_163)
})

test('a cosigner signs exactly the bytes of the specification, with either algorithm', async () => {
  const seen: Uint8Array[] = []
  const see = (signer: NoteSigner): NoteSigner => ({
    ...signer,
    sign: (message) => {
      seen.push(message)
      return signer.sign(message)
    },
  })
  const [plain, postQuantum] = [aCosigner('w.example', 'ed25519'), aCosigner('w.example', 'ml-dsa-44')]

  const first = await cosign(read, see(plain), noon)
  const second = await cosign(read, see(postQuantum), noon)

  assert.deepEqual(seen[0], utf8(`cosignature/v1\ntime ${noon}\n${note.text}`))
  const name = utf8('w.example')
  const origin = utf8(checkpoint.origin)
  assert.deepEqual(
    seen[1],
    concat(
      Uint8Array.from([0x73, 0x75, 0x62, 0x74, 0x72, 0x65, 0x65, 0x2f, 0x76, 0x31, 0x0a, 0x00]),
      Uint8Array.of(9),
      name,
      u64be(noon),
      Uint8Array.of(23),
      origin,
      u64be(0),
      u64be(42),
      checkpoint.root,
    ),
  )
  assert.equal(first.signature.length, 72)
  assert.equal(second.signature.length, 2428)
})

test('cosignatures tell who saw the checkpoint and when', async () => {
  const [plain, postQuantum, stranger] = [
    aCosigner('w1', 'ed25519'),
    aCosigner('w2', 'ml-dsa-44'),
    aCosigner('w1', 'ed25519'),
  ]
  const signatures = [
    await cosign(read, plain, noon),
    await cosign(read, stranger, noon + 1),
    await cosign(read, postQuantum, noon + 2),
  ]

  const found = await verifyCosignatures(
    { ...read, note: { ...note, signatures } },
    { keys: [plain.key, postQuantum.key], verify: verifiers },
  )

  assert.ok(found.is === 'checked')
  assert.deepEqual(
    found.by.map(({ key, time }) => [key.name, time]),
    [
      ['w1', noon],
      ['w2', noon + 2],
    ],
  )
})

test('a cosignature of another time, another checkpoint or another name is forged', async () => {
  for (const kind of ['ed25519', 'ml-dsa-44'] as const) {
    const witness = aCosigner('w1', kind)
    const good = await cosign(read, witness, noon)
    const later = { ...good, signature: concat(u64be(noon + 1), good.signature.slice(8)) }
    const endless = { ...good, signature: concat(new Uint8Array(8).fill(0xff), good.signature.slice(8)) }
    const short = { ...good, signature: good.signature.slice(0, -1) }
    const judged = async (signature: typeof good, about = read) =>
      (
        await verifyCosignatures(
          { ...about, note: { ...about.note, signatures: [signature] } },
          { keys: [witness.key], verify: verifiers },
        )
      ).is
    const grown = { ...checkpoint, size: 43 }

    assert.equal(await judged(good), 'checked')
    for (const wrong of [later, endless, short]) assert.equal(await judged(wrong), 'forged')
    const other = { note: { text: writeCheckpoint(grown), signatures: [] }, checkpoint: grown }
    assert.equal(await judged(good, other), 'forged')
  }
})

test('a machine without ML-DSA says so, and takes the signature neither for good nor for forged', async () => {
  const witness = aCosigner('w2', 'ml-dsa-44')
  const signed = { ...note, signatures: [await cosign(read, witness, noon)] }

  const found = await verifyCosignatures(
    { note: signed, checkpoint },
    { keys: [witness.key], verify: { ed25519: verifiers.ed25519 } },
  )

  assert.deepEqual(found, { is: 'checked', by: [], unchecked: [witness.key] })
})

test('a witness whose key is written as a plain note key is known by the id of its cosignatures', async () => {
  const witness = aCosigner('w1', 'ed25519')
  const older = ed25519Key(sha256, 'w1', witness.key.key)

  assert.notEqual(hex(older.id), hex(witness.key.id))
  assert.deepEqual(asCosigner(sha256, older), witness.key)
  assert.deepEqual(asCosigner(sha256, witness.key), witness.key)
})

test('keys of every type read back as they were written, and no other type or length is read', () => {
  const lengths = { [keyType.ed25519]: 32, [keyType.ed25519Cosigner]: 32, [keyType.mldsa44Cosigner]: 1312 }
  for (const [type, length] of Object.entries(lengths)) {
    const key = noteKey(sha256, { name: 'a.example', type: Number(type), key: new Uint8Array(length).fill(7) })
    assert.deepEqual(readVkey(sha256, writeVkey(key)), key)
    assert.throws(() => noteKey(sha256, { ...key, key: key.key.slice(1) }), TypeError)
  }
  assert.throws(() => noteKey(sha256, { name: 'a', type: 2, key: new Uint8Array(32) }), TypeError)
  fc.assert(fc.property(fc.string(), (anything) => readVkey(sha256, anything) === undefined))
})

test('a log that signs with ML-DSA-44 is opened by that key', async () => {
  const log = aCosigner(checkpoint.origin, 'ml-dsa-44')
  const signed = writeNote({ ...note, signatures: [await cosign(read, log, noon)] })
  const open = (key = log.key) => openCheckpoint(signed, { key, verify: verifiers })

  assert.deepEqual(await open(), { is: 'signed', checkpoint })
  assert.equal((await open(aLog(checkpoint.origin).key)).is, 'unsigned')
  const changed = utf8(text(signed).replace('\n42\n', '\n43\n'))
  assert.equal((await openCheckpoint(changed, { key: log.key, verify: verifiers })).is, 'forged')
})

test('nobody cosigns without a time, or under a name that has no place in what is signed', async () => {
  const long = aCosigner('w'.repeat(256), 'ml-dsa-44')

  await assert.rejects(cosign(read, aCosigner('w', 'ed25519'), 0), TypeError)
  await assert.rejects(cosign(read, aCosigner('w', 'ed25519'), 1.5), TypeError)
  await assert.rejects(cosign(read, long, noon), TypeError)
})

test('an Ed25519 key of a cosigner has the id that its type gives', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const raw = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }).subarray(12))

  const key = cosignerKey(sha256, 'w', raw)

  assert.deepEqual(key.id, sha256(concat(utf8('w\n'), Uint8Array.of(4), raw)).slice(0, 4))
  assert.ok(check(null, note.text ? utf8(note.text) : raw, publicKey, sign(null, utf8(note.text), privateKey)))
})
