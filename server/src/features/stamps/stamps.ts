import type { Answered, Asked } from '@sallyport/api/contract'
import type { addAuthority, endAuthority, readStamping } from '@sallyport/api/stamps'
import { hex } from '@sallyport/core/bytes'
import { Refusal } from '@sallyport/core/refusal'
import { type Tx, tell } from '#db/within.ts'
import { sha256 } from '#keys/primitives.ts'
import { ledgerHead } from '#ledger/rows.ts'
import { certificatesIn } from './ask-authority.ts'
import { authorityRows, insertAuthority, newestStamps, setAuthority } from './rows.ts'

type Shown = Answered<typeof readStamping>

export async function standing(tx: Tx, everyMinutes: number): Promise<Shown> {
  const size = (await ledgerHead(tx))?.size ?? 0
  const newest = new Map((await newestStamps(tx, size)).map((row) => [row.authority, row]))
  const rows = await authorityRows(tx)
  return {
    authorities: rows.map((row) => {
      const stamp = newest.get(row.name)
      return {
        name: row.name,
        url: row.url,
        addedAt: row.added_at.toISOString(),
        endedAt: row.ended_at?.toISOString() ?? null,
        stamped: stamp ? { size: stamp.size, time: stamp.time.toISOString() } : null,
        triedAt: row.tried_at?.toISOString() ?? null,
        failure: row.failure,
        failingSince: row.failing_since?.toISOString() ?? null,
      }
    }),
    size,
    unstamped: size - Math.max(0, ...[...newest.values()].map((row) => row.size)),
    everyMinutes,
    clock: { ...tx.clock() },
  }
}

type Around = { readonly now: Date; readonly everyMinutes: number }

/** Names an authority. Certificates that no stamp could ever be checked with are refused now, not at night. */
export async function name(tx: Tx, asked: Asked<typeof addAuthority>, { now, everyMinutes }: Around): Promise<Shown> {
  const certificates = certificatesIn(asked.roots)
  const roots = certificates?.filter(({ issuer, subject }) => hex(issuer) === hex(subject))
  if (!certificates || !roots?.length) throw new Refusal('authority/bad-roots')
  if ((await authorityRows(tx)).some((row) => row.name === asked.name)) throw new Refusal('authority/name-taken')
  await insertAuthority(tx, { name: asked.name, url: asked.url, roots: asked.roots, added_at: now })
  const digests = certificates.map(({ whole }) => hex(sha256(whole)))
  tell(tx, [tx.actor.agency], { authority: asked.name, url: asked.url, certificates: digests })
  return standing(tx, everyMinutes)
}

export async function end(tx: Tx, asked: Asked<typeof endAuthority>, { now, everyMinutes }: Around): Promise<Shown> {
  const row = (await authorityRows(tx)).find((one) => one.name === asked.name)
  if (!row || row.ended_at) throw new Refusal('authority/not-found')
  await setAuthority(tx, asked.name, { ended_at: now })
  tell(tx, [tx.actor.agency], { authority: asked.name })
  return standing(tx, everyMinutes)
}
