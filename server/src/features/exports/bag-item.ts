import type { ItemId } from '@sallyport/core/ids'
import type { Tx } from '#db/within.ts'
import { remarksOn } from '../cases/rows.ts'
import { annotationsShown } from '../cases/shown.ts'
import { originalOf } from '../items/content.ts'
import { itemById } from '../items/rows.ts'
import { correctedItem, itemLines } from '../items/shown.ts'
import { namesOf } from '../people/rows.ts'
import type { Sums } from './bag-text.ts'
import type { Described } from './described.ts'

/** What a bag holds of one item, as the person who exports it sees it; its custody is read as it is written. */
export async function bagged(tx: Tx, id: ItemId) {
  const row = await itemById(tx, id)
  const [line] = row ? await itemLines(tx, [row]) : []
  if (!row || !line) throw new Error('An item of an export is gone.')
  const remarks = await remarksOn(tx, [id], { item: true })
  const names = await namesOf(
    tx,
    remarks.map(({ by }) => by),
  )
  return {
    row,
    line,
    exhibit: String(row.exhibit),
    facts: correctedItem(row, remarks),
    annotations: annotationsShown(remarks, names),
    original: await originalOf(tx, row),
  }
}

export type Bagged = Awaited<ReturnType<typeof bagged>>

/** The item as the formats of others describe it. */
export const described = (
  { row, line, exhibit, facts }: Bagged,
  { path, sums, version, ...around }: Around & { readonly version: string },
): Described => ({
  id: row.id,
  exhibit,
  title: facts.title,
  originalName: facts.originalName,
  mediaType: facts.mediaType,
  size: row.size,
  sums,
  path,
  recordedAt: facts.recordedAt,
  receivedAt: row.received_at,
  place: facts.place,
  device: facts.device,
  deliveredBy: line.addedBy.name,
  parent: line.parent ? { id: line.parent.id, exhibit: String(line.parent.exhibit) } : undefined,
  case: { ...around.case, id: row.case_id },
  agency: around.agency,
  version,
})

type Around = {
  readonly path: string
  readonly sums: Sums
  readonly case: { readonly number: string; readonly title: string }
  readonly agency: { readonly id: string; readonly name: string; readonly ori: string }
}

/** item.json: the record as it reads now, its first wording, and what the stored bytes must hash to. */
export const itemJson = ({ row, line, exhibit, facts, annotations, original }: Bagged, around: Around) => ({
  id: row.id,
  exhibit,
  ...facts,
  ...around.sums,
  size: original.stored.length,
  path: around.path,
  case: around.case,
  agency: { name: around.agency.name, ori: around.agency.ori },
  receivedEntry: row.received_entry,
  receivedAt: line.receivedAt,
  addedBy: line.addedBy.name,
  recordedAt: line.recordedAt,
  sealed: { sha256: original.sealedSha256, length: original.stored.sealedLength, headerTag: original.stored.headerTag },
  ...(line.parent && { parent: { id: line.parent.id, exhibit: String(line.parent.exhibit) } }),
  firstWording: row.facts,
  annotations,
})
