import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal, type RefusalCode, refusals } from './refusal.ts'

const codes = Object.keys(refusals) as RefusalCode[]

test('every refusal has a code of two words, says what happened and what to do next', () => {
  const wrong = codes.filter((code) => {
    const { says, next } = refusals[code]
    return (
      !/^[a-z]+(-[a-z]+)*\/[a-z]+(-[a-z]+)*$/.test(code) || !/^[A-Z].+\.$/.test(says) || !/^[A-Z].+[.\w]$/.test(next)
    )
  })

  assert.deepEqual(wrong, [])
})

test('every refusal has a status of HTTP that says no', () => {
  const wrong = codes.filter((code) => refusals[code].status < 400 || refusals[code].status > 599)

  assert.deepEqual(wrong, [])
})

test('no refusal tells apart what is not there from what is not shown', () => {
  const hidden = codes.filter((code) => code.endsWith('/not-found'))

  const telling = hidden.filter(
    (code) => refusals[code].status !== 404 || /exists|deleted|belongs to another/.test(refusals[code].says),
  )

  assert.deepEqual(telling, [])
})

test('a refusal carries its code, its sentence and its facts', () => {
  const refusal = new Refusal('viewing/bad-range', { length: '10' })

  assert.equal(refusal.message, refusals['viewing/bad-range'].says)
  assert.deepEqual([refusal.code, refusal.facts, refusal.name], ['viewing/bad-range', { length: '10' }, 'Refusal'])
})
