import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lineOf } from './finding.ts'
import { checkNode, checkValidity } from './machine.ts'
import { checkClock } from './vault.ts'

const now = new Date('2026-03-14T12:00:00Z')

test('a certificate that its vault should have renewed is reported before it runs out', () => {
  const states = ['2027-03-14', '2026-03-29', '2026-03-20', '2026-03-01'].map(
    (day) => checkValidity('Certificate', new Date(`${day}T12:00:00Z`), now).state,
  )

  assert.deepEqual(states, ['well', 'well', 'wrong', 'wrong'])
})

test('clocks that are further apart than a one-time code lasts are reported, with the direction', () => {
  const [asked, answered] = [now.getTime(), now.getTime() + 200]

  const close = checkClock('Sat, 14 Mar 2026 12:00:05 GMT', { asked, answered })
  const ahead = checkClock('Sat, 14 Mar 2026 12:01:00 GMT', { asked, answered })
  const behind = checkClock('Sat, 14 Mar 2026 11:59:00 GMT', { asked, answered })

  assert.deepEqual([close.state, ahead.state, behind.state], ['well', 'wrong', 'wrong'])
  assert.match(lineOf(ahead), /WRONG .*ahead of/)
  assert.match(behind.found, /behind/)
})

test('a vault that does not tell its time is not said to be right', () => {
  const { state } = checkClock(undefined, { asked: 0, answered: 0 })

  assert.equal(state, 'unseen')
})

test('an old Node.js is reported', () => {
  assert.deepEqual([checkNode('v20.20.2').state, checkNode('v24.21.0').state], ['wrong', 'well'])
})
