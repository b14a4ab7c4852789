import type { acknowledgeAlarm, alarm, listAlarms } from '@sallyport/api/alarms'
import type { Asked } from '@sallyport/api/contract'
import { alarms } from '@sallyport/core/alarms'
import type { AlarmId } from '@sallyport/core/ids'
import { Refusal } from '@sallyport/core/refusal'
import type { z } from 'zod'
import { page, readCursor } from '#db/cursor.ts'
import { type Tx, tell } from '#db/within.ts'
import { whoIs } from '../cases/shown.ts'
import { me } from '../cases/standing.ts'
import { namesOf } from '../people/rows.ts'
import { alarmById, type AlarmRow, holdAlarm, newestAlarms, setAcknowledged } from './rows.ts'

type Shown = z.output<typeof alarm>

async function shown(tx: Tx, rows: readonly AlarmRow[]): Promise<Shown[]> {
  const names = await namesOf(
    tx,
    rows.flatMap(({ acknowledged_by }) => acknowledged_by ?? []),
  )
  return rows.map((row) => ({
    id: row.id,
    code: row.code,
    ...alarms[row.code],
    on: [...row.subjects],
    facts: row.facts,
    times: row.times,
    raisedAt: row.raised_at.toISOString(),
    lastAt: row.last_at.toISOString(),
    acknowledged:
      row.acknowledged_at && row.acknowledged_by
        ? { at: row.acknowledged_at.toISOString(), by: whoIs(names, row.acknowledged_by), note: row.note ?? '' }
        : null,
  }))
}

export async function list(tx: Tx, { open, after, limit }: Asked<typeof listAlarms>) {
  const rows = await newestAlarms(tx, { open, after: readCursor(after), limit: limit + 1 })
  const { rows: some, next } = page(rows, limit, ({ raised_at, id }) => ({ at: raised_at, id }))
  return { rows: await shown(tx, some), next }
}

export async function read(tx: Tx, id: AlarmId): Promise<Shown> {
  const row = await alarmById(tx, id)
  const [one] = row ? await shown(tx, [row]) : []
  if (!one) throw new Refusal('alarm/not-found')
  return one
}

/** Takes down that a person saw an alarm. Whoever comes second is told so: the first note stands. */
export async function acknowledge(tx: Tx, { id, note }: Asked<typeof acknowledgeAlarm>, now: Date): Promise<Shown> {
  const row = await holdAlarm(tx, id)
  if (!row) throw new Refusal('alarm/not-found')
  if (row.acknowledged_at) throw new Refusal('alarm/acknowledged')
  await setAcknowledged(tx, id, { by: me(tx), note, at: now })
  tell(tx, [id, ...row.subjects], { alarm: id, note })
  return read(tx, id)
}
