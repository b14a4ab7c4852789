import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { hex, unhex } from './bytes.ts'
import {
  allOf,
  bits,
  DerFault,
  type DerValue,
  integer,
  octets,
  oid,
  partsOf,
  readBits,
  readBoolean,
  readDer,
  readInteger,
  readOctets,
  readOid,
  readSmall,
  sequence,
  setOf,
  tagged,
  time,
  tlv,
  utf8,
  yes,
} from './der.ts'
import { readText, readTime } from './der-text.ts'

const bytes = (digits: string) => unhex(digits.replaceAll(' ', '')) ?? new Uint8Array(0)
const read = <T>(digits: string, reader: (value: DerValue) => T): T => reader(readDer(bytes(digits)))

test('what is written reads back as what it was', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.string({ unit: 'grapheme' }),
      fc.date({ min: new Date(0), max: new Date('2200-01-01'), noInvalidDate: true }),
      (content, words, at) => {
        const parts = partsOf(
          readDer(sequence(octets(content), utf8(words), time(at), bits(content), integer(content), yes())),
        )

        assert.deepEqual(readOctets(parts.take()), content)
        assert.equal(readText(parts.take()), words)
        assert.equal(readTime(parts.take()), at.getTime() - (at.getTime() % 1000))
        assert.deepEqual(readBits(parts.take()).bytes, content)
        assert.equal(BigInt(`0x0${hex(readInteger(parts.take()))}`), BigInt(`0x0${hex(content)}`))
        assert.equal(readBoolean(parts.take()), true)
        parts.end()
      },
    ),
  )
})

test('an object identifier reads back as it was written', () => {
  const arc = fc.integer({ min: 0, max: 2 ** 31 - 1 })
  fc.assert(
    fc.property(fc.constantFrom('0.39', '1.2', '2.5', '2.999'), fc.array(arc, { maxLength: 9 }), (start, arcs) => {
      const dotted = [start, ...arcs].join('.')
      assert.equal(readOid(readDer(oid(dotted))), dotted)
    }),
  )
})

test('a length is written in as few bytes as it needs', () => {
  for (const length of [0, 127, 128, 255, 256, 65_535, 65_536]) {
    const value = readDer(tlv(0x04, new Uint8Array(length)))
    assert.equal(value.content.length, length)
  }
})

test('the parts of a set stand in order, in whatever order they came', () => {
  assert.equal(hex(setOf(utf8('b'), utf8('a'), utf8(''))), '3108 0c00 0c0161 0c0162'.replaceAll(' ', ''))
})

const hostile: readonly (readonly [why: string, digits: string])[] = [
  ['nothing at all', ''],
  ['a tag alone', '30'],
  ['a length without its content', '3005 0500'],
  ['a length of four bytes that are not there', '0484 ffffffff'],
  ['an indefinite length', '3080 0500 0000'],
  ['a long length that a short one could say', '048105 0102030405'],
  ['a length with a zero in front', '04820081 00'],
  ['a length of more than four bytes', '0485 0000000001 00'],
  ['the reserved first byte of a length', '04ff 00'],
  ['bytes after the end', '0500 00'],
  ['a tag of several bytes', '1f8101 00'],
  ['a sequence said to be primitive', '1000'],
  ['a string of bytes in pieces', '2404 0402 0102'],
  ['a fault far inside', '3006 3004 3002 0501'],
]

for (const [why, digits] of hostile) {
  test(`DER is refused when it is ${why}`, () => {
    assert.throws(() => readDer(bytes(digits)), DerFault)
  })
}

test('a bomb of nested parts is refused, and no stack overflows', () => {
  let bomb = new Uint8Array(0)
  for (let depth = 0; depth < 3_000; depth++) bomb = tagged(0, true, bomb)

  assert.throws(() => readDer(bomb), /nested too deeply/)
})

test('what is larger than anything that is ever read is refused unread', () => {
  assert.throws(() => readDer(new Uint8Array(1024 * 1024 + 1)), /longer than/)
})

test('no value grows when it is read: numbers, names of things and texts have bounds', () => {
  const long = new Uint8Array(10_000).fill(0x61)

  for (const [tag, reader] of [
    [0x02, readInteger],
    [0x06, readOid],
    [0x0c, readText],
    [0x13, readText],
  ] as const) {
    assert.throws(() => reader(readDer(tlv(tag, long))), DerFault)
  }
  assert.equal(readBits(readDer(bits(long))).bytes.length, 10_000)
})

const misspelled: readonly (readonly [why: string, digits: string, reader: (value: DerValue) => unknown])[] = [
  ['a whole number without a byte', '0200', readInteger],
  ['a whole number with a zero too many', '02020001', readInteger],
  ['a negative number with a byte too many', '0202ff80', readInteger],
  ['a negative count', '0201ff', readSmall],
  ['a count beyond 31 bits', '02050080000000', readSmall],
  ['a truth value that is neither', '010101', readBoolean],
  ['bits that are said to be unused, and are set', '03020101', readBits],
  ['eight unused bits', '03020800', readBits],
  ['unused bits of nothing', '030101', readBits],
  ['bits without their count', '0300', readBits],
  ['an empty object identifier', '0600', readOid],
  ['an object identifier with a padded arc', '06032a8001', readOid],
  ['an object identifier cut off in an arc', '06022a80', readOid],
  ['an object identifier with an arc without end', `060b2a${'ff'.repeat(9)}7f`, readOid],
  ['a time of a month that there is not', `170d${hex(Buffer.from('261301000000Z'))}`, readTime],
  ['a time of 30 February', `170d${hex(Buffer.from('260230000000Z'))}`, readTime],
  ['a time in a zone', `1713${hex(Buffer.from('20260101000000+0100'))}`, readTime],
  ['a time without seconds', `170b${hex(Buffer.from('2601010000Z'))}`, readTime],
  ['a fraction that ends in 0', `1812${hex(Buffer.from('20260101000000.10Z'))}`, readTime],
  ['text that is no UTF-8', '0c02c328', readText],
  ['wide text with half a letter', '1e0100', readText],
  ['a sequence where text belongs', '3000', readText],
]

for (const [why, digits, reader] of misspelled) {
  test(`a value is refused when it is ${why}`, () => {
    assert.throws(() => read(digits, reader), DerFault)
  })
}

test('a year of two digits below 50 is of this century, and from 50 on of the last', () => {
  const at = (digits: string) => read(`170d${hex(Buffer.from(`${digits}0101000000Z`))}`, readTime)

  assert.deepEqual([at('49'), at('50')], [Date.UTC(2049, 0, 1), Date.UTC(1950, 0, 1)])
})

test('a time is read to the millisecond, and what is finer is cut off', () => {
  const written = '20260101000000.1239Z'

  assert.equal(read(`1814${hex(Buffer.from(written))}`, readTime), Date.UTC(2026, 0, 1, 0, 0, 0, 123))
})

test('no bytes whatever make the reader do anything but answer or refuse', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (given) => {
      try {
        const value = readDer(given)
        assert.deepEqual(value.whole, given)
        if (value.tag === 0x30) assert.deepEqual(sequence(...allOf(value).map(({ whole }) => whole)), given)
      } catch (thrown) {
        assert.ok(thrown instanceof DerFault)
      }
    }),
    { numRuns: 3_000 },
  )
})
