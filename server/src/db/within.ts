import { type Reach, type Role, reachOf } from '@sallyport/core/access'
import type { AgencyId, PersonId, SessionId } from '@sallyport/core/ids'
import { type Kysely, sql, type Transaction } from 'kysely'
import type { Keyring } from '#keys/keyring.ts'
import type { Schema } from './schema.ts'

/** The person a transaction is done for. Row security lets it see and touch what they may. */
export type Actor = {
  readonly agency: AgencyId
  /** Nobody: a job of the server, or a person who has not signed in. */
  readonly person: PersonId | undefined
  readonly session: SessionId | undefined
  readonly name: string
  readonly roles: readonly Role[]
  readonly address: string | undefined
  readonly agent: string | undefined
}

declare const opened: unique symbol

/**
 * A transaction that was opened for an actor.
 *
 * Every function that touches rows takes one as its first argument, and only {@link within} makes
 * one. So no query can run outside a transaction, on a second connection, or for nobody. It carries
 * the keys that the agency has released, because a row without them is only numbers.
 */
export type Tx = Transaction<Schema> & {
  readonly [opened]: true
  readonly actor: Actor
  readonly keys: Keyring
}

/** What `within` stands on: the database, and the keys that agencies have released to this server. */
export type Ground = { readonly db: Kysely<Schema>; readonly keysOf: (agency: AgencyId) => Keyring }

/** The server's own view of the directory of agencies: it sees nothing else. */
export const noAgency = '00000000-0000-0000-0000-000000000000' as AgencyId

/** A job of the server within one agency. It has no name, no session and no role. */
export const theServer = (agency: AgencyId): Actor => ({
  agency,
  person: undefined,
  session: undefined,
  name: 'the vault',
  roles: [],
  address: undefined,
  agent: undefined,
})

const reachesOf = ({ person, session, roles }: Actor): { cases: Reach; items: Reach } => {
  if (!person && !session) return { cases: 'agency', items: 'agency' }
  return { cases: reachOf(roles, 'case.read'), items: reachOf(roles, 'item.read') }
}

export const within = <T>(ground: Ground, actor: Actor, work: (tx: Tx) => Promise<T>): Promise<T> =>
  ground.db.transaction().execute(async (transaction) => {
    const reach = reachesOf(actor)
    await sql`select set_config('vault.agency', ${actor.agency}, true),
      set_config('vault.person', ${actor.person ?? ''}, true),
      set_config('vault.case_reach', ${reach.cases}, true),
      set_config('vault.item_reach', ${reach.items}, true)`.execute(transaction)
    const tx = transaction.withSchema('vault')
    return work(Object.assign(tx, { actor, keys: ground.keysOf(actor.agency) }) as Tx)
  })
