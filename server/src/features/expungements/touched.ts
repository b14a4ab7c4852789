import type { expungementPreview } from '@sallyport/api/expungements'
import type { Act } from '@sallyport/core/acts'
import type { CaseId, ExportId, ItemId, NoteId, ObjectId, PaperId, PersonId, TransferId } from '@sallyport/core/ids'
import { Refusal } from '@sallyport/core/refusal'
import type { z } from 'zod'
import { become, theServer, type Tx } from '#db/within.ts'
import { caseById, remarksOn } from '../cases/rows.ts'
import { corrected } from '../cases/shown.ts'
import { itemById, newestItems } from '../items/rows.ts'
import { correctedItem } from '../items/shown.ts'
import { personById } from '../people/rows.ts'
import { type Taken, transfersTaken } from '../transfers/destroy.ts'
import { uploadOfItem } from '../uploads/rows.ts'
import { type Concerned, concerned, contains, type Target } from './concerned.ts'
import { countPapersBy, exportsOf, itemsAmong, papersOf, remarksOfItem, storedOf } from './destroy/rows.ts'
import type { ExpungementRow } from './rows.ts'

/** Everything that an order would destroy if it were approved now. */
export type Touched = {
  readonly entries: readonly Concerned[]
  readonly kept: number
  /** Of all things that the entries are about, those that are items: their custody loses something. */
  readonly items: ReadonlySet<string>
  readonly remarks: readonly NoteId[]
  /** Transfers whose statements say what goes. */
  readonly transfers: readonly TransferId[]
  readonly papers: readonly PaperId[]
  readonly exports: readonly ExportId[]
  readonly object: { readonly id: ObjectId; readonly bytes: number } | undefined
  readonly downloads: number
  /** The words that were sought, and the name that an order is about. */
  readonly named: readonly string[]
  /** Records that name it too and stay as they are: in the same case, or the papers that an account had made. */
  readonly remaining: number
}

/**
 * Does something as the vault itself, which sees every row of the agency, and gives the transaction back to
 * the person. Whoever approves an order need not be one who may see what it is about.
 */
export async function asTheVault<T>(tx: Tx, work: (tx: Tx) => Promise<T>): Promise<T> {
  const { actor } = tx
  const result = await work(await become(tx, theServer(actor.agency)))
  await become(tx, actor)
  return result
}

/** Finds all that an order is about. To be called as the vault. */
export async function touched(tx: Tx, row: ExpungementRow): Promise<Touched> {
  const target = await targetOf(tx, row)
  const { words } = row.draft
  const { entries, kept } = await concerned(tx, target, words)
  const items = await itemsAmong(tx, [...new Set(entries.flatMap(({ on }) => on))])
  const own = row.scope === 'item' ? await ofItem(tx, row.target as ItemId) : nothingOwn
  const named = target.kind === 'person' ? [...words, target.name] : words
  const around = row.case_id ? await aroundCase(tx, row.case_id, { named, row }) : { remarks: [], remaining: 0 }
  const remarks = new Set([
    ...own.remarks,
    ...around.remarks,
    ...(row.scope === 'person' ? [row.target as NoteId] : []),
  ])
  const transfers = (await transfersTaken(tx, takenBy(row, named))).map(({ id }) => id)
  const remaining = row.scope === 'account' ? await countPapersBy(tx, row.target as PersonId) : around.remaining
  const downloads = entries.filter(({ act }) => act === 'item.downloaded').length
  return { ...own, entries, kept, items, remarks: [...remarks], transfers, remaining, downloads, named }
}

/** What of transfers an order takes. The name of an account goes where that person is a party. */
export const takenBy = ({ scope, target }: ExpungementRow, named: readonly string[]): Taken => ({
  ...(scope === 'item' && { item: target as ItemId }),
  ...(scope === 'account' && { person: target as PersonId }),
  isNamed: (text) => contains(text, folded(named)),
})

const folded = (words: readonly string[]): string[] =>
  words.map((word) => word.normalize('NFKC').toLowerCase()).filter((word) => word !== '')

const nothingOwn = { remarks: [], papers: [], exports: [], object: undefined }

