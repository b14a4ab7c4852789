import { randomUUID } from 'node:crypto'
import type { Asked } from '@sallyport/api/contract'
import type { changePerson, disablePerson, enrol, invitePerson, person as personForm } from '@sallyport/api/people'
import type { AgencyId, PersonId } from '@sallyport/core/ids'
import { Refusal } from '@sallyport/core/refusal'
import type { z } from 'zod'
import { unlessTaken } from '#db/taken.ts'
import { type Tx, tell } from '#db/within.ts'
import { randomBytes, sha256 } from '#keys/primitives.ts'
import { agencyFile } from '../agencies/rows.ts'
import { keepPassword, mustBeGood } from '../sessions/passwords.ts'
import { endSessionsOf } from '../sessions/rows.ts'
import { newTotpSecret, spendableStep, totpUri } from '../sessions/totp.ts'
import {
  changePersonRow,
  everybody,
  holdAdministrators,
  holdEnrolment,
  holdPerson,
  insertEnrolment,
  insertPerson,
  isNameTaken,
  type PersonRow,
  place,
  renamePerson,
  spendEnrolments,
} from './rows.ts'

/** An enrolment link is good once, for three days. */
const enrolmentMs = 72 * 3_600_000

const shown = ({ id, naming, roles, state, created_at, last_sign_in_at }: PersonRow): z.output<typeof personForm> => ({
  id,
  ...naming,
  roles: [...roles],
  state,
  createdAt: created_at.toISOString(),
  lastSignInAt: last_sign_in_at?.toISOString() ?? null,
})

export const people = async (tx: Tx) => (await everybody(tx)).map(shown)

async function held(tx: Tx, id: PersonId): Promise<PersonRow> {
  const person = await holdPerson(tx, id)
  if (!person) throw new Refusal('person/not-found')
  return person
}

/**
 * A person who is about to lose the role or the way in. An agency without an administrator who can sign
 * in could never release anybody again, so all of them are held first: two who take the role from each
 * other at once must not each rely on the other.
 */
async function heldWithAnother(tx: Tx, id: PersonId): Promise<PersonRow> {
  const administrators = await holdAdministrators(tx)
  const person = await held(tx, id)
  if (administrators.length === 1 && administrators[0] === id) throw new Refusal('person/last-administrator')
  return person
}

/** The token names its agency, so that the link alone leads to the right row; its hash is all that is kept. */
async function newEnrolment(tx: Tx, { person, origin }: { person: PersonId; origin: string }, now: Date) {
  const token = randomBytes(32)
  const expires = new Date(now.getTime() + enrolmentMs)
  await spendEnrolments(tx, person, now)
  await insertEnrolment(tx, { tokenHash: sha256(token), person, totp: newTotpSecret(), at: now, expires })
  return { link: `${origin}/enrol#${tx.actor.agency}.${token.toString('base64url')}`, expiresAt: expires.toISOString() }
}

export function readEnrolmentToken(text: string): { agency: AgencyId; hash: Buffer } {
  const found = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([A-Za-z0-9_-]{43})$/.exec(text)
  if (!found) throw new Refusal('enrolment/not-found')
  return { agency: found[1] as AgencyId, hash: sha256(Buffer.from(found[2] as string, 'base64url')) }
}

type Inviting = Asked<typeof invitePerson> & { readonly origin: string }

export async function invite(tx: Tx, { name, signInName, badge, roles, origin }: Inviting, now: Date) {
  if (await isNameTaken(tx, signInName)) throw new Refusal('person/name-taken')
  const id = randomUUID() as PersonId
  const naming = { name, signInName, badge: badge ?? null }
  await unlessTaken(insertPerson(tx, { id, naming, roles, at: now }), 'person/name-taken')
  const enrolment = await newEnrolment(tx, { person: id, origin }, now)
  tell(tx, [id], { roles })
  return { person: shown(await held(tx, id)), ...enrolment }
}

