import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { listCases } from '@sallyport/api/cases'
import { theServer, within } from '../server/src/db/within.ts'
import { recordAll } from '../server/src/ledger/record.ts'
import { type Inside, startInside } from './inside.ts'
import { type Finding, median, percent, setting, timed, waits } from './measure.ts'
import { type Peer, tessera } from './tessera.ts'

type Person = Parameters<Inside['ask']>[0]

const clients = 16
const perClient = 150
const batch = 500

const perSecond = (count: number, ms: number) => (1000 * count) / ms
const rate = (value: number) => `${value.toFixed(0)}/s`

const published = ({ folder, home }: Inside): number => {
  const path = join(folder, 'ledger', home.id, 'checkpoint')
  return existsSync(path) ? Number(readFileSync(path, 'utf8').split('\n')[1]) : 0
}

const enterSome = ({ vault, home }: Inside, count: number) =>
  within(vault.ground, theServer(home.id), (tx) =>
    recordAll(
      tx,
      Array.from({ length: count }, () => ({
        act: 'item.read' as const,
        on: [randomUUID(), randomUUID()],
        detail: { request: randomUUID(), operation: 'GET /items/:id' },
        at: new Date(),
      })),
    ),
  )

type Beside = { readonly peer: Peer | undefined; readonly count: number }

/** Entries by the thousand: written, given their places, integrated, signed and published. */
async function inBatches(inside: Inside, { peer, count }: Beside): Promise<Finding> {
  await inside.vault.settle(inside.home.id)
  const before = published(inside)
  const took = await timed(async () => {
    const half = async () => {
      for (let written = 0; written < count / 2; written += batch) await enterSome(inside, batch)
    }
    await Promise.all([half(), half()])
    while (published(inside) < before + count) await inside.vault.settle(inside.home.id)
  })
  const ours = perSecond(count, took)
  return {
    what: `ledger: ${count.toLocaleString('en')} entries in batches of ${batch}, until published`,
    ours: rate(ours),
    beside: peer ? `${rate(peer.perSecond)} Tessera on POSIX; floor 5,000/s` : 'floor 5,000/s; no Go for Tessera',
    ...(peer && { ratio: percent(ours, peer.perSecond) }),
  }
}

/** What the database does when nothing is asked of it but to keep a row of the size of an entry. */
async function bareInserts({ app, owner }: Inside): Promise<number> {
  await owner.query('create table if not exists public.bare (id uuid primary key, row bytea not null)')
  await owner.query('grant insert on public.bare to sallyport_server')
  const row = Buffer.alloc(900, 7)
  const one = async () => {
    for (let time = 0; time < perClient; time += 1)
      await app.query('insert into public.bare (id, row) values ($1, $2)', [randomUUID(), row])
  }
  const took = await timed(() => Promise.all(Array.from({ length: clients }, one)))
  await owner.query('drop table public.bare')
  return perSecond(clients * perClient, took)
}

/** Whole requests but for the socket: session, row security, the act, its entry, its commit. */
async function singleActs(inside: Inside, person: Person): Promise<number> {
  const ask = inside.ask(person)
  const one = async () => {
    for (let time = 0; time < perClient; time += 1) await ask(listCases, { limit: 1 })
  }
  return perSecond(clients * perClient, await timed(() => Promise.all(Array.from({ length: clients }, one))))
}

/** The same but for the request: a transaction with one entry in it. */
async function singleEntries(inside: Inside): Promise<number> {
  const one = async () => {
    for (let time = 0; time < perClient; time += 1) await enterSome(inside, 1)
  }
  return perSecond(clients * perClient, await timed(() => Promise.all(Array.from({ length: clients }, one))))
}

/** From the answer to an act until a checkpoint that covers it can be fetched. */
async function untilPublished(inside: Inside, person: Person, peer: Peer | undefined): Promise<Finding> {
  const took: number[] = []
  for (let time = 0; time < 200; time += 1) {
    await inside.vault.settle(inside.home.id)
    const before = published(inside)
    await inside.ask(person)(listCases, { limit: 1 })
    const answered = performance.now()
    while (published(inside) <= before) await sleep(1)
    took.push(performance.now() - answered)
  }
  const beside = peer ? `Tessera p50 ${peer.p50} ms, p99 ${peer.p99} ms; floor p99 500 ms` : 'floor p99 500 ms'
  return { what: 'ledger: from an answer to its published checkpoint', ours: waits(took), beside }
}

export async function* ledger(): AsyncGenerator<Finding> {
  const inside = await startInside(clients)
  try {
    const person = await inside.hire('detective')
    const count = setting('SALLYPORT_BENCH_ENTRIES', 50_000)
    const peer = await tessera(count)
    yield await inBatches(inside, { peer, count })
    const [acts, entries, bare]: number[][] = [[], [], []]
    for (let round = 0; round < 3; round += 1) {
      acts?.push(await singleActs(inside, person))
      bare?.push(await bareInserts(inside))
      entries?.push(await singleEntries(inside))
    }
    const limit = median(bare ?? [])
    const beside = `${rate(limit)} bare inserts and commits`
    for (const [what, values] of [
      ['whole requests', acts],
      ['transactions of one entry', entries],
    ] as const) {
      const ours = median(values ?? [])
      yield { what: `ledger: ${what}, ${clients} clients`, ours: rate(ours), beside, ratio: percent(ours, limit) }
    }
    yield await untilPublished(inside, person, peer)
  } finally {
    await inside.stop()
  }
}
