import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { base64, hex, text, utf8 } from './bytes.ts'
import { canonical, type Json } from './canonical-json.ts'
import { commitment, type NewEntry, opens, readLeaf, saltOf, writeEntry } from './entry.ts'
import { sha256 } from './sha256.ts'

const item = '11111111-2222-4333-8444-555555555555'
const entry: NewEntry = {
  id: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
  at: '2026-03-14T02:14:08.042Z',
  act: 'item.received',
  outcome: 'done',
  on: [item],
  actor: { name: 'Sgt. Ruiz' },
  detail: { size: 12, sha256: 'ab' },
  secret: new Uint8Array(32).fill(7),
}

const entries = fc.record({
  id: fc.uuid(),
  at: fc
    .date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
    .map((date) => date.toISOString()),
  act: fc.constantFrom('item.received' as const, 'item.found-altered' as const, 'request.refused' as const),
  outcome: fc.constantFrom('done' as const, 'refused' as const, 'failed' as const),
  on: fc.array(fc.uuid(), { maxLength: 64 }),
  actor: fc.jsonValue().map((value) => value as Json),
  detail: fc.jsonValue().map((value) => value as Json),
  secret: fc.uint8Array({ minLength: 32, maxLength: 32 }),
})

test('the bytes of an entry are the same for ever', () => {
  const leaf = writeEntry(sha256, entry)

  assert.equal(
    text(leaf),
    '{"act":"item.received","actor":"1UvZN4skXYcIrh7GcbNofo133iFk6mfAuhy0lij6W2A=","at":"2026-03-14T02:14:08.042Z","detail":"hIbfXTLs24NUZtfe09Eovc0j55r3swjwS2B/a5kztUg=","id":"7c9e6679-7425-40de-944b-e07fc1f90ae7","on":["11111111-2222-4333-8444-555555555555"],"outcome":"done","v":1}',
  )
  assert.equal(
    hex(saltOf(sha256, 'actor', entry.secret)),
    'ef4328709efe2087739cf39ede97f58caff5e98da2c704fb301187d5500af61c',
  )
})

test('an entry reads back as it was written, in canonical JSON, and opens to its actor and its detail only', () => {
  const property = fc.property(entries, (written) => {
    const bytes = writeEntry(sha256, written)
    const leaf = readLeaf(bytes)

    assert.ok(leaf)
    assert.equal(canonical(leaf), text(bytes))
    assert.deepEqual(leaf.on, [...new Set(written.on)].sort())
    for (const field of ['actor', 'detail'] as const) {
      const salt = saltOf(sha256, field, written.secret)
      assert.ok(opens(sha256, leaf, { field, salt, value: written[field] }))
      assert.ok(!opens(sha256, leaf, { field, salt, value: [written[field]] }))
    }
  })

  fc.assert(property)
})

test('a salt that was changed, cut or taken from the other field opens nothing', () => {
  const leaf = readLeaf(writeEntry(sha256, entry))
  assert.ok(leaf)
  const salt = saltOf(sha256, 'actor', entry.secret)
  const changed = salt.map((byte, at) => (at === 31 ? byte ^ 1 : byte))

  const tries = [changed, salt.subarray(1), new Uint8Array(0), saltOf(sha256, 'detail', entry.secret)]

  for (const wrong of tries) {
    assert.equal(opens(sha256, leaf, { field: 'actor', salt: wrong, value: entry.actor }), false)
  }
  assert.ok(opens(sha256, leaf, { field: 'actor', salt, value: entry.actor }))
})

test('an opening whose value has no canonical form is answered with no, not with a fault', () => {
  const leaf = readLeaf(writeEntry(sha256, entry))
  assert.ok(leaf)

  const value = JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`) as Json

  assert.equal(opens(sha256, leaf, { field: 'actor', salt: new Uint8Array(32), value }), false)
})

test('another spelling of the same entry is not an entry', () => {
  const good = text(writeEntry(sha256, entry))
  const digest = base64(new Uint8Array(32))
  const others = [
    ` ${good}`,
    `${good}\n`,
    good.replace('"v":1', '"v":1.0'),
    good.replace('"v":1', '"v":2'),
    good.replace('"v":1', '"v":1,"w":1'),
    good.replace('"act":', '"act":"item.opened","act":'),
    good.replace('done', 'did'),
    good.replace('item.received', 'item received'),
    good.replace('item.received', 'item.\\u0072eceived'),
    good.replace('2026-03-14', '2026-02-30'),
    good.replace('2026-03-14', '2026-13-14'),
    good.replace('2026-03-14', '2025-02-29'),
    good.replace('2026-03-14', '2100-02-29'),
    good.replace('2026-03-14', '2026-04-31'),
    good.replace('T02:', 'T24:'),
    good.replace('.042Z', '.042+00:00'),
    good.replace('.042Z', 'Z'),
    good.replace('7c9e6679', '7C9E6679'),
    good.replace(`["${item}"]`, `["${item}","${item}"]`),
    good.replace(`["${item}"]`, `["f${item.slice(1)}","${item}"]`),
    good.replace(`["${item}"]`, `"${item}"`),
    good.replace(/"detail":"[^"]*"/, `"detail":"${digest.slice(0, 42)}B="`),
    good.replace(/"detail":"[^"]*"/, `"detail":"${digest.slice(4)}"`),
    good.slice(0, -1),
    'null',
    '',
  ]

  for (const other of others) assert.equal(readLeaf(utf8(other)), undefined, other)
  assert.ok(readLeaf(utf8(good)))
  assert.ok(readLeaf(utf8(good.replace('2026-03-14', '2024-02-29'))))
  assert.equal(readLeaf(Uint8Array.of(0xff, 0xfe)), undefined)
})

test('an entry that could not be read back is never written', () => {
  const subjects = Array.from({ length: 65 }, (_, at) => item.slice(0, -2) + String(at).padStart(2, '0'))
  const wrong: Partial<NewEntry>[] = [
    { id: 'not-a-uuid' },
    { at: '2026-03-14T02:14:08Z' },
    { on: ['exhibit 3'] },
    { on: subjects },
    { secret: new Uint8Array(31) },
    { detail: Number.NaN },
  ]

  for (const part of wrong) assert.throws(() => writeEntry(sha256, { ...entry, ...part }), TypeError)
})

test('the fields are kept apart: an actor never commits to the same bytes as a detail', () => {
  const opening = { salt: new Uint8Array(32), value: 'same' }

  const [actor, detail] = [commitment(sha256, 'actor', opening), commitment(sha256, 'detail', opening)]

  assert.notDeepEqual(actor, detail)
})
