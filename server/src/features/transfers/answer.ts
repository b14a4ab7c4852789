import type { Asked } from '@sallyport/api/contract'
import type { acceptTransfer, listTransfers, refuseTransfer, withdrawTransfer } from '@sallyport/api/transfers'
import type { AgencyId, TransferId } from '@sallyport/core/ids'
import { Refusal } from '@sallyport/core/refusal'
import { page, readCursor } from '#db/cursor.ts'
import { type Ground, theServer, type Tx, tell, within } from '#db/within.ts'
import type { Later } from '#http/route.ts'
import { recordAll } from '#ledger/record.ts'
import { me } from '../cases/standing.ts'
import { itemFor, seenItem } from '../items/shown.ts'
import { mustHoldAuthenticator } from '../sessions/credentials.ts'
import { howSigned } from './offer.ts'
import { decideTransfer, holdEnded, holdTransfer, newestTransfers, transferById, type TransferRow } from './rows.ts'
import { isOpen, mayWithdraw, type TransferShown, transferShown, transfersShown } from './shown.ts'

export async function list(tx: Tx, { item, after, limit }: Asked<typeof listTransfers>, now: Date) {
  if (item) await seenItem(tx, item)
  const rows = await newestTransfers(tx, {
    ...(item ? { item } : { person: me(tx) }),
    after: readCursor(after),
    limit: limit + 1,
  })
  const { rows: some, next } = page(rows, limit, ({ offered_at, id }) => ({ at: offered_at, id }))
  return { rows: await transfersShown(tx, some, now), next }
}

type Accepting = Asked<typeof acceptTransfer>

/** An offer that the person may accept now, for what they say that they saw. */
function mustBeAcceptable(tx: Tx, row: TransferRow | undefined, { digest, now }: { digest: string; now: Date }) {
  if (!row) throw new Refusal('transfer/not-found')
  if (row.to_person !== me(tx)) throw new Refusal('transfer/not-yours')
  if (!isOpen(row, now)) throw new Refusal('transfer/decided')
  if (row.digest !== digest) throw new Refusal('transfer/changed')
  return row
}

/** Takes over custody. The code is compared in between; the offer is judged again while it is held. */
export async function accept(
  tx: Tx,
  { id, digest, code }: Accepting,
  { ground, now }: { ground: Ground; now: Date },
): Promise<Later<TransferShown>> {
  const row = mustBeAcceptable(tx, await transferById(tx, id), { digest, now })
  const { case_id } = (await itemFor(tx, row.item_id, 'item.transfer')).row
  const before = await transferShown(tx, id, now)
  const { actor } = tx
  return async () => {
    await mustHoldAuthenticator(ground, actor, { code, now })
    const { from, to } = row.statement
    return {
      reply: {
        ...before,
        state: 'accepted',
        decidedAt: now.toISOString(),
        may: { accept: false, refuse: false, withdraw: false },
      },
      on: [row.item_id, case_id, id],
      detail: { transfer: id, digest, from, to, signed: howSigned },
      keep: async (later) => {
        mustBeAcceptable(later, await holdTransfer(later, id), { digest, now })
        await itemFor(later, row.item_id, 'item.transfer')
        await decideTransfer(later, id, { state: 'accepted', at: now })
      },
    }
  }
}

type Ending = { readonly id: TransferId; readonly why: string; readonly state: 'refused' | 'withdrawn' }

async function end(tx: Tx, { id, why, state }: Ending, now: Date): Promise<TransferShown> {
  const row = await holdTransfer(tx, id)
  if (!row) throw new Refusal('transfer/not-found')
  const isTheirs = state === 'refused' ? row.to_person === me(tx) : mayWithdraw(tx, row)
  if (!isTheirs) throw new Refusal('transfer/not-yours')
  if (!isOpen(row, now)) throw new Refusal('transfer/decided')
  await decideTransfer(tx, id, { state, at: now })
  const { case_id } = (await seenItem(tx, row.item_id)).row
  tell(tx, [row.item_id, case_id], { transfer: id, digest: row.digest, why })
  return transferShown(tx, id, now)
}

export const refuse = (tx: Tx, { id, why }: Asked<typeof refuseTransfer>, now: Date) =>
  end(tx, { id, why, state: 'refused' }, now)

export const withdraw = (tx: Tx, { id, why }: Asked<typeof withdrawTransfer>, now: Date) =>
  end(tx, { id, why, state: 'withdrawn' }, now)

/** Ends the offers that ran out. Takes no key: a sealed vault does it too. Gives how many there were. */
export const expire = (ground: Ground, agency: AgencyId, now: Date): Promise<number> =>
  within(ground, theServer(agency), async (tx) => {
    const ended = await holdEnded(tx, now)
    if (ended.length === 0) return 0
    for (const { id } of ended) await decideTransfer(tx, id, { state: 'expired', at: now })
    await recordAll(
      tx,
      ended.map(({ id, item_id, case_id, ends_at }) => ({
        act: 'item.transfer-expired',
        on: [item_id, case_id, id],
        detail: { transfer: id, endedAt: ends_at.toISOString() },
        at: now,
      })),
    )
    return ended.length
  })
