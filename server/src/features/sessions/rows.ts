import type { PersonId, SessionId } from '@sallyport/core/ids'
import type { Tx } from '#db/within.ts'

const columns = ['id', 'person_id', 'banner', 'begun_at', 'seen_at', 'locked_at', 'ended_at'] as const

export const sessionByToken = (tx: Tx, tokenHash: Buffer) =>
  tx.selectFrom('session').select(columns).where('token_hash', '=', tokenHash).executeTakeFirst()

export type SessionRow = NonNullable<Awaited<ReturnType<typeof sessionByToken>>>

export const insertSession = (
  tx: Tx,
  row: { id: SessionId; tokenHash: Buffer; person: PersonId; banner: Buffer; at: Date },
) =>
  tx
    .insertInto('session')
    .values({
      id: row.id,
      token_hash: row.tokenHash,
      person_id: row.person,
      banner: row.banner,
      begun_at: row.at,
      seen_at: row.at,
    })
    .execute()

export const seeSession = (tx: Tx, id: SessionId, at: Date) =>
  tx.updateTable('session').set({ seen_at: at }).where('id', '=', id).execute()

/** Locks a session, or with `null` unlocks it; either way its owner was just here. */
export const lockSessionRow = (tx: Tx, id: SessionId, { locked, seen }: { locked: Date | null; seen: Date }) =>
  tx.updateTable('session').set({ locked_at: locked, seen_at: seen }).where('id', '=', id).execute()

export const endSession = (tx: Tx, id: SessionId, at: Date) =>
  tx.updateTable('session').set({ ended_at: at }).where('id', '=', id).where('ended_at', 'is', null).execute()

/** Ends every session of a person: they were disabled, or their way in was made anew. */
export const endSessionsOf = (tx: Tx, person: PersonId, at: Date) =>
  tx
    .updateTable('session')
    .set({ ended_at: at })
    .where('person_id', '=', person)
    .where('ended_at', 'is', null)
    .execute()
