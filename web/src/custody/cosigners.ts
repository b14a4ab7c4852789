import { utf8 } from '@sallyport/core/bytes'
import { readNote } from '@sallyport/core/note'
import { readProof } from '@sallyport/core/tlog-proof'

export type Cosigner = { readonly name: string; readonly at: string }

/**
 * Who put a cosignature under the checkpoint of a proof, and when by their own clock (C2SP tlog-cosignature).
 *
 * It only reads what stands there. Whether the signatures fit is for whoever has the policy of the agency:
 * `sallyport verify` checks it, and a name alone proves nothing.
 */
export function cosignersIn(proof: string): Cosigner[] {
  const read = readProof(utf8(proof))
  const note = read && readNote(read.checkpoint)
  if (!note) return []
  const origin = note.text.slice(0, note.text.indexOf('\n'))
  return note.signatures.flatMap(({ name, signature }) => {
    const seconds = signature.length >= 72 && name !== origin ? secondsIn(signature) : undefined
    return seconds === undefined ? [] : [{ name, at: new Date(seconds * 1000).toISOString() }]
  })
}

/** A date that JavaScript can hold ends at 8.64e12 seconds. */
const latest = 8_640_000_000_000

function secondsIn(signature: Uint8Array): number | undefined {
  const value = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0)
  return value > 0n && value <= BigInt(latest) ? Number(value) : undefined
}
