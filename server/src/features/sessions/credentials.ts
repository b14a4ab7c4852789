import type { PersonId } from '@sallyport/core/ids'
import { Refusal } from '@sallyport/core/refusal'
import { type Actor, type Ground, type Tx, within } from '#db/within.ts'
import { record } from '#ledger/record.ts'
import { changePersonRow, holdPerson, holdPersonNamed, type PersonRow } from '../people/rows.ts'
import { isPassword } from './passwords.ts'
import { endSessionsOf } from './rows.ts'
import { spendableStep } from './totp.ts'

/** CJISSECPOL AC-7: five failures within 15 minutes lock the account until an administrator releases it. */
const mostFailures = 5
const failureWindowMs = 15 * 60_000

type Shown = { readonly signInName: string; readonly password: string; readonly code: string }

/**
 * Counts failures under names that nobody can sign in with, and locks them as accounts are locked: else
 * the fifth failure would tell which names exist. In memory of one server, for the names tried last.
 */
export type Strangers = { readonly failAndAsk: (name: string, now: Date) => 'refused' | 'locked' }

const mostStrangers = 10_000

export function newStrangers(): Strangers {
  const known = new Map<string, readonly Date[] | 'locked'>()
  return {
    failAndAsk(name, now) {
      const before = known.get(name) ?? []
      const after = before === 'locked' ? before : [...recent(before, now), now]
      const outcome = after === 'locked' || after.length >= mostFailures ? 'locked' : 'refused'
      known.delete(name)
      known.set(name, outcome === 'locked' ? 'locked' : after)
      const [oldest] = known.keys()
      if (known.size > mostStrangers && oldest !== undefined) known.delete(oldest)
      return outcome
    },
  }
}

const recent = (failures: readonly Date[], now: Date) =>
  failures.filter((at) => now.getTime() - at.getTime() < failureWindowMs)

type Proving = {
  readonly shown: Shown
  readonly now: Date
  readonly strangers: Strangers
  /** Told which account it is about as soon as that is known, so that a refusal is entered about it. */
  readonly about: (person: PersonId) => void
}

/**
 * Finds out whether somebody is who they say: password and one-time code, both, in one answer.
 *
 * A failure is counted in a transaction of its own, so that no fault later on can undo the count. The
 * answer is the same for an unknown name, a wrong password and a wrong code, also when it is that the
 * name is locked; and the work is. The account is held while code and count are compared, so two
 * requests never spend one code.
 */
export async function mustBeWhoTheySay(
  ground: Ground,
  door: Actor,
  { shown, now, strangers, about }: Proving,
): Promise<PersonId> {
  const name = shown.signInName.trim().toLowerCase()
  const found = await within(ground, door, (tx) => holdPersonNamed(tx, name))
  if (found) about(found.id)
  const right = await isPassword(shown.password, keptOf(found))
  const outcome = await within(ground, door, async (tx) => {
    const person = await holdPersonNamed(tx, name)
    if (!found || !person || person.state === 'disabled' || person.state === 'invited')
      return { is: strangers.failAndAsk(`${door.agency} ${name}`, now) } as const
    if (person.state === 'locked') return { is: 'locked' } as const
    const step = stepOf(tx, person, { code: shown.code, now })
    if (right && step !== undefined && isSame(person, found)) {
      await changePersonRow(tx, person.id, { totp_spent: step, failures: [] })
      return { is: 'known', id: person.id } as const
    }
    return { is: await countFailure(tx, person, now) } as const
  })
  if (outcome.is === 'known') return outcome.id
  throw new Refusal(outcome.is === 'locked' ? 'sign-in/locked' : 'sign-in/refused')
}

/** Counts a failure of somebody whose row is held; the fifth locks the account. */
async function countFailure(tx: Tx, person: PersonRow, now: Date): Promise<'locked' | 'refused'> {
  const failures = [...recent(person.failures, now), now]
  const locks = failures.length >= mostFailures
  await changePersonRow(tx, person.id, { failures, ...(locks && { state: 'locked' }) })
  if (!locks) return 'refused'
  // Ended, not only refused: else a release would let in again whoever holds an old cookie.
  await endSessionsOf(tx, person.id, now)
  await record(tx, { act: 'person.locked', on: [person.id], detail: { failures: failures.length }, at: now })
  return 'locked'
}

/** The step of the code that an authenticator shows, if it was not spent before. */
const stepOf = (tx: Tx, person: PersonRow, { code, now }: { code: string; now: Date }): number | undefined => {
  const secret =
    person.totp &&
    (tx.keys.open({ table: 'person.totp', agency: tx.actor.agency, id: person.id }, person.totp) as string)
  return secret ? spendableStep(code, { secret, spent: person.totp_spent, now }) : undefined
}

/**
 * Has somebody who is signed in show their authenticator again, before a deed that stands as their signature.
 *
 * It shows that whoever holds the session holds the authenticator now; it is no key of the person's own, and the
 * vault could say the same of anybody. Counted as a sign-in is: a guess that fails is one of five, in a transaction
 * of its own, and no code is good twice, whether it was spent at a door or here.
 */
export async function mustHoldAuthenticator(ground: Ground, actor: Actor, { code, now }: { code: string; now: Date }) {
  const outcome = await within(ground, actor, async (tx) => {
    const person = actor.person && (await holdPerson(tx, actor.person))
    if (!person || person.state !== 'active') return 'ended'
    const step = stepOf(tx, person, { code, now })
    if (step === undefined) return countFailure(tx, person, now)
    await changePersonRow(tx, person.id, { totp_spent: step })
    return 'known'
  })
  if (outcome === 'ended') throw new Refusal('session/ended')
  if (outcome === 'locked') throw new Refusal('sign-in/locked')
  if (outcome === 'refused') throw new Refusal('transfer/wrong-code')
}

const keptOf = (person: PersonRow | undefined) =>
  person?.password_hash && person.password_salt && person.password_rounds
    ? { salt: person.password_salt, hash: person.password_hash, rounds: person.password_rounds }
    : undefined

/** The password that was compared is still the one on record: it was not reset in between. */
const isSame = (now: PersonRow, then: PersonRow) =>
  now.password_hash !== null &&
  then.password_hash !== null &&
  Buffer.compare(now.password_hash, then.password_hash) === 0
