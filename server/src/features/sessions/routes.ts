import { lockSession, readSession, resumeSession, signIn, signOut } from '@sallyport/api/sessions'
import type { AgencyId, PersonId, SessionId } from '@sallyport/core/ids'
import { Refusal } from '@sallyport/core/refusal'
import { type Actor, become, type Ground, visitor, within } from '#db/within.ts'
import { polledRoute, publicRoute, type Route, route } from '#http/route.ts'
import { holdPerson } from '../people/rows.ts'
import { mustBeWhoTheySay, newStrangers, type Strangers } from './credentials.ts'
import { endSession, lockSessionRow } from './rows.ts'
import { begin, doorkeeper, sessionShown, tokenOf } from './sign-in.ts'

type Needs = {
  readonly ground: Ground
  /** The agency with this short name, or the only one; refuses when there is none. */
  readonly agencyNamed: (slug: string | undefined) => Promise<AgencyId>
}

export const sessionRoutes = ({ ground, agencyNamed }: Needs): readonly Route[] =>
  routesFor({ ground, agencyNamed }, newStrangers())

const routesFor = ({ ground, agencyNamed }: Needs, strangers: Strangers): readonly Route[] => [
  publicRoute(signIn, async ({ asked, now, from, as, at, setSession }) => {
    const agency = await agencyNamed(asked.agency)
    at(agency)
    const about = (id: PersonId) => at(agency, [id])
    const person = await mustBeWhoTheySay(ground, visitor(agency, from), { shown: asked, now, strangers, about })
    const begun = await as(agency, async (tx) => {
      // Held: whoever is disabled or reset in this moment gets no session that outlives it.
      const found = await holdPerson(tx, person)
      if (found?.state !== 'active') throw new Refusal('sign-in/refused')
      const known = await become(tx, {
        ...tx.actor,
        kind: 'person',
        person,
        name: found.naming.name,
        roles: found.roles,
      })
      return begin(known, { person, bannerAccepted: asked.bannerAccepted }, now)
    })
    setSession(begun.cookie)
    return begun.session
  }),
  polledRoute(readSession, ({ tx, now, cookie }) => sessionShown(tx, tokenOf(cookie), now)),
  route(lockSession, async ({ tx, now }) => {
    await lockSessionRow(tx, mine(tx.actor), { locked: now, seen: now })
    return { locked: true as const }
  }),
  // Public only in that it opens its own transactions: the password is compared outside of any, since a
  // request that holds one connection while it waits for a second can bring a full pool to a stand.
  publicRoute(resumeSession, async ({ asked, now, from, cookie, csrf, as, at }) => {
    const agency = doorkeeper.agencyOf(cookie)
    if (!agency) throw new Refusal('session/missing')
    at(agency)
    const knock = { cookie, csrf, contract: resumeSession, from, now, polled: false }
    const door = visitor(agency, from)
    const { signInName } = await within(ground, door, async (tx) => {
      await doorkeeper.actorOf(tx, knock)
      return (await sessionShown(tx, tokenOf(cookie), now)).person
    })
    const about = (id: PersonId) => at(agency, [id])
    await mustBeWhoTheySay(ground, door, { shown: { ...asked, signInName }, now, strangers, about })
    return as(agency, async (tx) => {
      const known = await become(tx, await doorkeeper.actorOf(tx, knock))
      await lockSessionRow(known, mine(known.actor), { locked: null, seen: now })
      return sessionShown(known, tokenOf(cookie), now)
    })
  }),
  route(signOut, async ({ tx, now }) => {
    await endSession(tx, mine(tx.actor), now)
    return { ended: true as const }
  }),
]

function mine({ session }: Actor): SessionId {
  if (!session) throw new Error('A route that needs a session was reached without one.')
  return session
}
