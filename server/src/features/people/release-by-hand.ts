import { signInName } from '@sallyport/api/people'
import { slug } from '@sallyport/api/agency'
import type { AgencyId } from '@sallyport/core/ids'
import { Refusal } from '@sallyport/core/refusal'
import { z } from 'zod'
import { type Ground, theServer, within } from '#db/within.ts'
import { malformed } from '#http/refuse.ts'
import { record } from '#ledger/record.ts'
import { changePersonRow, holdPersonNamed } from './rows.ts'

const form = z.strictObject({ agency: slug.optional(), signInName })

type Needs = {
  readonly ground: Ground
  readonly agencyNamed: (slug: string | undefined) => Promise<AgencyId>
  readonly now: () => Date
}

/**
 * Releases a locked account for somebody with the rights of this server's own files.
 *
 * Anybody who knows a sign-in name can lock it, the last administrator's too, and then nobody inside is
 * left to release it (CJISSECPOL AC-7). It gives no way in: password and code are asked for as before.
 */
export async function releaseByHand(
  { ground, agencyNamed, now }: Needs,
  given: unknown,
): Promise<{ released: boolean }> {
  const asked = form.safeParse(given)
  if (!asked.success) throw malformed(asked.error)
  const agency = await agencyNamed(asked.data.agency)
  return within(ground, theServer(agency), async (tx) => {
    const person = await holdPersonNamed(tx, asked.data.signInName)
    if (!person) throw new Refusal('person/not-found')
    const released = person.state === 'locked'
    if (released) await changePersonRow(tx, person.id, { state: 'active', failures: [] })
    const detail = { by: 'somebody with the rights of the server', before: person.state }
    await record(tx, { act: 'person.released', on: [person.id], detail, at: now() })
    return { released }
  })
}
