import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { judgePassword, policyFloor } from './password.ts'

const banned = new Set(['password', 'dragon', 'qwertyuiop', 'football'])
const judge = (password: string, { shortest = 8, context = [] as readonly string[] } = {}) =>
  judgePassword({ password, shortest, banned, context })

test('a password of eight ordinary characters is taken, and one of seven is not', () => {
  const eight = judge('kx9!mw2q')
  const seven = judge('kx9!mw2')

  assert.deepEqual([eight, seven], [undefined, 'password/too-short'])
})

test('an agency can ask for longer passwords, but never for shorter ones than the policy', () => {
  const asked = judge('kx9!mw2qtz', { shortest: 12 })
  const lax = judge('kx9!m', { shortest: 4 })

  assert.deepEqual([asked, lax], ['password/too-short', 'password/too-short'])
})

test('length counts characters as a person sees them, not bytes', () => {
  const seven = judge('日本語密碼長字')
  const eight = judge('日本語密碼長字数')
  const composed = judge('é'.normalize('NFD').repeat(7))

  assert.deepEqual([seven, eight, composed], ['password/too-short', undefined, 'password/too-short'])
})

test('a password is never cut off: one that is too long is refused', () => {
  const longest = 'ab cd ef gh '.repeat(30).slice(0, policyFloor.longest)

  const answers = [judge(longest), judge(`${longest}x`)]

  assert.deepEqual(answers, [undefined, 'password/too-long'])
})

test('a password that attackers try first is refused, also with capitals, digits and signs around it', () => {
  const tried = ['qwertyuiop', 'QWERTYuiop', 'Dragon1234!', '123dragon', 'football2026']

  const answers = tried.map((password) => judge(password))

  assert.deepEqual(
    answers,
    tried.map(() => 'password/banned'),
  )
})

test('a row of keys or one key again and again is refused', () => {
  const tried = ['12345678', '87654321', 'abcdefghij', 'aaaaaaaaaa', 'abababababab', 'zyxwvuts']

  const answers = tried.map((password) => judge(password))

  assert.deepEqual(
    answers,
    tried.map(() => 'password/banned'),
  )
})

test('a password made of the name of the person or of the agency is refused, a long one that holds it is not', () => {
  const context = ['Dana Whitfield', 'd.whitfield', 'Cedar Falls PD']

  const bad = ['whitfield1', 'Whitfield!9', 'xCedar77'].map((password) => judge(password, { context }))
  const good = judge('nine whitfield boats at noon', { context })

  assert.deepEqual(
    bad,
    bad.map(() => 'password/banned'),
  )
  assert.equal(good, undefined)
})

test('a long phrase of any printable characters is taken whatever they are', () => {
  const phrase = fc.array(fc.constantFrom('river', 'copper', 'ladder', 'émeute', 'Straße', '七', '42', '~'), {
    minLength: 4,
    maxLength: 12,
  })
  fc.assert(
    fc.property(phrase, (words) => {
      const password = ['lantern', ...words].join(' ')

      const fault = judge(password)

      assert.equal(fault, undefined)
    }),
  )
})

test('no text whatever makes the judge fail, and what is too short is never taken', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.integer({ min: 0, max: 64 }),
      (password, shortest) => {
        const fault = judge(password, { shortest })

        const length = [...password.normalize('NFC')].length
        assert.ok(fault !== undefined || length >= Math.max(8, shortest))
        assert.ok(fault !== undefined || length <= policyFloor.longest)
      },
    ),
  )
})
