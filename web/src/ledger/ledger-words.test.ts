import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cosignerKey } from '@sallyport/core/cosignature'
import { ed25519Key, writeVkey } from '@sallyport/core/note'
import { sha256 } from '@sallyport/core/sha256'
import { clockWords, offsetWords, stampedWords } from './clock-words.ts'
import { accessTouches, mirrorCommand } from './fetching-words.ts'
import { textOf } from './policy-form.ts'
import { quorumWords, standingOf, takesWords, touched, type Witness, type Witnessing } from './witness-words.ts'

const aKey = (byte: number) => new Uint8Array(32).fill(byte)
const vkey = writeVkey(ed25519Key(sha256, 'vault.example/agency/a/custody/1', aKey(1)))
const prefix = 'https://vault.example/agencies/a/ledger'
const named = (name: string, byte: number) => ({
  name,
  vkey: writeVkey(cosignerKey(sha256, name, aKey(byte))),
  url: `https://${name}.example`,
})
const three = [named('agency', 2), named('county', 3), named('state', 4)]
const policy = (witnesses: typeof three, least: number) => textOf({ witnesses, least }, { vkey, prefix })

const at = '2026-03-14T02:00:00.000Z'
const aWitness = (name: string, size: number, more: Partial<Witness> = {}): Witness => ({
  ...named(name, 2),
  size,
  behind: 12_040 - size,
  cosignedAt: at,
  triedAt: at,
  failure: null,
  failingSince: null,
  ...more,
})
const told: Witnessing = {
  policy: policy(three, 2),
  access: 'token',
  prefix,
  vkey,
  size: 12_040,
  publishedAt: at,
  cosigned: { size: 12_034, at, note: '' },
  witnesses: [aWitness('agency', 12_040), aWitness('county', 12_034), aWitness('state', 11_000)],
  monitors: [],
}

test('how far the witnesses have come is told in one sentence', () => {
  assert.equal(quorumWords(told), '2 of 3 witnesses have cosigned the first 12,034 entries. 6 entries came since.')
  assert.equal(takesWords(told.policy ?? ''), 'It takes 2 of the 3.')
  assert.match(quorumWords({ ...told, cosigned: null }), /^Not enough witnesses .* 3 of 3 have begun/)
  assert.equal(quorumWords({ ...told, policy: null }), 'Nobody witnesses this ledger.')
})

test('a witness that fails is never shown as one that keeps up', () => {
  assert.equal(standingOf(aWitness('a', 12_040)).tone, 'good')
  assert.equal(standingOf(aWitness('a', 12_040, { failure: 'It does not answer.', failingSince: at })).tone, 'bad')
  assert.equal(standingOf(aWitness('a', 0, { cosignedAt: null })).tone, 'wait')
  assert.equal(standingOf(aWitness('a', 12_000)).says, '40 entries behind')
})

test('before a change a person reads who is asked anew, who no more, and what stops meanwhile', () => {
  const lines = touched(policy(three.slice(0, 2), 1), policy(three.slice(1), 2)).join('\n')

  assert.match(lines, /^state is asked to cosign/m)
  assert.match(lines, /^agency is asked no more/m)
  assert.match(lines, /^It takes all 2\./m)
  assert.match(lines, /nobody outside can fetch the ledger/)
})

test('ending all witnessing says what it makes possible', () => {
  assert.match(touched(policy(three, 2), null).join('\n'), /could then show two histories/)
})

test('closing the ledger says that those who watch it can no longer do so', () => {
  assert.match(accessTouches('open', 'closed', 2), /turned away/)
  assert.match(accessTouches('closed', 'token', 0), /Nobody has a token yet/)
})

test('the command to keep a copy names the key, or the policy where there is one', () => {
  assert.ok(mirrorCommand({ prefix, vkey, policy: null, access: 'open' }).includes(`--log '${vkey}'`))
  assert.match(mirrorCommand(told), /--policy policy\.txt --token TOKEN/)
})

test('the clock is told in words, and nothing is claimed when nobody was asked', () => {
  assert.equal(offsetWords(42), '42 ms ahead of')
  assert.equal(offsetWords(-2_400), '2.4 s behind')
  assert.equal(offsetWords(200_000), '3 min 20 s ahead of')
  assert.match(clockWords({ source: 'none', offsetMs: null, checkedAt: null }), /^Nobody was asked/)
  assert.equal(
    clockWords({ source: 'time.example', offsetMs: -3, checkedAt: at }),
    'The clock of this server was 3 ms behind time.example.',
  )
})

test('how much of the ledger is stamped is counted from its first entry', () => {
  const clock = { source: 'none', offsetMs: null, checkedAt: null }
  const authority = {
    name: 'tsa-one',
    url: 'https://tsa.example',
    addedAt: at,
    endedAt: null,
    stamped: { size: 90, time: at },
    triedAt: at,
    failure: null,
    failingSince: null,
  }
  const stamping = { authorities: [authority], size: 100, unstamped: 10, everyMinutes: 60, clock }

  assert.equal(stampedWords(stamping), 'The first 90 entries are stamped. 10 entries came since.')
  assert.equal(stampedWords({ ...stamping, unstamped: 100 }), 'No entry is stamped yet.')
  assert.equal(stampedWords({ ...stamping, authorities: [] }), 'No authority stamps the time on this ledger.')
})
