import assert from 'node:assert/strict'
import { test } from 'node:test'
import { acts } from './acts.ts'
import { readLeaf, writeEntry } from './entry.ts'
import { sha256 } from './sha256.ts'

const names = Object.keys(acts)

test('every act is a noun and a verb in the past, and reads as the end of a sentence about a person', () => {
  const wrong = Object.entries(acts).filter(
    ([name, says]) => !/^[a-z]+\.[a-z]+(-[a-z]+)*$/.test(name) || !/^[a-z].*[^.]$/.test(says),
  )

  assert.deepEqual(wrong, [])
})

test('the ledger can hold every act', () => {
  const entry = {
    id: '00000000-0000-4000-8000-000000000001',
    at: '2026-03-14T02:14:08.420Z',
    outcome: 'done',
    on: [],
    actor: {},
    detail: {},
    secret: new Uint8Array(32),
  } as const

  const held = names.map((act) => readLeaf(writeEntry(sha256, { ...entry, act: act as keyof typeof acts }))?.act)

  assert.deepEqual(held, names)
})

test('the name of an act tells nothing about whom it happened to', () => {
  const telling = names.filter((name) => /victim|suspect|juvenile|witness|homicide|assault/.test(name))

  assert.deepEqual(telling, [])
})
