import { randomUUID } from 'node:crypto'
import type { Asked } from '@sallyport/api/contract'
import type {
  declineExpungement,
  draftExpungement,
  expungement as form,
  expungementPreview,
  listExpungements,
} from '@sallyport/api/expungements'
import { reachOf } from '@sallyport/core/access'
import type { CaseId, ExpungementId, ItemId, NoteId, PersonId } from '@sallyport/core/ids'
import { Refusal } from '@sallyport/core/refusal'
import type { z } from 'zod'
import { page, readCursor } from '#db/cursor.ts'
import { type Tx, tell } from '#db/within.ts'
import { whoIs } from '../cases/shown.ts'
import { me } from '../cases/standing.ts'
import { namesOf } from '../people/rows.ts'
import {
  decide,
  type ExpungementRow,
  expungementById,
  holdExpungement,
  insertExpungement,
  newestExpungements,
} from './rows.ts'
import { asTheVault, mustBeThere, previewOf, touched } from './touched.ts'

type Shown = z.output<typeof form>

function scopeOf({ scope, target, case_id }: ExpungementRow): Shown['scope'] {
  if (scope === 'item') return { kind: 'item', item: target as ItemId }
  if (scope === 'account') return { kind: 'account', person: target as PersonId }
  return { kind: 'person', case: case_id as CaseId, note: target as NoteId }
}

async function shown(tx: Tx, rows: readonly ExpungementRow[]): Promise<Shown[]> {
  const names = await namesOf(
    tx,
    rows.flatMap(({ drafted_by, decided_by }) => [drafted_by, ...(decided_by ? [decided_by] : [])]),
  )
  const { roles, person } = tx.actor
  // The wording of an order and the words to look for may tell of the case. Who runs the vault sees neither.
  const seesCases = reachOf(roles, 'case.read') === 'agency'
  return rows.map((row) => {
    const isDraft = row.state === 'drafted'
    return {
      id: row.id,
      state: row.state,
      ...row.order,
      scope: scopeOf(row),
      note: isDraft && seesCases ? row.draft.note : null,
      words: isDraft && seesCases ? [...row.draft.words] : null,
      draftedAt: row.drafted_at.toISOString(),
      draftedBy: whoIs(names, row.drafted_by),
      decidedAt: row.decided_at?.toISOString() ?? null,
      decidedBy: row.decided_by ? whoIs(names, row.decided_by) : null,
      may: {
        approve: isDraft && row.drafted_by !== person && reachOf(roles, 'expungement.approve') !== 'none',
        withdraw: isDraft && reachOf(roles, 'expungement.draft') !== 'none',
      },
    }
  })
}

export async function list(tx: Tx, { after, limit }: Asked<typeof listExpungements>) {
  const rows = await newestExpungements(tx, { after: readCursor(after), limit: limit + 1 })
  const { rows: some, next } = page(rows, limit, ({ drafted_at, id }) => ({ at: drafted_at, id }))
  return { rows: await shown(tx, some), next }
}

export async function read(tx: Tx, id: ExpungementId): Promise<Shown> {
  const row = await expungementById(tx, id)
  const [one] = row ? await shown(tx, [row]) : []
  if (!one) throw new Refusal('expungement/not-found')
  return one
}

/**
 * Drafts an order. Its entry names the order and not what it is about: that stands sealed, where it can be
 * destroyed.
 */
export async function draft(tx: Tx, asked: Asked<typeof draftExpungement>, now: Date): Promise<Shown> {
  const { court, reference, issuedOn, judge, note = null, words, scope } = asked
  const target = scope.kind === 'item' ? scope.item : scope.kind === 'person' ? scope.note : scope.person
  const inCase = scope.kind === 'person' ? scope.case : null
  const caseId = await mustBeThere(tx, { scope: scope.kind, target, caseId: inCase })
  const id = randomUUID() as ExpungementId
  const sealed = { court, reference, issuedOn, judge, note, words: [...new Set(words)] }
  await insertExpungement(tx, { id, scope: scope.kind, target, caseId, sealed, by: me(tx), at: now })
  tell(tx, [id], { expungement: id, court, reference, issuedOn })
  return read(tx, id)
}

export async function preview(tx: Tx, id: ExpungementId): Promise<z.output<typeof expungementPreview>> {
  const row = await expungementById(tx, id)
  if (!row) throw new Refusal('expungement/not-found')
  if (row.state !== 'drafted') throw new Refusal('expungement/decided')
  return asTheVault(tx, async (vault) => previewOf(await touched(vault, row), row))
}

/** An order that waits for a decision, held against another one. */
export async function heldDraft(tx: Tx, id: ExpungementId): Promise<ExpungementRow> {
  const row = await holdExpungement(tx, id)
  if (!row) throw new Refusal('expungement/not-found')
  if (row.state !== 'drafted') throw new Refusal('expungement/decided')
  return row
}

export async function decline(tx: Tx, { id, why }: Asked<typeof declineExpungement>, now: Date): Promise<Shown> {
  await decide(tx, await heldDraft(tx, id), { state: 'declined', by: me(tx), at: now })
  tell(tx, [id], { expungement: id, why })
  return read(tx, id)
}

export async function withdraw(tx: Tx, id: ExpungementId, now: Date): Promise<Shown> {
  await decide(tx, await heldDraft(tx, id), { state: 'withdrawn', by: me(tx), at: now })
  tell(tx, [id], { expungement: id })
  return read(tx, id)
}
