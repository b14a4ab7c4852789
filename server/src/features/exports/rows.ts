import type { CaseId, ExportId, ItemId } from '@sallyport/core/ids'
import type { Tx } from '#db/within.ts'

type New = {
  readonly id: ExportId
  readonly caseId: CaseId
  readonly items: readonly ItemId[]
  readonly why: string
  readonly at: Date
  readonly ends: Date
}

const place = (tx: Tx, id: string) => ({ table: 'export', agency: tx.actor.agency, id })

export function insertExport(tx: Tx, { id, caseId, items, why, at, ends }: New) {
  const { session, person } = tx.actor
  if (!session || !person) throw new Error('An export needs a session.')
  const row = {
    id,
    case_id: caseId,
    items: [...items],
    session_id: session,
    person_id: person,
    why: tx.keys.seal(place(tx, id), why),
    made_at: at,
    ends_at: ends,
  }
  return tx.insertInto('export').values(row).execute()
}

/** An export of the session that asks; undefined if it is another's or its time is over. */
export async function ownExport(tx: Tx, id: ExportId, now: Date) {
  const row = await tx
    .selectFrom('export')
    .select(['id', 'case_id', 'items', 'why', 'made_at'])
    .where('id', '=', id)
    .where('session_id', '=', tx.actor.session ?? null)
    .where('ends_at', '>', now)
    .executeTakeFirst()
  return row && { ...row, why: tx.keys.open(place(tx, id), row.why) as string }
}

export type Exported = NonNullable<Awaited<ReturnType<typeof ownExport>>>
