import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { concat, equal, text, utf8 } from './bytes.ts'
import { signCheckpoint } from './checkpoint.ts'
import { cosign, verifyCosignatures } from './cosignature.ts'
import { readNote, writeSignatures } from './note.ts'
import { sha256 } from './sha256.ts'
import { asking, type History, history } from './testing/histories.ts'
import { aCosigner, aLog, verifiers } from './testing/signers.ts'
import { readCheckpoint } from './checkpoint.ts'
import {
  type AddCheckpoint,
  acceptCosignatures,
  judge,
  type Latest,
  readAddCheckpoint,
  readWitnessAnswer,
  writeAddCheckpoint,
} from './witness.ts'

const origin = 'log.example/springfield'
const log = aLog(origin)
const means = { hash: sha256, verify: verifiers }

const tree = (size: number, differsFrom = size) => history(origin, size, differsFrom)
const asked = (old: number, grown: History, signer = log) => asking(signer, old, grown)

const answered = (request: AddCheckpoint, latest?: Latest) =>
  judge(means, request, (name) => (name === origin ? { keys: [log.key], latest } : undefined))

test('a witness cosigns a tree that follows from the last one', async () => {
  const [small, large] = [tree(3), tree(300)]

  const first = await answered(await asked(0, small))
  const next = await answered(await asked(3, large), small.head)
  const again = await answered(await asked(300, large), large.head)

  for (const { status } of [first, next, again]) assert.equal(status, 200)
})

test('a log that the witness was not told of is not found', async () => {
  const stranger = aLog('log.example/shelbyville')
  const checkpoint = await signCheckpoint({ ...tree(3).head, origin: stranger.key.name }, stranger)

  assert.equal((await answered({ old: 0, proof: [], checkpoint })).status, 404)
})

test('what the log did not sign is forbidden, and so is one true signature beside a false one', async () => {
  const signed = await asked(0, tree(3), aLog(origin))
  const good = await asked(0, tree(3))
  const forged = utf8(text(good.checkpoint).replace('\n3\n', '\n4\n'))

  assert.equal((await answered(signed)).status, 403)
  assert.equal((await answered({ ...good, checkpoint: forged })).status, 403)
})

test('an old size above the new one is a bad request', async () => {
  assert.equal((await answered(await asked(4, tree(3)), tree(4).head)).status, 400)
  assert.equal((await answered({ old: 0, proof: [], checkpoint: utf8('hello\n') })).status, 400)
})

test('an old size that is not the last one is answered with the last one', async () => {
  const large = tree(300)

  const behind = await answered(await asked(0, large), tree(3).head)
  const rollback = await answered(await asked(0, tree(3)), large.head)

  assert.deepEqual(behind.status === 409 && [behind.size, behind.split], [3, false])
  assert.deepEqual(rollback.status === 409 && [rollback.size, rollback.split], [300, false])
})

test('a tree that does not follow is never cosigned', async () => {
  const [small, other] = [tree(3), tree(300, 2)]

  const split = await answered(await asked(3, tree(3, 2)), small.head)
  const stale = await answered(await asked(0, tree(3, 2)), small.head)
  const inconsistent = await answered(await asked(3, other), small.head)
  const unasked = await answered({ ...(await asked(0, small)), proof: [small.head.root] })
  const empty = { origin, size: 0, root: sha256(utf8('not empty')) }
  const wrongEmpty = await answered({ old: 0, proof: [], checkpoint: await signCheckpoint(empty, log) })

  assert.deepEqual(split.status === 422 && split.split, true)
  assert.deepEqual(stale.status === 409 && stale.split, true)
  assert.deepEqual(inconsistent.status === 422 && inconsistent.split, false)
  assert.equal(unasked.status, 422)
  assert.equal(wrongEmpty.status, 422)
})

test('whatever a log asks in whatever order, what was cosigned is one tree that only grows', async () => {
  const honest = [0, 1, 2, 5, 255, 256, 257, 700].map((size) => tree(size))
  const hostile = [1, 2, 5, 256, 700].map((size) => tree(size, 1))
  const all = [...honest, ...hostile]
  const steps = fc.array(
    fc.record({ to: fc.nat(all.length - 1), from: fc.nat(700), known: fc.boolean(), junk: fc.boolean() }),
    { maxLength: 30 },
  )

  const property = fc.asyncProperty(steps, async (wanted) => {
    let latest: Latest | undefined
    const sides = new Set<string>()
    for (const { to, from, known, junk } of wanted) {
      const grown = all[to] ?? tree(0)
      const request = await asked(known ? (latest?.size ?? 0) : from, grown)
      const found = await answered(
        junk ? { ...request, proof: [...request.proof, sha256(utf8('x'))] } : request,
        latest,
      )
      if (found.status !== 200) continue
      assert.ok(found.checkpoint.size >= (latest?.size ?? 0))
      if (latest?.size === found.checkpoint.size) assert.ok(equal(latest.root, found.checkpoint.root))
      latest = found.checkpoint
      // Trees of one entry are alike on both sides.
      if (latest.size > 1) sides.add(to < honest.length ? 'honest' : 'hostile')
    }
    assert.ok(sides.size <= 1)
  })

  await fc.assert(property, { numRuns: 60 })
})

