import type { MonitorId } from '@sallyport/core/ids'
import type { Tx } from '#db/within.ts'

export type Access = 'closed' | 'token' | 'open'

/** What the agency decided of its ledger. Until it decides: no witness, and closed to the outside. */
export async function ledgerSetting(tx: Tx): Promise<{ policy: string | null; access: Access }> {
  const row = await tx.selectFrom('ledger_setting').select(['policy', 'access']).executeTakeFirst()
  return row ?? { policy: null, access: 'closed' }
}

/** As {@link ledgerSetting}, held until the transaction ends: two witnesses that answer at once are merged one after the other. */
export const holdLedgerSetting = (tx: Tx) =>
  tx.selectFrom('ledger_setting').select(['policy', 'access']).forUpdate().executeTakeFirst()

export const setLedgerSetting = (tx: Tx, setting: { policy: string | null; access: Access }, at: Date) =>
  tx
    .insertInto('ledger_setting')
    .values({ ...setting, changed_at: at })
    .onConflict((conflict) => conflict.column('agency_id').doUpdateSet({ ...setting, changed_at: at }))
    .execute()

const state = ['name', 'size', 'cosigned_at', 'tried_at', 'failure', 'failing_since'] as const

export const witnessRows = (tx: Tx) => tx.selectFrom('witness').select(state).execute()
export type WitnessRow = Awaited<ReturnType<typeof witnessRows>>[number]

export const witnessRow = (tx: Tx, name: string) =>
  tx.selectFrom('witness').select(state).where('name', '=', name).executeTakeFirst()

export const setWitness = (tx: Tx, name: string, change: Partial<Omit<WitnessRow, 'name'>>) =>
  tx
    .insertInto('witness')
    .values({ name, size: 0, ...change })
    .onConflict((conflict) => conflict.columns(['agency_id', 'name']).doUpdateSet(change))
    .execute()

/** Forgets witnesses that the policy no longer names. Should one come back, it tells its size itself. */
export const forgetWitnesses = (tx: Tx, kept: readonly string[]) =>
  tx
    .deleteFrom('witness')
    .where('name', 'not in', kept.length > 0 ? [...kept] : [''])
    .execute()

export const cosignedAt = (tx: Tx, size: number) =>
  tx
    .selectFrom('cosigned_checkpoint')
    .select(['size', 'note', 'whole', 'at'])
    .where('size', '=', size)
    .executeTakeFirst()

/** The newest checkpoint with the cosignatures that the policy asks for. */
export const newestCosigned = (tx: Tx) =>
  tx
    .selectFrom('cosigned_checkpoint')
    .select(['size', 'note', 'at'])
    .where('whole', '=', true)
    .orderBy('size', 'desc')
    .limit(1)
    .executeTakeFirst()

/** Keeps a checkpoint with its cosignatures. A whole one makes every smaller one needless. */
export async function keepCosigned(
  tx: Tx,
  { size, note, whole, at }: { size: number; note: string; whole: boolean; at: Date },
): Promise<void> {
  await tx
    .insertInto('cosigned_checkpoint')
    .values({ size, note, whole, at })
    .onConflict((conflict) => conflict.columns(['agency_id', 'size']).doUpdateSet({ note, whole, at }))
    .execute()
  if (whole) await tx.deleteFrom('cosigned_checkpoint').where('size', '<', size).execute()
}

/** Drops what was cosigned under an earlier policy: whether it is whole is for the new one to say. */
export const forgetCosigned = (tx: Tx) => tx.deleteFrom('cosigned_checkpoint').execute()

const monitorColumns = ['id', 'name', 'added_at', 'ended_at'] as const

export const monitorRows = (tx: Tx) =>
  tx.selectFrom('monitor').select(monitorColumns).orderBy('added_at').orderBy('id').execute()
export type MonitorRow = Awaited<ReturnType<typeof monitorRows>>[number]

export const insertMonitor = (tx: Tx, row: { id: MonitorId; name: string; token_hash: Buffer; added_at: Date }) =>
  tx.insertInto('monitor').values(row).execute()

export const endMonitorRow = (tx: Tx, id: MonitorId, at: Date) =>
  tx
    .updateTable('monitor')
    .set({ ended_at: at })
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .returning(monitorColumns)
    .executeTakeFirst()

export async function isMonitor(tx: Tx, tokenHash: Buffer): Promise<boolean> {
  const row = await tx
    .selectFrom('monitor')
    .select('id')
    .where('token_hash', '=', tokenHash)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  return row !== undefined
}
