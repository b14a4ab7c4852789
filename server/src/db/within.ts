import { type Reach, type Role, reachOf } from '@sallyport/core/access'
import type { Json } from '@sallyport/core/canonical-json'
import type { AgencyId, PersonId, SessionId } from '@sallyport/core/ids'
import { type Kysely, sql, type Transaction } from 'kysely'
import type { Keyring } from '#keys/keyring.ts'
import { type ClockTrust, unknownClock } from './clock.ts'
import type { Schema } from './schema.ts'

/** The person a transaction is done for. Row security lets it see and touch what they may. */
export type Actor = {
  /** A visitor has not signed in; the server is a job of the vault itself. */
  readonly kind: 'person' | 'visitor' | 'server'
  readonly agency: AgencyId
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
  /** What is known of this server's clock now; it stands on every entry. */
  readonly clock: () => ClockTrust
  /** What the ledger entry of this transaction will be about; see {@link tell}. */
  readonly told: { readonly on: Set<string>; readonly detail: Record<string, Json>; readonly after: (() => void)[] }
}

/** What `within` stands on: the database, and the keys that agencies have released to this server. */
export type Ground = {
  readonly db: Kysely<Schema>
  readonly keysOf: (agency: AgencyId) => Keyring
  /** Without it, the clock counts as compared with nobody. */
  readonly clock?: (agency: AgencyId) => ClockTrust
}

/** The server's own view of the directory of agencies: it sees nothing else. */
export const noAgency = '00000000-0000-0000-0000-000000000000' as AgencyId

/** A job of the server within one agency. It has no name, no session and no role. */
export const theServer = (agency: AgencyId): Actor => ({
  kind: 'server',
  agency,
  person: undefined,
  session: undefined,
  name: 'the vault',
  roles: [],
  address: undefined,
  agent: undefined,
})

/** Somebody at the door: they see no case and no item. */
export const visitor = (agency: AgencyId, from: { address: string; agent: string }): Actor => ({
  ...theServer(agency),
  kind: 'visitor',
  name: 'somebody who has not signed in',
  ...from,
})

const reachesOf = ({ kind, roles }: Actor): { cases: Reach; items: Reach } => {
  if (kind === 'server') return { cases: 'agency', items: 'agency' }
  return { cases: reachOf(roles, 'case.read'), items: reachOf(roles, 'item.read') }
}

const speakFor = (actor: Actor) => {
  const reach = reachesOf(actor)
  return sql`select set_config('vault.agency', ${actor.agency}, true),
    set_config('vault.person', ${actor.person ?? ''}, true),
    set_config('vault.case_reach', ${reach.cases}, true),
    set_config('vault.item_reach', ${reach.items}, true),
    set_config('vault.terms', '', true)`
}

export async function within<T>(ground: Ground, actor: Actor, work: (tx: Tx) => Promise<T>): Promise<T> {
  const told = { on: new Set<string>(), detail: {}, after: new Array<() => void>() }
  const result = await ground.db.transaction().execute(async (transaction) => {
    await speakFor(actor).execute(transaction)
    const tx = transaction.withSchema('vault')
    return work(
      Object.assign(tx, {
        actor,
        keys: ground.keysOf(actor.agency),
        clock: () => ground.clock?.(actor.agency) ?? unknownClock(),
        told,
      }) as Tx,
    )
  })
  for (const next of told.after) next()
  return result
}

/** Does something once the transaction is committed, and not at all if it is not. */
export const afterwards = (tx: Tx, next: () => void): void => void tx.told.after.push(next)

/** Does something and takes it back, in the same transaction: what remains is that it could be done. */
export async function tried(tx: Tx, work: () => Promise<void>): Promise<void> {
  await sql`savepoint tried`.execute(tx)
  await work()
  await sql`rollback to savepoint tried`.execute(tx)
}

/** Goes on in the same transaction as somebody else of the same agency: a visitor has shown who they are. */
export async function become(tx: Tx, actor: Actor): Promise<Tx> {
  if (actor.agency !== tx.actor.agency) throw new Error('A transaction never passes from one agency to another.')
  await speakFor(actor).execute(tx)
  return Object.assign(tx, { actor })
}

/** Adds to what the entry of this transaction will say: the things it is about, and facts for the detail. */
export function tell(tx: Tx, on: readonly string[], detail: Record<string, Json> = {}): void {
  for (const subject of on) tx.told.on.add(subject)
  Object.assign(tx.told.detail, detail)
}
