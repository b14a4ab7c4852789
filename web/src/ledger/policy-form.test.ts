import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cosignerKey } from '@sallyport/core/cosignature'
import { ed25519Key, writeVkey } from '@sallyport/core/note'
import { sha256 } from '@sallyport/core/sha256'
import fc from 'fast-check'
import { formOf, nameIn, readTyped, rowOfLine, textOf } from './policy-form.ts'

const aKey = (byte: number) => new Uint8Array(32).fill(byte)
const log = {
  vkey: writeVkey(ed25519Key(sha256, 'vault.example/agency/a/custody/1', aKey(1))),
  prefix: 'https://vault.example/agencies/a/ledger',
}
const aWitness = (name: string, byte: number) => ({
  name,
  vkey: writeVkey(cosignerKey(sha256, `${name}.example`, aKey(byte))),
  url: `https://${name}.example`,
})

const names = fc.uniqueArray(
  fc.stringMatching(/^[a-z][a-z0-9-]{0,11}$/).filter((name) => name !== 'none'),
  { maxLength: 6 },
)
const forms = names.chain((drawn) =>
  fc.integer({ min: Math.min(1, drawn.length), max: drawn.length }).map((least) => ({
    witnesses: drawn.map((name, at) => aWitness(name, at + 2)),
    least,
  })),
)

test('what the form writes is a policy, and the form shows it again as it was', () => {
  fc.assert(
    fc.property(forms, (form) => {
      const text = textOf(form, log)

      assert.ok(text === null || readTyped(text).is === 'policy', text ?? '')
      assert.deepEqual(formOf(text, log), form)
    }),
  )
})

test('a policy that says more than the form can show is left to the text', () => {
  const [a, b, c] = [aWitness('a', 2), aWitness('b', 3), aWitness('c', 4)]
  const lines = [a, b, c].map(({ name, vkey, url }) => `witness ${name} ${vkey} ${url}`).join('\n')
  const head = `log ${log.vkey} ${log.prefix}\n${lines}\n`

  for (const rest of [
    'group two any b c\ngroup enough all a two\nquorum enough\n',
    'group enough any a b\nquorum enough\n',
    'quorum none\n',
    'quorum a\n',
    '# agreed on 14 March\ngroup enough any a b c\nquorum enough\n',
    'quorum nobody\n',
  ])
    assert.equal(formOf(head + rest, log), undefined, rest)
  assert.equal(formOf(`log ${a.vkey}\nwitness b ${b.vkey} ${b.url}\nquorum b\n`, log), undefined)
})

test('a line that is refused is shown at the witness that made it', () => {
  const form = { witnesses: [aWitness('a', 2), { name: 'b', vkey: 'no key', url: 'https://b.example' }], least: 1 }

  const read = readTyped(textOf(form, log) ?? '')

  assert.ok(read.is === 'malformed')
  assert.equal(rowOfLine(form, read.line), 1)
  assert.equal(rowOfLine(form, 1), undefined)
  assert.equal(rowOfLine(form, 4), undefined)
})

test('a witness may have the name that the form would give to its group', () => {
  const form = { witnesses: [aWitness('enough', 2), aWitness('enough-of-them', 3)], least: 1 }

  assert.deepEqual(formOf(textOf(form, log), log), form)
})

test('a key that is pasted brings the name of its witness', () => {
  assert.equal(nameIn(` ${aWitness('county', 2).vkey}\n`), 'county.example')
  assert.equal(nameIn('county'), '')
})
