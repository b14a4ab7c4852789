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

type State = 'gathering' | 'whole'

const keptIn = (tx: Tx, state: State) =>
  tx
    .selectFrom('cosigned_checkpoint')
    .select(['size', 'note', 'at'])
    .where('state', '=', state)
    .where('size', '>', 0)
    .executeTakeFirst()

/** The checkpoint that cosignatures are being gathered for. */
export const gathering = (tx: Tx) => keptIn(tx, 'gathering')

/** The newest checkpoint with the cosignatures that the policy asks for. */
export const newestCosigned = (tx: Tx) => keptIn(tx, 'whole')

type Cosigned = { readonly size: number; readonly note: string; readonly at: Date }

export async function keepCosigned(tx: Tx, { whole, ...cosigned }: Cosigned & { whole: boolean }): Promise<void> {
  await put(tx, 'gathering', cosigned)
  if (whole) await put(tx, 'whole', cosigned)
}

/** Never lets an older checkpoint take the place of a newer one: a slow witness may answer late. */
const put = (tx: Tx, state: State, row: Cosigned) =>
  tx
    .insertInto('cosigned_checkpoint')
    .values({ state, ...row })
    .onConflict((conflict) =>
      conflict.columns(['agency_id', 'state']).doUpdateSet(row).where('cosigned_checkpoint.size', '<=', row.size),
    )
    .execute()

/** Drops what was cosigned under an earlier policy: whether it is whole is for the new one to say. */
export const forgetCosigned = (tx: Tx) => tx.updateTable('cosigned_checkpoint').set({ size: 0, note: '' }).execute()

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
