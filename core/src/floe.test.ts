import assert from 'node:assert/strict'
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { concat, unhex, utf8 } from './bytes.ts'
import {
  defaultSegmentLength,
  FloeFault,
  type FloePrimitives,
  floe,
  headerLength,
  newHeader,
  offsetOfSegment,
  sealedLengthOf,
  segmentAt,
  segmentsOf,
} from './floe.ts'

const primitives: FloePrimitives = {
  random: randomBytes,
  hmacSha384: (key, data) => createHmac('sha384', key).update(data).digest(),
  seal(key, { iv, aad }, plain) {
    const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(aad)
    const text = cipher.update(plain)
    cipher.final()
    return { text, tag: cipher.getAuthTag() }
  },
  open(key, { iv, aad }, sealed) {
    const cipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: 16 }).setAAD(aad)
    cipher.setAuthTag(sealed.subarray(sealed.length - 16))
    const plain = cipher.update(sealed.subarray(0, sealed.length - 16))
    try {
      cipher.final()
      return plain
    } catch {
      return undefined
    }
  },
}

type Object = { readonly key: Uint8Array; readonly aad: Uint8Array; readonly rotationBits?: number }

const vectors = new URL('../../../shared/vectors/floe/', import.meta.url)
const known = { key: new Uint8Array(32), aad: utf8('This is AAD') }
const small = { key: new Uint8Array(32).fill(9), aad: utf8('agency/object/1') }

// The vectors lie beside the project, not in it. A run that is to be trusted must have them; a reader's need not.
if (existsSync(vectors)) knownAnswers()
else if (process.env['CI'] === 'true')
  test('the files that other implementations sealed are there to be tried', () => {
    assert.fail('../shared/vectors/floe is missing beside the project')
  })
else test('what other implementations sealed opens here', { skip: 'no ../shared/vectors/floe beside the project' })

function knownAnswers(): void {
  for (const name of readdirSync(vectors).filter((name) => name.endsWith('_ct.txt'))) {
    const object = name.includes('rotation') ? { ...known, rotationBits: 2 } : known
    const sealed = vector(name)
    const plain = vector(name.replace('_ct', '_pt'))

    test(`what another implementation sealed opens here: ${name}`, () => {
      const opened = openAll(sealed, object)

      assert.deepEqual(opened, plain)
    })

    test(`what is sealed here with the same parameters opens again: ${name}`, () => {
      const segmentLength = new DataView(sealed.buffer).getUint32(2)

      const again = sealAll(plain, segmentLength, object)

      assert.equal(again.length, sealedLengthOf(plain.length, segmentLength))
      assert.deepEqual(openAll(again, object), plain)
    })
  }
}

test('any plaintext seals to the length foretold and opens to itself', () => {
  const property = fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 33, max: 80 }), (plain, length) => {
    const sealed = sealAll(plain, length, small)
    assert.equal(sealed.length, sealedLengthOf(plain.length, length))
    assert.deepEqual(openAll(sealed, small), plain)
  })

  fc.assert(property)
})

test('a byte anywhere in a file stands where the arithmetic says', () => {
  const plain = fc.uint8Array({ minLength: 1, maxLength: 300 })

  const property = fc.property(plain, fc.nat(), (bytes, anywhere) => {
    const at = anywhere % bytes.length
    const sealed = sealAll(bytes, 64, small)
    const reader = floe(primitives, small.key, { header: sealed.subarray(0, headerLength), aad: small.aad })
    const index = segmentAt(at, 64)
    const from = offsetOfSegment(index, 64)
    const opened = reader.open(index, index === segmentsOf(bytes.length, 64) - 1, sealed.subarray(from, from + 64))
    assert.equal(opened?.[at - index * 32], bytes[at])
  })

  fc.assert(property)
})

test('a single bit that was changed anywhere is found', () => {
  const plain = Uint8Array.from({ length: 80 }, (_, at) => at)
  const sealed = sealAll(plain, 64, small)

  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const flipped = sealed.slice()
    flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7))
    assert.equal(openAll(flipped, small), undefined, `bit ${bit}`)
  }
})

