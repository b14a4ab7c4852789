import type { CaseId, EntryId, ExpungementId, PersonId } from '@sallyport/core/ids'
import { sql } from 'kysely'
import type { Cursor } from '#db/cursor.ts'
import type { Schema } from '#db/schema.ts'
import type { Tx } from '#db/within.ts'
import type { EntryRow } from '#ledger/rows.ts'

/** What stands of an order for good. */
export type Order = {
  readonly court: string
  readonly reference: string
  readonly issuedOn: string
  readonly judge: string
}

/** What helps to decide it, and goes with the decision. */
export type Draft = { readonly note: string | null; readonly words: readonly string[] }

type Sealed = Order & Partial<Draft>

const columns = [
  'id',
  'scope',
  'target',
  'case_id',
  'state',
  'sealed',
  'drafted_by',
  'drafted_at',
  'decided_by',
  'decided_at',
  'entries',
] as const

const place = (tx: Tx, id: string) => ({ table: 'expungement', agency: tx.actor.agency, id })

const opened = <Row extends { id: ExpungementId; sealed: Uint8Array }>(tx: Tx, row: Row) => {
  const { note, words, ...order } = tx.keys.open(place(tx, row.id), row.sealed) as Sealed
  return { ...row, order, draft: { note: note ?? null, words: words ?? [] } satisfies Draft }
}

export async function expungementById(tx: Tx, id: ExpungementId) {
  const row = await tx.selectFrom('expungement').select(columns).where('id', '=', id).executeTakeFirst()
  return row && opened(tx, row)
}

export type ExpungementRow = NonNullable<Awaited<ReturnType<typeof expungementById>>>

/** Reads an order and holds it against another decision until the transaction ends. */
export async function holdExpungement(tx: Tx, id: ExpungementId) {
  const row = await tx.selectFrom('expungement').select(columns).where('id', '=', id).forUpdate().executeTakeFirst()
  return row && opened(tx, row)
}

export async function newestExpungements(tx: Tx, { after, limit }: { after: Cursor | undefined; limit: number }) {
  const rows = await tx
    .selectFrom('expungement')
    .select(columns)
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(drafted_at, id) < (${after?.at}, ${after?.id}::uuid)`),
    )
    .orderBy('drafted_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => opened(tx, row))
}

type New = {
  readonly id: ExpungementId
  readonly scope: Schema['expungement']['scope']
  readonly target: string
  readonly caseId: CaseId | null
  readonly sealed: Order & Draft
  readonly by: PersonId
  readonly at: Date
}

export const insertExpungement = (tx: Tx, { id, scope, target, caseId, sealed, by, at }: New) =>
  tx
    .insertInto('expungement')
    .values({
      id,
      scope,
      target,
      case_id: caseId,
      state: 'drafted',
      sealed: tx.keys.seal(place(tx, id), sealed),
      drafted_by: by,
      drafted_at: at,
    })
    .execute()

type Decision = { readonly state: 'withdrawn' | 'declined' | 'executed'; readonly by: PersonId; readonly at: Date }

/** Decides an order. What only helped to decide it is not kept. */
export const decide = (tx: Tx, { id, order }: ExpungementRow, { state, by, at }: Decision) =>
  tx
    .updateTable('expungement')
    .set({ state, decided_by: by, decided_at: at, sealed: tx.keys.seal(place(tx, id), order) })
    .where('id', '=', id)
    .execute()

/** Names the entries that tell of an execution, so that it can be proved. */
export const nameEntries = (tx: Tx, id: ExpungementId, entries: readonly EntryId[]) =>
  tx
    .updateTable('expungement')
    .set({ entries: [...entries] })
    .where('id', '=', id)
    .execute()

/** Names things as destroyed by an order; only then can they be. Things that an order named before stay with it. */
export const nameDestroyed = (tx: Tx, expungement: ExpungementId, things: readonly string[]) =>
  sql`
    insert into vault.expunged (thing, expungement_id)
    select distinct thing, ${expungement}::uuid from unnest(${[...things]}::uuid[]) as given (thing)
    on conflict do nothing`.execute(tx)

export const isDestroyed = async (tx: Tx, thing: string): Promise<boolean> =>
  (await tx.selectFrom('expunged').select('thing').where('thing', '=', thing).executeTakeFirst()) !== undefined

/** Entries that still say something, in the order of their random ids: each page begins where an index finds it. */
export const openEntriesAfter = (tx: Tx, after: string, limit: number): Promise<EntryRow[]> =>
  tx
    .selectFrom('ledger_entry')
    .select(['id', 'at', 'act', 'person_id', 'leaf', 'holder', 'secret', 'sealed', 'position'])
    .where('id', '>', after as EntryId)
    .where('secret', 'is not', null)
    .orderBy('id')
    .limit(limit)
    .execute()
