/**
 * Who may do what: a permission is an action on a kind of data, and a role grants it with a reach.
 *
 * - `own`: things that the person made (a case they opened, an item they delivered)
 * - `case`: things of cases where the person is a member, at the level that the act asks for
 * - `agency`: everything of the agency
 *
 * What is not in the table is not permitted. A person with several roles has the widest reach of
 * them. CJISSECPOL AC-3, AC-5, AC-6: the roles that run the vault (administrator, auditor) see no
 * content, and the roles that see content do not run the vault.
 */
export const reaches = ['none', 'own', 'case', 'agency'] as const
export type Reach = (typeof reaches)[number]

export const roles = ['officer', 'detective', 'custodian', 'supervisor', 'administrator', 'auditor'] as const
export type Role = (typeof roles)[number]

export const permissions = {
  'agency.read': 'see the settings of the agency',
  'agency.change': 'change the settings of the agency',
  'people.read': 'see the people of the agency',
  'people.change': 'invite, change, release and disable people',
  'ledger.read': 'read the ledger of the agency, without content',
  'case.read': 'see a case',
  'case.open': 'open a new case',
  'case.change': 'write notes, name persons and correct the record of a case',
  'case.share': 'add and remove members of a case',
  'item.read': 'see the record of an item',
  'item.add': 'deliver an item to a case',
  'item.change': 'correct or add to the record of an item',
  'item.play': 'open the content of an item',
  'item.download': 'download the content of an item',
  'item.print': 'print the page of an item',
  'item.move': 'move an item to another case',
  'item.transfer': 'pass on and take over custody of an item',
  'item.export': 'export an item or a case with its proofs',
  'item.verify': 'have the stored bytes and the custody of an item checked',
  'item.release': 'release an item from quarantine',
  'custody.read': 'read the custody of an item',
  'paper.prepare': 'have court papers made of an item or a case, and fetch them',
  'alarm.read': 'see the alarms of the agency',
  'alarm.acknowledge': 'acknowledge an alarm',
  'fixity.read': 'see how the stored bytes are checked and what was found',
  'fixity.begin': 'have all stored bytes checked now',
  'expungement.read': 'see the court orders of expungement, without content',
  'expungement.draft': 'draft the execution of a court order of expungement',
  'expungement.approve': 'approve or decline an expungement that somebody else drafted',
} as const satisfies Record<string, string>

export type Permission = keyof typeof permissions

const grants: Record<Role, Partial<Record<Permission, Reach>>> = {
  officer: {
    'case.read': 'case',
    'case.open': 'own',
    'case.change': 'case',
    'case.share': 'case',
    'item.read': 'own',
    'item.add': 'case',
    'item.change': 'own',
    'item.play': 'own',
    'item.print': 'own',
    'item.transfer': 'own',
    'item.verify': 'own',
    'custody.read': 'own',
    'people.read': 'agency',
  },
  detective: {
    'case.read': 'case',
    'case.open': 'own',
    'case.change': 'case',
    'case.share': 'case',
    'item.read': 'case',
    'item.add': 'case',
    'item.change': 'case',
    'item.play': 'case',
    'item.print': 'case',
    'item.move': 'case',
    'item.transfer': 'case',
    'item.download': 'case',
    'item.export': 'case',
    'item.verify': 'case',
    'custody.read': 'case',
    'paper.prepare': 'case',
    'people.read': 'agency',
  },
  custodian: {
    'case.read': 'agency',
    'case.open': 'own',
    'case.change': 'agency',
    'case.share': 'agency',
    'item.read': 'agency',
    'item.add': 'agency',
    'item.change': 'agency',
    'item.play': 'agency',
    'item.print': 'agency',
    'item.move': 'agency',
    'item.transfer': 'agency',
    'item.download': 'agency',
    'item.export': 'agency',
    'item.verify': 'agency',
    'item.release': 'agency',
    'custody.read': 'agency',
    'paper.prepare': 'agency',
    'people.read': 'agency',
    'alarm.read': 'agency',
    'alarm.acknowledge': 'agency',
    'fixity.read': 'agency',
    'fixity.begin': 'agency',
    'expungement.read': 'agency',
    'expungement.draft': 'agency',
  },
  supervisor: {
    'case.read': 'agency',
    'case.open': 'own',
    'case.change': 'agency',
    'case.share': 'agency',
    'item.read': 'agency',
    'item.add': 'case',
    'item.change': 'case',
    'item.play': 'agency',
    'item.print': 'agency',
    'item.move': 'case',
    'item.transfer': 'case',
    'item.verify': 'agency',
    'custody.read': 'agency',
    'paper.prepare': 'agency',
    'people.read': 'agency',
    'expungement.read': 'agency',
    'expungement.approve': 'agency',
  },
  administrator: {
    'agency.read': 'agency',
    'agency.change': 'agency',
    'people.read': 'agency',
    'people.change': 'agency',
    'ledger.read': 'agency',
    'alarm.read': 'agency',
    'alarm.acknowledge': 'agency',
    'fixity.read': 'agency',
    'fixity.begin': 'agency',
    'expungement.read': 'agency',
    'expungement.approve': 'agency',
  },
  auditor: {
    'agency.read': 'agency',
    'people.read': 'agency',
    'ledger.read': 'agency',
    'alarm.read': 'agency',
    'fixity.read': 'agency',
    'expungement.read': 'agency',
  },
}

/** The widest reach that any of the roles gives for a permission. */
export function reachOf(held: readonly Role[], permission: Permission): Reach {
  const granted = held.map((role) => reaches.indexOf(grants[role][permission] ?? 'none'))
  return reaches[Math.max(0, ...granted)] ?? 'none'
}

/** What a member of a case may do there. Each level holds the ones before it. */
export const levels = ['view', 'work', 'lead'] as const
export type Level = (typeof levels)[number]

/** The level that a permission asks of a member, where the role's reach is `case`. */
const asks: Partial<Record<Permission, Level>> = {
  'case.change': 'work',
  'item.add': 'work',
  'item.change': 'work',
  'item.export': 'work',
  'item.move': 'lead',
  'paper.prepare': 'work',
  'case.share': 'lead',
}

/**
 * For which touches of an item an agency chooses whether a reason is asked. For a download and for an export one is
 * always asked: it is the floor of this vault.
 */
export const reasonTouches = ['view', 'print', 'copy', 'transfer'] as const
export type ReasonTouch = (typeof reasonTouches)[number]

/** What the decision needs to know of the thing that is asked for. */
export type Standing = {
  /** The person made the thing itself. */
  readonly own: boolean
  /** The person's level on the case, if a member now (not expired). Whoever opened a case leads it. */
  readonly level: Level | undefined
}

/** Decides whether a person with these roles, standing so to a thing, may do this to it. */
export function permits(held: readonly Role[], permission: Permission, { own, level }: Standing): boolean {
  const reach = reachOf(held, permission)
  if (reach === 'agency') return true
  if (reach === 'none') return false
  if (reach === 'own' && own) return true
  if (reach === 'own') return false
  return level !== undefined && levels.indexOf(level) >= levels.indexOf(asks[permission] ?? 'view')
}
