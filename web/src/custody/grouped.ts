import { actKinds, isChosen, touchesContent } from './act-groups.ts'
import type { Line } from './sentences.ts'

/** Entries that follow each other and say the same of the same person, told as one line. */
export type Group = { readonly lines: readonly [Line, ...Line[]] }

/**
 * Joins repetitions for the compact view: a browser fetches a video in many pieces, and each is an
 * entry of its own. The detailed view shows every one, and so does every export.
 */
export function grouped(lines: readonly Line[]): Group[] {
  const groups: [Line, ...Line[]][] = []
  for (const line of lines) {
    const last = groups.at(-1)
    if (last && repeats(last[0], line)) last.push(line)
    else groups.push([line])
  }
  return groups.map((group) => ({ lines: group }))
}

/** Only acts whose repetition says nothing new. Two refusals or two corrections are never one. */
const repeatable = new Set([
  'item.served',
  'item.read',
  'custody.read',
  'upload.read',
  'upload.part-received',
  'item.listed',
  'case.listed',
  'case.read',
  'session.read',
  'upload.listed',
  'ledger.read',
  'search.asked',
  'vault.inspected',
])

const repeats = (a: Line, b: Line) =>
  a.act === b.act &&
  repeatable.has(a.act) &&
  a.by.id === b.by.id &&
  a.by.name === b.by.name &&
  a.outcome === 'done' &&
  b.outcome === 'done' &&
  !a.expunged &&
  !b.expunged

export type CustodyFilter = {
  /** An act, or the name of a kind of acts. */
  readonly act?: string
  readonly person?: string
  /** Moments, both included. */
  readonly from?: string
  readonly to?: string
  readonly content?: 'yes'
}

export const passes = ({ act, by, at, outcome }: Line, filter: CustodyFilter): boolean =>
  (filter.act === undefined || isChosen(act, filter.act) || (filter.act === 'refused' && outcome === 'refused')) &&
  (filter.person === undefined || filter.person === (by.id ?? by.name)) &&
  (filter.from === undefined || Date.parse(at) >= Date.parse(filter.from)) &&
  (filter.to === undefined || Date.parse(at) <= Date.parse(filter.to)) &&
  (filter.content === undefined || (outcome !== 'refused' && touchesContent(act)))

type Choice = { readonly value: string; readonly label: string }

/** The acts, their kinds and the people that occur, for the choices of the filters. */
export function occurring(lines: readonly Line[]): { acts: string[]; groups: Choice[]; people: Choice[] } {
  const people = new Map(lines.map(({ by }) => [by.id ?? by.name, by.name]))
  return {
    acts: [...new Set(lines.map(({ act }) => act))].sort(),
    groups: actKinds
      .filter(({ name }) => lines.some((line) => passes(line, { act: name })))
      .map(({ name, says }) => ({ value: name, label: says })),
    people: [...people]
      .map(([value, label]) => ({ value, label: label === '' ? 'Not signed in, or destroyed' : label }))
      .filter(({ value }) => value !== '')
      .sort((a, b) => a.label.localeCompare(b.label)),
  }
}
