import { equal } from './bytes.ts'
import type { Sha256 } from './sha256.ts'

/** The hash of an entry (RFC 6962 section 2.1). The leading 0x00 keeps it from passing for a node. */
export function leafHash(hash: Sha256, entry: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1 + entry.length)
  bytes.set(entry, 1)
  return hash(bytes)
}

/** The hash of an inner node (RFC 6962 section 2.1). */
export function nodeHash(hash: Sha256, left: Uint8Array, right: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(65)
  bytes[0] = 1
  bytes.set(left, 1)
  bytes.set(right, 33)
  return hash(bytes)
}

/**
 * The root over leaf hashes, or over the roots of perfect trees of one size (RFC 6962 section 2.1).
 * A node without a partner moves up as it is, which comes to the same as splitting at the largest
 * power of two.
 */
export function treeHash(hash: Sha256, leaves: readonly Uint8Array[]): Uint8Array {
  let row = leaves
  while (row.length > 1) {
    const above: Uint8Array[] = []
    for (let at = 0; at < row.length; at += 2) {
      const left = row[at] as Uint8Array
      const right = row[at + 1]
      above.push(right ? nodeHash(hash, left, right) : left)
    }
    row = above
  }
  return row[0] ?? hash(new Uint8Array(0))
}

export type Inclusion = {
  readonly leaf: Uint8Array
  readonly index: number
  readonly size: number
  readonly root: Uint8Array
  /** Hashes from the leaf's sibling up. */
  readonly proof: readonly Uint8Array[]
}

/**
 * Whether an entry with this leaf hash stands at this index in the tree (RFC 9162 section 2.1.3.2).
 *
 * A yes shows that whoever published the root had the entry at that place. It does not show that
 * everyone was given the same root.
 */
export function verifyInclusion(hash: Sha256, { leaf, index, size, root, proof }: Inclusion): boolean {
  if (!isCount(index) || !isCount(size) || index >= size || !proof.every(isHash)) return false
  let node = index
  let last = size - 1
  let climbed = leaf
  for (const sibling of proof) {
    if (last === 0) return false
    if (node % 2 === 1 || node === last) {
      climbed = nodeHash(hash, sibling, climbed)
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)]
    } else {
      climbed = nodeHash(hash, climbed, sibling)
    }
    ;[node, last] = [Math.floor(node / 2), Math.floor(last / 2)]
  }
  return last === 0 && equal(climbed, root)
}

export type Consistency = {
  readonly old: number
  readonly oldRoot: Uint8Array
  readonly size: number
  readonly root: Uint8Array
  readonly proof: readonly Uint8Array[]
}

/**
 * Whether the newer tree begins with all of the older one, unchanged (RFC 9162 section 2.1.4.2).
 *
 * Every tree begins with the empty one, so from size 0 only an empty proof is right.
 */
export function verifyConsistency(hash: Sha256, { old, oldRoot, size, root, proof }: Consistency): boolean {
  if (!isCount(old) || !isCount(size) || old > size || !proof.every(isHash)) return false
  if (old === size) return proof.length === 0 && equal(oldRoot, root)
  if (old === 0) return proof.length === 0 && equal(oldRoot, treeHash(hash, []))
  let node = old - 1
  let last = size - 1
  while (node % 2 === 1) [node, last] = [(node - 1) / 2, Math.floor(last / 2)]
  // Node 0 here means that the old size is a power of two: its root is itself a node of the new tree.
  const [first, ...rest] = node === 0 ? [oldRoot, ...proof] : proof
  if (!first) return false
  let before = first
  let after = first
  for (const sibling of rest) {
    if (last === 0) return false
    if (node % 2 === 1 || node === last) {
      before = nodeHash(hash, sibling, before)
      after = nodeHash(hash, sibling, after)
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)]
    } else {
      after = nodeHash(hash, after, sibling)
    }
    ;[node, last] = [Math.floor(node / 2), Math.floor(last / 2)]
  }
  return last === 0 && equal(before, oldRoot) && equal(after, root)
}

const isCount = (value: number) => Number.isSafeInteger(value) && value >= 0
const isHash = (bytes: Uint8Array) => bytes.length === 32
