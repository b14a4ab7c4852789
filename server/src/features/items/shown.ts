import type { itemLine, itemRecord } from '@sallyport/api/items'
import { type Level, type Permission, permits } from '@sallyport/core/access'
import { hex } from '@sallyport/core/bytes'
import type { CaseId, ItemId } from '@sallyport/core/ids'
import { Refusal } from '@sallyport/core/refusal'
import type { z } from 'zod'
import type { Tx } from '#db/within.ts'
import { type CaseFacts, casesByIds, remarksOn } from '../cases/rows.ts'
import { annotationsShown, corrected, whoIs } from '../cases/shown.ts'
import { levelsOn } from '../cases/standing.ts'
import { lastCheck } from '../fixity/rows.ts'
import { movesOf } from '../moves/rows.ts'
import { namesOf } from '../people/rows.ts'
import { holderOf, named } from '../transfers/holder.ts'
import { openTransfer } from '../transfers/rows.ts'
import { derivativesOf, type ItemFacts, itemById, type ItemRow, itemsByIds, objectOf, withSameBytes } from './rows.ts'

type Line = z.output<typeof itemLine>

export type Seen = { readonly row: ItemRow; readonly level: Level | undefined; readonly caseFacts: CaseFacts }

/** Of an item that an order of a court destroyed, that it was there. */
const leftOfExpunged: ReadonlySet<Permission> = new Set(['item.read', 'custody.read'])

export const mayOnItem = (tx: Tx, permission: Permission, { row, level }: Pick<Seen, 'row' | 'level'>): boolean =>
  (row.state !== 'expunged' || leftOfExpunged.has(permission)) &&
  permits(tx.actor.roles, permission, { own: row.added_by === tx.actor.person, level })

/** An item that the person sees; refused as not found when they do not see it, or its case. */
export async function seenItem(tx: Tx, id: ItemId): Promise<Seen> {
  const row = await itemById(tx, id)
  const [found] = row ? await casesByIds(tx, [row.case_id]) : []
  if (!row || !found) throw new Refusal('item/not-found')
  const level = (await levelsOn(tx, [found])).get(found.id)
  const seen = { row, level, caseFacts: corrected(found.facts, await remarksOn(tx, [found.id], { item: false })) }
  if (!mayOnItem(tx, 'item.read', seen)) throw new Refusal('item/not-found')
  return seen
}

/** An item on which the person may do this; refused as not theirs when they only see it. */
export async function itemFor(tx: Tx, id: ItemId, permission: Permission): Promise<Seen> {
  const seen = await seenItem(tx, id)
  if (seen.row.state === 'expunged' && !leftOfExpunged.has(permission)) throw new Refusal('item/expunged')
  if (!mayOnItem(tx, permission, seen)) throw new Refusal('case/not-yours')
  return seen
}

/** Corrections of an item are text; a few fields are not. */
export function correctedItem(
  row: ItemRow,
  remarks: Awaited<ReturnType<typeof remarksOn>>,
): ItemFacts & { recordedAt: Date | null } {
  const mine = remarks.filter(({ item_id }) => item_id === row.id)
  const { recordedAt, tags, ...facts } = corrected<Record<string, unknown>>(
    { ...row.facts, recordedAt: row.recorded_at },
    mine,
  )
  const tagged =
    typeof tags === 'string'
      ? tags
          .split(',')
          .map((tag) => tag.trim())
          .filter(Boolean)
      : (tags as readonly string[])
  const moment = typeof recordedAt === 'string' ? new Date(recordedAt) : (recordedAt as Date | null)
  return { ...(facts as Omit<ItemFacts, 'tags'>), tags: tagged, recordedAt: moment }
}

export async function itemLines(tx: Tx, rows: readonly ItemRow[]): Promise<Line[]> {
  const remarks = await remarksOn(
    tx,
    rows.map(({ id }) => id),
    { item: true },
  )
  const names = await namesOf(
    tx,
    rows.map(({ added_by }) => added_by),
  )
  const numbers = await caseNumbers(
    tx,
    rows.map(({ case_id }) => case_id),
  )
  const parents = new Map(
    (
      await itemsByIds(
        tx,
        rows.flatMap(({ parent_id }) => (parent_id ? [parent_id] : [])),
      )
    ).map((parent) => [parent.id, parent]),
  )
  const remarksOf = Map.groupBy(remarks, ({ item_id }) => item_id)
  return rows.map((row) => {
    const facts = correctedItem(row, remarksOf.get(row.id) ?? [])
    const parent = row.parent_id ? parents.get(row.parent_id) : undefined
    return {
      id: row.id,
      case: { id: row.case_id, number: numbers.get(row.case_id) ?? '' },
      exhibit: row.exhibit,
      title: facts.title,
      category: facts.category as Line['category'],
      state: row.state,
      mediaType: facts.mediaType,
      size: row.size,
      recordedAt: facts.recordedAt?.toISOString() ?? null,
      receivedAt: row.received_at?.toISOString() ?? null,
      addedAt: row.added_at.toISOString(),
      addedBy: whoIs(names, row.added_by),
      parent: parent ? { id: parent.id, exhibit: parent.exhibit } : null,
    }
  })
}

