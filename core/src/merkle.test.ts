import assert from 'node:assert/strict'
import { hash as native } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { hex, utf8 } from './bytes.ts'
import { leafHash, nodeHash, treeHash, verifyConsistency, verifyInclusion } from './merkle.ts'
import { sha256 as pure, type Sha256 } from './sha256.ts'
import {
  consistencyProof,
  type Edge,
  edgeOf,
  emptyEdge,
  entriesPath,
  entryBundle,
  grow,
  inclusionProof,
  type ReadTile,
  readBundle,
  readPath,
  rootOf,
  tilePath,
} from './tiles.ts'

const sha256: Sha256 = (bytes) => new Uint8Array(native('sha256', bytes, 'buffer'))
const largest = 600
const entries = Array.from({ length: largest }, (_, at) => utf8(`entry ${at}`))
const leaves = entries.map((entry) => leafHash(sha256, entry))
const roots = Array.from({ length: largest + 1 }, (_, size) => naive(leaves.slice(0, size)))

/** MTH exactly as RFC 6962 section 2.1 defines it. */
function naive(hashes: readonly Uint8Array[]): Uint8Array {
  const [only] = hashes
  if (!only) return sha256(new Uint8Array(0))
  if (hashes.length === 1) return only
  const k = 2 ** Math.floor(Math.log2(hashes.length - 1))
  return nodeHash(sha256, naive(hashes.slice(0, k)), naive(hashes.slice(k)))
}

/** A shelf of tiles that keeps every tile it was ever given, as a log's store does. */
function grown(steps: readonly number[], from = 0) {
  const shelf = new Map<string, Uint8Array>()
  let edge: Edge = emptyEdge
  let at = from
  for (const step of steps) {
    const next = grow(sha256, edge, entries.slice(at, at + step))
    for (const { tile, bytes } of next.tiles) {
      assert.equal(bytes.length, tile.width * 32)
      assert.ok(!shelf.has(tilePath(tile)), 'a tile is written once')
      shelf.set(tilePath(tile), bytes)
    }
    edge = next.edge
    at += step
  }
  const readTile: ReadTile = async (tile) => {
    const bytes = shelf.get(tilePath(tile)) ?? shelf.get(tilePath({ ...tile, width: 256 }))
    assert.ok(bytes, `${tilePath(tile)} is missing`)
    return bytes
  }
  return { edge, shelf, readTile }
}

test('the roots of RFC 6962 test trees are those of Certificate Transparency', () => {
  const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
  const bytes = inputs.map((digits) => Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)))

  const found = [0, 1, 2, 3, 8].map((size) =>
    hex(
      treeHash(
        pure,
        bytes.slice(0, size).map((entry) => leafHash(pure, entry)),
      ),
    ),
  )

  assert.deepEqual(found, [
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ])
})

test('the root at every size up to 600 is the one that the RFC defines', () => {
  let edge = emptyEdge

  for (let size = 0; size <= largest; size++) {
    assert.deepEqual(rootOf(sha256, edge), roots[size])
    assert.deepEqual(treeHash(sha256, leaves.slice(0, size)), roots[size])
    edge = grow(sha256, edge, entries.slice(size, size + 1)).edge
  }
})

test('a tree has the same root and the same edge however its growth was split', async () => {
  const splits = fc.array(fc.integer({ min: 0, max: 290 }), { maxLength: 12 })

  const property = fc.asyncProperty(splits, async (steps) => {
    const total = steps.reduce((sum, step) => sum + step, 0)
    fc.pre(total <= largest)
    const { edge, readTile } = grown(steps.filter((step) => step > 0))
    assert.equal(edge.size, total)
    assert.deepEqual(rootOf(sha256, edge), roots[total])
    assert.deepEqual(await edgeOf(sha256, readTile, total), grown([total].filter(Boolean)).edge)
  })

  await fc.assert(property)
})

test('every entry is proved at every size, and at no other place', async () => {
  const sizes = fc.integer({ min: 1, max: largest })

  const property = fc.asyncProperty(sizes, fc.nat(), fc.nat(), async (size, anywhere, elsewhere) => {
    const index = anywhere % size
    const { readTile } = grown([size])
    const proof = await inclusionProof(sha256, readTile, { index, size })
    const claim = { leaf: leaves[index] as Uint8Array, index, size, root: roots[size] as Uint8Array, proof }
    assert.ok(verifyInclusion(sha256, claim))
    const other = elsewhere % size
    assert.equal(verifyInclusion(sha256, { ...claim, index: other }), other === index)
    assert.equal(verifyInclusion(sha256, { ...claim, leaf: leaves[other] as Uint8Array }), other === index)
    assert.equal(verifyInclusion(sha256, { ...claim, root: roots[size - 1] as Uint8Array }), false)
    assert.equal(verifyInclusion(sha256, { ...claim, proof: [...proof, claim.leaf] }), false)
    assert.equal(verifyInclusion(sha256, { ...claim, proof: proof.slice(1) }), proof.length === 0)
    assert.equal(verifyInclusion(sha256, { ...claim, index: size }), false)
    for (const [at, step] of proof.entries()) {
      const bent = proof.with(
        at,
        step.map((byte) => byte ^ 1),
      )
      assert.equal(verifyInclusion(sha256, { ...claim, proof: bent }), false)
    }
  })

  await fc.assert(property, { numRuns: 60 })
})