/** Changes who a person is called or what they may do. Narrower roles take effect with the next request. */
export async function change(tx: Tx, { id, name, badge, roles }: Asked<typeof changePerson>) {
  const person = await (roles && !roles.includes('administrator') ? heldWithAnother : held)(tx, id)
  const naming = { ...person.naming, ...(name && { name }), ...(badge !== undefined && { badge }) }
  await renamePerson(tx, id, naming)
  if (roles) await changePersonRow(tx, id, { roles: [...roles] })
  tell(tx, [id], {
    before: { ...person.naming, roles: person.roles },
    after: { ...naming, roles: roles ?? person.roles },
  })
  return shown(await held(tx, id))
}

export async function disable(tx: Tx, { id, why }: Asked<typeof disablePerson>, now: Date) {
  await heldWithAnother(tx, id)
  await changePersonRow(tx, id, { state: 'disabled' })
  await endSessionsOf(tx, id, now)
  await spendEnrolments(tx, id, now)
  tell(tx, [id], { why })
  return shown(await held(tx, id))
}

/** Lets a locked person try again. Anybody else is left as they are. */
export async function release(tx: Tx, id: PersonId) {
  const person = await held(tx, id)
  if (person.state === 'locked') await changePersonRow(tx, id, { state: 'active', failures: [] })
  tell(tx, [id], { before: person.state })
  return shown(await held(tx, id))
}

/** Everything that lets the person in ends; the new link lets them choose again. */
export async function reset(tx: Tx, { id, origin }: { id: PersonId; origin: string }, now: Date) {
  const person = await heldWithAnother(tx, id)
  await changePersonRow(tx, id, {
    state: 'invited',
    password_hash: null,
    password_salt: null,
    password_rounds: null,
    totp: null,
    failures: [],
  })
  await endSessionsOf(tx, id, now)
  const enrolment = await newEnrolment(tx, { person: id, origin }, now)
  tell(tx, [id], { before: person.state })
  return { person: shown(await held(tx, id)), ...enrolment }
}

export async function enrolmentShown(tx: Tx, hash: Buffer, now: Date) {
  const enrolment = await holdEnrolment(tx, hash, now)
  if (!enrolment) throw new Refusal('enrolment/not-found')
  const person = await held(tx, enrolment.person)
  const agency = await agencyFile(tx)
  const { name, signInName } = person.naming
  tell(tx, [person.id])
  return {
    name,
    signInName,
    agency: { name: agency.name, slug: agency.slug },
    totpSecret: enrolment.secret,
    totpUri: totpUri({ secret: enrolment.secret, account: signInName, agency: agency.name }),
    passwordLength: agency.password_length,
  }
}

/** Chooses the password and binds the authenticator. The code that proves it is spent by proving it. */
export async function enrolPerson(
  tx: Tx,
  { hash, password, code }: { hash: Buffer } & Omit<Asked<typeof enrol>, 'token'>,
  now: Date,
) {
  const enrolment = await holdEnrolment(tx, hash, now)
  if (!enrolment) throw new Refusal('enrolment/not-found')
  const person = await held(tx, enrolment.person)
  const agency = await agencyFile(tx)
  const { name, signInName } = person.naming
  mustBeGood(password, { shortest: agency.password_length, context: [name, signInName, agency.name] })
  const step = spendableStep(code, { secret: enrolment.secret, spent: 0, now })
  if (step === undefined) throw new Refusal('enrolment/wrong-code')
  await bind(tx, { id: person.id, password, secret: enrolment.secret, step }, now)
  await spendEnrolments(tx, person.id, now)
  tell(tx, [person.id])
  return { signInName }
}

/** Keeps a password and an authenticator for a person, who can sign in from now on. */
export async function bind(
  tx: Tx,
  { id, password, secret, step }: { id: PersonId; password: string; secret: string; step: number },
  now: Date,
): Promise<void> {
  const kept = await keepPassword(password)
  await changePersonRow(tx, id, {
    state: 'active',
    failures: [],
    password_salt: Buffer.from(kept.salt),
    password_hash: Buffer.from(kept.hash),
    password_rounds: kept.rounds,
    password_set_at: now,
    totp: tx.keys.seal({ ...place(tx, id), table: 'person.totp' }, secret),
    totp_spent: step,
  })
}
