import type { Asked } from '@sallyport/api/contract'
import type { preparePaper } from '@sallyport/api/papers'
import type { CaseId } from '@sallyport/core/ids'
import { Refusal } from '@sallyport/core/refusal'
import type { Tx } from '#db/within.ts'
import { caseById, remarksOn } from '../cases/rows.ts'
import { corrected } from '../cases/shown.ts'
import { caseFor } from '../cases/standing.ts'
import { exportedItems, ownExport } from '../exports/rows.ts'
import { type ItemRow, newestItems } from '../items/rows.ts'
import { itemFor } from '../items/shown.ts'

/** Every byte of every item is read anew while a paper is made, and somebody waits for it. */
const mostItems = 200
const mostBytes = 200 * 2 ** 30

export type Subject = {
  readonly caseId: CaseId
  readonly case: { readonly number: string; readonly title: string }
  /** What was received of it, by number of exhibit. */
  readonly items: readonly ItemRow[]
  /** The one item that was asked about. */
  readonly item: ItemRow | undefined
  readonly name: string
}

const received = ({ state }: ItemRow): boolean => state === 'held' || state === 'quarantined'

type About = Asked<typeof preparePaper>['about']

async function found(tx: Tx, about: About, now: Date): Promise<{ caseId: CaseId; rows: readonly ItemRow[] }> {
  if (about.of === 'item') {
    const { row } = await itemFor(tx, about.id, 'paper.prepare')
    return { caseId: row.case_id, rows: [row] }
  }
  if (about.of === 'case') {
    await caseFor(tx, about.id, 'paper.prepare')
    return { caseId: about.id, rows: await newestItems(tx, { cases: [about.id], limit: mostItems + 1 }) }
  }
  const exported = await ownExport(tx, about.id, now)
  if (!exported) throw new Refusal('export/not-found')
  await caseFor(tx, exported.case_id, 'paper.prepare')
  return { caseId: exported.case_id, rows: await exportedItems(tx, exported.id, { limit: mostItems + 1 }) }
}

/** What a paper is to be about, for a person who may have it made. */
export async function subjectOf(tx: Tx, about: About, now: Date): Promise<Subject> {
  const { caseId, rows } = await found(tx, about, now)
  const file = await caseById(tx, caseId)
  const items = rows.filter(received).toSorted((a, b) => (a.exhibit ?? 0) - (b.exhibit ?? 0))
  if (!file || items.length === 0) throw new Refusal('paper/nothing')
  const bytes = items.reduce((sum, { size }) => sum + size, 0)
  if (rows.length > mostItems || bytes > mostBytes) throw new Refusal('paper/too-much')
  const { number, title } = corrected(file.facts, await remarksOn(tx, [caseId], { item: false }))
  const item = about.of === 'item' ? items[0] : undefined
  return { caseId, case: { number, title }, items, item, name: item ? `${number}-exhibit-${item.exhibit}` : number }
}
