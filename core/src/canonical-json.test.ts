import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { canonical, type Json } from './canonical-json.ts'

test('the example of RFC 8785 is written as the RFC writes it', () => {
  const value = {
    numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
    string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
    literals: [null, true, false],
  }

  const written = canonical(value)

  assert.equal(
    written,
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  )
})

test('names are sorted by UTF-16 code unit, as RFC 8785 section 3.2.3 shows', () => {
  const value = {
    '\u20ac': 'Euro Sign',
    '\r': 'Carriage Return',
    '\ufb33': 'Hebrew Letter Dalet With Dagesh',
    '1': 'One',
    '\ud83d\ude00': 'Emoji: Grinning Face',
    '\u0080': 'Control',
    '\u00f6': 'Latin Small Letter O With Diaeresis',
  }

  const values = [...canonical(value).matchAll(/:"([^"]*)"/g)].map(([, text]) => text)

  assert.deepEqual(values, [
    'Carriage Return',
    'One',
    'Control',
    'Latin Small Letter O With Diaeresis',
    'Euro Sign',
    'Emoji: Grinning Face',
    'Hebrew Letter Dalet With Dagesh',
  ])
})

test('any JSON value reads back as itself, and is written the same again', () => {
  const values = fc.jsonValue({ maxDepth: 6 })

  const property = fc.property(values, (value) => {
    const once = canonical(value as Json)
    assert.equal(JSON.stringify(sorted(JSON.parse(once))), JSON.stringify(sorted(JSON.parse(JSON.stringify(value)))))
    assert.equal(canonical(JSON.parse(once) as Json), once)
  })

  fc.assert(property)
})

test('the order in which an object was filled does not show', () => {
  const records = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.integer())

  const property = fc.property(records, (record) => {
    const backwards = Object.fromEntries(Object.entries(record).reverse())
    assert.equal(canonical(backwards), canonical(record))
  })

  fc.assert(property)
})

test('what has no canonical form is refused', () => {
  const nested = JSON.parse(`${'['.repeat(200)}${']'.repeat(200)}`) as Json
  const formless: unknown[] = [
    Number.NaN,
    Number.POSITIVE_INFINITY,
    'a\ud800b',
    { ['\udc00']: 1 },
    undefined,
    { a: undefined },
    [undefined],
    Array.from({ length: 2 }),
    // oxlint-disable-next-line no-sparse-arrays -- a hole is what is tried
    [1, , 2],
    10n,
    () => 1,
    new Date(0),
    new Uint8Array(2),
    new Map(),
    nested,
  ]

  for (const value of formless) assert.throws(() => canonical(value as Json), TypeError)
})

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => [name, sorted(member)])
}
