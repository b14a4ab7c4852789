import { type Level, type Permission, permits } from '@sallyport/core/access'
import type { CaseId, PersonId } from '@sallyport/core/ids'
import { Refusal } from '@sallyport/core/refusal'
import type { Tx } from '#db/within.ts'
import { type CaseRow, caseById, levelsOf } from './rows.ts'

/** The signed-in person of a transaction. A route that needs one is never reached without. */
export function me(tx: Tx): PersonId {
  if (!tx.actor.person) throw new Error('This needs a person, and nobody is signed in.')
  return tx.actor.person
}

/** How the person stands to each of these cases: as its lead when they opened it, else by membership. */
export async function levelsOn(
  tx: Tx,
  cases: readonly Pick<CaseRow, 'id' | 'opened_by'>[],
): Promise<ReadonlyMap<CaseId, Level>> {
  const levels = await levelsOf(
    tx,
    me(tx),
    cases.map(({ id }) => id),
  )
  return new Map(
    cases.flatMap(({ id, opened_by }) => {
      const level = opened_by === tx.actor.person ? 'lead' : levels.get(id)
      return level ? [[id, level] as const] : []
    }),
  )
}

/** A case that the person sees, and their level on it; refused as not found when they do not see it. */
export async function seenCase(tx: Tx, id: CaseId): Promise<{ row: CaseRow; level: Level | undefined }> {
  const row = await caseById(tx, id)
  if (!row) throw new Refusal('case/not-found')
  return { row, level: (await levelsOn(tx, [row])).get(id) }
}

export const mayOnCase = (
  tx: Tx,
  permission: Permission,
  { row, level }: { row: CaseRow; level: Level | undefined },
): boolean => permits(tx.actor.roles, permission, { own: row.opened_by === tx.actor.person, level })

/** A case on which the person may do this; refused as not theirs when they only see it. */
export async function caseFor(
  tx: Tx,
  id: CaseId,
  permission: Permission,
): Promise<{ row: CaseRow; level: Level | undefined }> {
  const seen = await seenCase(tx, id)
  if (!mayOnCase(tx, permission, seen)) throw new Refusal('case/not-yours')
  return seen
}
