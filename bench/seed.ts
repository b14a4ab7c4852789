import { randomUUID } from 'node:crypto'
import { categories } from '@sallyport/api/items'
import { caseTypes } from '@sallyport/api/cases'
import type { CaseId } from '@sallyport/core/ids'
import type pg from 'pg'
import { theServer, within } from '../server/src/db/within.ts'
import { searchedTexts } from '../server/src/features/items/items.ts'
import type { ItemFacts } from '../server/src/features/items/rows.ts'
import { termsOf } from '../server/src/features/search/rows.ts'
import type { Keyring } from '../server/src/keys/keyring.ts'
import type { Inside } from './inside.ts'

/** Items and cases of a large agency, with sealed rows and index terms by the functions that the server uses. */
export type Seeding = {
  readonly items: number
  readonly perCase: number
  readonly by: readonly string[]
  /** Becomes a member of so many cases, spread over all of them. */
  readonly member: { readonly id: string; readonly cases: number }
}
export type Seeded = { readonly cases: readonly CaseId[]; readonly memberOf: readonly CaseId[]; readonly words: Words }

const syllables = 'ba be bo bra ca co cro da de dra el fa fi gra ha ho in ja ka la le lo ma me mi mo na ne no or pa pe'
  .concat(' pri qua ra re ro sa se sha si so sta ta te ti to tra ul va ve vi wa we wi wo ya yo za')
  .split(' ')

/** Words as a language has them: a few are in every second record, most are rare. */
export type Words = { readonly all: readonly string[]; readonly pick: () => string; readonly next: () => number }

/** The same words in every run, so that figures can be compared. */
export function newWords(count: number): Words {
  let state = 0x5a11
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  const any = () => syllables[Math.floor(next() * syllables.length)] ?? ''
  const found = new Set<string>()
  while (found.size < count) found.add(Array.from({ length: 2 + Math.floor(next() * 3) }, any).join(''))
  const all = [...found]
  // Zipf's law: the nth word is n times rarer than the first.
  const pick = () => all[Math.floor(count ** next()) - 1] ?? ''
  return { all, pick, next }
}

type Texts = Parameters<typeof termsOf>[1]
type Keys = Pick<Keyring, 'seal'> & { readonly terms: (of: Texts) => string }

/** A language has few words, so the terms of each are made once. They are those of the record as a whole. */
function remembering(keys: Keyring): Keys {
  const known = new Map<string, readonly string[]>()
  const ofWord = (word: string) => {
    const terms = known.get(word) ?? termsOf(keys, { texts: [word], marks: {} })
    if (known.size < 500_000) known.set(word, terms)
    return terms
  }
  const terms = ({ texts, marks }: Texts) => {
    const words = texts.flatMap((text) => text?.split(' ') ?? [])
    return `{${[...new Set(words.flatMap(ofWord)), ...termsOf(keys, { texts: [], marks })].join(',')}}`
  }
  return { seal: keys.seal, terms }
}

type Case = { readonly id: CaseId; readonly number: string; readonly at: Date }
type Making = Seeding & {
  readonly keys: Keys
  readonly agency: string
  readonly words: Words
}

const batch = 2500
const oneOf = <T>(of: readonly T[], next: () => number): T => of[Math.floor(next() * of.length)] as T
const sentence = ({ pick }: Words, length: number) => Array.from({ length }, pick).join(' ')

function itemFacts({ words }: Making): ItemFacts {
  const { next } = words
  const device = `BWC ${1000 + Math.floor(next() * 3000)}`
  return {
    title: `Body-worn video ${sentence(words, 4)}`,
    description: next() < 0.5 ? sentence(words, 12) : null,
    category: oneOf(categories, next),
    device,
    person: next() < 0.3 ? sentence(words, 2) : null,
    clockOffsetSeconds: null,
    place: `${Math.floor(next() * 2000)} ${sentence(words, 2)} Street`,
    tags: [words.pick()],
    originalName: `${device.replace(' ', '_')}_${Math.floor(next() * 1e6)}.mp4`,
    mediaType: 'video/mp4',
  }
}

