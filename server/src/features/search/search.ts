import type { Answered, Asked } from '@sallyport/api/contract'
import type { search } from '@sallyport/api/search'
import { reachOf } from '@sallyport/core/access'
import type { CaseId } from '@sallyport/core/ids'
import { answers, lookupsOf } from '@sallyport/core/words'
import type { Cursor } from '#db/cursor.ts'
import { type Tx, tell } from '#db/within.ts'
import { type CaseRow, casesByIds, casesOf, newestCases, remarksOn } from '../cases/rows.ts'
import { caseLines, corrected } from '../cases/shown.ts'
import { me } from '../cases/standing.ts'
import { searchedTexts } from '../items/items.ts'
import { type ItemRow, itemsByIds, newestItems } from '../items/rows.ts'
import { caseNumbers, correctedItem, itemLines } from '../items/shown.ts'
import { seek } from './rows.ts'

type Found<Row> = { readonly rows: readonly Row[]; readonly more: boolean }
type Question = Asked<typeof search>

/** How many more hits are looked at than asked for: the index says "perhaps", and opening decides. */
const slack = 10
/** How often more hits are fetched when few of them fit. */
const mostPages = 10
/** Whoever sees only their own cases has few; these are opened and compared without the index. */
const mostOwn = 2000

const bounds = ({ from, to }: Question) => ({
  from: from ? new Date(`${from}T00:00:00Z`) : undefined,
  to: to ? new Date(new Date(`${to}T00:00:00Z`).getTime() + 86_400_000) : undefined,
})

/**
 * Finds cases and items by beginnings of words. The blind index gives candidates; each is opened and
 * compared before it is shown. What was asked, and how much was found, is entered in the ledger.
 */
export async function find(tx: Tx, asked: Question): Promise<Answered<typeof search>> {
  const own = reachOf(tx.actor.roles, 'case.read') === 'agency' ? undefined : await casesOf(tx, me(tx))
  const cases = asked.kind === 'item' ? none : await findCases(tx, asked, own)
  const items = asked.kind === 'case' ? none : await findItems(tx, asked, own)
  tell(tx, [], { question: asked.q, hits: cases.rows.length + items.rows.length })
  return {
    cases: await caseLines(tx, cases.rows as CaseRow[]),
    items: await itemLines(tx, items.rows as ItemRow[]),
    more: cases.more || items.more,
  }
}

const none: Found<never> = { rows: [], more: false }

const cut = <Row>(rows: readonly Row[], limit: number): Found<Row> => ({
  rows: rows.slice(0, limit),
  more: rows.length > limit,
})

async function findCases(tx: Tx, asked: Question, own: readonly CaseId[] | undefined): Promise<Found<CaseRow>> {
  const words = lookupsOf(asked.q)
  if (words.length === 0 || asked.category || asked.state) return none
  const rows = own
    ? await newestCases(tx, { ids: own, limit: mostOwn })
    : await casesByIds(
        tx,
        (await seek(tx, { kind: 'case', words, marks: {}, ...bounds(asked), limit: 2 * asked.limit + slack })).map(
          ({ id }) => id,
        ),
      )
  const remarks = await remarksOn(
    tx,
    rows.map(({ id }) => id),
    { item: false },
  )
  const fits = rows.filter((row) => {
    const mine = remarks.filter(({ case_id }) => case_id === row.id)
    const { number, title, description } = corrected(row.facts, mine)
    const people = mine.filter(({ kind }) => kind === 'person').map(({ facts }) => facts['name'] ?? '')
    return isWithin(row.opened_at, asked) && answers(asked.q, [number, title, description ?? '', ...people])
  })
  return cut(fits, asked.limit)
}

async function findItems(tx: Tx, asked: Question, own: readonly CaseId[] | undefined): Promise<Found<ItemRow>> {
  const words = lookupsOf(asked.q)
  if (words.length === 0) return none
  const reach = reachOf(tx.actor.roles, 'item.read')
  // An officer's own items may stand in cases where they are no longer a member.
  const scope = reach === 'own' ? { by: me(tx) } : reach === 'agency' ? {} : { cases: own }
  // Of those that are not held there are few, and the index does not know which.
  if (asked.state !== undefined && asked.state !== 'held')
    return cut(
      await fitting(tx, await newestItems(tx, { ...scope, state: asked.state, limit: mostOwn }), asked),
      asked.limit,
    )
  const marks = asked.category ? { category: asked.category } : {}
  const page = asked.limit + slack
  const fits: ItemRow[] = []
  let after: Cursor | undefined
  for (let pages = 0; pages < mostPages; pages += 1) {
    const hits = await seek(tx, { kind: 'item', words, marks, ...scope, ...bounds(asked), after, limit: page })
    const rows = await itemsByIds(
      tx,
      hits.map(({ id }) => id),
    )
    fits.push(...(await fitting(tx, rows, asked)))
    after = hits.at(-1)
    if (fits.length > asked.limit || hits.length < page) return cut(fits, asked.limit)
  }
  return { ...cut(fits, asked.limit), more: true }
}

/** Opens what may be a hit, and keeps what is one as it reads now. */
async function fitting(tx: Tx, rows: readonly ItemRow[], asked: Question): Promise<ItemRow[]> {
  const remarks = await remarksOn(
    tx,
    rows.map(({ id }) => id),
    { item: true },
  )
  const numbers = await caseNumbers(
    tx,
    rows.map(({ case_id }) => case_id),
  )
  return rows.filter((row) => {
    const facts = correctedItem(row, remarks)
    if (asked.category && facts.category !== asked.category) return false
    if (row.state !== (asked.state ?? row.state) || (row.state === 'abandoned' && asked.state !== 'abandoned'))
      return false
    const texts = searchedTexts({ ...facts, number: numbers.get(row.case_id) ?? '' }).filter((text) => text !== null)
    return isWithin(row.added_at, asked) && answers(asked.q, texts)
  })
}

function isWithin(at: Date, asked: Question): boolean {
  const { from, to } = bounds(asked)
  return (!from || at >= from) && (!to || at < to)
}
