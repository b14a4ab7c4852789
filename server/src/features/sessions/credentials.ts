import type { PersonId } from '@sallyport/core/ids'
import { Refusal } from '@sallyport/core/refusal'
import { type Actor, type Ground, within } from '#db/within.ts'
import { record } from '#ledger/record.ts'
import { changePersonRow, holdPersonNamed, type PersonRow } from '../people/rows.ts'
import { isPassword } from './passwords.ts'
import { spendableStep } from './totp.ts'

/** CJISSECPOL AC-7: five failures within 15 minutes lock the account until an administrator releases it. */
const mostFailures = 5
const failureWindowMs = 15 * 60_000

type Shown = { readonly signInName: string; readonly password: string; readonly code: string }

/**
 * Finds out whether somebody is who they say: password and one-time code, both, in one answer.
 *
 * A failure is counted in a transaction of its own, so that no fault later on can undo the count. The
 * answer is the same for an unknown name, a wrong password and a wrong code; it takes the same time.
 * The account is held while code and count are compared, so two requests never spend one code.
 */
export async function mustBeWhoTheySay(
  ground: Ground,
  door: Actor,
  { shown, now }: { shown: Shown; now: Date },
): Promise<PersonId> {
  const found = await within(ground, door, (tx) => holdPersonNamed(tx, shown.signInName.trim().toLowerCase()))
  const right = await isPassword(shown.password, keptOf(found))
  if (!found || found.state === 'disabled' || found.state === 'invited') throw new Refusal('sign-in/refused')
  const outcome = await within(ground, door, async (tx) => {
    const person = await holdPersonNamed(tx, shown.signInName.trim().toLowerCase())
    if (!person || person.state === 'disabled') return { is: 'refused' } as const
    if (person.state === 'locked') return { is: 'locked' } as const
    const secret =
      person.totp && (tx.keys.open({ table: 'person.totp', agency: door.agency, id: person.id }, person.totp) as string)
    const step = secret ? spendableStep(shown.code, { secret, spent: person.totp_spent, now }) : undefined
    if (right && step !== undefined && isSame(person, found)) {
      await changePersonRow(tx, person.id, { totp_spent: step, failures: [] })
      return { is: 'known', id: person.id } as const
    }
    const failures = [...person.failures.filter((at) => now.getTime() - at.getTime() < failureWindowMs), now]
    const locks = failures.length >= mostFailures
    await changePersonRow(tx, person.id, { failures, ...(locks && { state: 'locked' }) })
    if (locks)
      await record(tx, { act: 'person.locked', on: [person.id], detail: { failures: failures.length }, at: now })
    return { is: locks ? 'locked' : 'refused' } as const
  })
  if (outcome.is === 'known') return outcome.id
  throw new Refusal(outcome.is === 'locked' ? 'sign-in/locked' : 'sign-in/refused')
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
