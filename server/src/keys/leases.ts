import { timingSafeEqual } from 'node:crypto'
import type { AgencyId } from '@sallyport/core/ids'
import { type Keyring, type Released, releasedRing, sealedRing } from './keyring.ts'

/** The keys that agencies have released to this process. They live in memory only, and end with it. */
export type Leases = {
  readonly serverKey: Buffer
  readonly of: (agency: AgencyId) => Keyring
  readonly releasedAt: (agency: AgencyId) => Date | undefined
  readonly release: (agency: AgencyId, keys: Omit<Released, 'serverKey'>, now: Date) => void
  /** Forgets the keys of an agency, or of all, and overwrites them in memory. */
  readonly withdraw: (agency?: AgencyId) => void
}

type Lease = { readonly ring: Keyring; readonly end: () => void; readonly keys: Released; readonly at: Date }

/** A ring that can be taken back from whoever holds it: a wiped key must never be used as if it were one. */
function lent(ring: Keyring, sealed: Keyring): { ring: Keyring; end: () => void } {
  let now = ring
  return {
    ring: {
      get released() {
        return now.released
      },
      seal: (place, value) => now.seal(place, value),
      open: (place, bytes) => now.open(place, bytes),
      find: (field, value) => now.find(field, value),
      term: (word) => now.term(word),
      entryKey: () => now.entryKey(),
      entryKeyOf: (holder) => now.entryKeyOf(holder),
      newKey: () => now.newKey(),
      unwrap: (wrapped) => now.unwrap(wrapped),
    },
    end() {
      now = sealed
    },
  }
}

const secrets = ({ agencyKey, metadata, index, detail }: Omit<Released, 'serverKey'>) => [
  agencyKey,
  metadata,
  index,
  detail,
]

const wipe = (keys: Omit<Released, 'serverKey'>): void => secrets(keys).forEach((key) => key.fill(0))

const areSame = (one: Omit<Released, 'serverKey'>, other: Omit<Released, 'serverKey'>): boolean =>
  timingSafeEqual(Buffer.concat(secrets(one)), Buffer.concat(secrets(other)))

export function newLeases(serverKey: Buffer): Leases {
  const held = new Map<AgencyId, Lease>()
  const sealed = sealedRing(serverKey)
  const forget = (agency: AgencyId) => {
    const lease = held.get(agency)
    held.delete(agency)
    lease?.end()
    if (lease) wipe(lease.keys)
  }
  return {
    serverKey,
    of: (agency) => held.get(agency)?.ring ?? sealed,
    releasedAt: (agency) => held.get(agency)?.at,
    release(agency, keys, now) {
      const before = held.get(agency)
      // Transactions under way hold the ring of the first release; they go on with it.
      if (before && areSame(before.keys, keys)) return wipe(keys)
      forget(agency)
      const released = { ...keys, serverKey }
      held.set(agency, { ...lent(releasedRing(released), sealed), keys: released, at: now })
    },
    withdraw: (agency) => (agency ? [agency] : [...held.keys()]).forEach(forget),
  }
}
