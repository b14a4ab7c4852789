import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { printable } from './printable.ts'
import { coverage, leanTypefaces, typefaces } from './typefaces.ts'

const [plain, bold] = [typefaces.plain, typefaces.bold].map((file) => coverage(readFileSync(file)))

test('whatever somebody wrote, a paper prints only what its typefaces have, and nothing that nobody can see', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (written) => {
      const shown = printable(written)

      for (const character of shown) {
        const codePoint = character.codePointAt(0) ?? 0
        assert.ok(character === '\n' || (plain?.(codePoint) && bold?.(codePoint)), character)
        assert.doesNotMatch(character, /[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
      }
    }),
    { numRuns: 300 },
  )
})

test('text of Greek, Cyrillic, Hebrew and the signs of the trade is printed as it is', () => {
  const written = 'Straße № 5, Ελλάδα, Київ, שלום, “night” – § 1746 €'

  const shown = printable(written)

  assert.equal(shown, written)
})

test('what turns the order of letters around is shown by its number, not obeyed', () => {
  const shown = printable('photo\u202egpj.exe 漢字\u0000')

  assert.equal(shown, 'photo[U+202E]gpj.exe [U+6F22 U+5B57 U+0000]')
})

test('a typeface without its rules of shaping has every character that it had', () => {
  const whole = coverage(readFileSync(typefaces.plain))

  const cut = coverage(leanTypefaces().plain)

  for (let codePoint = 0; codePoint < 0x3000; codePoint += 1) assert.equal(cut(codePoint), whole(codePoint))
})
