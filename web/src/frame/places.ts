import type { Permission } from '@sallyport/core/access'
import { may, type Session } from '../sessions/session.ts'
import type { IconName } from './Icon.tsx'
import type { Going } from './keys.ts'

export type Place = {
  readonly to:
    | '/'
    | '/cases'
    | '/items'
    | '/uploads'
    | '/people'
    | '/ledger'
    | '/alarms'
    | '/fixity'
    | '/expungements'
    | '/vault'
  readonly says: string
  readonly icon: IconName & Going
  readonly key: string
  readonly asks: Permission | null
}

const places: readonly Place[] = [
  { to: '/', says: 'Home', icon: 'home', key: 'h', asks: null },
  { to: '/cases', says: 'Cases', icon: 'cases', key: 'c', asks: 'case.read' },
  { to: '/items', says: 'Items', icon: 'items', key: 'i', asks: 'item.read' },
  { to: '/uploads', says: 'Uploads', icon: 'uploads', key: 'u', asks: 'item.add' },
  { to: '/people', says: 'People', icon: 'people', key: 'p', asks: 'people.change' },
  { to: '/ledger', says: 'Ledger', icon: 'ledger', key: 'l', asks: 'ledger.read' },
  { to: '/alarms', says: 'Alarms', icon: 'alarms', key: 'a', asks: 'alarm.read' },
  { to: '/fixity', says: 'Fixity', icon: 'fixity', key: 'f', asks: 'fixity.read' },
  { to: '/expungements', says: 'Expungement', icon: 'expungements', key: 'e', asks: 'expungement.read' },
  { to: '/vault', says: 'Vault', icon: 'vault', key: 'v', asks: 'agency.read' },
]

/** The places that this person can open. An auditor may read the list of people, though not change it. */
export const placesFor = (session: Session): readonly Place[] =>
  places.filter(
    ({ asks, icon }) =>
      asks === null ||
      may(session, asks) ||
      (icon === 'people' && may(session, 'ledger.read') && may(session, 'people.read')),
  )
