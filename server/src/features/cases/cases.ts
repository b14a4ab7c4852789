import { randomUUID } from 'node:crypto'
import {
  type addMember,
  type annotateCase,
  caseTypes,
  type listCases,
  type namePersonInCase,
  type noteOnCase,
  openCase,
  type removeMember,
} from '@sallyport/api/cases'
import type { Asked } from '@sallyport/api/contract'
import { reachOf } from '@sallyport/core/access'
import type { CaseId, NoteId } from '@sallyport/core/ids'
import { Refusal } from '@sallyport/core/refusal'
import { page, readCursor } from '#db/cursor.ts'
import { unlessTaken } from '#db/taken.ts'
import { type Tx, tell } from '#db/within.ts'
import { personById } from '../people/rows.ts'
import { index, seek } from '../search/rows.ts'
import {
  type CaseFacts,
  type CaseRow,
  casesByIds,
  casesOf,
  holdCase,
  insertCase,
  insertRemark,
  isNumberTaken,
  newestCases,
  type RemarkFacts,
  remarksOn,
  removeMemberRow,
  setMember,
} from './rows.ts'
import { caseLines, caseShown, corrected } from './shown.ts'
import { caseFor, me } from './standing.ts'

/** Opens a case. Its key is made here; without the agency's key and this server's nobody can use it. */
export async function open(tx: Tx, { number, title, type, description }: Asked<typeof openCase>, now: Date) {
  if (await isNumberTaken(tx, number)) throw new Refusal('case/number-taken')
  const id = randomUUID() as CaseId
  const facts: CaseFacts = { number, title, type, description: description ?? null }
  const { key, wrapped } = tx.keys.newKey()
  key.fill(0)
  await unlessTaken(insertCase(tx, { id, facts, caseKey: wrapped, by: me(tx), at: now }), 'case/number-taken')
  await indexCase(tx, { id, opened_by: me(tx), opened_at: now }, facts)
  tell(tx, [id], { number, title, type })
  return caseShown(tx, id)
}

async function indexCase(
  tx: Tx,
  row: Pick<CaseRow, 'id' | 'opened_by' | 'opened_at'>,
  facts: CaseFacts,
): Promise<void> {
  const people = (await remarksOn(tx, [row.id], { item: false })).filter(({ kind }) => kind === 'person')
  await index(tx, {
    kind: 'case',
    id: row.id,
    caseId: row.id,
    addedBy: row.opened_by,
    at: row.opened_at,
    texts: [facts.number, facts.title, facts.description, ...people.map((person) => person.facts['name'])],
    marks: { type: facts.type },
  })
}

/** Puts the record of a case into the blind index as it reads now. */
export async function reindexCase(tx: Tx, id: CaseId): Promise<void> {
  const [row] = await casesByIds(tx, [id])
  if (row) await indexCase(tx, row, corrected(row.facts, await remarksOn(tx, [id], { item: false })))
}

/** Lists cases. A person whose reach is not the whole agency is asked for by their own cases, which are few. */
export async function list(tx: Tx, { type, mine, after, limit }: Asked<typeof listCases>) {
  const cursor = readCursor(after)
  const reach = reachOf(tx.actor.roles, 'case.read')
  const ids = mine || reach !== 'agency' ? await casesOf(tx, me(tx)) : undefined
  const rows =
    type === undefined
      ? await newestCases(tx, { ids, after: cursor, limit: limit + 1 })
      : await ofType(tx, { type, ids, after: cursor, limit: limit + 1 })
  const { rows: shown, next } = page(rows, limit, ({ opened_at, id }) => ({ at: opened_at, id }))
  return { rows: await caseLines(tx, shown), next }
}

type OfType = { type: string; ids: readonly CaseId[] | undefined; after: ReturnType<typeof readCursor>; limit: number }

/** The type stands sealed, so it is found by its mark in the blind index. */
async function ofType(tx: Tx, { type, ids, after, limit }: OfType): Promise<CaseRow[]> {
  const hits = await seek(tx, { kind: 'case', words: [], marks: { type }, cases: ids, after, limit })
  return casesByIds(
    tx,
    hits.map(({ id }) => id),
  )
}

/** Adds to the record of a case. What stood there before stays as it was written. */
async function remark(
  tx: Tx,
  { id, kind, facts }: { id: CaseId; kind: 'note' | 'person' | 'annotation'; facts: RemarkFacts },
  now: Date,
) {
  await insertRemark(tx, { id: randomUUID() as NoteId, caseId: id, itemId: null, kind, facts, by: me(tx), at: now })
}

export async function annotate(tx: Tx, { id, field, says, why }: Asked<typeof annotateCase>, now: Date) {
  await holdCase(tx, id)
  const { row } = await caseFor(tx, id, 'case.change')
  if (field === 'type' && !caseTypes.some((known) => known === says)) {
    throw new Refusal('request/malformed', { field: 'says', expected: `one of ${caseTypes.join(', ')}` })
  }
  // A corrected title stands in lists and in exports where the first one stood, so it has the same form.
  if (field === 'title' && !openCase.body.shape.title.safeParse(says).success) {
    throw new Refusal('request/malformed', { field: 'says', expected: 'one line of at most 200 characters' })
  }
  const facts = corrected(row.facts, await remarksOn(tx, [id], { item: false }))
  const was = facts[field] ?? ''
  await remark(tx, { id, kind: 'annotation', facts: { field, was, says, why } }, now)
  await indexCase(tx, row, { ...facts, [field]: says })
  tell(tx, [id], { field, before: was, after: says, why })
  return caseShown(tx, id)
}

export async function note(tx: Tx, { id, text }: Asked<typeof noteOnCase>, now: Date) {
  await caseFor(tx, id, 'case.change')
  await remark(tx, { id, kind: 'note', facts: { text } }, now)
  tell(tx, [id], { characters: text.length })
  return caseShown(tx, id)
}

export async function namePerson(tx: Tx, { id, name, role, remarks }: Asked<typeof namePersonInCase>, now: Date) {
  await holdCase(tx, id)
  const { row } = await caseFor(tx, id, 'case.change')
  await remark(tx, { id, kind: 'person', facts: { name, role, remarks: remarks ?? null } }, now)
  await indexCase(tx, row, corrected(row.facts, await remarksOn(tx, [id], { item: false })))
  tell(tx, [id], { name, role })
  return caseShown(tx, id)
}

export async function share(tx: Tx, { id, person, level, expiresAt }: Asked<typeof addMember>, now: Date) {
  await caseFor(tx, id, 'case.share')
  const found = await personById(tx, person)
  if (!found || found.state === 'disabled') throw new Refusal('person/not-found')
  await setMember(tx, {
    caseId: id,
    person,
    level,
    by: me(tx),
    at: now,
    expires: expiresAt ? new Date(expiresAt) : null,
  })
  tell(tx, [id, person], { member: found.naming.name, level, expiresAt })
  return caseShown(tx, id)
}

export async function unshare(tx: Tx, { id, person }: Asked<typeof removeMember>, now: Date) {
  await caseFor(tx, id, 'case.share')
  const found = await personById(tx, person)
  if (!found) throw new Refusal('person/not-found')
  // The ledger must not say that somebody was removed who keeps what they had.
  if (!(await removeMemberRow(tx, id, { person, at: now }))) throw new Refusal('person/not-found')
  tell(tx, [id, person], { member: found.naming.name })
  return caseShown(tx, id)
}
