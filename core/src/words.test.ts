import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { answers, longestPrefix, lookupsOf, prefixesOf, wordsOf } from './words.ts'

const someText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .array(
      fc.constantFrom("O'Brien", '26-004417', 'Élodie', 'Straße', 'ﬁnal', '北京', 'clip', 'clipping', 'a', 'İstanbul'),
      {
        maxLength: 8,
      },
    )
    .map((words) => words.join(' ')),
)
const someTexts = fc.array(someText, { maxLength: 5 })

test('whatever a question finds by opening the records, the index finds too', () => {
  fc.assert(
    fc.property(someTexts, someText, (texts, question) => {
      const indexed = prefixesOf(texts)

      const found = answers(question, texts)

      assert.ok(!found || lookupsOf(question).every((asked) => indexed.has(asked)))
    }),
    { numRuns: 500 },
  )
})

test('every word of a record, and every beginning of one, finds the record', () => {
  fc.assert(
    fc.property(someTexts, fc.nat(20), (texts, cut) => {
      const words = texts.flatMap(wordsOf)

      const missed = words.filter((word) => !answers([...word].slice(0, 2 + cut).join(''), texts))

      assert.deepEqual(missed, [])
    }),
  )
})

test('what is looked up is never longer than what is indexed, and never a single character', () => {
  fc.assert(
    fc.property(someText, (question) => {
      const lengths = lookupsOf(question).map((asked) => [...asked].length)

      assert.ok(lengths.every((length) => length >= 2 && length <= longestPrefix))
    }),
  )
})

test('capitals, accents and punctuation make no difference', () => {
  const texts = ["O'BRIEN, Élodie: Case 26-004417"]

  const found = ["o'brien", 'elodie', 'ÉLO', '26-004417', '004417', 'brien 26'].map((asked) => answers(asked, texts))

  assert.deepEqual(
    found,
    found.map(() => true),
  )
})

test('every word that is asked for must begin a word of the record', () => {
  const texts = ['Body-worn video, Main Street']

  const found = ['main vid', 'main park', 'treet'].map((asked) => answers(asked, texts))

  assert.deepEqual(found, [true, false, false])
})

test('words that begin with the same eight characters are told apart once the record is open', () => {
  const texts = ['photographs']

  const found = ['photographs', 'photographer'].map((asked) => answers(asked, texts))

  assert.deepEqual(lookupsOf('photographs'), lookupsOf('photographer'))
  assert.deepEqual(found, [true, false])
})
