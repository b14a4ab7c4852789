import { randomUUID } from 'node:crypto'
import type { Asked } from '@sallyport/api/contract'
import type { offerTransfer } from '@sallyport/api/transfers'
import { hex } from '@sallyport/core/bytes'
import { canonical, type Json } from '@sallyport/core/canonical-json'
import { permits, reachOf } from '@sallyport/core/access'
import type { PersonId, TransferId } from '@sallyport/core/ids'
import { Refusal } from '@sallyport/core/refusal'
import type { Ground, Tx } from '#db/within.ts'
import { unlessTaken } from '#db/taken.ts'
import type { Later } from '#http/route.ts'
import { sha256 } from '#keys/primitives.ts'
import { record } from '#ledger/record.ts'
import { mustGiveReason } from '../agencies/reasons.ts'
import { caseById, levelsOf } from '../cases/rows.ts'
import { me } from '../cases/standing.ts'
import { holdItem, type ItemRow } from '../items/rows.ts'
import { correctedItem, itemFor, type Seen } from '../items/shown.ts'
import { remarksOn } from '../cases/rows.ts'
import { type PersonRow, personById } from '../people/rows.ts'
import { mustHoldAuthenticator } from '../sessions/credentials.ts'
import { type Holder, holderOf, named } from './holder.ts'
import { insertTransfer, type Offer, openTransfer, type Outsider, type Statement } from './rows.ts'
import type { TransferShown } from './shown.ts'

/** An offer that nobody answers within a week is one that nobody saw. */
const offerMs = 7 * 24 * 3_600_000

/**
 * What a signature in this vault is, in the words of the entry: a court must not take it for more. Nobody holds a
 * key of their own here, so the vault itself could have written it; the witnesses see that it was not written later.
 */
export const howSigned = 'by their session and a code from their authenticator; with no private key of the person'

type Asking = Asked<typeof offerTransfer>
type Drafted = Offer & { readonly row: ItemRow; readonly inPlaceOf: string | null }

/**
 * Offers custody. The offer is composed and judged twice, before the code is asked for and while the item is held:
 * what was signed is what is kept, or nothing is.
 */
export async function offer(
  tx: Tx,
  asked: Asking,
  { ground, now }: { ground: Ground; now: Date },
): Promise<Later<TransferShown>> {
  const id = randomUUID() as TransferId
  const drafted = await draft(tx, asked, { id, now })
  const { actor } = tx
  return async () => {
    await mustHoldAuthenticator(ground, actor, { code: asked.code, now })
    const on = [asked.id, drafted.row.case_id, id]
    return {
      reply: shown(drafted, { id: drafted.by, name: actor.name }),
      on,
      detail: detailOf(drafted),
      keep: async (later) => {
        await holdItem(later, asked.id)
        const again = await draft(later, asked, { id, now })
        if (again.digest !== drafted.digest) throw new Refusal('transfer/changed')
        await unlessTaken(insertTransfer(later, again), 'transfer/open')
        if (asked.to.kind === 'outside')
          await record(later, {
            act: 'item.transferred',
            on,
            detail: outsideDetail(again, asked.to.signature),
            at: now,
          })
      },
    }
  }
}

async function draft(tx: Tx, asked: Asking, { id, now }: { id: TransferId; now: Date }): Promise<Drafted> {
  const seen = await itemFor(tx, asked.id, 'item.transfer')
  const { row, caseFacts } = seen
  if (row.state !== 'held' || row.exhibit === null) throw new Refusal('item/not-held')
  await mustGiveReason(tx, 'transfer', asked.why)
  if (await openTransfer(tx, row.id)) throw new Refusal('transfer/open')
  const { by } = await holderOf(tx, row)
  const inPlace = await isInPlace(tx, by)
  const to = asked.to.kind === 'person' ? await receiver(tx, asked.to.id, { seen, by, inPlace }) : outside(tx, asked.to)
  const from = await named(tx, by)
  const ends = new Date(now.getTime() + offerMs)
  const statement: Statement = {
    transfer: id,
    item: row.id,
    case: caseFacts.number,
    exhibit: row.exhibit,
    title: correctedItem(row, await remarksOn(tx, [row.id], { item: true })).title,
    sha256: row.sha256 && hex(row.sha256),
    size: row.size,
    from,
    to,
    why: asked.why ?? null,
    condition: asked.condition,
    package: asked.package ?? null,
    offeredAt: now.toISOString(),
    endsAt: ends.toISOString(),
  }
  return {
    row,
    inPlaceOf: inPlace ? from.name : null,
    from: by.kind === 'person' ? by.id : null,
    to: to.kind === 'person' ? to.id : null,
    by: me(tx),
    statement,
    digest: hex(sha256(Buffer.from(canonical(statement)))),
    at: now,
    ends,
  }
}

