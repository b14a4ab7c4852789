import assert from 'node:assert/strict'
import { test } from 'node:test'
import { counted, exactSize, size } from './sizes.ts'

test('sizes read as they stand on a camera or a disk', () => {
  assert.equal(size(0), '0 B')
  assert.equal(size(999), '999 B')
  assert.equal(size(1000), '1.0 kB')
  assert.equal(size(999_600), '1.0 MB')
  assert.equal(size(18_204_113_408), '18.2 GB')
  assert.equal(size(180_204_113_408), '180 GB')
})

test('a size to compare is told to the byte', () => {
  assert.equal(exactSize(18_204_113_408), '18,204,113,408 bytes')
  assert.equal(exactSize(1), '1 byte')
})

test('one is not many', () => {
  assert.equal(counted(1, 'item'), '1 item')
  assert.equal(counted(1200, 'person', 'people'), '1,200 people')
})
