import { type Finding, ms, quantile, setting, timed, waits } from './measure.ts'
import { type Inside, startInside } from './inside.ts'
import { type Seeded, seed } from './seed.ts'
import type { Person } from '../server/src/testing/cast.ts'

type Line = { readonly id: string }
type Page = { readonly rows?: readonly Line[]; readonly items?: readonly Line[]; readonly next?: string | null }
type Question = { readonly what: string; readonly path: () => string; readonly body?: () => unknown }

const times = 40

/** What a person does all day, with another case, item or word each time. */
function questions(
  seeded: Seeded,
  items: readonly Line[],
  pages: { readonly item: string; readonly case: string },
): Question[] {
  const { words, cases } = seeded
  const one = <T>(of: readonly T[]): T => of[Math.floor(Math.random() * of.length)] as T
  const nth = (from: number, to: number) => words.all[from + Math.floor(Math.random() * (to - from))] ?? ''
  const asked = (what: string, q: () => string, more = ''): Question => ({
    what: `search ${what}`,
    path: () => `/search?q=${encodeURIComponent(q())}${more}`,
  })
  return [
    { what: 'list cases', path: () => '/cases' },
    { what: 'list cases, next page', path: () => `/cases${pages.case}` },
    { what: 'list cases of a type', path: () => '/cases?type=homicide' },
    { what: 'list items', path: () => '/items' },
    { what: 'list items, next page', path: () => `/items${pages.item}` },
    { what: 'list items of a category', path: () => '/items?category=photograph' },
    { what: 'list items in quarantine', path: () => '/items?state=quarantined' },
    { what: 'list items of a case', path: () => `/items?case=${one(cases)}&limit=100` },
    { what: 'open a case', path: () => `/cases/${one(cases)}` },
    { what: 'open an item', path: () => `/items/${one(items).id}` },
    { what: 'open its content', path: () => `/items/${one(items).id}/viewings`, body: () => ({ purpose: 'view' }) },
    asked('for two letters', () => nth(0, 200).slice(0, 2)),
    asked('for a common word', () => nth(0, 10)),
    asked('for a usual word', () => nth(50, 500)),
    asked('for a rare word', () => nth(3000, 4000)),
    asked('for two common words', () => `${nth(0, 10)} ${nth(0, 10)}`),
    asked('for a common and a rare word', () => `video ${nth(2000, 4000)}`),
    asked('for three usual words', () => `${nth(50, 500)} ${nth(50, 500)} ${nth(50, 500)}`),
    asked('for a number of a case', () => `20-${String(Math.floor(Math.random() * 9000)).padStart(6, '0')}`),
    asked('for a camera', () => `BWC ${1000 + Math.floor(Math.random() * 3000)}`),
    asked('for a common word in a category', () => nth(0, 10), '&category=audio&kind=item'),
    asked('for a usual word in quarantine', () => nth(50, 500), '&state=quarantined&kind=item'),
    asked('for a usual word of some weeks', () => nth(50, 500), `&from=${daysAgo(400)}&to=${daysAgo(360)}`),
    asked('for what is nowhere', () => 'xyzzy quuux'),
  ]
}

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)

async function ask(inside: Inside, person: Person, { path, body }: Pick<Question, 'path' | 'body'>): Promise<Page> {
  const reply = await inside.send(person, {
    method: body ? 'POST' : 'GET',
    path: path(),
    ...(body && { body: body() }),
  })
  if (reply.status !== 200) throw new Error(`${path()}: ${reply.status} ${reply.text.slice(0, 300)}`)
  return reply.json as Page
}

async function* asAPerson(
  inside: Inside,
  seeded: Seeded,
  { person, who }: { person: Person; who: string },
): AsyncGenerator<Finding> {
  const first = await ask(inside, person, { path: () => '/items?limit=100' })
  const cases = await ask(inside, person, { path: () => '/cases' })
  const after = ({ next }: Page) => (next ? `?after=${encodeURIComponent(next)}` : '')
  const pages = { item: after(first), case: after(cases) }
  const all: number[] = []
  for (const question of questions(seeded, first.rows ?? [], pages)) {
    const took: number[] = []
    let found = 0
    for (let time = 0; time < times; time += 1)
      took.push(
        await timed(async () => {
          const page = await ask(inside, person, question)
          found += (page.items ?? page.rows ?? []).length
        }),
      )
    const warm = took.slice(2)
    all.push(...warm)
    yield { what: `${who}: ${question.what}`, ours: waits(warm), beside: `${(found / times).toFixed(0)} found` }
  }
  yield { what: `${who}: all of these`, ours: waits(all), beside: 'floor p95 50 ms' }
}

/** List, open and search in a large agency, through the whole way of a request but the socket. */
export async function* items(): AsyncGenerator<Finding> {
  const count = setting('SALLYPORT_BENCH_ITEMS', 1_000_000)
  const inside = await startInside()
  try {
    const [custodian, detective, officer] = [
      await inside.hire('custodian'),
      await inside.hire('detective'),
      await inside.hire('officer'),
    ]
    let seeded: Seeded | undefined
    const took = await timed(async () => {
      const by = [custodian.id, officer.id]
      seeded = await seed(inside, { items: count, perCase: 50, by, member: { id: detective.id, cases: 30 } })
    })
    if (!seeded) throw new Error('Nothing was seeded.')
    const own = { ...seeded, cases: seeded.memberOf }
    yield { what: `filled with ${count.toLocaleString('en')} items`, ours: `${(took / 1000).toFixed(0)} s` }
    yield* asAPerson(inside, seeded, { person: custodian, who: 'custodian' })
    yield* asAPerson(inside, own, { person: detective, who: 'detective' })
    yield await concurrently(inside, custodian)
  } finally {
    await inside.stop()
  }
}

/** Sixteen at once: what waits for what. */
async function concurrently(inside: Inside, person: Person): Promise<Finding> {
  const took: number[] = []
  const one = async () => {
    for (let time = 0; time < times; time += 1)
      took.push(await timed(() => ask(inside, person, { path: () => '/items' })))
  }
  const whole = await timed(() => Promise.all(Array.from({ length: 16 }, one)))
  return {
    what: 'list items by 16 clients at once',
    ours: waits(took),
    beside: `${((1000 * took.length) / whole).toFixed(0)}/s, p95 ${ms(quantile(took, 0.95))}`,
  }
}