test('the proofs of small trees are the very lists that the RFC defines', async () => {
  for (let size = 1; size <= 20; size++) {
    const { readTile } = grown([size])
    for (let index = 0; index < size; index++) {
      assert.deepEqual(await inclusionProof(sha256, readTile, { index, size }), path(index, leaves.slice(0, size)))
    }
    for (let old = 1; old <= size; old++) {
      const proof = await consistencyProof(sha256, readTile, { old, size })
      assert.deepEqual(proof, subproof(old, leaves.slice(0, size), true))
    }
  }
})

test('a tree is proved to begin with each of its earlier states, and with nothing else', async () => {
  const sizes = fc.integer({ min: 1, max: largest })

  const property = fc.asyncProperty(sizes, fc.nat(), async (size, earlier) => {
    const old = earlier % (size + 1)
    const { readTile } = grown([size])
    const proof = await consistencyProof(sha256, readTile, { old, size })
    const claim = { old, oldRoot: roots[old] as Uint8Array, size, root: roots[size] as Uint8Array, proof }
    const wrong = sha256(utf8('another tree'))
    assert.ok(verifyConsistency(sha256, claim))
    assert.equal(verifyConsistency(sha256, { ...claim, oldRoot: wrong }), false)
    assert.equal(verifyConsistency(sha256, { ...claim, root: wrong }), old === 0)
    assert.equal(verifyConsistency(sha256, { ...claim, proof: [...proof, wrong] }), false)
    assert.equal(verifyConsistency(sha256, { ...claim, old: size + 1 }), false)
    for (const at of proof.keys()) {
      assert.equal(verifyConsistency(sha256, { ...claim, proof: proof.with(at, wrong) }), false)
    }
  })

  await fc.assert(property, { numRuns: 60 })
})

test('tiles lie where C2SP tlog-tiles says, and no other path is taken for one', () => {
  const paths = {
    'tile/0/x001/067.p/3': { level: 0, index: 1067, width: 3 },
    'tile/0/x001/x234/067': { level: 0, index: 1_234_067, width: 256 },
    'tile/2/000': { level: 2, index: 0, width: 256 },
  }
  const others = [
    'tile/00/000',
    'tile/0/x000/001',
    'tile/0/000.p/256',
    'tile/0/000.p/0',
    'tile/64/000',
    'tile/0/1',
    '../x',
  ]

  for (const [path, tile] of Object.entries(paths)) {
    assert.equal(tilePath(tile), path)
    assert.deepEqual(readPath(path), tile)
  }
  assert.equal(entriesPath(273, 112), 'tile/entries/273.p/112')
  assert.deepEqual(readPath('tile/entries/273.p/112'), { level: 'entries', index: 273, width: 112 })
  for (const other of others) assert.equal(readPath(other), undefined)
})

test('a log of 70,000 entries has exactly the tiles that the specification counts', () => {
  const { edge, tiles } = grow(
    sha256,
    emptyEdge,
    Array.from({ length: 70_000 }, (_, at) => utf8(String(at))),
  )

  const count = (level: number, full: boolean) =>
    tiles.filter(({ tile }) => tile.level === level && (tile.width === 256) === full).map(({ tile }) => tile.width)
  assert.equal(count(0, true).length, 273)
  assert.deepEqual(count(0, false), [112])
  assert.equal(count(1, true).length, 1)
  assert.deepEqual(count(1, false), [17])
  assert.deepEqual(count(2, false), [1])
  assert.equal(tiles.length, 277)
  assert.deepEqual(
    edge.tiles.map(({ length }) => length / 32),
    [112, 17, 1],
  )
})

test('a bundle gives back its entries, and a bundle cut anywhere else than between entries gives none', () => {
  const lists = fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 256 })

  const property = fc.property(lists, fc.nat(), (list, anywhere) => {
    const bytes = entryBundle(list)
    assert.deepEqual(readBundle(bytes), list)
    const cut = readBundle(bytes.subarray(0, bytes.length && anywhere % bytes.length))
    assert.ok(cut === undefined || entryBundle(cut).length < bytes.length || bytes.length === 0)
  })

  fc.assert(property)
  assert.equal(readBundle(Uint8Array.of(0)), undefined)
  assert.equal(readBundle(Uint8Array.of(0, 2, 1)), undefined)
  assert.equal(readBundle(new Uint8Array(2 * 257)), undefined)
  assert.throws(() => entryBundle([new Uint8Array(65_536)]), RangeError)
})

/** PATH of RFC 6962 section 2.1.1. */
function path(m: number, hashes: readonly Uint8Array[]): Uint8Array[] {
  if (hashes.length <= 1) return []
  const k = 2 ** Math.floor(Math.log2(hashes.length - 1))
  return m < k
    ? [...path(m, hashes.slice(0, k)), naive(hashes.slice(k))]
    : [...path(m - k, hashes.slice(k)), naive(hashes.slice(0, k))]
}

/** SUBPROOF of RFC 6962 section 2.1.2. */
function subproof(m: number, hashes: readonly Uint8Array[], known: boolean): Uint8Array[] {
  if (m === hashes.length) return known ? [] : [naive(hashes)]
  const k = 2 ** Math.floor(Math.log2(hashes.length - 1))
  return m <= k
    ? [...subproof(m, hashes.slice(0, k), known), naive(hashes.slice(k))]
    : [...subproof(m - k, hashes.slice(k), false), naive(hashes.slice(0, k))]
}