/** Whether a custodian acts for a holder who cannot: one outside, or whose account is not in use any more. */
async function isInPlace(tx: Tx, holder: Holder): Promise<boolean> {
  if (holder.kind === 'person' && holder.id === tx.actor.person) return false
  const isCustodian = reachOf(tx.actor.roles, 'item.transfer') === 'agency'
  const isAway = holder.kind === 'outside' || (await personById(tx, holder.id))?.state !== 'active'
  if (!isCustodian || !isAway) throw new Refusal('transfer/not-holder')
  return true
}

type Passing = { readonly seen: Seen; readonly by: Holder; readonly inPlace: boolean }

async function receiver(tx: Tx, id: PersonId, { seen, by, inPlace }: Passing) {
  const person = await personById(tx, id)
  if (person?.state !== 'active') throw new Refusal('person/not-found')
  const isSame = by.kind === 'person' && (by.id === id || (inPlace && id === me(tx)))
  if (isSame) throw new Refusal('transfer/same-person')
  if (!(await maySee(tx, person, seen))) throw new Refusal('transfer/receiver-cannot-see')
  return { kind: 'person', id, name: person.naming.name } as const
}

/** Whether somebody else may see an item and take it over, by the rules that are asked of them when they try. */
async function maySee(tx: Tx, { id, roles }: PersonRow, { row }: Seen): Promise<boolean> {
  const file = await caseById(tx, row.case_id)
  const opened = file?.opened_by === id
  const level = opened ? 'lead' : (await levelsOf(tx, id, [row.case_id])).get(row.case_id)
  const standing = { own: row.added_by === id, level }
  return (
    permits(roles, 'case.read', { own: opened, level }) &&
    permits(roles, 'item.read', standing) &&
    permits(roles, 'item.transfer', standing)
  )
}

/** Nobody outside can sign here, so a custodian answers for it alone. */
function outside(tx: Tx, to: Extract<Asking['to'], { kind: 'outside' }>): Outsider {
  if (reachOf(tx.actor.roles, 'item.transfer') !== 'agency') throw new Refusal('session/not-permitted')
  const { kind, name, agency, badge, document } = to
  return { kind, name, agency, badge: badge ?? null, document }
}

const detailOf = ({ statement, digest, inPlaceOf }: Drafted): Readonly<Record<string, Json>> => ({
  ...statement,
  digest,
  signed: howSigned,
  ...(inPlaceOf !== null && { inPlaceOf }),
})

const outsideDetail = ({ statement, digest, by }: Drafted, signature: string): Readonly<Record<string, Json>> => ({
  transfer: statement.transfer,
  digest,
  from: statement.from,
  to: statement.to,
  signed: `${howSigned}; by the custodian alone, for the receiver is outside`,
  custodian: by,
  receiverTyped: signature,
  receiverShowed: statement.to.kind === 'outside' ? statement.to.document : null,
})

function shown({ statement, digest, to }: Drafted, offeredBy: TransferShown['offeredBy']): TransferShown {
  const { transfer: id, item, case: number, exhibit, title, sha256: sum, size, from, ...said } = statement
  const gone = to === null
  return {
    id,
    item: { id: item, case: number, exhibit, title, sha256: sum, size },
    state: gone ? 'accepted' : 'offered',
    from,
    ...said,
    offeredBy,
    digest,
    decidedAt: gone ? said.offeredAt : null,
    may: { accept: false, refuse: false, withdraw: !gone },
  }
}
