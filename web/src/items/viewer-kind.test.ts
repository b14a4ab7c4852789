import assert from 'node:assert/strict'
import { test } from 'node:test'
import { viewerKind } from './viewer-kind.ts'

test('what a browser can show is shown, and nothing that could run in the page', () => {
  assert.equal(viewerKind('video/mp4', true), 'video')
  assert.equal(viewerKind('text/html', true), 'text')
  assert.equal(viewerKind('image/svg+xml', true), 'none')
  assert.equal(viewerKind('application/zip', true), 'none')
})

test('a browser that cannot read PDF offers the download instead of an empty frame', () => {
  assert.equal(viewerKind('application/pdf', false), 'none')
})
