import { randomUUID } from 'node:crypto'
import type { Asked } from '@sallyport/api/contract'
import { type annotateItem, categories, type listItems, type releaseItem } from '@sallyport/api/items'
import { reachOf } from '@sallyport/core/access'
import type { ItemId, NoteId } from '@sallyport/core/ids'
import { Refusal } from '@sallyport/core/refusal'
import { z } from 'zod'
import { type Cursor, page, readCursor } from '#db/cursor.ts'
import { type Tx, tell } from '#db/within.ts'
import { casesByIds, casesOf, insertRemark, remarksOn } from '../cases/rows.ts'
import { corrected } from '../cases/shown.ts'
import { me, seenCase } from '../cases/standing.ts'
import { index, seek } from '../search/rows.ts'
import { holdItem, itemById, type ItemFacts, type ItemRow, itemsByIds, newestItems, setItemState } from './rows.ts'
import { correctedItem, itemFor, itemLines, itemShown } from './shown.ts'

/** Puts the record of an item into the blind index. */
export const indexItem = (
  tx: Tx,
  row: Pick<ItemRow, 'id' | 'case_id' | 'added_by' | 'added_at' | 'state'>,
  facts: ItemFacts & { number: string },
) =>
  index(tx, {
    kind: 'item',
    id: row.id,
    caseId: row.case_id,
    addedBy: row.added_by,
    at: row.added_at,
    texts: searchedTexts(facts),
    marks: { category: facts.category },
  })

/** Puts the record of an item into the blind index as it reads now. */
export async function reindexItem(tx: Tx, id: ItemId): Promise<void> {
  const row = await itemById(tx, id)
  const [file] = row ? await casesByIds(tx, [row.case_id]) : []
  if (!row || !file || row.state === 'expunged') return
  const { number } = corrected(file.facts, await remarksOn(tx, [file.id], { item: false }))
  await indexItem(tx, row, { ...correctedItem(row, await remarksOn(tx, [id], { item: true })), number })
}

/** Everything of an item that a search looks at. */
export const searchedTexts = (facts: ItemFacts & { number: string }): readonly (string | null)[] => [
  facts.number,
  facts.title,
  facts.description,
  facts.device,
  facts.person,
  facts.place,
  facts.originalName,
  ...facts.tags,
]

/** Lists items of one case, of the person, or of all that they see. */
export async function list(tx: Tx, asked: Asked<typeof listItems>) {
  const { category, state, mine, after, limit } = asked
  if (asked.case) await seenCase(tx, asked.case)
  const reach = reachOf(tx.actor.roles, 'item.read')
  const by = mine || reach === 'own' ? me(tx) : undefined
  const cases = asked.case ? [asked.case] : reach === 'case' && !by ? await casesOf(tx, me(tx)) : undefined
  const listing = { cases, by, state, after: readCursor(after), limit: limit + 1 }
  const rows = category ? await ofCategory(tx, { ...listing, category }) : await newestItems(tx, listing)
  const { rows: shown, next } = page(rows, limit, ({ added_at, id }) => ({ at: added_at, id }))
  return { rows: await itemLines(tx, shown), next }
}

type Listing = Parameters<typeof newestItems>[1]
/** Items that may be sought, and where each stands in the list: one that is not seen any more has its place still. */
type Candidates = { readonly rows: readonly ItemRow[]; readonly places: readonly Cursor[] }

/** How many items are opened and compared at a time when the index does not help. */
const openedAtOnce = 1000

async function markedAs(tx: Tx, category: string, { cases, by, after, limit }: Listing): Promise<Candidates> {
  const places = await seek(tx, { kind: 'item', words: [], marks: { category }, cases, by, after, limit })
  const ids = places.map(({ id }) => id)
  return { places, rows: await itemsByIds(tx, ids) }
}

async function whatever(tx: Tx, listing: Listing): Promise<Candidates> {
  const rows = await newestItems(tx, listing)
  return { rows, places: rows.map(({ id, added_at }) => ({ id, at: added_at })) }
}

/**
 * Items that may be of a category, in pages, newest first. The category stands sealed, so it is found by its
 * mark in the blind index. Of those that are not held there are few, and the index does not know which.
 */
async function* perhapsOf(tx: Tx, category: string, listing: Listing): AsyncGenerator<readonly ItemRow[]> {
  const marked = listing.state === undefined || listing.state === 'held'
  const limit = marked ? listing.limit : openedAtOnce
  let { after } = listing
  for (;;) {
    const asked = { ...listing, after, limit }
    const { rows, places } = await (marked ? markedAs(tx, category, asked) : whatever(tx, asked))
    yield rows
    after = places.at(-1)
    if (places.length < limit) return
  }
}

/** The newest items of a category, as it reads after corrections. */
async function ofCategory(tx: Tx, { category, ...listing }: Listing & { category: string }): Promise<ItemRow[]> {
  const { state, limit } = listing
  const fits: ItemRow[] = []
  for await (const rows of perhapsOf(tx, category, listing)) {
    const remarks = await remarksOn(
      tx,
      rows.map(({ id }) => id),
      { item: true },
    )
    const remarksOf = Map.groupBy(remarks, ({ item_id }) => item_id)
    const isSought = (row: ItemRow) =>
      (state === undefined ? row.state !== 'abandoned' : row.state === state) &&
      correctedItem(row, remarksOf.get(row.id) ?? []).category === category
    fits.push(...rows.filter(isSought))
    if (fits.length >= limit) break
  }
  return fits.slice(0, limit)
}

const closedForms: Readonly<Record<string, z.ZodType>> = {
  title: z.string().max(200),
  category: z.enum(categories),
  recordedAt: z.iso.datetime(),
  device: z.string().max(120),
  person: z.string().max(200),
  place: z.string().max(300),
}

/** Corrects or adds to the record of an item. The first wording stays, and so does every one between. */
export async function annotate(tx: Tx, { id, field, says, why }: Asked<typeof annotateItem>, now: Date) {
  await holdItem(tx, id)
  const { row, caseFacts } = await itemFor(tx, id, 'item.change')
  const form = closedForms[field]?.safeParse(says)
  if (form && !form.success)
    throw new Refusal('request/malformed', { field: 'says', expected: form.error.issues[0]?.message ?? 'another form' })
  const before = correctedItem(row, await remarksOn(tx, [id], { item: true }))
  const was = before[field]
  const shown = was instanceof Date ? was.toISOString() : Array.isArray(was) ? was.join(', ') : String(was ?? '')
  await insertRemark(tx, {
    id: randomUUID() as NoteId,
    caseId: row.case_id,
    itemId: id,
    kind: 'annotation',
    facts: { field, was: shown, says, why },
    by: me(tx),
    at: now,
  })
  const after = correctedItem(row, await remarksOn(tx, [id], { item: true }))
  await indexItem(tx, row, { ...after, number: caseFacts.number })
  tell(tx, [id, row.case_id], { field, before: shown, after: says, why })
  return itemShown(tx, id)
}

export async function release(tx: Tx, { id, why }: Asked<typeof releaseItem>) {
  await holdItem(tx, id)
  const { row } = await itemFor(tx, id, 'item.release')
  if (row.state !== 'quarantined') throw new Refusal('item/not-quarantined')
  await setItemState(tx, id, 'held')
  tell(tx, [id, row.case_id], { why, reasons: row.quarantine })
  return itemShown(tx, id)
}
