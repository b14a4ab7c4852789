import assert from 'node:assert/strict'
import { test } from 'node:test'
import { acts } from '@sallyport/core/acts'
import { permissions } from '@sallyport/core/access'
import { refusals } from '@sallyport/core/refusal'
import fc from 'fast-check'
import { z } from 'zod'
import { timeZone } from './agency.ts'
import { contracts } from './all.ts'
import { byteCount, id, instant, line, prose, sha256Hex } from './contract.ts'
import { titleFromName } from './uploads.ts'

/** Every form of what a client may send, as JSON Schema, with the place where it stands. */
const forms = contracts.flatMap(({ name, contract }) =>
  (['params', 'query', 'body'] as const).map((part) => ({
    at: `${name}.${part}`,
    form: z.toJSONSchema(contract[part], { io: 'input', unrepresentable: 'any' }) as Form,
  })),
)

type Form = {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Form>>
  readonly items?: Form
  readonly anyOf?: readonly Form[]
  readonly oneOf?: readonly Form[]
  readonly allOf?: readonly Form[]
  readonly [name: string]: unknown
}

/** Texts of closed lists, which JSON Schema has no words for: the names of time zones, and yes or no. */
const closedLists = ['timeZone', 'mine', 'open']

/** A form and everything inside of it. */
function* inside(form: Form, at: string): Generator<{ at: string; form: Form }> {
  yield { at, form }
  for (const [name, field] of Object.entries(form.properties ?? {})) yield* inside(field, `${at}.${name}`)
  if (form.items) yield* inside(form.items, `${at}[]`)
  for (const part of [...(form.anyOf ?? []), ...(form.oneOf ?? []), ...(form.allOf ?? [])]) yield* inside(part, at)
}

const all = forms.flatMap(({ at, form }) => [...inside(form, at)])

test('no two operations have the same address', () => {
  const addresses = contracts.map(({ contract }) => `${contract.method} ${contract.path.replace(/:\w+/g, ':')}`)

  const twice = addresses.filter((address, at) => addresses.indexOf(address) !== at)

  assert.deepEqual(twice, [])
})

test('every name in an address is a parameter of the operation, and the other way round', () => {
  const wrong = contracts.filter(({ contract }) => {
    const named = [...contract.path.matchAll(/:(\w+)/g)].map(([, name]) => name)
    return named.toSorted().join() !== Object.keys(contract.params.shape).toSorted().join()
  })

  assert.deepEqual(
    wrong.map(({ name }) => name),
    [],
  )
})

test('no name is asked for twice by one operation, so that no part of a request can stand in for another', () => {
  const wrong = contracts.filter(({ contract }) => {
    const body = Object.keys((z.toJSONSchema(contract.body, { io: 'input' }) as Form).properties ?? {})
    const names = [...Object.keys(contract.params.shape), ...Object.keys(contract.query.shape), ...body]
    return new Set(names).size !== names.length
  })

  assert.deepEqual(
    wrong.map(({ name }) => name),
    [],
  )
})

test('every operation says what it does, asks for a permission that exists, and makes an entry that exists', () => {
  const wrong = contracts.filter(
    ({ contract }) =>
      !/^[A-Z].+\.$/.test(contract.does) ||
      !(contract.permission in permissions || ['anyone', 'signed-in'].includes(contract.permission)) ||
      !(contract.ledger in acts) ||
      contract.refuses.some((code) => !(code in refusals)),
  )

  assert.deepEqual(
    wrong.map(({ name }) => name),
    [],
  )
})

test('an operation that only reads changes nothing by its method, and asks for no body', () => {
  const wrong = contracts.filter(({ contract }) => contract.method === 'GET' && !contract.body.safeParse({}).success)

  assert.deepEqual(
    wrong.map(({ name }) => name),
    [],
  )
})

test('nothing that was not asked for is taken, at any depth', () => {
  const open = all.filter(({ form }) => form.type === 'object' && form['additionalProperties'] !== false)

  assert.deepEqual(
    open.map(({ at }) => at),
    [],
  )
})

test('every text, list and number that is taken has a bound', () => {
  const bounded = (form: Form): boolean => {
    if (form['enum'] || form['const'] !== undefined) return true
    if (form.type === 'string') return ['maxLength', 'pattern', 'format'].some((bound) => form[bound] !== undefined)
    if (form.type === 'array') return form['maxItems'] !== undefined
    if (form.type === 'number' || form.type === 'integer') return form['maximum'] !== undefined
    return true
  }

  const open = all.filter(({ at, form }) => !bounded(form) && !closedLists.some((name) => at.endsWith(`.${name}`)))

  assert.deepEqual(
    open.map(({ at }) => at),
    [],
  )
  assert.equal(timeZone.safeParse('Z'.repeat(100_000)).success, false)
})

test('an identifier is a UUID and nothing else', () => {
  const tried = [
    '0',
    '../../etc/passwd',
    "' or 1=1 --",
    '3f0c9f1e-8a55-4c0e-9d3e-8d4f3c1b2a0',
    '{3f0c9f1e-8a55-4c0e-9d3e-8d4f3c1b2a0f}',
    '',
  ]

  const taken = tried.filter((text) => id<'case'>().safeParse(text).success)

  assert.deepEqual(taken, [])
  assert.equal(id<'case'>().parse('3F0C9F1E-8a55-4c0e-9d3e-8d4f3c1b2a0f'), '3f0c9f1e-8a55-4c0e-9d3e-8d4f3c1b2a0f')
})

test('a line of text holds no control character and no broken character, and is never empty', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      const taken = line(100).safeParse(text)

      if (taken.success) {
        assert.ok(taken.data.isWellFormed() && !/\p{Cc}/u.test(taken.data))
        assert.ok(taken.data.length > 0 && taken.data.length <= 100 && taken.data === taken.data.trim())
      }
    }),
  )
})

test('text of several lines keeps its lines and tabs, and no other control character', () => {
  const kept = prose(100).parse('first\n\tsecond')
  const refused = ['a\u0000b', 'a\u001bb', 'a\u0085b', 'a\ud800b', ' \n '].filter(
    (text) => prose(100).safeParse(text).success,
  )

  assert.equal(kept, 'first\n\tsecond')
  assert.deepEqual(refused, [])
})

test('a moment is given in UTC, a digest in lower case, a count as a whole number', () => {
  const moments = ['2026-03-14T02:14:08.420Z', '2026-03-14T02:14:08+02:00', '2026-02-30T00:00:00Z', '14/03/2026']
  const digests = ['ab'.repeat(32), 'AB'.repeat(32), 'ab'.repeat(31)]
  const counts = [0, 2 ** 50, 2 ** 50 + 1, -1, 1.5, Number.NaN, '5']

  const taken = [
    moments.map((one) => instant.safeParse(one).success),
    digests.map((one) => sha256Hex.safeParse(one).success),
    counts.map((one) => byteCount.safeParse(one).success),
  ]

  assert.deepEqual(taken, [
    [true, false, false, false],
    [true, false, false],
    [true, true, false, false, false, false, false],
  ])
})

test('any file name gives a title that can be shown', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
      const title = titleFromName(name)

      assert.ok(line(200).safeParse(title).success)
    }),
  )
})
