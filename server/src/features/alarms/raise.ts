import type { AlarmCode } from '@sallyport/core/alarms'
import type { Tx } from '#db/within.ts'
import { record } from '#ledger/record.ts'
import { type AlarmFacts, upsertAlarm } from './rows.ts'

export type Raising = {
  readonly code: AlarmCode
  /** The things it is about, by id. None for what concerns the whole agency. */
  readonly on: readonly string[]
  /** Ids, sizes, counts, times and words of a closed list: they stand in clear, so never CJI. */
  readonly facts: AlarmFacts
  /** When it was found; now, if it is not said. */
  readonly at?: Date
}

/**
 * Calls for a person of the agency, in the transaction that found out why.
 *
 * An open alarm of the same kind about the same things is counted up: what is found again every minute
 * neither buries the other alarms nor fills the ledger. So the ledger has one entry for each alarm,
 * made when it is raised, and each finding has entries of its own by whoever found it.
 */
export async function raise(tx: Tx, { code, on, facts, at = new Date() }: Raising): Promise<void> {
  const { id, times } = await upsertAlarm(tx, { code, on, facts, at })
  if (times > 1) return
  await record(tx, { act: 'alarm.raised', on: [id, ...on], detail: { alarm: id, code, ...facts }, at })
}
