import { base64, concat, text, unbase64, utf8 } from './bytes.ts'
import type { Checkpoint } from './checkpoint.ts'
import { leafHash, verifyInclusion } from './merkle.ts'
import type { Sha256 } from './sha256.ts'

/** A proof that an entry is in a log, to be checked without the log (c2sp.org/tlog-proof@v1). */
export type TlogProof = {
  readonly index: number
  /** Hashes from the leaf's sibling up to the root's child. */
  readonly path: readonly Uint8Array[]
  /** The signed checkpoint, byte for byte. */
  readonly checkpoint: Uint8Array
  /** Carried along, and covered by nothing: it must never be trusted. */
  readonly extra?: Uint8Array
}

const firstLine = 'c2sp.org/tlog-proof@v1'
/** A tree cannot be higher than a safe integer has bits. */
const longestPath = 53

export function writeProof({ index, path, checkpoint, extra }: TlogProof): Uint8Array<ArrayBuffer> {
  const lines = [
    firstLine,
    ...(extra ? [`extra ${base64(extra)}`] : []),
    `index ${index}`,
    ...path.map((hash) => base64(hash)),
    '',
    '',
  ]
  return concat(utf8(lines.join('\n')), checkpoint)
}

/** Reads a proof; undefined if it is not one to the letter. The checkpoint is not looked at. */
export function readProof(bytes: Uint8Array): TlogProof | undefined {
  const end = bytes.findIndex((byte, at) => byte === 0x0a && bytes[at + 1] === 0x0a)
  const lines = end < 0 ? undefined : linesOf(bytes.subarray(0, end))
  if (lines?.shift() !== firstLine) return undefined
  const extra = lines[0]?.startsWith('extra ') ? unbase64(lines.shift()?.slice(6) ?? '') : null
  const [, digits = ''] = /^index (0|[1-9]\d*)$/.exec(lines.shift() ?? '') ?? []
  const index = Number(digits)
  const path = lines.map(unbase64).filter((hash) => hash?.length === 32) as Uint8Array[]
  if (extra === undefined || digits === '' || !Number.isSafeInteger(index)) return undefined
  if (path.length !== lines.length || path.length > longestPath) return undefined
  return { index, path, checkpoint: bytes.slice(end + 2), ...(extra && { extra }) }
}

/**
 * Whether the proof shows that the log of this checkpoint holds this entry at the proof's index.
 *
 * `checkpoint` must come out of `openCheckpoint`, with a key that the caller trusts: the proof
 * carries its own checkpoint, and anyone can make a tree around any entry.
 */
export const proves = (
  hash: Sha256,
  { index, path }: TlogProof,
  { entry, checkpoint: { size, root } }: { readonly entry: Uint8Array; readonly checkpoint: Checkpoint },
): boolean => verifyInclusion(hash, { leaf: leafHash(hash, entry), index, size, root, proof: path })

function linesOf(bytes: Uint8Array): string[] | undefined {
  try {
    return text(bytes).split('\n')
  } catch {
    return undefined
  }
}
