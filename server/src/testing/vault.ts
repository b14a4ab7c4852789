import type { Role } from '@sallyport/core/access'
import { type Ask, asker, type Caller, type Reply, send, type Wire } from './asking.ts'
import { type Founded, type Founding, found, hire, type Naming, type Person } from './cast.ts'
import { type Delivery, deliverItem, openACase } from './deliver.ts'
import { aHouse, type House, type Options } from './house.ts'

export type TestVault = House & {
  /** The first agency, set up by its link. */
  readonly home: Founded
  /** Asks as a person, by a contract. Without a person, as somebody who has not signed in. */
  readonly ask: (caller?: Caller) => Ask
  /** Sends a request as a person, whatever it is. */
  readonly raw: (caller?: Caller) => (wire: Wire) => Promise<Reply>
  /** Sets up one more agency. */
  readonly agency: (founding?: Founding) => Promise<Founded>
  /** Invites, enrols and signs in somebody of an agency, the first one if none is named. */
  readonly person: (roles: Role | readonly Role[], of?: Naming & { readonly agency?: Founded }) => Promise<Person>
  readonly aCase: (person: Person, record?: Parameters<typeof openACase>[2]) => ReturnType<typeof openACase>
  readonly anItem: (person: Person, delivery: Delivery) => ReturnType<typeof deliverItem>
  /** Runs the ledger of an agency until every entry stands in the published tree. */
  readonly settle: (agency?: Pick<Founded, 'id'>) => Promise<void>
}

/** A vault with one agency, gone when the test file ends. */
export async function testVault({
  founding,
  ...options
}: Options & { readonly founding?: Founding } = {}): Promise<TestVault> {
  const house = await aHouse(options)
  const home = await found(house, true, founding)
  return {
    ...house,
    home,
    ask: (caller) => asker(house.vault, caller),
    raw: (caller) => (wire) => send(house.vault(), caller, wire),
    agency: (founding) => found(house, false, founding),
    person: (roles, { agency = home, ...naming } = {}) =>
      hire(house, agency, { roles: typeof roles === 'string' ? [roles] : roles, ...naming }),
    aCase: (person, record) => openACase(house, person, record),
    anItem: (person, delivery) => deliverItem(house, person, delivery),
    settle: ({ id } = home) => house.vault().settle(id),
  }
}