test('segments that were swapped, doubled, removed, cut off or added are found', () => {
  const [header, one, two, three] = pieces(sealAll(new Uint8Array(32 * 3), 64, small))
  assert.ok(header && one && two && three)
  const other = pieces(sealAll(new Uint8Array(32 * 3), 64, small))
  const tampered = [
    [header, two, one, three],
    [header, one, one, two, three],
    [header, one, one, three],
    [header, two, three],
    [header, one, three],
    [header, one, two],
    [header, one],
    [header],
    [header, one, two, three, three],
    [header, one, two, three.subarray(0, 63)],
    [header, one, two, three.subarray(0, 31)],
    [header, one, other[2] as Uint8Array, three],
    [other[0] as Uint8Array, one, two, three],
  ]

  for (const parts of tampered) assert.equal(openAll(concat(...parts), small), undefined)
  assert.ok(openAll(concat(header, one, two, three), small))
})

test('another key and another object name are refused at the header', () => {
  const sealed = sealAll(new Uint8Array(10), 64, small)
  const header = sealed.slice(0, headerLength)

  assert.throws(() => floe(primitives, new Uint8Array(32), { header, aad: small.aad }), FloeFault)
  assert.throws(() => floe(primitives, small.key, { header, aad: utf8('agency/object/2') }), FloeFault)
  assert.throws(() => floe(primitives, small.key, { header: header.subarray(1), aad: small.aad }), FloeFault)
  assert.throws(() => newHeader(primitives, small.key, { aad: small.aad, segmentLength: 32 }), FloeFault)
})

test('a segment that is too long, or too short for its place, cannot be sealed', () => {
  const header = newHeader(primitives, small.key, { aad: small.aad, segmentLength: defaultSegmentLength })
  const writer = floe(primitives, small.key, { header, aad: small.aad })

  assert.throws(() => writer.seal(0, false, new Uint8Array(5)), FloeFault)
  assert.throws(() => writer.seal(0, true, new Uint8Array(defaultSegmentLength)), FloeFault)
  assert.throws(() => writer.seal(2 ** 40, true, new Uint8Array(5)), FloeFault)
  assert.throws(() => writer.seal(-1, true, new Uint8Array(5)), FloeFault)
})

function sealAll(plain: Uint8Array, segmentLength: number, { key, ...object }: Object): Uint8Array {
  const header = newHeader(primitives, key, { aad: object.aad, segmentLength })
  const writer = floe(primitives, key, { header, ...object })
  const count = segmentsOf(plain.length, segmentLength)
  const room = segmentLength - 32
  const segments = Array.from({ length: count }, (_, index) =>
    writer.seal(index, index === count - 1, plain.subarray(index * room, (index + 1) * room)),
  )
  return concat(header, ...segments)
}

/** Opens a whole object as a careful reader does: the last segment is the one that ends the bytes. */
function openAll(sealed: Uint8Array, { key, ...object }: Object): Uint8Array | undefined {
  try {
    const reader = floe(primitives, key, { header: sealed.slice(0, headerLength), ...object })
    const count = Math.max(1, Math.ceil((sealed.length - headerLength) / reader.segmentLength))
    const parts: Uint8Array[] = []
    for (let index = 0; index < count; index++) {
      const from = offsetOfSegment(index, reader.segmentLength)
      const part = reader.open(index, index === count - 1, sealed.subarray(from, from + reader.segmentLength))
      if (!part) return undefined
      parts.push(part)
    }
    return concat(...parts)
  } catch (fault) {
    if (fault instanceof FloeFault) return undefined
    throw fault
  }
}

function pieces(sealed: Uint8Array): Uint8Array[] {
  const parts = [sealed.subarray(0, headerLength)]
  for (let at = headerLength; at < sealed.length; at += 64) parts.push(sealed.subarray(at, at + 64))
  return parts
}

function vector(name: string): Uint8Array<ArrayBuffer> {
  const bytes = unhex(readFileSync(new URL(name, vectors), 'utf8').trim())
  assert.ok(bytes, name)
  return new Uint8Array(bytes)
}
