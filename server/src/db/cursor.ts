import { Refusal } from '@sallyport/core/refusal'

/** The place in a list that is ordered by time and id, which a client sends back to get the next page. */
export type Cursor = { readonly at: Date; readonly id: string }

const writeCursor = ({ at, id }: Cursor): string => `${at.getTime().toString(36)}.${id}`

export function readCursor(text: string | undefined): Cursor | undefined {
  if (text === undefined) return undefined
  const [time = '', id = '', more] = text.split('.')
  const at = new Date(Number.parseInt(time, 36))
  if (
    more !== undefined ||
    !/^[0-9a-z]{1,10}$/.test(time) ||
    !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id) ||
    Number.isNaN(at.getTime())
  ) {
    throw new Refusal('request/malformed', { field: 'after', expected: 'the cursor of the page before' })
  }
  return { at, id }
}

/** Cuts a list that was read one longer than asked, and gives the cursor of the next page if there is one. */
export function page<Row>(
  rows: readonly Row[],
  limit: number,
  at: (row: Row) => Cursor,
): { rows: Row[]; next: string | null } {
  const last = rows[limit - 1]
  return { rows: rows.slice(0, limit), next: rows.length > limit && last ? writeCursor(at(last)) : null }
}
