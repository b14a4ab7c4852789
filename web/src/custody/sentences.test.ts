import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fatesIn } from './fates.ts'
import { type Line, sentenceOf } from './sentences.ts'

const done = { outcome: 'done', expunged: false } as const

test('what was played is told from second to second', () => {
  const facts = {
    parts: [
      { from: 230, to: 280, speed: 1 },
      { from: 300, to: 310.5, speed: 0.5 },
    ],
  }

  const { what } = sentenceOf({ ...done, act: 'item.played', facts })

  assert.equal(what, 'played 00:03:50–00:04:40 at 1×, 00:05:00–00:05:10 at 0.5×')
})

test('a correction shows what stood there before, and the reason', () => {
  const facts = { field: 'place', before: 'Harbour Road', after: 'Harbor Road', why: 'Spelling' }

  const { what, why, facts: shown } = sentenceOf({ ...done, act: 'item.annotated', facts })

  assert.equal(what, 'corrected the place of the item')
  assert.equal(why, 'Spelling')
  assert.deepEqual(shown[0], { label: 'Place', was: 'Harbour Road', says: 'Harbor Road' })
})

test('of a changed account only what changed is shown, before and after', () => {
  const facts = {
    before: { name: 'A. Grant', roles: ['officer'] },
    after: { name: 'A. Grant', roles: ['officer', 'detective'] },
  }

  const { facts: shown } = sentenceOf({ ...done, act: 'person.changed', facts })

  assert.deepEqual(shown, [{ label: 'Roles', was: 'officer', says: 'officer, detective' }])
})

test('a refusal says that nothing was done, and why', () => {
  const { what } = sentenceOf({
    outcome: 'refused',
    expunged: false,
    act: 'request.refused',
    facts: { act: 'item.opened', code: 'item/altered' },
  })

  assert.match(
    what,
    /^was refused: “opened the content of the item” did not take place. The stored bytes of this item do not match/,
  )
})

test('an entry whose detail was destroyed names the order, and nothing else of what it said', () => {
  const entry = '00000000-0000-4000-8000-000000000001'
  const order = {
    entry: '00000000-0000-4000-8000-000000000002',
    at: '2026-03-14T02:00:00.000Z',
    act: 'ledger.expunged',
    outcome: 'done',
    index: 9,
    by: { id: null, name: '', roles: [] },
    from: { address: null, agent: null },
    facts: { court: 'the Superior Court', reference: '26-CR-118', entries: [entry] },
    expunged: false,
  } as unknown as Line // -- ids are branded, and these are made up
  const gone = { ...done, expunged: true, act: 'item.received', facts: {} }
  const fate = fatesIn([order], true)

  const { what, facts } = sentenceOf(gone, fate(entry))

  assert.match(
    what,
    /^delivered the item.*what more the entry said was destroyed under order 26-CR-118 of the Superior/,
  )
  assert.deepEqual(facts, [])
  assert.match(sentenceOf(gone, fate('another')).what, /was lost in a restore: no order of a court names this entry$/)
  assert.match(sentenceOf(gone, fatesIn([], false)('another')).what, /destroyed under an order, or lost in a restore$/)
})

test('an act of a newer vault is shown by its name and not dropped', () => {
  assert.equal(sentenceOf({ ...done, act: 'item.witnessed', facts: {} }).what, 'did: item.witnessed')
})

test('whatever an entry holds, it is put into words and no fact is lost', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{3,8}$/), fc.jsonValue(), { maxKeys: 6 }), (facts) => {
      const { what, facts: shown } = sentenceOf({ ...done, act: 'item.read', facts })

      const hidden = Object.entries(facts).filter(([name, value]) => value === null || name === 'why')
      assert.ok(what.length > 0)
      assert.equal(shown.length, Object.keys(facts).length - hidden.length)
    }),
  )
})
