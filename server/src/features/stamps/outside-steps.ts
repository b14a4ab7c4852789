import { utf8 } from '@sallyport/core/bytes'
import { judgeByPolicy } from '@sallyport/core/policy'
import { consistencyProof } from '@sallyport/core/tiles'
import { readCheckpoint } from '@sallyport/core/checkpoint'
import { verifyConsistency } from '@sallyport/core/merkle'
import { readNote } from '@sallyport/core/note'
import type { Tx } from '#db/within.ts'
import { sha256 } from '#keys/primitives.ts'
import type { Published } from '#ledger/read.ts'
import { verifiers } from '#ledger/signatures.ts'
import { policyOf } from '../witnesses/policy.ts'
import { ledgerSetting, newestCosigned } from '../witnesses/rows.ts'
import { stampHolds } from './ask-authority.ts'
import { newestStamps, type StampRow } from './rows.ts'

/** One step of a check, as a verdict tells it. */
type Step = { readonly did: string; readonly sound: boolean; readonly found: string }

/** What those outside have said of the ledger so far, to be checked after the transaction. */
export type Outsiders = {
  readonly policy: string | null
  readonly cosigned: { readonly size: number; readonly note: string } | undefined
  readonly stamps: readonly StampRow[]
}

export async function outsiders(tx: Tx, size: number): Promise<Outsiders> {
  const { policy } = await ledgerSetting(tx)
  return { policy, cosigned: await newestCosigned(tx), stamps: await newestStamps(tx, size) }
}

/**
 * Checks what witnesses and authorities said: that it fits their keys, and that it is about this very
 * tree. Where nobody outside was named there is no step: what is not there cannot be broken.
 */
export async function outsideSteps(published: Published, { policy, cosigned, stamps }: Outsiders): Promise<Step[]> {
  const steps: Step[] = []
  const named = policyOf(policy)
  if (named && named.quorum !== 'none') steps.push(await witnessStep(published, named, cosigned))
  for (const stamp of stamps) steps.push(await stampStep(published, stamp))
  return steps
}

async function witnessStep(
  published: Published,
  policy: NonNullable<ReturnType<typeof policyOf>>,
  cosigned: Outsiders['cosigned'],
): Promise<Step> {
  const did = 'Asked whether enough witnesses have cosigned this tree'
  // An outage of witnesses breaks nothing that was done: an export says that they are missing.
  if (!cosigned) return { did, sound: true, found: 'None has cosigned a checkpoint under this policy yet.' }
  const judged = await judgeByPolicy({ hash: sha256, verify: verifiers }, utf8(cosigned.note), policy)
  const sound = judged.is === 'judged' && judged.quorum && (await isBeginning(published, cosigned.note))
  const names = judged.is === 'judged' ? judged.witnessed.map(({ witness }) => witness.name).join(', ') : ''
  return {
    did,
    sound,
    found: sound
      ? `${names} cosigned the first ${cosigned.size} of its ${published.size} entries.`
      : 'A cosignature does not fit, or the tree that was cosigned is not a beginning of this one.',
  }
}

async function stampStep(published: Published, stamp: StampRow): Promise<Step> {
  const sound = (await stampHolds(stamp)) && (await isBeginning(published, stamp.note))
  return {
    did: `Checked the newest time stamp of ${stamp.authority}`,
    sound,
    found: sound
      ? `The first ${stamp.size} entries existed by ${stamp.time.toISOString()}, as it states.`
      : 'The stamp does not fit, or the tree that was stamped is not a beginning of this one.',
  }
}

/** Whether a checkpoint that was signed before tells of a tree that grew into the published one. */
async function isBeginning({ folder, note, size }: Published, earlier: string): Promise<boolean> {
  const [old, now] = [earlier, note].map((one) => readCheckpoint(readNote(utf8(one))?.text ?? ''))
  if (!old || !now || old.size > size) return false
  const proof = await consistencyProof(sha256, folder.readTile, { old: old.size, size })
  return verifyConsistency(sha256, { old: old.size, oldRoot: old.root, size, root: now.root, proof })
}
