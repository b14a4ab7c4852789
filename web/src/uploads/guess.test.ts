import assert from 'node:assert/strict'
import { test } from 'node:test'
import { guessCategory, mediaTypeOf } from './guess.ts'

test('the category is guessed from the type and the name', () => {
  assert.equal(guessCategory({ name: 'AXON_1234.mp4', type: 'video/mp4' }), 'body-worn-video')
  assert.equal(guessCategory({ name: 'dashcam front.mp4', type: 'video/mp4' }), 'in-car-video')
  assert.equal(guessCategory({ name: 'CCTV ch2.avi', type: '' }), 'surveillance-video')
  assert.equal(guessCategory({ name: 'IMG_01.HEIC', type: '' }), 'photograph')
  assert.equal(guessCategory({ name: 'phone.ufdr', type: 'application/zip' }), 'phone-extraction')
  assert.equal(guessCategory({ name: 'laptop.E01', type: '' }), 'computer-image')
  assert.equal(guessCategory({ name: 'unknown', type: '' }), 'other')
})

test('a media type with parameters or none at all becomes one that the vault takes', () => {
  assert.equal(mediaTypeOf({ name: 'a.webm', type: 'video/webm;codecs=vp9' }), 'video/webm')
  assert.equal(mediaTypeOf({ name: 'a.bin', type: 'not a type' }), 'application/octet-stream')
})
