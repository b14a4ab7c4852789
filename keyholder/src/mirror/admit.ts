import { equal } from '@sallyport/core/bytes'
import type { Checkpoint } from '@sallyport/core/checkpoint'
import { isOneHistory } from '@sallyport/core/mirror'
import type { VerifierKey } from '@sallyport/core/note'
import { judgeByPolicy, type Policy } from '@sallyport/core/policy'
import type { ReadTile } from '@sallyport/core/tiles'
import { sha256, verifiers } from '../signing.ts'
import type { AlarmKind } from '../state/alarms.ts'

/** A checkpoint that a log shows, and the note byte for byte. */
export type Shown = { readonly bytes: Uint8Array; readonly checkpoint: Checkpoint }

/** A policy for one log: that of the reader, or one that asks for the log's own signature only. */
export const policyOn = (key: VerifierKey, policy?: Policy): Policy => ({
  witnesses: [],
  groups: [],
  quorum: 'none',
  ...policy,
  logs: [{ key }],
})

/** The checkpoint if it is signed and cosigned as the policy asks, or why it is not taken. */
export async function admit(policy: Policy, bytes: Uint8Array): Promise<Shown | string> {
  const judged = await judgeByPolicy({ hash: sha256, verify: verifiers }, bytes, policy)
  if (judged.is === 'malformed') return 'What it shows is not a signed checkpoint.'
  if (judged.is === 'unknown-log') return 'Its checkpoint is not signed by the key of the log.'
  if (judged.is === 'forged') return `Its checkpoint carries a false signature of ${judged.key.name}.`
  if (!judged.quorum) {
    const names = judged.witnessed.map(({ witness }) => witness.name).join(', ') || 'nobody'
    return `Its checkpoint of ${judged.checkpoint.size} entries is cosigned by ${names}, which is no quorum.`
  }
  return { bytes, checkpoint: judged.checkpoint }
}

type Head = Pick<Checkpoint, 'size' | 'root'>

/**
 * In what way a checkpoint contradicts one that was held before; undefined if it continues it.
 *
 * Between different sizes it is the tiles that tell, and those of the larger tree: our own for an older
 * checkpoint, which then is judged for certain, and the log's for a newer one.
 */
export async function contradictionOf(
  [held, shown]: readonly [Head, Head],
  tiles: { readonly held: ReadTile; readonly shown: ReadTile },
): Promise<AlarmKind | undefined> {
  if (shown.size === held.size) return equal(shown.root, held.root) ? undefined : 'split-view'
  if (shown.size > held.size)
    return (await isOneHistory(sha256, tiles.shown, [held, shown])) ? undefined : 'does-not-follow'
  return (await isOneHistory(sha256, tiles.held, [shown, held])) ? 'rolled-back' : 'split-view'
}
