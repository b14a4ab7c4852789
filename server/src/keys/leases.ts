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

export function newLeases(serverKey: Buffer): Leases {
  const held = new Map<AgencyId, { ring: Keyring; keys: Released; at: Date }>()
  const sealed = sealedRing(serverKey)
  const forget = (agency: AgencyId) => {
    const lease = held.get(agency)
    held.delete(agency)
    for (const key of lease ? [lease.keys.agencyKey, lease.keys.metadata, lease.keys.index, lease.keys.detail] : [])
      key.fill(0)
  }
  return {
    serverKey,
    of: (agency) => held.get(agency)?.ring ?? sealed,
    releasedAt: (agency) => held.get(agency)?.at,
    release(agency, keys, now) {
      forget(agency)
      const released = { ...keys, serverKey }
      held.set(agency, { ring: releasedRing(released), keys: released, at: now })
    },
    withdraw: (agency) => (agency ? [agency] : [...held.keys()]).forEach(forget),
  }
}
