import { type Permission, permissions, type Reach, type Role, reachOf } from '@sallyport/core/access'

const about: Readonly<Record<Role, string>> = {
  officer: 'Opens cases and delivers items. Sees the items that they delivered.',
  detective: 'Works cases: opens, plays, downloads and exports the items of cases where they are a member.',
  custodian: 'Keeps the evidence: sees every case and item of the agency, and releases items from quarantine.',
  supervisor: 'Reviews: sees and plays every case and item of the agency. Does not download or export.',
  administrator: 'Runs the vault: people, settings, ledger. Sees no case and no item.',
  auditor: 'Checks the vault: settings, people, ledger. Sees no case and no item, and changes nothing.',
}

export const roleAbout = (role: Role): string => about[role]
export const roleName = (role: string): string => role.charAt(0).toUpperCase() + role.slice(1)
export const roleNames = (roles: readonly string[]): string => roles.map(roleName).join(', ')

const far: Readonly<Record<Exclude<Reach, 'none'>, string>> = {
  own: 'only what they made themselves',
  case: 'in cases where they are a member',
  agency: 'in the whole agency',
}

export type Grant = { readonly may: string; readonly reach: string }

/** What these roles permit together, in words, from the table that the server decides by. */
export function grantsOf(roles: readonly Role[]): Grant[] {
  return (Object.keys(permissions) as Permission[]).flatMap((permission) => {
    const reach = reachOf(roles, permission)
    return reach === 'none' ? [] : [{ may: permissions[permission], reach: far[reach] }]
  })
}
