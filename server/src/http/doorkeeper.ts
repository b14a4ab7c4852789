import type { Contract } from '@sallyport/api/contract'
import type { AgencyId } from '@sallyport/core/ids'
import type { Actor, Tx } from '#db/within.ts'
import type { From } from './route.ts'

/** How the server learns who is asking. Machinery asks; the feature `sessions` answers. */
export type Doorkeeper = {
  /** The agency that a session cookie names. Nothing is proved by it: the session is looked up there. */
  readonly agencyOf: (cookie: string) => AgencyId | undefined
  /** The person behind the cookie, or a refusal: no session, ended, locked, or a forged request. */
  readonly actorOf: (tx: Tx, asking: Knock) => Promise<Actor>
}

export type Knock = {
  readonly cookie: string
  readonly csrf: string | undefined
  readonly contract: Contract
  readonly from: From
  readonly now: Date
  /** A page asks this by itself to stay fresh, so it shows nobody's presence. */
  readonly polled: boolean
  /** Told who it is before they are refused, so that the refusal is entered under their name. */
  readonly known?: (actor: Actor) => void
}
