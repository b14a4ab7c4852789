/**
 * Measures the vault beside the limits of the same machine in the same run: `npm run bench`, or
 * `node bench/run.ts ROW…` for some rows. Nothing here fails because it is slow.
 */
import { machine, say } from './measure.ts'
import { items } from './items.ts'
import { ledger } from './ledger.ts'
import { page } from './page.ts'
import { proofs } from './proofs.ts'
import { range } from './range.ts'
import { start } from './start.ts'
import { upload } from './upload.ts'
import { offline } from './verify.ts'

const rows = { upload, range, ledger, proofs, items, verify: offline, start, page } as const

const names = Object.keys(rows) as (keyof typeof rows)[]
const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !names.some((known) => known === name))
if (unknown.length > 0) {
  console.error(`There is no row ${unknown.join(', ')}. There are: ${names.join(', ')}.`)
  process.exit(2)
}
console.log(`node bench/run.ts ${asked.join(' ')}`.trimEnd())
console.log(`${new Date().toISOString()}, ${machine()}\n`)
for (const name of names) {
  if (asked.length > 0 && !asked.includes(name)) continue
  for await (const found of await rows[name]()) say(found)
}
process.exit(0)
