/**
 * The gate: types, lint, format, unused code, house rules. All at once, every fault shown, in seconds.
 */
import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const projects = ['core', 'api', 'verify', 'keyholder', 'server', 'web', 'cli', 'build']

type Outcome = { readonly name: string; readonly code: number; readonly said: string; readonly ms: number }

function run(name: string, program: string, args: readonly string[]): Promise<Outcome> {
  const begun = performance.now()
  return new Promise((done) => {
    const child = spawn(resolve(root, 'node_modules/.bin', program), args, { cwd: root })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (said += part.toString()))
    child.on('error', (fault) => done({ name, code: 2, said: fault.message, ms: performance.now() - begun }))
    child.on('close', (code) => done({ name, code: code ?? 2, said, ms: performance.now() - begun }))
  })
}

/** How many packages a running vault stands on: each is attack surface, so the number is printed. */
async function productionPackages(): Promise<number> {
  type Locked = { readonly packages: Record<string, { readonly dev?: boolean; readonly link?: boolean }> }
  const { packages } = JSON.parse(await readFile(resolve(root, 'package-lock.json'), 'utf8')) as Locked
  return Object.entries(packages).filter(([path, { dev, link }]) => path.includes('node_modules/') && !dev && !link)
    .length
}

const mostPackages = 250
const begun = performance.now()
const tasks = [
  ...projects.map((project) => run(`types of ${project}`, 'tsc', ['-p', project])),
  run('lint', 'oxlint', ['--type-aware', '--quiet']),
  run('format', 'biome', ['format', '.']),
  run('unused', 'knip', ['--no-progress']),
  run('house rules', 'node', ['--test', '--test-reporter=dot', 'house.test.ts']),
]
const outcomes = await Promise.all(tasks)
for (const { name, code, said } of outcomes) if (code !== 0) console.log(`${name}\n${said.trim()}\n`)
const packages = await productionPackages()
if (packages > mostPackages) console.log(`There are ${packages} production packages; the house allows ${mostPackages}.`)
const failed = outcomes.filter(({ code }) => code !== 0).map(({ name }) => name)
const sound = failed.length === 0 && packages <= mostPackages
console.log(
  `${sound ? 'The gate is passed' : `The gate is shut: ${failed.join(', ')}`} (${((performance.now() - begun) / 1000).toFixed(1)} s, ${packages} production packages)`,
)
process.exitCode = sound ? 0 : 1
