import { type CaseId, type ItemId, type PersonId } from '@sallyport/core/ids'
import { prefixesOf } from '@sallyport/core/words'
import { type RawBuilder, sql } from 'kysely'
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

/**
 * What stands in the index for a record: a keyed digest of every word, beginning of a word and mark. Sorted, since
 * the order of the words would tell which numbers are beginnings of one word, and which word follows which.
 */
export function termsOf(keys: Pick<Keyring, 'term'>, { texts, marks }: Pick<Findable, 'texts' | 'marks'>): string[] {
  const words = [...prefixesOf(texts.filter((text) => typeof text === 'string'))].map((prefix) => `word ${prefix}`)
  return [...words, ...Object.entries(marks).map(markOf)].map((term) => keys.term(term)).sort()
}

/** Puts a record into the blind index, or replaces its terms after a correction. */
export async function index(tx: Tx, { kind, id, caseId, addedBy, at, texts, marks }: Findable): Promise<void> {
  await sql`
    insert into vault.search_index (kind, id, case_id, added_by, at, terms)
    values (${kind}, ${id}, ${caseId}, ${addedBy}, ${at}, ${termsOf(tx.keys, { texts, marks })}::bigint[])
    on conflict (agency_id, kind, id) do update set terms = excluded.terms, case_id = excluded.case_id`.execute(tx)
}

export type Sought = {
  readonly kind: 'case' | 'item'
  /** Beginnings of words; all of them must be there. */
  readonly words: readonly string[]
  readonly marks: Readonly<Record<string, string>>
  /** Only what stands in these cases, or what this person added. */
  readonly cases?: readonly CaseId[] | undefined
  readonly by?: PersonId | undefined
  readonly from?: Date | undefined
  readonly to?: Date | undefined
  readonly after?: Cursor | undefined
  readonly limit: number
}

type Hit = { readonly id: string; readonly at: Date }

/** How many of the newest rows are looked at one by one: at once, and when the index has too many hits. */
const newestFirst = 2_000
const newestNext = 30_000
/** How many hits of the index are fetched before it counts as too many. */
const fewHits = 1_500

/**
 * The newest records whose terms hold everything that is sought. The index says "perhaps": whoever
 * asks opens each hit and compares.
 *
 * A common word is found soon among the newest rows, a rare one fast by the index, and either way is
 * slow for the other: so one looks shortly at the newest, then by the index for a few, then longer at the
 * newest, and for all by the index only in the end. PostgreSQL cannot choose, for it keeps no statistics of
 * a value that stands in a policy.
 */
export async function seek(tx: Tx, sought: Sought): Promise<readonly Hit[]> {
  const { cases, by, from, to, after, limit } = sought
  if (cases?.length === 0) return []
  const terms = [...sought.words.map((word) => `word ${word}`), ...Object.entries(sought.marks).map(markOf)].map(
    (term) => tx.keys.term(term),
  )
  const bounds = sql`kind = ${sought.kind}
    ${cases ? sql`and case_id = any(${cases}::uuid[])` : sql``}
    ${by ? sql`and id in (select id from vault.item where added_by = ${by})` : sql``}
    ${from ? sql`and at >= ${from}` : sql``} ${to ? sql`and at < ${to}` : sql``}
    ${after ? sql`and (at, id) < (${after.at}, ${after.id}::uuid)` : sql``}`
  const asked = { terms: `{${terms.join(',')}}`, bounds, limit }
  // What is one's own is little, and has indexes of its own.
  if (cases || by) return byIndex(tx, asked, null)
  const soon = await amongNewest(tx, asked, newestFirst)
  if (soon.length >= limit) return soon
  const few = await byIndex(tx, asked, fewHits)
  if (few.length < fewHits) return few.slice(0, limit)
  const later = await amongNewest(tx, asked, newestNext)
  return later.length >= limit ? later : byIndex(tx, asked, null)
}

type Looking = { readonly terms: string; readonly bounds: RawBuilder<unknown>; readonly limit: number }

async function amongNewest(tx: Tx, { terms, bounds, limit }: Looking, newest: number): Promise<readonly Hit[]> {
  const { rows } = await sql<Hit>`
    select id, at from (
      select id, at, terms from vault.search_index where ${bounds} order by at desc, id desc limit ${newest}
    ) as newest where terms @> ${terms}::bigint[] order by at desc, id desc limit ${limit}`.execute(tx)
  return rows
}

/**
 * Asks the index, which knows no order: for `most` hits, all that are among them, newest first; for all hits, the
 * newest of them. Materialized, because a bare LIMIT makes PostgreSQL walk all rows by time instead.
 */
async function byIndex(tx: Tx, { terms, bounds, limit }: Looking, most: number | null): Promise<readonly Hit[]> {
  await sql`select set_config('vault.terms', ${terms}, true)`.execute(tx)
  const { rows } = await sql<Hit>`
    with hits as materialized (select id, at from vault.search_index where ${bounds} limit ${most})
    select id, at from hits order by at desc, id desc limit ${most ?? limit}`.execute(tx)
  await sql`select set_config('vault.terms', '', true)`.execute(tx)
  return rows
}
