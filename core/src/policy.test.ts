import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { concat, text, utf8 } from './bytes.ts'
import { writeCheckpoint } from './checkpoint.ts'
import { cosign, cosignerKey } from './cosignature.ts'
import { ed25519Key, type NoteSigner, readNote, signNote, writeNote, writeVkey } from './note.ts'
import { hasQuorum, judgeByPolicy, type Policy, readPolicy, writePolicy } from './policy.ts'
import { sha256 } from './sha256.ts'
import { aCosigner, aLog, verifiers } from './testing/signers.ts'

const log = aLog('log.example/springfield')
const witnesses = ['x1', 'x2', 'x3', 'y1', 'y2'].map((name) => aCosigner(`${name}.example`, 'ed25519'))
const [x1, x2, x3, y1, y2] = witnesses.map(({ key }) => writeVkey(key))
const vkey = writeVkey(log.key)

const written = `# Whom Springfield trusts
log ${vkey} https://vault.example/agencies/springfield/ledger

witness X1 ${x1}
\twitness X2\t${x2}  https://witness.example
witness X3 ${x3}
group X 2 X1 X2 X3
witness Y1 ${y1}
witness Y2 ${y2}
group Y any Y1 Y2
group X-and-Y all X Y
quorum X-and-Y
`

function policyOf(words: string): Policy {
  const found = readPolicy(sha256, utf8(words))
  assert.ok(found.is === 'policy', JSON.stringify(found))
  return found.policy
}

test('a policy of two levels of groups is read, and written so that it reads the same', () => {
  const policy = policyOf(written)

  assert.equal(policy.logs[0]?.url, 'https://vault.example/agencies/springfield/ledger')
  assert.deepEqual(
    policy.witnesses.map(({ name, url }) => [name, url]),
    [
      ['X1', undefined],
      ['X2', 'https://witness.example'],
      ['X3', undefined],
      ['Y1', undefined],
      ['Y2', undefined],
    ],
  )
  assert.deepEqual(policy.groups, [
    { name: 'X', least: 2, members: ['X1', 'X2', 'X3'] },
    { name: 'Y', least: 1, members: ['Y1', 'Y2'] },
    { name: 'X-and-Y', least: 2, members: ['X', 'Y'] },
  ])
  assert.deepEqual(policyOf(writePolicy(policy)), policy)
})

test('enough witnesses of each group make the quorum, and no fewer', () => {
  const policy = policyOf(written)
  const enough = (...names: string[]) => hasQuorum(policy, new Set(names))

  assert.ok(enough('X1', 'X3', 'Y2'))
  assert.ok(enough('X1', 'X2', 'X3', 'Y1', 'Y2'))
  assert.equal(enough('X1', 'X2', 'X3'), false)
  assert.equal(enough('X1', 'Y1', 'Y2'), false)
  assert.equal(enough(), false)
  assert.ok(hasQuorum(policyOf('quorum none\n'), new Set()))
})

test('a policy that is wrong is refused, with its line and the reason', () => {
  const faults: readonly (readonly [string, number])[] = [
    ['', 1],
    [`quorum none`, 1],
    [`log ${vkey}\n`, 1],
    [`quorum none\nquorum none\n`, 2],
    [`quorum X\n`, 1],
    [`quorum\n`, 1],
    [`Quorum none\n`, 1],
    [`log ${vkey.slice(0, -2)}\nquorum none\n`, 1],
    [`log ${vkey} a b\nquorum none\n`, 1],
    [`log ${vkey}\nlog ${vkey}\nquorum none\n`, 2],
    [`witness none ${x1}\nquorum none\n`, 1],
    [`witness X1 ${x1}\nwitness X1 ${x2}\nquorum none\n`, 2],
    [`witness X1 ${x1}\nwitness X2 ${x1}\nquorum none\n`, 2],
    [`witness X1 ${x1}\ngroup G all X1\ngroup H all X1\nquorum H\n`, 3],
    [`witness X1 ${x1}\ngroup G all X1 X1\nquorum G\n`, 2],
    [`witness X1 ${x1}\ngroup G all G\nquorum G\n`, 2],
    [`group G all H\ngroup H all G\nquorum G\n`, 1],
    [`witness X1 ${x1}\ngroup G all none\nquorum G\n`, 2],
    [`witness X1 ${x1}\ngroup G 0 X1\nquorum G\n`, 2],
    [`witness X1 ${x1}\ngroup G 2 X1\nquorum G\n`, 2],
    [`witness X1 ${x1}\ngroup G 01 X1\nquorum G\n`, 2],
    [`witness X1 ${x1}\ngroup G 1.0 X1\nquorum G\n`, 2],
    [`witness X1 ${x1}\ngroup G all\nquorum G\n`, 2],
    [`witness X1 ${x1}\ngroup X1 all X1\nquorum X1\n`, 2],
    [`witness X1 ${x1}\u00a0\nquorum X1\n`, 1],
    [`quorum none\r\n`, 1],
    [`quorum none\n\u0000\n`, 2],
    [`${'#\n'.repeat(5000)}quorum none\n`, 1],
  ]

  for (const [words, line] of faults) {
    const found = readPolicy(sha256, utf8(words))
    assert.ok(found.is === 'malformed' && found.why, words)
    assert.equal(found.line, line, words)
  }
})

