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

export type CustodyFilter = { readonly act?: string; readonly person?: string }

export const passes = ({ act, by }: Line, filter: CustodyFilter): boolean =>
  (filter.act === undefined || filter.act === act) &&
  (filter.person === undefined || filter.person === (by.id ?? by.name))

/** The acts and people that occur, for the choices of the filters. */
export function occurring(lines: readonly Line[]): { acts: string[]; people: { value: string; label: string }[] } {
  const people = new Map(lines.map(({ by }) => [by.id ?? by.name, by.name]))
  return {
    acts: [...new Set(lines.map(({ act }) => act))].sort(),
    people: [...people].map(([value, label]) => ({ value, label })).sort((a, b) => a.label.localeCompare(b.label)),
  }
}
