import { randomBytes } from 'node:crypto'
import type { CaseId, ExportId, ItemId, NoteId, ObjectId, PaperId, PersonId } from '@sallyport/core/ids'
import { sql } from 'kysely'
import { anyOf } from '#db/any-of.ts'
import type { Tx } from '#db/within.ts'
import { neverDue } from '../../fixity/rows.ts'

/**
 * What destroys. Each statement works only on what an order names that two people have decided: triggers
 * see to it (migration 0014). The old rows stay on disk until PostgreSQL takes their room again; see
 * docs/operations/expungement.md.
 */

/** Of an entry, both what it hides and what opens it. The leaf, its place and its proofs stay. */
export const destroyEntries = (tx: Tx, ids: readonly string[]) =>
  sql`update vault.ledger_entry set secret = null, sealed = null where id = ${anyOf(ids)} and secret is not null`.execute(
    tx,
  )

const says = 'Destroyed under a court order'

type Words = { readonly title: string; readonly description: string }

/** The record of an item, its digest, its words in the index, its corrections. Its number and its place stay. */
export async function destroyItem(tx: Tx, item: ItemId, { title, description }: Words): Promise<void> {
  const facts = {
    title,
    description,
    category: 'other',
    device: null,
    person: null,
    clockOffsetSeconds: null,
    place: null,
    tags: [],
    originalName: 'destroyed',
    mediaType: 'application/octet-stream',
  }
  const sealed = tx.keys.seal({ table: 'item', agency: tx.actor.agency, id: item }, facts)
  await tx
    .updateTable('item')
    .set({ state: 'expunged', sealed, sha256: null, recorded_at: null, quarantine: [] })
    .where('id', '=', item)
    .execute()
  await tx
    .updateTable('search_index')
    .set({ terms: [] })
    .where('kind', '=', 'item')
    .where('id', '=', sameId(item))
    .execute()
  await tx.updateTable('upload').set({ declared_sha256: null }).where('item_id', '=', item).execute()
}

/** The index names cases and items by one column. */
const sameId = (item: ItemId): CaseId => item as string as CaseId

/** The keys of an object, every version. Its bytes say nothing to anybody from here on; they are taken away after the commit. */
export async function destroyObject(tx: Tx, object: ObjectId, at: Date): Promise<void> {
  await tx.updateTable('object_key').set({ wrapped: null }).where('object_id', '=', object).execute()
  await tx.updateTable('object').set({ expunged_at: at }).where('id', '=', object).execute()
  await tx.updateTable('fixity').set({ round: neverDue }).where('object_id', '=', object).execute()
}

export const destroyRemarks = (tx: Tx, ids: readonly NoteId[]) =>
  tx.updateTable('remark').set({ sealed: null }).where('id', '=', anyOf(ids)).execute()

/** A paper that was made of it: the PDF goes, its digest stays in the ledger. */
export async function destroyPapers(tx: Tx, ids: readonly PaperId[]): Promise<void> {
  for (const id of ids) {
    const sealed = tx.keys.seal({ table: 'paper', agency: tx.actor.agency, id }, { why: says, pdf: '' })
    await tx.updateTable('paper').set({ sealed }).where('id', '=', id).execute()
  }
}

/** Exports that can still be fetched end, and their reasons go. */
export async function endExports(tx: Tx, ids: readonly ExportId[], at: Date): Promise<void> {
  for (const id of ids) {
    const why = tx.keys.seal({ table: 'export', agency: tx.actor.agency, id }, says)
    await sql`update vault.export set why = ${why}, ends_at = least(ends_at, ${at}) where id = ${id}`.execute(tx)
  }
}

/** The details of an account. It can never sign in again, and its sign-in name is nobody's. */
export const destroyAccount = (tx: Tx, id: PersonId) =>
  tx
    .updateTable('person')
    .set({
      state: 'disabled',
      sealed: tx.keys.seal(
        { table: 'person', agency: tx.actor.agency, id },
        { name: says, signInName: `destroyed-${id.slice(0, 8)}`, badge: null },
      ),
      sign_in_index: randomBytes(32),
      password_salt: null,
      password_hash: null,
      password_rounds: null,
      totp: null,
    })
    .where('id', '=', id)
    .execute()

/** Holds an item against everybody who reads it to change it, until the transaction ends. */
export const holdItemWhole = (tx: Tx, id: ItemId) =>
  tx.selectFrom('item').select('id').where('id', '=', id).forUpdate().executeTakeFirst()

export const remarksOfItem = async (tx: Tx, item: ItemId): Promise<NoteId[]> =>
  (
    await tx.selectFrom('remark').select('id').where('item_id', '=', item).where('sealed', 'is not', null).execute()
  ).map(({ id }) => id)

export const storedOf = (tx: Tx, item: ItemId) =>
  tx
    .selectFrom('object')
    .select(['id', 'sealed_length'])
    .where('item_id', '=', item)
    .where('expunged_at', 'is', null)
    .executeTakeFirst()

export const papersOf = async (tx: Tx, item: ItemId): Promise<PaperId[]> => {
  const { rows } = await sql<{ id: PaperId }>`
    select id from vault.paper where item_id = ${item} or ${item}::uuid = any(items)`.execute(tx)
  return rows.map(({ id }) => id)
}

export const exportsOf = async (tx: Tx, item: ItemId): Promise<ExportId[]> =>
  (await tx.selectFrom('export_item').select('export_id').where('item_id', '=', item).execute()).map(
    ({ export_id }) => export_id,
  )

/** Which of these ids name items. */
export async function itemsAmong(tx: Tx, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await tx
    .selectFrom('item')
    .select('id')
    .where('id', '=', anyOf(ids as readonly ItemId[]))
    .execute()
  return new Set(rows.map(({ id }) => id))
}

/** The items that these remarks correct. */
export const itemsOfRemarks = async (tx: Tx, ids: readonly NoteId[]): Promise<ReadonlySet<ItemId>> => {
  const rows = await tx.selectFrom('remark').select('item_id').where('id', '=', anyOf(ids)).execute()
  return new Set(rows.flatMap(({ item_id }) => item_id ?? []))
}

/** Papers that a person had made: each names them, and stays. */
export const countPapersBy = async (tx: Tx, person: PersonId): Promise<number> =>
  (await tx.selectFrom('paper').select('id').where('person_id', '=', person).execute()).length
