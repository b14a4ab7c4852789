import type { Answered, Asked } from '@sallyport/api/contract'
import type { fixityState, listFindings } from '@sallyport/api/fixity'
import type { z } from 'zod'
import { page, readCursor } from '#db/cursor.ts'
import type { Tx } from '#db/within.ts'
import { whoIs } from '../cases/shown.ts'
import { namesOf } from '../people/rows.ts'
import { expectedEnd, isTooSlow, nextRound } from './due.ts'
import type { FixityRule } from './round.ts'
import { lastRound, newestFindings, type RoundRow, setUpAt } from './rows.ts'

type Shown = z.output<typeof fixityState>

async function roundShown(tx: Tx, row: RoundRow, now: Date): Promise<Shown['round']> {
  const names = await namesOf(tx, row.begun_by ? [row.begun_by] : [])
  const progress = { begunAt: row.begun_at, bytes: row.bytes, checkedBytes: row.checked_bytes }
  return {
    number: row.number,
    begunAt: row.begun_at.toISOString(),
    by: row.begun_by ? whoIs(names, row.begun_by) : null,
    endedAt: row.ended_at?.toISOString() ?? null,
    objects: row.objects,
    bytes: row.bytes,
    checked: row.checked,
    checkedBytes: row.checked_bytes,
    missing: row.missing,
    altered: row.altered,
    untracked: row.untracked,
    expectedEnd: row.ended_at ? null : (expectedEnd(progress, now)?.toISOString() ?? null),
  }
}

export async function state(tx: Tx, rule: FixityRule, now: Date): Promise<Shown> {
  const [last, founded] = [await lastRound(tx), await setUpAt(tx)]
  const past = last?.ended_at ? { begunAt: last.begun_at, endedAt: last.ended_at } : undefined
  const next = founded && (!last || past) ? nextRound(past, founded, rule.days) : undefined
  return {
    ...rule,
    round: last ? await roundShown(tx, last, now) : null,
    nextAt: next?.toISOString() ?? null,
    tooSlow: isTooSlow(last?.bytes ?? 0, rule),
  }
}

export async function findings(
  tx: Tx,
  { after, limit }: Asked<typeof listFindings>,
): Promise<Answered<typeof listFindings>> {
  const rows = await newestFindings(tx, { after: readCursor(after), limit: limit + 1 })
  const { rows: some, next } = page(rows, limit, ({ at, id }) => ({ at, id }))
  return {
    rows: some.map(({ object_id, item_id, at, ...row }) => ({
      ...row,
      object: object_id,
      item: item_id,
      at: at.toISOString(),
    })),
    next,
  }
}
