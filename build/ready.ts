/**
 * Makes what the vault serves as files: the pages (web/dist) and the offline verifier (verify/dist).
 *
 * Built once and again only when a source changed, so that a start costs nothing; `--fresh` builds
 * whatever the stamp says.
 */
import { createHash } from 'node:crypto'
import { glob, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const root = resolve(import.meta.dirname, '..')

async function digestOf(patterns: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  for (const path of (
    await Array.fromAsync(glob(patterns, { cwd: root, exclude: ['**/node_modules/**', '**/dist/**'] }))
  ).sort()) {
    const bytes = await readFile(join(root, path)).catch(() => undefined)
    if (bytes) hash.update(`${path}\0${bytes.length}\0`).update(bytes)
  }
  return hash.digest('hex')
}

type Product = {
  readonly name: string
  readonly from: readonly string[]
  readonly into: string
  readonly make: () => Promise<void>
}

const pages: Product = {
  name: 'the pages',
  from: ['web/src/**/*', 'web/*.{ts,html,json}', 'api/src/**/*.ts', 'core/src/**/*.ts', 'package-lock.json'],
  into: 'web/dist',
  async make() {
    const { build } = await import('vite')
    await build({ root: join(root, 'web'), configFile: join(root, 'web/vite.config.ts'), logLevel: 'warn' })
    await compress(join(root, 'web/dist/assets'))
  },
}

const verifier: Product = {
  name: 'the verifier',
  from: ['verify/src/**/*', 'verify/*.{ts,json}', 'core/src/**/*.ts', 'package-lock.json'],
  into: 'verify/dist',
  async make() {
    const { buildVerifier } = await import('../verify/build.ts')
    await buildVerifier(join(root, 'verify/dist'))
  },
}

/** Compresses once what is sent often. */
async function compress(folder: string): Promise<void> {
  const best = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }
  for await (const path of glob('**/*.{js,css,svg}', { cwd: folder })) {
    const bytes = await readFile(join(folder, path))
    await writeFile(join(folder, `${path}.br`), await promisify(brotliCompress)(bytes, best))
    await writeFile(join(folder, `${path}.gz`), await promisify(gzip)(bytes))
  }
}

for (const { name, from, into, make } of [verifier, pages]) {
  const stamp = join(root, into, '.made-from')
  const digest = await digestOf(from)
  const made = await readFile(stamp, 'utf8').catch(() => '')
  if (made === digest && !process.argv.includes('--fresh')) continue
  console.log(`Building ${name}.`)
  await make()
  await mkdir(join(root, into), { recursive: true })
  await writeFile(stamp, digest)
}