test('a key under two names or two types is one key, and cannot witness twice', () => {
  const { key } = witnesses[0] as NoteSigner
  const renamed = writeVkey(cosignerKey(sha256, 'other.example', key.key))
  const plain = writeVkey(ed25519Key(sha256, 'x1.example', key.key))

  for (const again of [renamed, plain]) {
    const found = readPolicy(sha256, utf8(`witness A ${x1}\nwitness B ${again}\nquorum none\n`))
    assert.ok(found.is === 'malformed' && found.line === 2)
  }
})

test('a comment may be in any encoding, and a name that counts may not', () => {
  const latin = Uint8Array.of(0xe9)

  assert.equal(readPolicy(sha256, concat(utf8(' # caf'), latin, utf8('\nquorum none\n'))).is, 'policy')
  assert.equal(readPolicy(sha256, concat(utf8('quorum '), latin, utf8('\n'))).is, 'malformed')
  assert.equal(readPolicy(sha256, utf8(`witness K\u212a ${x1}\nquorum K\n`)).is, 'malformed')
})

test('the largest policy that is asked for is read, and no bytes make the reader fail', () => {
  const many = Array.from({ length: 33 }, (_, at) =>
    writeVkey(cosignerKey(sha256, 'w', new Uint8Array(32).fill(at + 1))),
  )
  const large = [
    ...many.map((key, at) => `witness w${at} ${key}`),
    ...many.map((_, at) => `group g${at} all w${at}`),
    `group all 33 ${many.map((_, at) => `g${at}`).join(' ')}`,
    'quorum all',
    '',
  ].join('\n')

  assert.equal(policyOf(large).groups.length, 34)
  fc.assert(fc.property(fc.uint8Array(), (bytes) => typeof readPolicy(sha256, bytes).is === 'string'))
  const words = fc.constantFrom(
    'log',
    'witness',
    'group',
    'quorum',
    'none',
    'A',
    'B',
    '1',
    'all',
    vkey,
    x1 ?? '',
    '\n',
    '#',
  )
  const lines = fc.array(words, { maxLength: 40 }).map((all) => `${all.join(' ')}\n`)
  fc.assert(
    fc.property(lines, (line) => {
      const found = readPolicy(sha256, utf8(line))
      return found.is === 'malformed' || writePolicy(policyOf(writePolicy(found.policy))) === writePolicy(found.policy)
    }),
  )
})

const checkpoint = { origin: log.key.name, size: 42, root: sha256(utf8('root')) }

async function cosigned(by: readonly (readonly [NoteSigner, number])[], logs = [log]): Promise<Uint8Array> {
  const note = await signNote(writeCheckpoint(checkpoint), logs)
  const lines = await Promise.all(by.map(([witness, time]) => cosign({ note, checkpoint }, witness, time)))
  return writeNote({ ...note, signatures: [...note.signatures, ...lines] })
}

const judged = (bytes: Uint8Array, policy = policyOf(written)) =>
  judgeByPolicy({ hash: sha256, verify: verifiers }, bytes, policy)

test('a policy tells of a checkpoint which log signed it, who cosigned it when, and whether they are enough', async () => {
  const [first, second, , fourth] = witnesses as [NoteSigner, NoteSigner, NoteSigner, NoteSigner]

  const enough = await judged(
    await cosigned([
      [first, 1000],
      [second, 2000],
      [fourth, 3000],
    ]),
  )
  const few = await judged(
    await cosigned([
      [first, 1000],
      [fourth, 3000],
    ]),
  )

  assert.ok(enough.is === 'judged' && few.is === 'judged')
  assert.deepEqual([enough.quorum, few.quorum], [true, false])
  assert.deepEqual(enough.log, log.key)
  assert.deepEqual(
    enough.witnessed.map(({ witness, time }) => [witness.name, time]),
    [
      ['X1', 1000],
      ['X2', 2000],
      ['Y1', 3000],
    ],
  )
})

test('a checkpoint of no log of the policy is unknown, however many have cosigned it', async () => {
  const stranger = aLog(log.key.name)

  assert.equal((await judged(await cosigned([[witnesses[0] as NoteSigner, 1]], [stranger]))).is, 'unknown-log')
  assert.equal((await judged(utf8('hello\n'))).is, 'malformed')
})

test('one false cosignature of a known witness spoils the checkpoint', async () => {
  const [first, second] = witnesses as [NoteSigner, NoteSigner]
  const bytes = await cosigned([
    [first, 1000],
    [second, 1000],
  ])
  const note = readNote(bytes)
  assert.ok(note)
  const signatures = note.signatures.map((one) =>
    one.name === 'x1.example' ? { ...one, signature: new Uint8Array(72) } : one,
  )
  const later = utf8(text(bytes).replace('\n42\n', '\n43\n'))

  const spoilt = await judged(writeNote({ ...note, signatures }))

  assert.deepEqual(spoilt, { is: 'forged', key: first.key })
  assert.deepEqual(await judged(later), { is: 'forged', key: log.key })
})

test('a witness whose algorithm this machine does not have counts as absent, and is named', async () => {
  const modern = aCosigner('m.example', 'ml-dsa-44')
  const policy = policyOf(`log ${vkey}\nwitness M ${writeVkey(modern.key)}\nquorum M\n`)
  const bytes = await cosigned([[modern, 1000]])

  const here = await judged(bytes, policy)
  const there = await judgeByPolicy({ hash: sha256, verify: { ed25519: verifiers.ed25519 } }, bytes, policy)

  assert.ok(here.is === 'judged' && here.quorum)
  assert.ok(there.is === 'judged' && !there.quorum)
  assert.deepEqual(
    there.unchecked.map(({ name }) => name),
    ['M'],
  )
})
