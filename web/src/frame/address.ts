import { caseTypes } from '@sallyport/api/cases'
import { categories, itemStates } from '@sallyport/api/items'

type Search = Readonly<Record<string, unknown>>

const text = (search: Search, name: string): string | undefined => {
  const value = search[name]
  return value === undefined || value === null || value === '' ? undefined : String(value).slice(0, 400)
}
const oneOf = <const T extends string>(allowed: readonly T[], search: Search, name: string): T | undefined =>
  allowed.find((one) => one === search[name])
/** Leaves out what is not set: `exactOptionalPropertyTypes` tells the two apart, and so does an address. */
const only = <T extends Record<string, unknown>>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }

/** Words of the address that are taken as they stand. */
export const textIn = <const N extends string>(search: Search, names: readonly N[]): { [K in N]?: string } =>
  only(Object.fromEntries(names.map((name) => [name, text(search, name)]))) as { [K in N]?: string }

const yes = ['yes'] as const

export const caseFilters = (search: Search) =>
  only({ type: oneOf(caseTypes, search, 'type'), mine: oneOf(yes, search, 'mine') })

export const alarmFilters = (search: Search) => only({ show: oneOf(['all'] as const, search, 'show') })

export const itemFilters = (search: Search) =>
  only({
    category: oneOf(categories, search, 'category'),
    state: oneOf(itemStates, search, 'state'),
    mine: oneOf(yes, search, 'mine'),
  })

const itemTabs = ['overview', 'details', 'lineage', 'access', 'custody'] as const

export const custodyFilters = (search: Search) =>
  only({
    tab: oneOf(itemTabs, search, 'tab'),
    ...textIn(search, ['act', 'person', 'from', 'to']),
    content: oneOf(yes, search, 'content'),
    view: oneOf(['detailed'] as const, search, 'view'),
  })

const ledgerTabs = ['witnesses', 'fetching', 'time'] as const

export const ledgerFilters = (search: Search) =>
  only({
    tab: oneOf(ledgerTabs, search, 'tab'),
    ...textIn(search, ['act', 'person', 'from', 'to']),
    view: oneOf(['detailed'] as const, search, 'view'),
  })

export const searchFilters = (search: Search) =>
  only({
    q: text(search, 'q'),
    kind: oneOf(['case', 'item'] as const, search, 'kind'),
    category: oneOf(categories, search, 'category'),
    state: oneOf(itemStates, search, 'state'),
    from: text(search, 'from'),
    to: text(search, 'to'),
  })
