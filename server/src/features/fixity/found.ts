import type { Act } from '@sallyport/core/acts'
import type { AlarmCode } from '@sallyport/core/alarms'
import type { Tx } from '#db/within.ts'
import { record } from '#ledger/record.ts'
import { raise } from '../alarms/raise.ts'
import { insertFinding, type NewFinding } from './rows.ts'

const names = {
  missing: { act: 'fixity.found-missing', code: 'fixity/missing' },
  altered: { act: 'item.found-altered', code: 'fixity/altered' },
  untracked: { act: 'fixity.found-untracked', code: 'fixity/untracked' },
} as const satisfies Record<NewFinding['what'], { act: Act; code: AlarmCode }>

/**
 * Keeps a finding, enters it, and raises the alarm, in one transaction.
 *
 * What an upload left over and what was destroyed by order is explained and gone: it is entered, and calls
 * nobody.
 */
export async function keepFinding(tx: Tx, finding: NewFinding, on: readonly string[]): Promise<void> {
  const { round, what, object, item, bytes, reason, removed, at } = finding
  const { act, code } = names[what]
  const id = await insertFinding(tx, finding)
  await record(tx, { act, on, detail: { finding: id, round, what, object, bytes, reason, removed }, at })
  if (removed) return
  const facts = { round, reason, ...(item && { item }), ...(object && { object }), ...(bytes !== null && { bytes }) }
  await raise(tx, { code, on, facts, at })
}
