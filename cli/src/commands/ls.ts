import { listCases } from '@sallyport/api/cases'
import type { Answered } from '@sallyport/api/contract'
import { listItems } from '@sallyport/api/items'
import type { CaseId } from '@sallyport/core/ids'
import { call, type Vault } from '../client.ts'
import { command, type Tell } from '../command.ts'
import { signedIn, vaultHelp, vaultOptions } from '../connect.ts'
import { findCase } from '../find-case.ts'
import { NotDone } from '../not-done.ts'
import { bytes, many, moment } from '../quantities.ts'
import { table } from '../table.ts'

export type CaseLine = Answered<typeof listCases>['rows'][number]
export type ItemLine = Answered<typeof listItems>['rows'][number]

export const ls = command({
  usage: 'ls [cases | items] [--case NUMBER] [--mine] [--limit N]',
  does: 'Lists the cases or the items that you may see, newest first.',
  help: [
    '--case NUMBER        items of this case only (number or id)',
    '--mine               only what you opened or delivered',
    '--limit N            at most so many rows (else 100)',
    ...vaultHelp,
  ],
  options: { ...vaultOptions, case: { type: 'string' }, mine: { type: 'boolean' }, limit: { type: 'string' } },
  async run({ positionals: [what = 'cases'], values }, tell, warn) {
    if (what !== 'cases' && what !== 'items') throw new NotDone(`There is no list of ${what}.`, 'Say cases or items.')
    const most = Number(values.limit ?? 100)
    if (!Number.isSafeInteger(most) || most < 1) throw new NotDone(`${values.limit} is not a number of rows.`)
    const vault = await signedIn(values)
    const of = values.case === undefined ? undefined : await findCase(vault, values.case)
    const mine = values.mine ? ('true' as const) : undefined
    const listed =
      what === 'cases' && !of
        ? await listedCases(vault, { most, mine }, tell)
        : await listedItems(vault, { most, mine, of }, tell)
    if (!listed.count) warn(`There are no ${of ? 'items' : what} that you may see.`)
    if (listed.more) warn('There are more. Ask for them with --limit.')
    return listed.count ? 0 : 1
  },
})

type Wanted = { readonly most: number; readonly mine: 'true' | undefined; readonly of?: CaseId | undefined }

async function listedCases(vault: Vault, { most, mine }: Wanted, tell: Tell) {
  const ask = (after: string | undefined, limit: number) => call(vault, listCases, { after, limit, mine })
  const { rows, more } = await upTo(most, ask)
  tellCases(rows, tell)
  return { count: rows.length, more }
}

async function listedItems(vault: Vault, { most, mine, of }: Wanted, tell: Tell) {
  const ask = (after: string | undefined, limit: number) => call(vault, listItems, { after, limit, mine, case: of })
  const { rows, more } = await upTo(most, ask)
  tellItems(rows, tell)
  return { count: rows.length, more }
}

type Page<Row> = { readonly rows: readonly Row[]; readonly next: string | null }

async function upTo<Row>(most: number, ask: (after: string | undefined, limit: number) => Promise<Page<Row>>) {
  const rows: Row[] = []
  let after: string | undefined
  do {
    const page = await ask(after, Math.min(200, most - rows.length))
    rows.push(...page.rows)
    after = page.next ?? undefined
  } while (after && rows.length < most)
  return { rows, more: after !== undefined }
}

/** One table for people; for scripts a line for each case. */
export function tellCases(cases: readonly CaseLine[], tell: Tell): void {
  const rows = cases.map((one) => [one.number, one.title, one.type, many(one.items, 'item'), moment(one.openedAt)])
  tellRows(cases, tell, table(['case', 'title', 'type', 'items', 'opened'], rows))
}

export function tellItems(items: readonly ItemLine[], tell: Tell): void {
  const rows = items.map((one) => [
    one.case.number,
    one.exhibit === null ? '-' : String(one.exhibit),
    one.title,
    one.category,
    one.state,
    bytes(one.size),
    one.id,
  ])
  const heading = ['case', 'exhibit', 'title', 'category', 'state', 'size', 'id']
  tellRows(items, tell, table(heading, rows))
}

/** The first row carries the whole table, so that rows and table are told by one call each. */
function tellRows(rows: readonly object[], tell: Tell, lines: readonly string[]): void {
  rows.forEach((row, at) => tell(row, ...(at === 0 ? lines : [])))
}
