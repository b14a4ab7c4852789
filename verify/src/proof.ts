import { readLeaf } from '@sallyport/core/entry'
import { proves, readProof } from '@sallyport/core/tlog-proof'
import { blameInto, type Fault } from './faults.ts'
import type { Host } from './folder.ts'
import { type Asked, judgeLog, type UsedKey, type Witnesses } from './log.ts'

export type ProofJudgement = {
  readonly is: 'proof'
  readonly faults: readonly Fault[]
  readonly index?: number
  /** What the entry says in clear, if it is one of a vault's. */
  readonly entry?: { readonly act: string; readonly at: string; readonly outcome: string }
  readonly log?: { readonly origin: string; readonly size: number }
  readonly key?: UsedKey
  readonly witnesses?: Witnesses
}

type Files = {
  readonly proof: { readonly at: string; readonly bytes: Uint8Array }
  readonly entry: { readonly at: string; readonly bytes: Uint8Array }
}

/**
 * Judges one entry and its proof (c2sp.org/tlog-proof@v1), without a bag around them.
 *
 * There is no key in a proof, so the reader must bring one, or a policy that names it.
 */
export async function judgeProof(
  host: Pick<Host, 'hash' | 'verify'>,
  { proof, entry }: Files,
  asked: Asked,
): Promise<ProofJudgement> {
  const faults: Fault[] = []
  const blame = blameInto(faults)
  const read = readProof(proof.bytes)
  if (!read) blame('custody/proof-malformed', proof.at)
  const { tree, used, witnesses } = await judgeLog(
    { host, blame, asked },
    {
      at: proof.at,
      bytes: read?.checkpoint,
      key: { at: proof.at, found: undefined },
      policy: { at: '--policy', bytes: undefined },
    },
  )
  if (read && tree && !proves(host.hash, read, { entry: entry.bytes, checkpoint: tree.checkpoint })) {
    blame('proof/fails', proof.at, { file: entry.at })
  }
  const leaf = readLeaf(entry.bytes)
  return {
    is: 'proof',
    faults,
    ...(read && { index: read.index }),
    ...(leaf && { entry: leaf }),
    ...(tree && { log: tree.checkpoint }),
    ...(used && { key: used }),
    ...(witnesses && { witnesses }),
  }
}
