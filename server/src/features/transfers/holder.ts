import type { PersonId } from '@sallyport/core/ids'
import type { Tx } from '#db/within.ts'
import type { ItemRow } from '../items/rows.ts'
import { namesOf } from '../people/rows.ts'
import { lastTransfer, type Outsider } from './rows.ts'

export type Holder = { readonly kind: 'person'; readonly id: PersonId } | Outsider

/**
 * Who holds an item: the receiver of the last transfer that was accepted, and before the first one whoever
 * delivered it. Of a thing that lies in a room this says who answers for it, not where it is.
 */
export async function holderOf(
  tx: Tx,
  row: Pick<ItemRow, 'id' | 'added_by' | 'received_at'>,
): Promise<{ readonly by: Holder; readonly since: Date | null }> {
  const last = await lastTransfer(tx, row.id)
  if (!last) return { by: { kind: 'person', id: row.added_by }, since: row.received_at }
  const { to } = last.statement
  return { by: to.kind === 'person' ? { kind: 'person', id: to.id } : to, since: last.decided_at }
}

/** The holder with the name that they have now. */
export async function named(tx: Tx, by: Holder) {
  if (by.kind === 'outside') return by
  return { ...by, name: (await namesOf(tx, [by.id])).get(by.id) ?? 'unknown' }
}
