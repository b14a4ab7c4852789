/** Writes the pages that are made from the code; with `--check` only says which of them are stale. */
import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { generated } from './generated.ts'

const root = resolve(import.meta.dirname, '..')
for (const [path, make] of Object.entries(generated)) {
  const text = make()
  if ((await readFile(resolve(root, path), 'utf8').catch(() => '')) === text) continue
  if (process.argv.includes('--check')) {
    console.error(`${path} is stale: run npm run docs`)
    process.exitCode = 1
  } else await writeFile(resolve(root, path), text)
}
