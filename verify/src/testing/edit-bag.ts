import assert from 'node:assert/strict'
import { text, utf8 } from '@sallyport/core/bytes'
import { readProof, writeProof } from '@sallyport/core/tlog-proof'
import type { Files, SoundBag } from './sound-bag.ts'

export const item1 = 'metadata/1/item.json'
export const custody1 = 'metadata/1/custody.jsonl'
export const clip = 'data/1/body-worn 14.mp4'

type Line = {
  readonly index: number
  readonly leaf: string
  readonly actor: { readonly salt: string; readonly value: unknown }
  readonly detail: { readonly salt: string; readonly value: unknown }
  readonly proof: string
}

/** The proof of the nth entry of exhibit 1. */
export const proofOf = (bag: SoundBag, n: number) => `proofs/${bag.items[0]?.entryIds[n - 1]}.tlog-proof`

export function bytesOf(files: Files, path: string): Uint8Array {
  const bytes = files.get(path)
  assert.ok(bytes, path)
  return bytes
}

export function edit(files: Files, path: string, change: (written: string) => string): void {
  const before = text(bytesOf(files, path))
  const after = change(before)
  assert.notEqual(after, before, 'the tampering changed nothing')
  files.set(path, utf8(after))
}

export const editJson = (
  files: Files,
  path: string,
  change: (value: Record<string, unknown>) => Record<string, unknown>,
) => edit(files, path, (written) => JSON.stringify(change(JSON.parse(written) as Record<string, unknown>)))

export const editLines = (files: Files, change: (lines: string[]) => string[]) =>
  edit(files, custody1, (written) => `${change(written.trimEnd().split('\n')).join('\n')}\n`)

export const editLine = (files: Files, n: number, change: (line: Line) => Line) =>
  editLines(files, (lines) =>
    lines.map((line, at) => (at === n - 1 ? JSON.stringify(change(JSON.parse(line) as Line)) : line)),
  )

/** Puts another checkpoint into the bag and into every proof, as a forger would who thinks of all of them. */
export function setCheckpoint(files: Files, checkpoint: Uint8Array): void {
  files.set('proofs/checkpoint', checkpoint)
  for (const [path, bytes] of files) {
    const proof = path.endsWith('.tlog-proof') ? readProof(bytes) : undefined
    if (proof) files.set(path, writeProof({ ...proof, checkpoint }))
  }
}

export function flip(files: Files, path: string, at: number): void {
  files.set(
    path,
    bytesOf(files, path).map((byte, index) => (index === at ? byte ^ 1 : byte)),
  )
}

export function swap(files: Files, one: string, other: string): void {
  const [first, second] = [bytesOf(files, one), bytesOf(files, other)]
  files.set(one, second).set(other, first)
}

export function rename(files: Files, from: string, to: string): void {
  files.set(to, bytesOf(files, from))
  files.delete(from)
}

/** Changes one digit or letter into another one. */
export const turned = (written: string, at = 0) =>
  `${written.slice(0, at)}${written[at] === 'a' ? 'b' : 'a'}${written.slice(at + 1)}`
