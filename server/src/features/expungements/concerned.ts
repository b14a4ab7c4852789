import type { Act } from '@sallyport/core/acts'
import type { Json } from '@sallyport/core/canonical-json'
import type { PersonId } from '@sallyport/core/ids'
import type { Tx } from '#db/within.ts'
import { type Opened, openEntry } from '#ledger/read.ts'
import { type EntryRow, entriesAbout, newestEntries } from '#ledger/rows.ts'
import { openEntriesAfter } from './rows.ts'

/** An entry whose detail an order destroys. */
export type Concerned = { readonly id: string; readonly act: Act; readonly on: readonly string[] }

/** Whom an order is about, as far as entries can tell. */
export type Target =
  | { readonly kind: 'item'; readonly item: string; readonly upload: string | undefined }
  | { readonly kind: 'person'; readonly case: string; readonly name: string }
  | { readonly kind: 'account'; readonly person: PersonId }

export type Found = {
  readonly entries: readonly Concerned[]
  /** Receipts of other items that are meant too, and stay. */
  readonly kept: number
}

const pageSize = 1000

/** What tells of orders says nothing of what they destroy, and stays. */
const tellsOfOrders = (act: string): boolean => act.startsWith('expungement.') || act === 'ledger.expunged'

const folded = (text: string): string => text.normalize('NFKC').toLowerCase()

/** Whether a text stands anywhere in a value, however deep. Letters of either case are the same. */
export function contains(value: Json | undefined, words: readonly string[]): boolean {
  if (typeof value === 'string') {
    const text = folded(value)
    return words.some((word) => text.includes(word))
  }
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).some((part: Json) => contains(part, words))
}

const names = ({ shown }: Opened, words: readonly string[]): boolean =>
  words.length > 0 && shown !== undefined && (contains(shown.actor, words) || contains(shown.detail, words))

const isReceiptOfAnother = ({ leaf: { act, on } }: Opened, target: Target): boolean =>
  (act === 'item.received' || act === 'item.quarantined') && !(target.kind === 'item' && on.includes(target.item))

async function* about(tx: Tx, subject: string): AsyncGenerator<EntryRow> {
  for (let after: EntryRow | undefined; ; ) {
    const rows = await entriesAbout(tx, { subject, ...(after && { after }), limit: pageSize })
    yield* rows
    if (rows.length < pageSize) return
    after = rows.at(-1)
  }
}

async function* by(tx: Tx, person: string): AsyncGenerator<EntryRow> {
  for (let after: EntryRow | undefined; ; ) {
    const rows = await newestEntries(tx, { person, ...(after && { after }), limit: pageSize })
    yield* rows
    if (rows.length < pageSize) return
    after = rows.at(-1)
  }
}

async function* all(tx: Tx): AsyncGenerator<EntryRow> {
  for (let after = noId; ; ) {
    const rows = await openEntriesAfter(tx, after, pageSize)
    yield* rows
    if (rows.length < pageSize) return
    after = rows.at(-1)?.id ?? after
  }
}

const noId = '00000000-0000-0000-0000-000000000000'

/**
 * Every entry that an order is about, opened one by one.
 *
 * - of an item: every entry on it, save the declaration of another item that was derived from it
 * - of a person named in a case: the entries on the case that contain the name
 * - of an account: the entries on it, and everything done by it
 * - and everything in the ledger that contains one of `words`, such as a search for a name
 *
 * The receipts of other items are not: what an entry says opens whole or not at all, and without its receipt
 * nobody could prove any more that an item is the one that was received. They are counted as `kept`.
 *
 * Reads the whole ledger when there are words: a page at a time, never all in memory.
 */
export async function concerned(tx: Tx, target: Target, words: readonly string[]): Promise<Found> {
  const found = new Map<string, Concerned>()
  const kept = new Set<string>()
  const take = (row: EntryRow, isMeant: (opened: Opened) => boolean) => {
    if (!row.secret || found.has(row.id) || tellsOfOrders(row.act)) return
    const opened = openEntry(tx, row)
    if (!isMeant(opened)) return
    if (isReceiptOfAnother(opened, target)) kept.add(row.id)
    else found.set(row.id, { id: row.id, act: row.act, on: opened.leaf.on })
  }
  if (target.kind === 'item') {
    const { item, upload } = target
    const ofAnother = ({ leaf: { act, on } }: Opened) => act === 'item.declared' && !(upload && on.includes(upload))
    for await (const row of about(tx, item)) take(row, (opened) => !ofAnother(opened))
  }
  if (target.kind === 'person') {
    const name = [folded(target.name)]
    for await (const row of about(tx, target.case)) take(row, (opened) => names(opened, name))
  }
  if (target.kind === 'account') {
    for await (const row of about(tx, target.person)) take(row, () => true)
    for await (const row of by(tx, target.person)) take(row, () => true)
  }
  const sought = words.map(folded)
  if (sought.length > 0) for await (const row of all(tx)) take(row, (opened) => names(opened, sought))
  return { entries: [...found.values()], kept: kept.size }
}