async function ofItem(tx: Tx, item: ItemId) {
  const stored = await storedOf(tx, item)
  return {
    remarks: await remarksOfItem(tx, item),
    papers: await papersOf(tx, item),
    exports: await exportsOf(tx, item),
    object: stored && { id: stored.id, bytes: stored.sealed_length },
  }
}

async function targetOf(tx: Tx, row: ExpungementRow): Promise<Target> {
  if (row.scope === 'account') return { kind: 'account', person: row.target as PersonId }
  if (row.scope === 'item')
    return { kind: 'item', item: row.target, upload: await uploadOfItem(tx, row.target as ItemId) }
  const remark = (await remarksOn(tx, [row.case_id as CaseId], { item: false })).find(({ id }) => id === row.target)
  // It was there when the order was drafted: another order has destroyed it since.
  if (!remark) throw new Refusal('expungement/done-before')
  return { kind: 'person', case: row.case_id as string, name: remark.facts['name'] ?? '' }
}

/**
 * In the case that an order is about: notes and corrections that contain one of the words go with it. The
 * title of the case and the records of other items do not, for they are about more; they are counted, so
 * that nobody believes they are gone.
 */
async function aroundCase(tx: Tx, id: CaseId, { named, row }: { named: readonly string[]; row: ExpungementRow }) {
  const words = folded(named)
  const file = await caseById(tx, id)
  if (!file || words.length === 0) return { remarks: [], remaining: 0 }
  const ofCase = await remarksOn(tx, [id], { item: false })
  const items = (await newestItems(tx, { cases: [id], limit: 100_000 })).filter((item) => item.id !== row.target)
  const ofItems = await remarksOn(
    tx,
    items.map((item) => item.id),
    { item: true },
  )
  const remarks = [...ofCase, ...ofItems].filter(({ facts }) => contains(facts, words)).map((remark) => remark.id)
  const gone = new Set<NoteId>(remarks)
  const left = ofItems.filter((remark) => !gone.has(remark.id))
  const named_ = items.filter((item) => contains({ ...correctedItem(item, left), recordedAt: null } as never, words))
  const isTitled = contains(
    corrected(
      file.facts,
      ofCase.filter((remark) => !gone.has(remark.id)),
    ) as never,
    words,
  )
  return { remarks, remaining: named_.length + (isTitled ? 1 : 0) }
}

export function previewOf(
  { entries, items, ...rest }: Touched,
  row: ExpungementRow,
): z.output<typeof expungementPreview> {
  const byAct = Map.groupBy(entries, ({ act }) => act)
  return {
    entries: entries.length,
    receiptsKept: rest.kept,
    byAct: [...byAct]
      .map(([act, some]): { act: Act; count: number } => ({ act, count: some.length }))
      .sort((a, b) => b.count - a.count || (a.act < b.act ? -1 : 1)),
    custodies: items.size,
    records: rest.remarks.length + rest.transfers.length + (row.scope === 'person' ? 0 : 1),
    papers: rest.papers.length,
    objects: rest.object ? 1 : 0,
    bytes: rest.object?.bytes ?? 0,
    copies: { exports: rest.exports.length, downloads: rest.downloads },
    remaining: rest.remaining,
  }
}

/** Whether what an order would be about is there to be destroyed, and by whom it is seen. Gives the case it lies in. */
export async function mustBeThere(
  tx: Tx,
  { scope, target, caseId }: { scope: ExpungementRow['scope']; target: string; caseId: CaseId | null },
): Promise<CaseId | null> {
  if (scope === 'account') {
    if (!(await personById(tx, target as PersonId))) throw new Refusal('person/not-found')
    return null
  }
  if (scope === 'item') {
    const item = await itemById(tx, target as ItemId)
    if (!item) throw new Refusal('item/not-found')
    if (item.state === 'receiving') throw new Refusal('item/not-held')
    if (item.state === 'expunged') throw new Refusal('expungement/done-before')
    return item.case_id
  }
  const remarks = caseId && (await caseById(tx, caseId)) ? await remarksOn(tx, [caseId], { item: false }) : undefined
  if (!remarks) throw new Refusal('case/not-found')
  if (!remarks.some(({ id, kind }) => id === target && kind === 'person')) throw new Refusal('person/not-found')
  return caseId
}
