import { sql } from 'kysely'
import type { Tx } from '#db/within.ts'

type Place = { readonly at: Date; readonly id: string }

/** The places in the tree of entries about a thing, in the order in which they are listed, a page at a time. */
export const placesAbout = (
  tx: Tx,
  { subject, after, limit }: { readonly subject: string; readonly after: Place | undefined; readonly limit: number },
) =>
  tx
    .selectFrom('ledger_subject as about')
    .innerJoin('ledger_entry as entry', (join) =>
      join.onRef('entry.agency_id', '=', 'about.agency_id').onRef('entry.id', '=', 'about.entry_id'),
    )
    .select(['about.at', 'about.entry_id as id', 'entry.position'])
    .where('about.subject', '=', subject)
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(about.at, about.entry_id) > (${after?.at}, ${after?.id})`),
    )
    .orderBy('about.at')
    .orderBy('about.entry_id')
    .limit(limit)
    .execute()

/** Entries at these places, in the order of the tree. */
export const entriesAt = (tx: Tx, places: readonly number[]) =>
  tx
    .selectFrom('ledger_entry')
    .select(['id', 'at', 'act', 'person_id', 'leaf', 'holder', 'secret', 'sealed', 'position'])
    .where('position', '=', sql<number>`any(${[...places]}::bigint[])`)
    .orderBy('position')
    .execute()
