import type { paper } from '@sallyport/api/papers'
import { hex } from '@sallyport/core/bytes'
import type { z } from 'zod'
import type { Tx } from '#db/within.ts'
import { whoIs } from '../cases/shown.ts'
import { itemById } from '../items/rows.ts'
import { caseNumbers } from '../items/shown.ts'
import { namesOf } from '../people/rows.ts'
import type { PaperRow } from './rows.ts'

/** A paper as it is listed. */
export async function paperShown(tx: Tx, row: PaperRow): Promise<z.output<typeof paper>> {
  const number = (await caseNumbers(tx, [row.case_id])).get(row.case_id) ?? ''
  const item = row.item_id ? await itemById(tx, row.item_id) : undefined
  const name = item ? `${number}-exhibit-${item.exhibit}-${row.kind}` : `${number}-${row.kind}`
  return {
    id: row.id,
    kind: row.kind,
    case: { id: row.case_id, number },
    item: item ? { id: item.id, exhibit: item.exhibit } : null,
    items: row.items.length,
    fileName: `${name.replace(/[^A-Za-z0-9._-]+/g, '-')}.pdf`,
    file: `/api/papers/${row.id}/paper.pdf`,
    sha256: hex(row.sha256),
    size: row.size,
    stamped: row.stamped,
    madeAt: row.made_at.toISOString(),
    madeBy: whoIs(await namesOf(tx, [row.person_id]), row.person_id),
  }
}
