import type { ItemId, PersonId, TransferId } from '@sallyport/core/ids'
import { sql } from 'kysely'
import type { Cursor } from '#db/cursor.ts'
import type { Tx } from '#db/within.ts'

export type Outsider = {
  readonly kind: 'outside'
  readonly name: string
  readonly agency: string
  readonly badge: string | null
  readonly document: 'agency-credential' | 'driver-license' | 'passport' | 'military-id' | 'court-order' | 'other'
}
export type Party = { readonly kind: 'person'; readonly id: PersonId; readonly name: string } | Outsider

/** What both parties saw, as it stands sealed and as its digest is made. */
export type Statement = {
  readonly transfer: TransferId
  readonly item: ItemId
  readonly case: string
  readonly exhibit: number
  readonly title: string
  readonly sha256: string | null
  readonly size: number
  readonly from: Party
  readonly to: Party
  readonly why: string | null
  readonly condition: string
  readonly package: string | null
  readonly offeredAt: string
  readonly endsAt: string
}

export type Sealed = { readonly statement: Statement; readonly digest: string }

export const columns = [
  'id',
  'item_id',
  'from_person',
  'to_person',
  'offered_by',
  'state',
  'sealed',
  'offered_at',
  'ends_at',
  'decided_at',
] as const

export const place = (tx: Tx, id: string) => ({ table: 'transfer', agency: tx.actor.agency, id })

export const opened = <Row extends { id: TransferId; sealed: Uint8Array }>(tx: Tx, row: Row) => ({
  ...row,
  ...(tx.keys.open(place(tx, row.id), row.sealed) as Sealed),
})

export async function transferById(tx: Tx, id: TransferId) {
  const row = await tx.selectFrom('transfer').select(columns).where('id', '=', id).executeTakeFirst()
  return row && opened(tx, row)
}

export type TransferRow = NonNullable<Awaited<ReturnType<typeof transferById>>>

/** Reads an offer and holds it against others who answer it until the transaction ends. */
export async function holdTransfer(tx: Tx, id: TransferId) {
  const row = await tx.selectFrom('transfer').select(columns).where('id', '=', id).forUpdate().executeTakeFirst()
  return row && opened(tx, row)
}

export type Offer = {
  readonly from: PersonId | null
  readonly to: PersonId | null
  readonly by: PersonId
  readonly statement: Statement
  readonly digest: string
  readonly at: Date
  readonly ends: Date
}

/** An offer to a person waits; custody that goes outside has gone. */
export const insertTransfer = (tx: Tx, { from, to, by, statement, digest, at, ends }: Offer) =>
  tx
    .insertInto('transfer')
    .values({
      id: statement.transfer,
      item_id: statement.item,
      from_person: from,
      to_person: to,
      offered_by: by,
      state: to === null ? 'accepted' : 'offered',
      sealed: tx.keys.seal(place(tx, statement.transfer), { statement, digest }),
      offered_at: at,
      ends_at: ends,
      decided_at: to === null ? at : null,
    })
    .execute()

export const decideTransfer = (tx: Tx, id: TransferId, { state, at }: { state: TransferRow['state']; at: Date }) =>
  tx
    .updateTable('transfer')
    .set({ state, decided_at: at })
    .where('id', '=', id)
    .where('state', '=', 'offered')
    .execute()

/** The transfer by which an item came into the hands that hold it. */
export async function lastTransfer(tx: Tx, item: ItemId) {
  const row = await tx
    .selectFrom('transfer')
    .select(columns)
    .where('item_id', '=', item)
    .where('state', '=', 'accepted')
    .orderBy('decided_at', 'desc')
    .orderBy('offered_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && opened(tx, row)
}

/** The offer of an item that waits for an answer. One that has run out waits no more, also before the vault says so. */
export async function openTransfer(tx: Tx, item: ItemId) {
  const row = await tx
    .selectFrom('transfer')
    .select(columns)
    .where('item_id', '=', item)
    .where('state', '=', 'offered')
    .executeTakeFirst()
  return row && opened(tx, row)
}

type Listing = {
  readonly item?: ItemId | undefined
  readonly person?: PersonId | undefined
  readonly after?: Cursor | undefined
  readonly limit: number
}

/** The newest transfers of an item, or those that a person is asked to accept or has offered. */
export async function newestTransfers(tx: Tx, { item, person, after, limit }: Listing): Promise<TransferRow[]> {
  const rows = await tx
    .selectFrom('transfer')
    .select(columns)
    .$if(item !== undefined, (query) => query.where('item_id', '=', item as ItemId))
    .$if(person !== undefined, (query) =>
      query
        .where('state', '=', 'offered')
        .where(({ or, eb }) =>
          or([eb('to_person', '=', person as PersonId), eb('offered_by', '=', person as PersonId)]),
        ),
    )
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(offered_at, id) < (${after?.at}, ${after?.id}::uuid)`),
    )
    .orderBy('offered_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => opened(tx, row))
}

/** Offers that ran out and still wait, held; without what they say, which takes no key. */
export const holdEnded = (tx: Tx, now: Date) =>
  tx
    .selectFrom('transfer')
    .innerJoin('item', 'item.id', 'transfer.item_id')
    .select(['transfer.id', 'transfer.item_id', 'item.case_id', 'transfer.ends_at'])
    .where('transfer.state', '=', 'offered')
    .where('transfer.ends_at', '<=', now)
    .orderBy('transfer.ends_at')
    .limit(500)
    .forUpdate('transfer')
    .skipLocked()
    .execute()
