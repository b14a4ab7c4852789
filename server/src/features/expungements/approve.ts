import type { Answered, Asked } from '@sallyport/api/contract'
import type { approveExpungement } from '@sallyport/api/expungements'
import type { CaseId, EntryId, ItemId, PersonId } from '@sallyport/core/ids'
import { Refusal } from '@sallyport/core/refusal'
import { afterwards, type Tx, tell } from '#db/within.ts'
import { recordAll } from '#ledger/record.ts'
import type { ObjectStore } from '#store/object-store.ts'
import { reindexCase } from '../cases/cases.ts'
import { holdCase } from '../cases/rows.ts'
import { me } from '../cases/standing.ts'
import { reindexItem } from '../items/items.ts'
import { holdAdministrators } from '../people/rows.ts'
import { endSessionsOf } from '../sessions/rows.ts'
import { destroyStatements } from '../transfers/destroy.ts'
import {
  destroyAccount,
  destroyEntries,
  destroyItem,
  destroyObject,
  destroyPapers,
  destroyRemarks,
  endExports,
  holdItemWhole,
  itemsOfRemarks,
} from './destroy/rows.ts'
import { heldDraft, read } from './orders.ts'
import { decide, type ExpungementRow, isDestroyed, nameDestroyed, nameEntries } from './rows.ts'
import { asTheVault, previewOf, takenBy, type Touched, touched } from './touched.ts'

type Needs = { readonly store: Pick<ObjectStore, 'remove'>; readonly say: (fault: unknown) => void }

/**
 * Executes an order, whole or not at all.
 *
 * In one transaction: the decision, the names of all that goes, the destruction, and the entries that tell
 * of it. They say which court, which number, when, and which entries lost what they said; nothing of what
 * that was. The keys of stored bytes are destroyed in it, so the bytes say nothing from the commit on; they
 * themselves are taken away after it, and if a crash comes between, by the next sweep.
 *
 * Copies that left the vault, backups and the write-ahead log of the database are out of its reach:
 * docs/operations/expungement.md says what to do about each.
 */
export async function approve(
  tx: Tx,
  { id, reference }: Asked<typeof approveExpungement>,
  { now, store, say }: Needs & { readonly now: Date },
): Promise<Answered<typeof approveExpungement>> {
  const row = await heldDraft(tx, id)
  if (row.drafted_by === me(tx)) throw new Refusal('expungement/same-person')
  if (row.order.reference !== reference) throw new Refusal('expungement/wrong-reference')
  const found = await asTheVault(tx, async (vault) => {
    await hold(vault, row)
    return touched(vault, row)
  })
  await decide(tx, row, { state: 'executed', by: me(tx), at: now })
  await asTheVault(tx, (vault) => destroy(vault, { row, found, now }))
  await nameEntries(tx, id, await tellOf(tx, { row, found, now }))
  const { object } = found
  if (object) afterwards(tx, () => void store.remove(object.id).catch(say))
  tell(tx, [id], { expungement: id })
  return { expungement: await read(tx, id), destroyed: previewOf(found, row) }
}

/** Holds what is about to go, so that nobody adds to it meanwhile. */
async function hold(tx: Tx, { scope, target, case_id }: ExpungementRow): Promise<void> {
  if (await isDestroyed(tx, target)) throw new Refusal('expungement/done-before')
  if (scope === 'item') await holdItemWhole(tx, target as ItemId)
  if (case_id) await holdCase(tx, case_id)
  if (scope !== 'account') return
  const administrators = await holdAdministrators(tx)
  if (administrators.length === 1 && administrators[0] === target) throw new Refusal('person/last-administrator')
}

type Executing = { readonly row: ExpungementRow; readonly found: Touched; readonly now: Date }

async function destroy(tx: Tx, { row, found, now }: Executing): Promise<void> {
  const { entries, remarks, transfers, papers, exports, object, named } = found
  const ids = entries.map((entry) => entry.id)
  const records = [...remarks, ...transfers, ...papers, ...(object ? [object.id] : [])]
  await nameDestroyed(tx, row.id, [row.target, ...ids, ...records])
  await destroyEntries(tx, ids)
  await destroyRemarks(tx, remarks)
  await destroyPapers(tx, papers)
  await endExports(tx, exports, now)
  if (object) await destroyObject(tx, object.id, now)
  if (row.scope === 'item') await destroyItem(tx, row.target as ItemId, wordsInPlace(row))
  await destroyStatements(tx, transfers, { ...takenBy(row, named), says: wordsInPlace(row).title })
  if (row.scope === 'account') {
    await endSessionsOf(tx, row.target as PersonId, now)
    await destroyAccount(tx, row.target as PersonId)
  }
  if (row.case_id) await reindexCase(tx, row.case_id)
  for (const item of await itemsOfRemarks(tx, remarks)) if (item !== row.target) await reindexItem(tx, item)
}

const wordsInPlace = ({ order: { court, reference, issuedOn } }: ExpungementRow) => ({
  title: 'Destroyed under a court order',
  description: `Order ${reference} of ${court}, issued on ${issuedOn}.`,
})

/** What the order itself is about, as the entries name it. */
const subjectsOf = ({ scope, target, case_id }: ExpungementRow): readonly string[] =>
  scope === 'person' ? [target, case_id as CaseId] : [target]

/**
 * Enters what was done: one entry on what the order is about, and one on each other item whose custody lost
 * something, so that whoever is given that custody alone finds in it why.
 */
async function tellOf(tx: Tx, { row, found, now }: Executing): Promise<readonly EntryId[]> {
  const { court, reference, issuedOn } = row.order
  const main = subjectsOf(row)
  const groups = new Map<string, string[]>([[main[0] as string, []]])
  for (const { id, on } of found.entries) {
    const items = on.filter((thing) => found.items.has(thing))
    const homes = items.length === 0 || items.includes(row.target) ? [main[0] as string] : items
    for (const home of homes) groups.set(home, [...(groups.get(home) ?? []), id])
  }
  return recordAll(
    tx,
    [...groups].map(([home, entries]) => ({
      act: 'ledger.expunged' as const,
      on: [...new Set([...(home === main[0] ? main : [home]), row.id])],
      detail: { court, reference, issuedOn, entries },
      at: now,
    })),
  )
}
