import type { CaseId, ItemId, PaperId } from '@sallyport/core/ids'
import type { Tx } from '#db/within.ts'
import type { Cursor } from '#db/cursor.ts'
import { sql } from 'kysely'
import { anyOf } from '#db/any-of.ts'

type NewKey = { readonly certificate: Uint8Array; readonly wrapped: Uint8Array; readonly at: Date }

export const newestPaperKey = (tx: Tx) =>
  tx
    .selectFrom('paper_key')
    .select(['certificate', 'wrapped'])
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirst()

export const insertPaperKey = (tx: Tx, { certificate, wrapped, at }: NewKey) =>
  tx
    .insertInto('paper_key')
    .values({ certificate: Buffer.from(certificate), wrapped: Buffer.from(wrapped), created_at: at })
    .execute()

export type PaperKind = 'custody' | 'certification-902-13' | 'certification-902-14' | 'system-description'

type New = {
  readonly id: PaperId
  readonly kind: PaperKind
  readonly caseId: CaseId
  readonly item: ItemId | null
  readonly items: readonly ItemId[]
  readonly why: string
  readonly sha256: Buffer
  readonly stamped: boolean
  readonly pdf: Buffer
  readonly at: Date
}

const place = (tx: Tx, id: string) => ({ table: 'paper', agency: tx.actor.agency, id })

export function insertPaper(tx: Tx, { id, kind, caseId, item, items, why, sha256, stamped, pdf, at }: New) {
  const { person } = tx.actor
  if (!person) throw new Error('A paper is made for somebody.')
  const row = {
    id,
    kind,
    case_id: caseId,
    item_id: item,
    items: [...items],
    person_id: person,
    sealed: tx.keys.seal(place(tx, id), { why, pdf: pdf.toString('base64') }),
    sha256,
    size: pdf.length,
    stamped,
    made_at: at,
  }
  return tx.insertInto('paper').values(row).execute()
}

/** Holds items as they are, against an order that destroys them, until the transaction ends. */
export const holdItems = (tx: Tx, items: readonly { readonly id: ItemId }[]) =>
  tx
    .selectFrom('item')
    .select(['id', 'state'])
    .where('id', '=', anyOf(items.map(({ id }) => id)))
    .orderBy('id')
    .forShare()
    .execute()

const columns = [
  'id',
  'kind',
  'case_id',
  'item_id',
  'items',
  'person_id',
  'sha256',
  'size',
  'stamped',
  'made_at',
] as const

export const paperById = (tx: Tx, id: PaperId) =>
  tx.selectFrom('paper').select(columns).where('id', '=', id).executeTakeFirst()

export type PaperRow = NonNullable<Awaited<ReturnType<typeof paperById>>>

/** The paper itself, as it was made. */
export async function paperContent(tx: Tx, id: PaperId): Promise<{ readonly why: string; readonly pdf: Buffer }> {
  const { sealed } = await tx.selectFrom('paper').select('sealed').where('id', '=', id).executeTakeFirstOrThrow()
  const { why, pdf } = tx.keys.open(place(tx, id), sealed) as { why: string; pdf: string }
  return { why, pdf: Buffer.from(pdf, 'base64') }
}

type Listing = {
  readonly caseId: CaseId
  readonly item: ItemId | undefined
  readonly after: Cursor | undefined
  readonly limit: number
}

/** The papers of a case, or of one of its items, newest first. */
export const newestPapers = (tx: Tx, { caseId, item, after, limit }: Listing) =>
  tx
    .selectFrom('paper')
    .select(columns)
    .where('case_id', '=', caseId)
    .$if(item !== undefined, (query) => query.where('item_id', '=', item as ItemId))
    .$if(after !== undefined, (query) => query.where(sql<boolean>`(made_at, id) < (${after?.at}, ${after?.id}::uuid)`))
    .orderBy('made_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
