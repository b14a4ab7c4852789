import {
  changePerson,
  disablePerson,
  enrol,
  invitePerson,
  listPeople,
  readEnrolment,
  releasePerson,
  resetPerson,
} from '@sallyport/api/people'
import type { AgencyId } from '@sallyport/core/ids'
import { Refusal } from '@sallyport/core/refusal'
import { publicRoute, type Route, route } from '#http/route.ts'
import {
  change,
  disable,
  enrolmentShown,
  enrolPerson,
  invite,
  people,
  readEnrolmentToken,
  release,
  reset,
} from './people.ts'

type Needs = { readonly origin: string; readonly isAgency: (agency: AgencyId) => Promise<boolean> }

export const peopleRoutes = ({ origin, isAgency }: Needs): readonly Route[] => [
  route(listPeople, ({ tx }) => people(tx)),
  route(invitePerson, ({ tx, asked, now }) => invite(tx, { ...asked, origin }, now)),
  route(changePerson, ({ tx, asked }) => change(tx, asked)),
  route(disablePerson, ({ tx, asked, now }) => disable(tx, asked, now)),
  route(releasePerson, ({ tx, asked }) => release(tx, asked.id)),
  route(resetPerson, ({ tx, asked, now }) => reset(tx, { id: asked.id, origin }, now)),
  publicRoute(readEnrolment, async ({ asked, now, as, at }) => {
    const { agency, hash } = readEnrolmentToken(asked.token)
    await mustExist(isAgency, agency)
    at(agency)
    return as(agency, (tx) => enrolmentShown(tx, hash, now))
  }),
  publicRoute(enrol, async ({ asked, now, as, at }) => {
    const { agency, hash } = readEnrolmentToken(asked.token)
    await mustExist(isAgency, agency)
    at(agency)
    return as(agency, (tx) => enrolPerson(tx, { hash, password: asked.password, code: asked.code }, now))
  }),
]

async function mustExist(isAgency: Needs['isAgency'], agency: AgencyId): Promise<void> {
  if (!(await isAgency(agency))) throw new Refusal('enrolment/not-found')
}
