import type { Line } from './sentences.ts'

/** What became of the detail of an entry, to follow "what more the entry said". */
export type Fate = (entry: string) => string

/**
 * Tells of entries without detail what became of it, from the orders among the lines that were read.
 *
 * `whole` says that these are all lines about the thing: then an entry that no order names was lost, as the
 * detail of an entry is that came back from the published files after an old backup was restored. The page
 * cannot show that it was so. The ledger can: it holds the restore as an entry of its own.
 */
export function fatesIn(lines: readonly Line[], whole: boolean): Fate {
  const orders = new Map(lines.flatMap(ordered))
  const otherwise = whole
    ? 'was lost in a restore: no order of a court names this entry'
    : 'is not there any more: it was destroyed under an order, or lost in a restore'
  return (entry) => orders.get(entry) ?? otherwise
}

function ordered({ act, outcome, facts }: Line): [string, string][] {
  const { entries, court, reference } = facts
  if (act !== 'ledger.expunged' || outcome !== 'done' || !Array.isArray(entries)) return []
  const order = typeof reference === 'string' ? `order ${reference}` : 'an order'
  const says = `was destroyed under ${order}${typeof court === 'string' ? ` of ${court}` : ''}`
  return entries.filter((entry) => typeof entry === 'string').map((entry) => [entry, says])
}
