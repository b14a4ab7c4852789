import type { ReasonTouch } from '@sallyport/core/access'
import { Refusal } from '@sallyport/core/refusal'
import type { Tx } from '#db/within.ts'
import { agencyFile } from './rows.ts'

/**
 * Refuses a touch of an item for which the agency asks a reason, if none is given. That something was written does
 * not make it a good reason: it makes somebody answer for it.
 */
export async function mustGiveReason(tx: Tx, touch: ReasonTouch, why: string | undefined): Promise<void> {
  if (why !== undefined) return
  const { reasons } = await agencyFile(tx)
  if (reasons.includes(touch)) throw new Refusal('item/reason-needed', { touch })
}
