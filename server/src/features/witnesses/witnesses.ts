import { randomUUID } from 'node:crypto'
import type { Answered, Asked } from '@sallyport/api/contract'
import type { addMonitor, changeLedgerAccess, changePolicy, endMonitor, readWitnessing } from '@sallyport/api/witnesses'
import { hex, utf8 } from '@sallyport/core/bytes'
import type { MonitorId } from '@sallyport/core/ids'
import { writeVkey } from '@sallyport/core/note'
import { Refusal } from '@sallyport/core/refusal'
import { type Tx, tell } from '#db/within.ts'
import { randomBytes, sha256 } from '#keys/primitives.ts'
import { ledgerHead } from '#ledger/rows.ts'
import { agencyFile } from '../agencies/rows.ts'
import { checkPolicy, logKeyOf, policyOf } from './policy.ts'
import {
  endMonitorRow,
  forgetCosigned,
  insertMonitor,
  ledgerSetting,
  type MonitorRow,
  monitorRows,
  newestCosigned,
  setLedgerSetting,
  witnessRows,
} from './rows.ts'

type Shown = Answered<typeof readWitnessing>

export async function standing(tx: Tx, origin: string): Promise<Shown> {
  const [setting, head, cosigned] = [await ledgerSetting(tx), await ledgerHead(tx), await newestCosigned(tx)]
  const known = new Map((await witnessRows(tx)).map((row) => [row.name, row]))
  const size = head?.size ?? 0
  return {
    policy: setting.policy,
    access: setting.access,
    prefix: `${origin}/agencies/${(await agencyFile(tx)).slug}/ledger`,
    vkey: writeVkey(await logKeyOf(tx)),
    size,
    publishedAt: (head?.published_at ?? new Date(0)).toISOString(),
    cosigned: cosigned ? { size: cosigned.size, at: cosigned.at.toISOString(), note: cosigned.note } : null,
    witnesses: (policyOf(setting.policy)?.witnesses ?? []).map(({ name, key, url }) => {
      const row = known.get(name)
      return {
        name,
        vkey: writeVkey(key),
        url: url ?? null,
        size: row?.size ?? 0,
        behind: Math.max(0, size - (row?.size ?? 0)),
        cosignedAt: row?.cosigned_at?.toISOString() ?? null,
        triedAt: row?.tried_at?.toISOString() ?? null,
        failure: row?.failure ?? null,
        failingSince: row?.failing_since?.toISOString() ?? null,
      }
    }),
    monitors: (await monitorRows(tx)).map(monitorShown),
  }
}

const monitorShown = ({ id, name, added_at, ended_at }: MonitorRow) => ({
  id,
  name,
  addedAt: added_at.toISOString(),
  endedAt: ended_at?.toISOString() ?? null,
})

type Around = { readonly now: Date; readonly origin: string }

export async function setPolicy(
  tx: Tx,
  { policy }: Asked<typeof changePolicy>,
  { now, origin }: Around,
): Promise<Shown> {
  const checked = policy === null ? undefined : checkPolicy(policy, await logKeyOf(tx))
  const before = await ledgerSetting(tx)
  await setLedgerSetting(tx, { ...before, policy }, now)
  await forgetCosigned(tx)
  const digest = (text: string | null) => (text === null ? null : hex(sha256(utf8(text))))
  tell(tx, [tx.actor.agency], {
    before: digest(before.policy),
    after: digest(policy),
    witnesses: checked?.witnesses.map(({ name }) => name) ?? [],
    quorum: checked?.quorum ?? null,
  })
  return standing(tx, origin)
}

export async function setAccess(
  tx: Tx,
  { access }: Asked<typeof changeLedgerAccess>,
  { now, origin }: Around,
): Promise<Shown> {
  const before = await ledgerSetting(tx)
  await setLedgerSetting(tx, { ...before, access }, now)
  tell(tx, [tx.actor.agency], { before: before.access, after: access })
  return standing(tx, origin)
}

/** Only the digest of the token is kept, so it can be shown this once. */
export async function admitMonitor(
  tx: Tx,
  { name }: Asked<typeof addMonitor>,
  now: Date,
): Promise<Answered<typeof addMonitor>> {
  const [id, token] = [randomUUID() as MonitorId, randomBytes(32).toString('base64url')]
  await insertMonitor(tx, { id, name, token_hash: sha256(Buffer.from(token)), added_at: now })
  tell(tx, [id], { name })
  return { monitor: monitorShown({ id, name, added_at: now, ended_at: null }), token }
}

export async function dismissMonitor(tx: Tx, { id }: Asked<typeof endMonitor>, now: Date) {
  const ended = await endMonitorRow(tx, id, now)
  if (!ended) throw new Refusal('monitor/not-found')
  tell(tx, [id], { name: ended.name })
  return monitorShown(ended)
}
