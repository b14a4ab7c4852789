/**
 * Runs the tests: `node build/test.ts [pattern…]`, where a pattern is a part of a path, or `e2e` for the
 * tests in a browser.
 *
 * One PostgreSQL serves the whole run; tests in a browser start whole vaults, each with its own. A test
 * that is skipped or put off counts as a failure unless build/skips.json tells why, by its name: a suite
 * that quietly shrinks proves less each month.
 */
import { glob, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { finished } from 'node:stream/promises'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { template } from '../server/src/testing/database.ts'
import { startTestPostgres, testPostgresName } from '../server/src/testing/postgres.ts'

const root = resolve(import.meta.dirname, '..')
const [first, ...rest] = process.argv.slice(2)
const browser = first === 'e2e'
const patterns = browser ? rest : process.argv.slice(2)

const places = browser
  ? ['e2e/**/*.test.ts']
  : ['{core,api,verify,keyholder,server,cli,web}/src/**/*.test.ts', '*.test.ts']

async function chosenFiles(): Promise<string[]> {
  const found = await Array.fromAsync(glob(places, { cwd: root, exclude: ['**/node_modules/**'] }))
  const chosen = patterns.length > 0 ? found.filter((path) => patterns.some((part) => path.includes(part))) : found
  return chosen.sort().map((path) => resolve(root, path))
}

const readReasons = async (): Promise<Readonly<Record<string, string>>> =>
  JSON.parse(await readFile(resolve(root, 'build/skips.json'), 'utf8')) as Record<string, string>

type Tally = { readonly failed: number; readonly left: readonly string[] }

/** Runs the files, two at a time, and counts what failed and what was left out. */
async function runFiles(files: string[]): Promise<Tally> {
  let failed = 0
  const left: string[] = []
  const stream = run({ files, cwd: root, concurrency: browser ? 1 : 2, timeout: browser ? 1_800_000 : 300_000 })
  const skipped = ({ name, skip, todo }: { name: string; skip?: string | boolean; todo?: string | boolean }) => {
    if (skip !== undefined && skip !== false) left.push(name)
    else if (todo !== undefined && todo !== false) left.push(name)
  }
  stream.on('test:pass', skipped)
  stream.on('test:fail', (event) => {
    skipped(event)
    failed += 1
  })
  const shown = stream.compose(spec)
  shown.pipe(process.stdout, { end: false })
  await finished(shown)
  return { failed, left }
}

/** Runs the files and gives the exit code: 0 if all held and nothing was left out without a reason. */
async function judged(files: string[]): Promise<number> {
  const reasons = await readReasons()
  const { failed, left } = await runFiles(files)
  const unexplained = left.filter((name) => !reasons[name])
  for (const name of unexplained) console.error(`Left out without a reason in build/skips.json: ${name}`)
  return failed > 0 || unexplained.length > 0 ? 1 : 0
}

async function main(): Promise<number> {
  const files = await chosenFiles()
  if (files.length === 0) {
    console.error('No test matches.')
    return 2
  }
  if (browser) return judged(files)
  const postgres = await startTestPostgres()
  const stopEarly = () => void postgres.stop().finally(() => process.exit(130))
  process.once('SIGINT', stopEarly)
  process.once('SIGTERM', stopEarly)
  try {
    const { ownerConfig, appConfig } = postgres
    await template(ownerConfig)
    process.env[testPostgresName] = JSON.stringify({ ownerConfig, appConfig })
    return await judged(files)
  } finally {
    process.off('SIGINT', stopEarly)
    process.off('SIGTERM', stopEarly)
    await postgres.stop()
  }
}

process.exitCode = await main()
