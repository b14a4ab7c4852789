import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declaration } from '@sallyport/api/uploads'
import { declarationOf, draftOf, nothingShared, tagsIn } from './draft.ts'
import type { Declaration } from './task.ts'

const into = {
  case: '00000000-0000-4000-8000-000000000001' as Declaration['case'],
  parent: undefined,
  zone: 'America/Chicago',
}
const file = new File(['x'], 'Unit 12.MP4', { type: 'video/mp4', lastModified: Date.parse('2026-03-14T02:10:00Z') })
const draft = draftOf({ file, path: 'shift/Unit 12.MP4' })

test('what is declared of a file is what the vault asks for', () => {
  const declared = declarationOf(draft, { ...nothingShared, device: 'BWC 0312', tags: 'night, unit 12' }, into)

  assert.ok(declaration.safeParse(declared).success)
  assert.equal(declared.particulars.title, 'Unit 12')
  assert.deepEqual(declared.particulars.tags, ['night', 'unit 12'])
})

test('the date of a file is not taken for the time of recording unless the person says so', () => {
  assert.equal(declarationOf(draft, nothingShared, into).particulars.recordedAt, undefined)
  assert.equal(
    declarationOf(draft, { ...nothingShared, byFileDate: true }, into).particulars.recordedAt,
    '2026-03-14T02:10:00.000Z',
  )
})

test('a time that is typed is read on the clock of the agency', () => {
  const declared = declarationOf(draft, { ...nothingShared, recordedAt: '2026-03-13T21:10', clockOffset: '-90' }, into)

  assert.equal(declared.particulars.recordedAt, '2026-03-14T02:10:00.000Z')
  assert.equal(declared.particulars.clockOffsetSeconds, -90)
})

test('a tag that is written twice is one tag', () => {
  assert.deepEqual(tagsIn('night, night , ,day'), ['night', 'day'])
})