type Write = (client: pg.ClientBase) => Promise<unknown>

function someCases(making: Making, cases: readonly Case[], wrapped: () => Buffer): Write {
  const { keys, agency, words, by } = making
  const rows = cases.map(({ id, number, at }) => {
    const facts = { number, title: sentence(words, 5), type: oneOf(caseTypes, words.next), description: null }
    const terms = keys.terms({ texts: [number, facts.title], marks: { type: facts.type } })
    const person = oneOf(by, words.next)
    return { id, at, person, sealed: keys.seal({ table: 'case_file', agency, id }, facts), terms, key: wrapped() }
  })
  const of = <T>(take: (row: (typeof rows)[number]) => T) => rows.map(take)
  return async (client) => {
    await client.query(
      `insert into vault.case_file (id, number_index, sealed, case_key, opened_by, opened_at, exhibits)
       select id, sha256(id::text::bytea), sealed, key, person, at, ${making.perCase}
       from unnest($1::uuid[], $2::bytea[], $3::bytea[], $4::uuid[], $5::timestamptz[]) as t (id, sealed, key, person, at)`,
      [
        of((row) => row.id),
        of((row) => row.sealed),
        of((row) => row.key),
        of((row) => row.person),
        of((row) => row.at),
      ],
    )
    await client.query(
      `insert into vault.search_index (kind, id, case_id, added_by, at, terms)
       select 'case', id, id, person, at, terms::bigint[]
       from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[]) as t (id, person, at, terms)`,
      [of((row) => row.id), of((row) => row.person), of((row) => row.at), of((row) => row.terms)],
    )
  }
}

function someItems(making: Making, cases: readonly Case[], from: number): Write {
  const { keys, agency, words, by, items, perCase } = making
  const rows = Array.from({ length: Math.min(batch, items - from) }, (_, nth) => {
    const id = randomUUID()
    const place = Math.floor((from + nth) / perCase)
    const file = cases[place] as Case
    const exhibit = ((from + nth) % perCase) + 1
    const facts = itemFacts(making)
    const texts = searchedTexts({ ...facts, number: file.number })
    const terms = keys.terms({ texts, marks: { category: facts.category } })
    const at = new Date(file.at.getTime() + exhibit * 1000)
    return { id, file: file.id, exhibit, at, terms, sealed: keys.seal({ table: 'item', agency, id }, facts) }
  })
  const person = rows.map(() => oneOf(by, words.next))
  const of = <T>(take: (row: (typeof rows)[number]) => T) => rows.map(take)
  const common = [of((row) => row.id), of((row) => row.file), person, of((row) => row.at)]
  return async (client) => {
    await client.query(
      `insert into vault.item (id, case_id, exhibit, state, sealed, size, sha256, added_by, added_at, received_at)
       select id, case_id, exhibit, case when exhibit = 7 and random() < 0.02 then 'quarantined' else 'held' end, sealed, 1000000,
         sha256(id::text::bytea), person, at, at
       from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::int[], $6::bytea[])
         as t (id, case_id, person, at, exhibit, sealed)`,
      [...common, of((row) => row.exhibit), of((row) => row.sealed)],
    )
    await client.query(
      `insert into vault.search_index (kind, id, case_id, added_by, at, terms)
       select 'item', id, case_id, person, at, terms::bigint[]
       from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::text[]) as t (id, case_id, person, at, terms)`,
      [...common, of((row) => row.terms)],
    )
    await client.query(
      `insert into vault.object (id, item_id, place, length, sealed_length, sealed_sha256, header_tag, created_at)
       select gen_random_uuid(), id, 'disk', 1000000, 1000300, sha256(id::text::bytea), sha256(id::text::bytea), now()
       from unnest($1::uuid[]) as t (id)`,
      [common[0]],
    )
  }
}

