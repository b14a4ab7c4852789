import { randomUUID } from 'node:crypto'
import type { Answered, Asked } from '@sallyport/api/contract'
import type { exportCase, exportItem } from '@sallyport/api/exports'
import type { CaseId, ExportId } from '@sallyport/core/ids'
import { Refusal } from '@sallyport/core/refusal'
import { type Tx, tell } from '#db/within.ts'
import { recordAll } from '#ledger/record.ts'
import { caseFor, seenCase } from '../cases/standing.ts'
import { type ItemRow, newestItems } from '../items/rows.ts'
import { itemFor, itemLines, mayOnItem } from '../items/shown.ts'
import { insertExport, insertExportItems } from './rows.ts'

/** A bag can be fetched, also again after a cut, for so long. */
const exportMs = 12 * 3_600_000
/** How many items are taken at once, and how many an answer names; the bag takes all there are. */
const portion = 500
const mostNamed = 1000

type Shown = Answered<typeof exportItem>
type Named = Pick<Shown, 'items' | 'leftOut'>
type Sums = { items: number; leftOut: number; bytes: number }
type Bagging = { readonly id: ExportId; readonly caseId: CaseId; readonly why: string }

async function begin(tx: Tx, { id, caseId, why }: Bagging, now: Date): Promise<Date> {
  const ends = new Date(now.getTime() + exportMs)
  await insertExport(tx, { id, caseId, why, at: now, ends })
  return ends
}

type Made = Bagging & { readonly named: Named; readonly sums: Sums; readonly name: string; readonly ends: Date }

function shown(tx: Tx, { id, caseId, why, named, sums, name, ends }: Made): Shown {
  tell(tx, [id, caseId], { why, items: sums.items, bytes: sums.bytes, key: 'object', purpose: 'export' })
  return {
    id,
    bag: `/api/exports/${id}/bag.zip`,
    fileName: `${name.replace(/[^A-Za-z0-9._-]+/g, '-')}.zip`,
    ...named,
    count: sums.items,
    leftOutCount: sums.leftOut,
    bytes: sums.bytes,
    endsAt: ends.toISOString(),
  }
}

const namesOf = async (tx: Tx, rows: readonly ItemRow[]): Promise<Shown['items']> =>
  (await itemLines(tx, rows)).map(({ id, exhibit, title, size }) => ({ id, exhibit, title, size }))

export async function ofItem(tx: Tx, { id, why }: Asked<typeof exportItem>, now: Date): Promise<Shown> {
  const { row, caseFacts } = await itemFor(tx, id, 'item.export')
  if (row.state !== 'held') throw new Refusal('item/not-held')
  tell(tx, [id])
  const bagging = { id: randomUUID() as ExportId, caseId: row.case_id, why }
  const ends = await begin(tx, bagging, now)
  await insertExportItems(tx, { id: bagging.id, from: 0, items: [id] })
  const named = { items: await namesOf(tx, [row]), leftOut: [] }
  const name = `${caseFacts.number}-exhibit-${row.exhibit}`
  return shown(tx, { ...bagging, named, sums: { items: 1, leftOut: 0, bytes: row.size }, name, ends })
}

/** Everything held in a case that the person may export, however many that is; what stays out is named with its reason. */
export async function ofCase(tx: Tx, { id, why }: Asked<typeof exportCase>, now: Date): Promise<Shown> {
  const { row: file, level } = await seenCase(tx, id)
  await caseFor(tx, id, 'item.export')
  const reasonAgainst = (row: ItemRow): string | undefined => {
    if (row.state === 'receiving') return 'It is still being received.'
    if (row.state === 'quarantined') return 'It is in quarantine.'
    if (row.state === 'expunged') return 'It was destroyed under a court order.'
    return mayOnItem(tx, 'item.export', { row, level }) ? undefined : 'Your role does not permit exporting it.'
  }
  const bagging = { id: randomUUID() as ExportId, caseId: id, why }
  const ends = await begin(tx, bagging, now)
  const sums: Sums = { items: 0, leftOut: 0, bytes: 0 }
  const named = { items: new Array<Shown['items'][number]>(), leftOut: new Array<Shown['leftOut'][number]>() }
  for (let last: ItemRow | undefined, more = true; more; ) {
    const after = last && { at: last.added_at, id: last.id }
    const all: readonly ItemRow[] = await newestItems(tx, { cases: [id], after, limit: portion })
    const rows = all.filter((row) => !reasonAgainst(row))
    await takeIn(tx, { bagging, rows, from: sums.items, now })
    sums.items += rows.length
    sums.bytes += rows.reduce((sum, { size }) => sum + size, 0)
    sums.leftOut += all.length - rows.length
    named.items.push(...(await namesOf(tx, rows.slice(0, mostNamed - named.items.length))))
    const out = all.flatMap((row) => {
      const against = reasonAgainst(row)
      return against ? [{ id: row.id, title: row.facts.title, why: against }] : []
    })
    named.leftOut.push(...out.slice(0, mostNamed - named.leftOut.length))
    more = all.length === portion
    last = all.at(-1)
  }
  if (sums.items === 0) throw new Refusal('export/nothing')
  // Oldest first, as the bag has them; of more than can be named, the newest are.
  named.items.reverse()
  return shown(tx, { ...bagging, named, sums, name: file.facts.number, ends })
}

type Taking = {
  readonly bagging: Bagging
  readonly rows: readonly ItemRow[]
  readonly from: number
  readonly now: Date
}

/** Each item's own custody says that it left, also in a case of thousands. */
async function takeIn(tx: Tx, { bagging: { id, caseId, why }, rows, from, now }: Taking): Promise<void> {
  if (rows.length === 0) return
  await insertExportItems(tx, { id, from, items: rows.map((row) => row.id) })
  await recordAll(
    tx,
    rows.map((row) => ({
      act: 'item.exported',
      on: [row.id, caseId],
      detail: { why, with: 'the case', key: 'object', purpose: 'export' },
      at: now,
    })),
  )
}
