import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import type pg from 'pg'
import { startEmbedded } from '../db/embedded.ts'

/** How test files reach the PostgreSQL of their run. It can make databases, and forgets all when the power goes. */
type TestPostgres = { readonly ownerConfig: pg.ClientConfig; readonly appConfig: pg.ClientConfig }

/** Carries a {@link TestPostgres} as JSON from `build/test.ts` to the test files, each a process of its own. */
export const testPostgresName = 'SALLYPORT_TEST_POSTGRES'

/** Starts a PostgreSQL for one run of tests, in a temporary folder that goes when it stops. */
export async function startTestPostgres(): Promise<TestPostgres & { readonly stop: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-test-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    const { ownerConfig, appConfig, stop } = await startEmbedded(join(folder, 'postgres'), console.error, {
      forTests: true,
    })
    return { ownerConfig, appConfig, stop: () => stop().finally(remove) }
  } catch (error) {
    await remove()
    throw error
  }
}

let found: Promise<TestPostgres> | undefined

/** The PostgreSQL of this run, or one of its own for a test file that is run by hand. */
export function testPostgres(): Promise<TestPostgres> {
  found ??= find()
  return found
}

async function find(): Promise<TestPostgres> {
  const given = process.env[testPostgresName]
  if (given) return JSON.parse(given) as TestPostgres
  const started = await startTestPostgres()
  atEnd(started.stop)
  return started
}

let endings: (() => Promise<unknown>)[] = []

/** Runs work when the tests are over, last come first: databases are dropped before their server stops. */
export function atEnd(work: () => Promise<unknown>): void {
  if (endings.length === 0)
    after(async () => {
      const due = endings.reverse()
      endings = []
      for (const end of due) await end()
    })
  endings.push(work)
}
