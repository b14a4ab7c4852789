import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { hex, utf8 } from './bytes.ts'
import { newSha256, sha256 } from './sha256.ts'

test('the examples of FIPS 180-4 hash as NIST says', () => {
  const examples = {
    '': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    abc: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq:
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  }

  const hashed = Object.keys(examples).map((text) => hex(sha256(utf8(text))))

  assert.deepEqual(hashed, Object.values(examples))
})

test('every length up to four blocks hashes as the native implementation does', () => {
  const bytes = Uint8Array.from({ length: 257 }, (_, at) => (at * 7) % 256)

  for (let length = 0; length <= bytes.length; length++) {
    const part = bytes.subarray(0, length)
    assert.equal(hex(sha256(part)), native(part))
  }
})

test('a stream cut at any places hashes as the whole', () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 20 })

  const property = fc.property(pieces, (parts) => {
    const stream = newSha256()
    for (const part of parts) stream.update(part)
    assert.equal(hex(stream.digest()), native(...parts))
  })

  fc.assert(property)
})

function native(...parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}
