import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { csvLine } from './bag-text.ts'
import { element, escaped, leaf } from './xml.ts'

const anything = fc.string({ unit: 'binary', maxLength: 200 })

/** The text of an element, as XML has it (XML 1.0, sections 2.11 and 4.6). */
const read = (xml: string): string =>
  xml
    .replaceAll('&#13;', '\r')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&')

test('no text ends its element or begins one, and what XML cannot say is shown by its number', () => {
  fc.assert(
    fc.property(anything, (text) => {
      const xml = escaped(text)

      assert.doesNotMatch(xml, /[<>"']|&(?!amp;|lt;|gt;|quot;|apos;|#13;)/)
      // oxlint-disable-next-line no-control-regex -- these must not be there
      assert.doesNotMatch(xml, /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/u)
      // oxlint-disable-next-line no-control-regex -- as above
      if (!/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/u.test(text))
        assert.equal(read(xml), text.toWellFormed())
    }),
    { numRuns: 500 },
  )
})

test('an element without a text is not written at all', () => {
  assert.deepEqual([leaf('a', ''), leaf('a', null), element('a', '', ''), leaf('a', 0)], ['', '', '', '<a>0</a>'])
})

test('no cell of a table can be run by a spreadsheet, nor break out of its cell', () => {
  const begins = fc.constantFrom('=', '+', '-', '@', '\t=', ' =', '\u202e=', '\ufeff@', '\r=', '"')
  const title = fc.tuple(begins, anything).map(([first, rest]) => `${first}${rest}`)

  fc.assert(
    fc.property(title, (text) => {
      const line = csvLine({ exhibit: '1', title: text, path: 'data/1/x', size: 1, sha256: 'a', sha512: 'b' })
      const [, cell = ''] = /^"1","((?:[^"]|"")*)","data\/1\/x","1","a","b"\r\n$/.exec(line) ?? []

      assert.notEqual(cell, '')
      assert.doesNotMatch(cell.replaceAll('""', '"'), /^[\s\p{Cc}\p{Cf}]*[=+\-@]/u)
    }),
    { numRuns: 300 },
  )
})