test('what a log asks reads back as it was written, and nothing else is read', () => {
  const requests = fc.record({
    old: fc.maxSafeNat(),
    proof: fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: 63 }),
    checkpoint: fc.uint8Array(),
  })
  const hash = `${'A'.repeat(43)}=`
  const good = `old 1\n${hash}\n\ncheckpoint\n`
  const wrong = [
    good.replace('old 1', 'old 01'),
    good.replace('old 1', 'old -1'),
    good.replace('old 1', 'old  1'),
    good.replace('old 1', 'old 1 '),
    good.replace('old 1', 'old 9007199254740992'),
    good.replace('old 1\n', ''),
    good.replace(hash, hash.slice(1)),
    good.replace(hash, hash.replace('A=', 'B=')),
    good.replace('\n\n', '\n'),
    good.replace(hash, Array.from({ length: 64 }, () => hash).join('\n')),
    good.replaceAll('\n', '\r\n'),
    '',
  ]

  fc.assert(
    fc.property(requests, (request) => {
      const again = readAddCheckpoint(writeAddCheckpoint(request))
      assert.deepEqual(again && writeAddCheckpoint(again), writeAddCheckpoint(request))
    }),
  )
  fc.assert(fc.property(fc.uint8Array(), (bytes) => readAddCheckpoint(bytes) === undefined || bytes[0] === 0x6f))
  assert.ok(readAddCheckpoint(utf8(good)))
  for (const one of wrong) assert.equal(readAddCheckpoint(utf8(one)), undefined, one)
  assert.equal(readAddCheckpoint(concat(Uint8Array.of(0xff), utf8(good))), undefined)
  assert.throws(() => writeAddCheckpoint({ old: 1, proof: Array(64).fill(sha256(utf8(''))), checkpoint: utf8('') }))
})

test('the answer of a witness is taken only as far as its signatures hold', async () => {
  const [witness, stranger] = [aCosigner('w', 'ed25519'), aCosigner('s', 'ed25519')]
  const checkpoint = await signCheckpoint(tree(3).head, log)
  const note = readNote(checkpoint)
  const head = readCheckpoint(note?.text ?? '')
  assert.ok(note && head)
  const lines = writeSignatures([
    await cosign({ note, checkpoint: head }, witness, 1000),
    await cosign({ note, checkpoint: head }, stranger, 1000),
  ])
  const accept = (told: string) => acceptCosignatures(means, checkpoint, { lines: told, keys: [witness.key] })

  assert.deepEqual(
    (await accept(lines))?.map(({ key, time }) => [key.name, time]),
    [['w', 1000]],
  )
  assert.equal(await accept(lines.replace(/(— w .{20})...../, '$1AAAAA')), undefined)
  assert.equal(await accept('hello\n'), undefined)
  const found = await verifyCosignatures({ note, checkpoint: head }, { keys: [witness.key], verify: verifiers })
  assert.deepEqual(found, { is: 'checked', by: [], unchecked: [] })
})

test('every answer of a witness is one of three', () => {
  const read = (status: number, body: string) => readWitnessAnswer(status, utf8(body))

  assert.deepEqual(read(409, '700\n'), { is: 'behind', size: 700 })
  assert.deepEqual(read(409, '0700\n'), { is: 'refused', status: 409 })
  assert.deepEqual(read(409, 'seven\n'), { is: 'refused', status: 409 })
  assert.deepEqual(read(200, 'hello\n'), { is: 'refused', status: 200 })
  assert.deepEqual(read(404, ''), { is: 'refused', status: 404 })
  assert.equal(read(200, '— w AAAAAAAAAAAA\n').is, 'cosigned')
  fc.assert(
    fc.property(fc.nat(599), fc.uint8Array(), (status, body) => typeof readWitnessAnswer(status, body).is === 'string'),
  )
})
