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
import { insertExport } from './rows.ts'

/** A bag can be fetched, also again after a cut, for so long. */
const exportMs = 12 * 3_600_000
const mostItems = 100_000

type Shown = Answered<typeof exportItem>
type Bagging = {
  readonly caseId: CaseId
  readonly rows: readonly ItemRow[]
  readonly leftOut: Shown['leftOut']
  readonly why: string
  readonly name: string
}

async function bag(tx: Tx, { caseId, rows, leftOut, why, name }: Bagging, now: Date): Promise<Shown> {
  const id = randomUUID() as ExportId
  const ends = new Date(now.getTime() + exportMs)
  await insertExport(tx, { id, caseId, items: rows.map((row) => row.id), why, at: now, ends })
  const lines = await itemLines(tx, rows)
  const bytes = rows.reduce((sum, { size }) => sum + size, 0)
  tell(tx, [id, caseId], { why, items: rows.length, bytes })
  return {
    id,
    bag: `/api/exports/${id}/bag.zip`,
    fileName: `${name.replace(/[^A-Za-z0-9._-]+/g, '-')}.zip`,
    items: lines.map((line) => ({ id: line.id, exhibit: line.exhibit, title: line.title, size: line.size })),
    leftOut,
    bytes,
    endsAt: ends.toISOString(),
  }
}

export async function ofItem(tx: Tx, { id, why }: Asked<typeof exportItem>, now: Date): Promise<Shown> {
  const { row, caseFacts } = await itemFor(tx, id, 'item.export')
  if (row.state !== 'held') throw new Refusal('item/not-held')
  tell(tx, [id])
  return bag(
    tx,
    { caseId: row.case_id, rows: [row], leftOut: [], why, name: `${caseFacts.number}-exhibit-${row.exhibit}` },
    now,
  )
}

/** Everything held in a case that the person may export; what stays out is named with its reason. */
export async function ofCase(tx: Tx, { id, why }: Asked<typeof exportCase>, now: Date): Promise<Shown> {
  const { row: file, level } = await seenCase(tx, id)
  await caseFor(tx, id, 'item.export')
  const all = await newestItems(tx, { cases: [id], limit: mostItems })
  const reasonAgainst = (row: ItemRow): string | undefined => {
    if (row.state === 'receiving') return 'It is still being received.'
    if (row.state === 'quarantined') return 'It is in quarantine.'
    return mayOnItem(tx, 'item.export', { row, level }) ? undefined : 'Your role does not permit exporting it.'
  }
  const rows = all.filter((row) => !reasonAgainst(row)).reverse()
  if (rows.length === 0) throw new Refusal('export/nothing')
  const leftOut = all.flatMap((row) => {
    const against = reasonAgainst(row)
    return against ? [{ id: row.id, title: row.facts.title, why: against }] : []
  })
  // Each item's own custody says that it left, also in a case of thousands.
  await recordAll(
    tx,
    rows.map((row) => ({ act: 'item.exported', on: [row.id, id], detail: { why, with: 'the case' }, at: now })),
  )
  return bag(tx, { caseId: id, rows, leftOut, why, name: file.facts.number }, now)
}
