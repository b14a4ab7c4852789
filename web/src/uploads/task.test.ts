import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rateOf } from './rate.ts'
import { needsThisTab, overall, type Task, told, type Upload, whyNotSame } from './task.ts'

const anUpload = (more: Partial<Upload> = {}): Upload => ({
  id: '00000000-0000-4000-8000-000000000001' as Upload['id'],
  item: '00000000-0000-4000-8000-000000000002' as Upload['item'],
  case: { id: '00000000-0000-4000-8000-000000000003' as Upload['case']['id'], number: '26-004417' },
  title: 'Unit 12',
  originalName: 'unit12.mp4',
  size: 1000,
  received: 0,
  state: 'receiving',
  declaredSha256: null,
  tus: '/api/uploads/1/bytes',
  begunAt: '2026-03-14T02:00:00.000Z',
  expiresAt: '2026-03-21T02:00:00.000Z',
  sameBytes: [],
  ...more,
})

const aTask = (more: Partial<Task> = {}): Task => ({
  key: '1',
  title: 'Unit 12',
  fileName: 'unit12.mp4',
  caseNumber: '26-004417',
  size: 1000,
  phase: 'sending',
  upload: null,
  sent: 0,
  hashed: 0,
  sha256: null,
  pace: [],
  says: null,
  next: null,
  ...more,
})

test('progress over several files counts bytes and not files', () => {
  const done = aTask({ phase: 'ended', upload: anUpload({ state: 'held' }), sent: 1000 })

  const all = overall([done, aTask({ size: 9000, sent: 500 })], rateOf)

  assert.deepEqual([all.files, all.done, all.bytes, all.sent], [2, 1, 10_000, 1500])
})

test('a cancelled file no longer counts, and a refused one is told apart', () => {
  const cancelled = aTask({ phase: 'ended', upload: anUpload({ state: 'cancelled' }) })
  const refused = aTask({ phase: 'ended', upload: anUpload({ state: 'refused' }) })

  const all = overall([cancelled, refused], rateOf)

  assert.deepEqual([all.files, all.failed], [0, 1])
})

test('an upload that the vault has taken in is at its end', () => {
  assert.equal(told(aTask({ phase: 'checking' }), anUpload({ state: 'held', received: 1000 })).phase, 'ended')
  assert.equal(told(aTask({ phase: 'checking' }), anUpload({ state: 'checking', received: 1000 })).phase, 'checking')
})

test('closing the tab is only warned of while a file still needs it', () => {
  assert.equal(needsThisTab(aTask({ phase: 'sending' })), true)
  assert.equal(needsThisTab(aTask({ phase: 'paused' })), false)
  assert.equal(needsThisTab(aTask({ phase: 'ended' })), false)
})

test('another file than the one that was begun with is not sent in its place', () => {
  assert.match(whyNotSame(anUpload(), { name: 'unit12.mp4', size: 999 }) ?? '', /999 bytes/)
  assert.match(whyNotSame(anUpload(), { name: 'unit13.mp4', size: 1000 }) ?? '', /unit13/)
  assert.equal(whyNotSame(anUpload(), { name: 'unit12.mp4', size: 1000 }), null)
})
