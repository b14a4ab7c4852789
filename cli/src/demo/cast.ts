import type { Role } from '@sallyport/core/access'

export const department = {
  name: 'Fairhaven Police Department',
  ori: 'OH0FAIR01',
  slug: 'fairhaven',
  timeZone: 'America/New_York',
} as const

/** A person of the invented police department, and what is worth trying under their name. */
type Player = {
  readonly signInName: string
  readonly name: string
  readonly badge: string
  readonly role: Role
  readonly mayTry: string
}

/** The first of them sets up the agency. */
export const cast = [
  {
    signInName: 'dwhitfield',
    name: 'Dana Whitfield',
    badge: '0031',
    role: 'administrator',
    mayTry: 'invite and release people, see the state of the vault',
  },
  {
    signInName: 'hcho',
    name: 'Henry Cho',
    badge: '0207',
    role: 'custodian',
    mayTry: 'open every case, play, verify and export evidence',
  },
  {
    signInName: 'mruiz',
    name: 'Ofc. Maria Ruiz',
    badge: '1204',
    role: 'officer',
    mayTry: 'deliver evidence, and see what she delivered',
  },
  {
    signInName: 'tbecker',
    name: 'Ofc. Tom Becker',
    badge: '1187',
    role: 'officer',
    mayTry: 'deliver evidence, and see what he delivered',
  },
  {
    signInName: 'agrant',
    name: 'Det. Aisha Grant',
    badge: '0412',
    role: 'detective',
    mayTry: 'work on her cases, download and export',
  },
  {
    signInName: 'nokafor',
    name: 'Lt. Nneka Okafor',
    badge: '0118',
    role: 'supervisor',
    mayTry: 'see and play everything, share cases',
  },
  {
    signInName: 'emarsh',
    name: 'Ellen Marsh',
    badge: '0009',
    role: 'auditor',
    mayTry: 'read the ledger, and no content at all',
  },
] as const satisfies readonly Player[]

export type Who = (typeof cast)[number]['signInName']
