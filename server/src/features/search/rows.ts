import { type CaseId, type ItemId, type PersonId } from '@sallyport/core/ids'
import { prefixesOf } from '@sallyport/core/words'
import { sql } from 'kysely'
import type { Cursor } from '#db/cursor.ts'
import type { Tx } from '#db/within.ts'
import type { Keyring } from '#keys/keyring.ts'

/** What of a record is found by searching: free text by its words, closed lists by their exact value. */
export type Findable = {
  readonly kind: 'case' | 'item'
  readonly id: CaseId | ItemId
  readonly caseId: CaseId
  readonly addedBy: PersonId
  readonly at: Date
  readonly texts: readonly (string | null | undefined)[]
  readonly marks: Readonly<Record<string, string>>
}

const markOf = ([name, value]: readonly [string, string]) => `mark ${name}=${value}`

/** What stands in the index for a record: a keyed digest of every word, beginning of a word and mark. */
export function termsOf(keys: Pick<Keyring, 'term'>, { texts, marks }: Pick<Findable, 'texts' | 'marks'>): string[] {
  const words = [...prefixesOf(texts.filter((text) => typeof text === 'string'))].map((prefix) => `word ${prefix}`)
  return [...words, ...Object.entries(marks).map(markOf)].map((term) => keys.term(term))
}

/** Puts a record into the blind index, or replaces its terms after a correction. */
export async function index(tx: Tx, { kind, id, caseId, addedBy, at, texts, marks }: Findable): Promise<void> {
  await sql`
    insert into vault.search_index (kind, id, case_id, added_by, at, terms)
    values (${kind}, ${id}, ${caseId}, ${addedBy}, ${at}, ${termsOf(tx.keys, { texts, marks })}::bigint[])
    on conflict (agency_id, kind, id) do update set terms = excluded.terms`.execute(tx)
}

export type Sought = {
  readonly kind: 'case' | 'item'
  /** Beginnings of words; all of them must be there. */
  readonly words: readonly string[]
  readonly marks: Readonly<Record<string, string>>
  readonly from?: Date | undefined
  readonly to?: Date | undefined
  readonly after?: Cursor | undefined
  readonly limit: number
}

/** How many of the newest rows are looked at one by one before the index is asked. */
const newestFirst = 4000

type Hit = { readonly id: string; readonly at: Date }

/**
 * The newest records whose terms hold everything that is sought. The index says "perhaps": whoever
 * asks opens each hit and compares.
 *
 * A common word is found soon among the newest rows; a rare one is found fast by the index. Asking for
 * the newest first, then for all by the index, is quick for both, and needs no statistics, which
 * PostgreSQL does not use behind row security.
 */
export async function seek(tx: Tx, sought: Sought): Promise<readonly Hit[]> {
  const terms = [...sought.words.map((word) => `word ${word}`), ...Object.entries(sought.marks).map(markOf)].map(
    (term) => tx.keys.term(term),
  )
  const bounds = sql`kind = ${sought.kind}
    ${sought.from ? sql`and at >= ${sought.from}` : sql``} ${sought.to ? sql`and at < ${sought.to}` : sql``}
    ${sought.after ? sql`and (at, id) < (${sought.after.at}, ${sought.after.id}::uuid)` : sql``}`
  const newest = await sql<Hit>`
    select id, at from (
      select id, at, terms from vault.search_index where ${bounds} order by at desc, id desc limit ${newestFirst}
    ) as newest where terms @> ${terms}::bigint[] order by at desc, id desc limit ${sought.limit}`.execute(tx)
  if (newest.rows.length >= sought.limit) return newest.rows
  await sql`select set_config('vault.terms', ${`{${terms.join(',')}}`}, true)`.execute(tx)
  const all = await sql<Hit>`
    select id, at from vault.search_index where ${bounds} order by at desc, id desc limit ${sought.limit}`.execute(tx)
  await sql`select set_config('vault.terms', '', true)`.execute(tx)
  return all.rows
}
