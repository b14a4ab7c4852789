import type { transfer } from '@sallyport/api/transfers'
import { reachOf } from '@sallyport/core/access'
import type { TransferId } from '@sallyport/core/ids'
import { Refusal } from '@sallyport/core/refusal'
import type { z } from 'zod'
import type { Tx } from '#db/within.ts'
import { whoIs } from '../cases/shown.ts'
import { me } from '../cases/standing.ts'
import { namesOf } from '../people/rows.ts'
import { transferById, type TransferRow } from './rows.ts'

export type TransferShown = z.output<typeof transfer>

export const isOpen = ({ state, ends_at }: Pick<TransferRow, 'state' | 'ends_at'>, now: Date): boolean =>
  state === 'offered' && ends_at.getTime() > now.getTime()

/** Whoever made the offer or holds the item takes it back; a custodian does it for one who cannot. */
export const mayWithdraw = (tx: Tx, { offered_by, from_person }: TransferRow): boolean =>
  offered_by === me(tx) || from_person === me(tx) || reachOf(tx.actor.roles, 'item.transfer') === 'agency'

export async function transfersShown(tx: Tx, rows: readonly TransferRow[], now: Date): Promise<TransferShown[]> {
  const names = await namesOf(
    tx,
    rows.map(({ offered_by }) => offered_by),
  )
  return rows.map((row) => {
    const { item, case: number, exhibit, title, sha256, size, from, to, why, condition } = row.statement
    const open = isOpen(row, now)
    return {
      id: row.id,
      item: { id: item, case: number, exhibit, title, sha256, size },
      state: row.state === 'offered' && !open ? 'expired' : row.state,
      from,
      to,
      offeredBy: whoIs(names, row.offered_by),
      why,
      condition,
      package: row.statement.package,
      digest: row.digest,
      offeredAt: row.offered_at.toISOString(),
      endsAt: row.ends_at.toISOString(),
      decidedAt: row.decided_at?.toISOString() ?? null,
      may: {
        accept: open && row.to_person === me(tx),
        refuse: open && row.to_person === me(tx),
        withdraw: open && mayWithdraw(tx, row),
      },
    }
  })
}

export async function transferShown(tx: Tx, id: TransferId, now: Date): Promise<TransferShown> {
  const row = await transferById(tx, id)
  const [shown] = row ? await transfersShown(tx, [row], now) : []
  if (!shown) throw new Refusal('transfer/not-found')
  return shown
}
