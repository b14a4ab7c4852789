import type { caseLine, caseRecord } from '@sallyport/api/cases'
import type { annotation } from '@sallyport/api/contract'
import type { PersonId } from '@sallyport/core/ids'
import type { z } from 'zod'
import type { Tx } from '#db/within.ts'
import { namesOf } from '../people/rows.ts'
import { type CaseFacts, type CaseRow, itemCounts, membersOf, type Remark, remarksOn } from './rows.ts'
import { levelsOn, mayOnCase, seenCase } from './standing.ts'

type Line = z.output<typeof caseLine>
type Record_ = z.output<typeof caseRecord>

export const whoIs = (names: ReadonlyMap<PersonId, string>, id: PersonId) => ({ id, name: names.get(id) ?? 'unknown' })

/** The facts of a record as they read after its corrections, newest last. The first wording is kept beside. */
export function corrected<Facts extends object>(facts: Facts, remarks: readonly Remark[]): Facts {
  const now = { ...facts } as Record<string, unknown>
  for (const { kind, facts: said } of remarks)
    if (kind === 'annotation' && said['field']) now[said['field']] = said['says']
  return now as Facts
}

export const annotationsShown = (
  remarks: readonly Remark[],
  names: ReadonlyMap<PersonId, string>,
): z.output<typeof annotation>[] =>
  remarks
    .filter(({ kind }) => kind === 'annotation')
    .map(({ facts, at, by }) => ({
      field: facts['field'] ?? '',
      was: facts['was'] ?? '',
      says: facts['says'] ?? '',
      why: facts['why'] ?? '',
      at: at.toISOString(),
      by: whoIs(names, by),
    }))

/** Cases as lines of a list, in the order given. */
export async function caseLines(tx: Tx, rows: readonly CaseRow[]): Promise<Line[]> {
  const ids = rows.map(({ id }) => id)
  const remarks = await remarksOn(tx, ids, { item: false })
  const names = await namesOf(
    tx,
    rows.map(({ opened_by }) => opened_by),
  )
  const counts = await itemCounts(tx, ids)
  const levels = await levelsOn(tx, rows)
  return rows.map((row) => {
    const facts = corrected<CaseFacts>(
      row.facts,
      remarks.filter(({ case_id }) => case_id === row.id),
    )
    return {
      id: row.id,
      number: facts.number,
      title: facts.title,
      type: facts.type as Line['type'],
      openedAt: row.opened_at.toISOString(),
      openedBy: whoIs(names, row.opened_by),
      items: counts.get(row.id) ?? 0,
      level: levels.get(row.id) ?? null,
    }
  })
}

export async function caseShown(tx: Tx, id: CaseRow['id']): Promise<Record_> {
  const seen = await seenCase(tx, id)
  const [line] = await caseLines(tx, [seen.row])
  const remarks = await remarksOn(tx, [id], { item: false })
  const members = await membersOf(tx, id)
  const names = await namesOf(tx, [...remarks.map(({ by }) => by), ...members.map(({ person_id }) => person_id)])
  const may = (permission: Parameters<typeof mayOnCase>[1]) => mayOnCase(tx, permission, seen)
  return {
    ...(line as Line),
    description: corrected<CaseFacts>(seen.row.facts, remarks).description,
    people: remarks
      .filter(({ kind }) => kind === 'person')
      .map(({ id: person, facts, at, by }) => ({
        id: person,
        name: facts['name'] ?? '',
        role: (facts['role'] ?? 'other') as Record_['people'][number]['role'],
        remarks: facts['remarks'] ?? null,
        at: at.toISOString(),
        by: whoIs(names, by),
      })),
    notes: remarks
      .filter(({ kind }) => kind === 'note')
      .map(({ id: note, facts, at, by }) => ({
        id: note,
        text: facts['text'] ?? '',
        at: at.toISOString(),
        by: whoIs(names, by),
      })),
    members: members.map(({ person_id, level, added_at, expires_at }) => ({
      person: whoIs(names, person_id),
      level,
      addedAt: added_at.toISOString(),
      expiresAt: expires_at?.toISOString() ?? null,
    })),
    annotations: annotationsShown(remarks, names),
    may: {
      change: may('case.change'),
      share: may('case.share'),
      add: may('item.add'),
      export: may('item.export'),
      papers: may('paper.prepare'),
    },
  }
}
