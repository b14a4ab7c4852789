import type { caseRoles, caseTypes } from '@sallyport/api/cases'
import type { categories, itemStates } from '@sallyport/api/items'
import type { Level } from '@sallyport/core/access'

export type Category = (typeof categories)[number]
export type ItemState = (typeof itemStates)[number]
export type CaseType = (typeof caseTypes)[number]
export type CaseRole = (typeof caseRoles)[number]

export const categoryWords: Readonly<Record<Category, string>> = {
  'body-worn-video': 'Body-worn video',
  'in-car-video': 'In-car video',
  interview: 'Interview',
  'surveillance-video': 'Surveillance video',
  photograph: 'Photograph',
  audio: 'Audio',
  document: 'Document',
  'phone-extraction': 'Phone extraction',
  'computer-image': 'Computer image',
  other: 'Other',
}

export const caseTypeWords: Readonly<Record<CaseType, string>> = {
  assault: 'Assault',
  burglary: 'Burglary',
  domestic: 'Domestic',
  drugs: 'Drugs',
  fraud: 'Fraud',
  homicide: 'Homicide',
  'missing-person': 'Missing person',
  robbery: 'Robbery',
  'sexual-assault': 'Sexual assault',
  theft: 'Theft',
  traffic: 'Traffic',
  'use-of-force': 'Use of force',
  weapons: 'Weapons',
  other: 'Other',
}

export const caseRoleWords: Readonly<Record<CaseRole, string>> = {
  victim: 'Victim',
  witness: 'Witness',
  suspect: 'Suspect',
  arrestee: 'Arrestee',
  complainant: 'Complainant',
  officer: 'Officer',
  other: 'Other',
}

export const stateWords: Readonly<Record<ItemState, string>> = {
  receiving: 'Receiving',
  held: 'Held',
  quarantined: 'Quarantined',
  abandoned: 'Abandoned',
  expunged: 'Destroyed under a court order',
}

export const levelWords: Readonly<Record<Level, string>> = { view: 'View', work: 'Work', lead: 'Lead' }

export const levelAbout: Readonly<Record<Level, string>> = {
  view: 'See the case and, as far as their role goes, its items.',
  work: 'Also write notes, name people, deliver items, correct and export.',
  lead: 'Also add and remove members.',
}

export const exhibitWords = (exhibit: number | null): string =>
  exhibit === null ? 'No exhibit number yet' : `Exhibit ${exhibit}`

/** A table of words as the options of a choice. */
export const options = <K extends string>(words: Readonly<Record<K, string>>): { value: K; label: string }[] =>
  (Object.entries(words) as [K, string][]).map(([value, label]) => ({ value, label }))