/** Does a piece of work for the agency, as the role that owns the tables: row security holds it too. */
async function forAgency({ owner, home }: Inside, work: Write): Promise<void> {
  const client = await owner.connect()
  try {
    await client.query('begin')
    await client.query(
      `select set_config('vault.agency', $1, true), set_config('vault.case_reach', 'agency', true), set_config('vault.item_reach', 'agency', true)`,
      [home.id],
    )
    await work(client)
    await client.query('commit')
  } finally {
    client.release()
  }
}

/** Writes batches on two connections while the next one is made. */
async function writeAll(inside: Inside, batches: Iterable<Write>): Promise<void> {
  const under = new Set<Promise<void>>()
  for (const write of batches) {
    if (under.size >= 2) await Promise.race(under)
    const written: Promise<void> = forAgency(inside, write).finally(() => under.delete(written))
    under.add(written)
    await new Promise((done) => setImmediate(done))
  }
  await Promise.all(under)
}

/** Takes the indexes away that are faster made at once than row by row, and gives what makes them again. */
async function setIndexesAside({ owner }: Inside): Promise<() => Promise<void>> {
  const { rows } = await owner.query<{ name: string; making: string }>(
    `select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as making from pg_index
     where indrelid in ('vault.item'::regclass, 'vault.search_index'::regclass) and not indisprimary`,
  )
  for (const { name } of rows) await owner.query(`drop index ${name}`)
  return async () => {
    const make = async (making: string) => {
      const client = await owner.connect()
      await client.query(`set maintenance_work_mem = '1GB'`)
      await client.query(making).finally(() => client.release(true))
    }
    const [large, small] = [
      rows.filter(({ making }) => /gin/.test(making)),
      rows.filter(({ making }) => !/gin/.test(making)),
    ]
    const inTurn = async (list: typeof rows) => {
      for (const { making } of list) await make(making)
    }
    await Promise.all([inTurn(large), inTurn(small)])
  }
}

/** Fills the vault. What it writes is what the server would have written, only in larger helpings. */
export async function seed(inside: Inside, seeding: Seeding): Promise<Seeded> {
  const { ground } = inside.vault
  const agency = inside.home.id
  const keys = await within(ground, theServer(agency), async (tx) => tx.keys)
  const words = newWords(4000)
  const making: Making = { ...seeding, keys: remembering(keys), agency, words }
  const count = Math.ceil(seeding.items / seeding.perCase)
  const begin = Date.now() - count * 3_600_000
  const cases = Array.from({ length: count }, (_, nth) => ({
    id: randomUUID() as CaseId,
    number: `${20 + Math.floor(nth / 9000)}-${String(nth).padStart(6, '0')}`,
    at: new Date(begin + nth * 3_600_000),
  }))
  const { wrapped } = keys.newKey()
  const restore = await setIndexesAside(inside)
  const every = function* (length: number, make: (from: number) => Write) {
    for (let from = 0; from < length; from += batch) yield make(from)
  }
  await writeAll(
    inside,
    every(count, (from) => someCases(making, cases.slice(from, from + batch), () => wrapped)),
  )
  await writeAll(
    inside,
    every(seeding.items, (from) => someItems(making, cases, from)),
  )
  await restore()
  const memberOf = cases
    .filter((_, nth) => nth % Math.max(1, Math.floor(count / seeding.member.cases)) === 0)
    .slice(0, seeding.member.cases)
  await forAgency(inside, (client) =>
    client.query(
      `insert into vault.case_member (case_id, person_id, level, added_by, added_at) select id, $2, 'work', $2, now() from unnest($1::uuid[]) as t (id)`,
      [memberOf.map(({ id }) => id), seeding.member.id],
    ),
  )
  await inside.owner.query('vacuum analyze')
  return { cases: cases.map(({ id }) => id), memberOf: memberOf.map(({ id }) => id), words }
}