export async function caseNumbers(tx: Tx, ids: readonly CaseId[]): Promise<ReadonlyMap<CaseId, string>> {
  const rows = await casesByIds(tx, [...new Set(ids)])
  return new Map(rows.map(({ id, facts }) => [id, facts.number]))
}

/** Other items with the same bytes, as far as the person may see them. */
export async function sameBytes(tx: Tx, sha256: Uint8Array, than: ItemId) {
  const rows = await withSameBytes(tx, sha256, than)
  const numbers = await caseNumbers(
    tx,
    rows.map(({ case_id }) => case_id),
  )
  return rows
    .filter(({ case_id }) => numbers.has(case_id))
    .map(({ id, exhibit, case_id }) => ({ id, exhibit, caseNumber: numbers.get(case_id) ?? '' }))
}

async function holdingShown(tx: Tx, row: ItemRow): Promise<z.output<typeof itemRecord>['holder']> {
  const { by, since } = await holderOf(tx, row)
  const open = await openTransfer(tx, row.id)
  return {
    by: await named(tx, by),
    since: since?.toISOString() ?? null,
    offer: open ? { id: open.id, to: open.statement.to.name, endsAt: open.ends_at.toISOString() } : null,
  }
}

/** A case that the person does not see is not named, only that the item was somewhere else. */
async function earlierNumbers(tx: Tx, id: ItemId): Promise<z.output<typeof itemRecord>['earlier']> {
  const moves = await movesOf(tx, id)
  const numbers = await caseNumbers(
    tx,
    moves.map(({ from_case }) => from_case),
  )
  return moves.map(({ from_case, from_exhibit, at }) => ({
    case: { id: from_case, number: numbers.get(from_case) ?? null },
    exhibit: from_exhibit,
    until: at.toISOString(),
  }))
}

export async function itemShown(tx: Tx, id: ItemId): Promise<z.output<typeof itemRecord>> {
  const seen = await seenItem(tx, id)
  const { row } = seen
  const [line] = await itemLines(tx, [row])
  const remarks = await remarksOn(tx, [id], { item: true })
  const facts = correctedItem(row, remarks)
  const names = await namesOf(
    tx,
    remarks.map(({ by }) => by),
  )
  const stored = await objectOf(tx, id)
  const fixity = await lastCheck(tx, id)
  const may = (permission: Permission) => mayOnItem(tx, permission, seen)
  return {
    ...(line as Line),
    description: facts.description,
    source: { device: facts.device, person: facts.person },
    clockOffsetSeconds: facts.clockOffsetSeconds,
    place: facts.place,
    tags: [...facts.tags],
    originalName: facts.originalName,
    sha256: row.sha256 ? hex(row.sha256) : null,
    sealedSha256: stored ? hex(stored.sealed_sha256) : null,
    fixity:
      fixity?.checked_at && fixity.result
        ? { checkedAt: fixity.checked_at.toISOString(), result: fixity.result }
        : null,
    quarantine: row.state === 'quarantined' ? { reasons: [...row.quarantine] } : null,
    derivation: facts.derivation ?? null,
    derivatives: (await derivativesOf(tx, id)).map((one) => ({
      id: one.id,
      exhibit: one.exhibit,
      title: one.facts.title,
    })),
    sameBytes: row.sha256 ? await sameBytes(tx, row.sha256, id) : [],
    annotations: annotationsShown(remarks, names),
    holder: await holdingShown(tx, row),
    earlier: await earlierNumbers(tx, id),
    may: {
      change: may('item.change'),
      print: may('item.print'),
      move: may('item.move'),
      transfer: may('item.transfer'),
      play: may('item.play'),
      download: may('item.download'),
      export: may('item.export'),
      verify: may('item.verify'),
      release: may('item.release'),
      custody: may('custody.read'),
      papers: may('paper.prepare'),
    },
  }
}
