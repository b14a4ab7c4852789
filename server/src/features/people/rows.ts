import type { Role } from '@sallyport/core/access'
import type { PersonId } from '@sallyport/core/ids'
import { sql } from 'kysely'
import { anyOf } from '#db/any-of.ts'
import type { Tx } from '#db/within.ts'

/** What of a person stands sealed. */
export type Naming = { readonly name: string; readonly signInName: string; readonly badge: string | null }

const columns = [
  'id',
  'sealed',
  'roles',
  'state',
  'password_salt',
  'password_hash',
  'password_rounds',
  'totp',
  'totp_spent',
  'failures',
  'created_at',
  'last_sign_in_at',
] as const

export const place = (tx: Tx, id: string) => ({ table: 'person', agency: tx.actor.agency, id })

const opened = <Row extends { id: PersonId; sealed: Uint8Array }>(tx: Tx, row: Row) => ({
  ...row,
  naming: tx.keys.open(place(tx, row.id), row.sealed) as Naming,
})

export type PersonRow = NonNullable<Awaited<ReturnType<typeof personById>>>

export const everybody = async (tx: Tx) =>
  (await tx.selectFrom('person').select(columns).orderBy('created_at').execute()).map((row) => opened(tx, row))

export async function personById(tx: Tx, id: PersonId) {
  const row = await tx.selectFrom('person').select(columns).where('id', '=', id).executeTakeFirst()
  return row && opened(tx, row)
}

/** Reads a person and holds them against other writers until the transaction ends. */
export async function holdPerson(tx: Tx, id: PersonId) {
  const row = await tx.selectFrom('person').select(columns).where('id', '=', id).forUpdate().executeTakeFirst()
  return row && opened(tx, row)
}

export async function holdPersonNamed(tx: Tx, signInName: string) {
  const row = await tx
    .selectFrom('person')
    .select(columns)
    .where('sign_in_index', '=', tx.keys.find('sign-in name', signInName))
    .forUpdate()
    .executeTakeFirst()
  return row && opened(tx, row)
}

/** Names by id, for showing who did a thing. People are never removed, so each id has one. */
export async function namesOf(tx: Tx, ids: readonly PersonId[]): Promise<ReadonlyMap<PersonId, string>> {
  if (ids.length === 0) return new Map()
  const rows = await tx
    .selectFrom('person')
    .select(['id', 'sealed'])
    .where('id', '=', anyOf([...new Set(ids)]))
    .execute()
  return new Map(rows.map((row) => [row.id, opened(tx, row).naming.name]))
}

export const isNameTaken = async (tx: Tx, signInName: string): Promise<boolean> =>
  (await tx
    .selectFrom('person')
    .select('id')
    .where('sign_in_index', '=', tx.keys.find('sign-in name', signInName))
    .executeTakeFirst()) !== undefined

export const insertPerson = (
  tx: Tx,
  { id, naming, roles, at }: { id: PersonId; naming: Naming; roles: readonly Role[]; at: Date },
) =>
  tx
    .insertInto('person')
    .values({
      id,
      sealed: tx.keys.seal(place(tx, id), naming),
      sign_in_index: tx.keys.find('sign-in name', naming.signInName),
      roles: [...roles],
      state: 'invited',
      created_at: at,
    })
    .execute()

type Changes = Partial<{
  state: PersonRow['state']
  roles: Role[]
  failures: Date[]
  totp_spent: number
  last_sign_in_at: Date
  password_salt: Buffer | null
  password_hash: Uint8Array | null
  password_rounds: number | null
  password_set_at: Date
  totp: Buffer | null
}>

export const changePersonRow = (tx: Tx, id: PersonId, changes: Changes) =>
  tx.updateTable('person').set(changes).where('id', '=', id).execute()

export const renamePerson = (tx: Tx, id: PersonId, naming: Naming) =>
  tx
    .updateTable('person')
    .set({ sealed: tx.keys.seal(place(tx, id), naming) })
    .where('id', '=', id)
    .execute()

/** The administrators who can sign in. All are held, in one order, until the transaction ends. */
export const holdAdministrators = async (tx: Tx): Promise<PersonId[]> =>
  (
    await tx
      .selectFrom('person')
      .select('id')
      .where('state', '=', 'active')
      .where(sql<boolean>`'administrator' = any(roles)`)
      .orderBy('id')
      .forUpdate()
      .execute()
  ).map(({ id }) => id)

export const insertEnrolment = (
  tx: Tx,
  {
    tokenHash,
    person,
    totp,
    at,
    expires,
  }: { tokenHash: Buffer; person: PersonId; totp: string; at: Date; expires: Date },
) =>
  tx
    .insertInto('enrolment')
    .values({
      token_hash: tokenHash,
      person_id: person,
      totp: tx.keys.seal({ table: 'enrolment', agency: tx.actor.agency, id: person }, totp),
      created_at: at,
      expires_at: expires,
    })
    .execute()

/** The enrolment that a token opens, held until the transaction ends; undefined if used, expired or unknown. */
export async function holdEnrolment(tx: Tx, tokenHash: Buffer, now: Date) {
  const row = await tx
    .selectFrom('enrolment')
    .select(['person_id', 'totp'])
    .where('token_hash', '=', tokenHash)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .forUpdate()
    .executeTakeFirst()
  if (!row) return undefined
  const secret = tx.keys.open({ table: 'enrolment', agency: tx.actor.agency, id: row.person_id }, row.totp) as string
  return { person: row.person_id, secret }
}

/** Ends every enrolment link of a person: one was used, or a new one takes their place. */
export const spendEnrolments = (tx: Tx, person: PersonId, at: Date) =>
  tx
    .updateTable('enrolment')
    .set({ used_at: at })
    .where('person_id', '=', person)
    .where('used_at', 'is', null)
    .execute()
