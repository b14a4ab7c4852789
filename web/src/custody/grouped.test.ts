import assert from 'node:assert/strict'
import { test } from 'node:test'
import { acts } from '@sallyport/core/acts'
import fc from 'fast-check'
import { actKinds, isChosen } from './act-groups.ts'
import { grouped, occurring, passes } from './grouped.ts'
import type { Line } from './sentences.ts'

const aLine = (act: string, name: string, more: Partial<Line> = {}): Line => ({
  entry: '00000000-0000-4000-8000-000000000001' as Line['entry'],
  at: '2026-03-14T02:00:00.000Z',
  act,
  outcome: 'done',
  index: 1,
  by: { id: name, name, roles: ['detective'] },
  from: { address: null, agent: null },
  facts: {},
  expunged: false,
  ...more,
})

test('the many pieces in which a browser fetches a video are one line', () => {
  const lines = [
    aLine('item.opened', 'Ruiz'),
    ...Array.from({ length: 40 }, () => aLine('item.served', 'Ruiz')),
    aLine('item.played', 'Ruiz'),
  ]

  assert.deepEqual(
    grouped(lines).map(({ lines: of }) => of.length),
    [1, 40, 1],
  )
})

test('two people are never told as one, nor two refusals', () => {
  const refused = { outcome: 'refused' } as const

  assert.equal(grouped([aLine('item.served', 'Ruiz'), aLine('item.served', 'Okafor')]).length, 2)
  assert.equal(grouped([aLine('item.served', 'Ruiz', refused), aLine('item.served', 'Ruiz', refused)]).length, 2)
  assert.equal(grouped([aLine('item.played', 'Ruiz'), aLine('item.played', 'Ruiz')]).length, 2)
})

test('joining loses no entry and keeps their order', () => {
  const line = fc.record({
    act: fc.constantFrom('item.served', 'item.played', 'custody.read'),
    name: fc.constantFrom('A', 'B'),
  })
  fc.assert(
    fc.property(fc.array(line, { maxLength: 60 }), (drawn) => {
      const lines = drawn.map(({ act, name }) => aLine(act, name))

      assert.deepEqual(
        grouped(lines).flatMap(({ lines: of }) => [...of]),
        lines,
      )
    }),
  )
})

test('the custody can be narrowed to one act or one person', () => {
  const lines = [aLine('item.opened', 'Ruiz'), aLine('item.played', 'Okafor')]

  assert.equal(lines.filter((line) => passes(line, { act: 'item.played' })).length, 1)
  assert.equal(lines.filter((line) => passes(line, { person: 'Ruiz' })).length, 1)
  assert.deepEqual(occurring(lines).acts, ['item.opened', 'item.played'])
})

test('the custody can be narrowed to a kind of acts, to days, and to what touched the content', () => {
  const lines = [
    aLine('item.received', 'Ruiz', { at: '2026-03-13T23:00:00.000Z' }),
    aLine('item.read', 'Ruiz', { at: '2026-03-14T02:00:00.000Z' }),
    aLine('item.served', 'Ruiz', { at: '2026-03-14T03:00:00.000Z' }),
    aLine('item.opened', 'Okafor', { at: '2026-03-15T03:00:00.000Z', outcome: 'refused' }),
  ]
  const left = (filter: Parameters<typeof passes>[1]) =>
    lines.filter((line) => passes(line, filter)).map(({ act }) => act)

  assert.deepEqual(left({ act: 'opened' }), ['item.served', 'item.opened'])
  assert.deepEqual(left({ act: 'refused' }), ['item.opened'])
  assert.deepEqual(left({ content: 'yes' }), ['item.received', 'item.served'])
  assert.deepEqual(left({ from: '2026-03-14T00:00:00.000Z', to: '2026-03-14T23:59:59.999Z' }), [
    'item.read',
    'item.served',
  ])
  assert.deepEqual(
    occurring(lines).groups.map(({ value }) => value),
    ['delivered', 'opened', 'looked-up', 'refused'],
  )
})

test('every act is of just one kind, and one that nobody sorted is found under everything else', () => {
  for (const act of [...Object.keys(acts), 'item.witnessed'])
    assert.equal(actKinds.filter(({ name }) => isChosen(act, name)).length, 1, act)
  assert.ok(isChosen('item.witnessed', 'rest'))
})
