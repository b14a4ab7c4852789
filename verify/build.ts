import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const source = (name: string) => fileURLToPath(new URL(`src/${name}`, import.meta.url))

/**
 * Makes the verifier as the two files that every export carries: `verify.mjs`, which any Node from
 * version 20 runs without npm, and `verify.html`, which a browser opens from disk without a network.
 *
 * Neither is minified: who must vouch for a verdict can read what came to it.
 */
export async function buildVerifier(outDir: string): Promise<void> {
  await mkdir(outDir, { recursive: true })
  const program = await bundled('bin.ts', 'node')
  const script = await bundled('page.ts', 'browser')
  await writeFile(join(outDir, 'verify.mjs'), program, { mode: 0o755 })
  await writeFile(join(outDir, 'verify.html'), await page(script))
}

async function bundled(entry: string, platform: 'node' | 'browser'): Promise<string> {
  const bundle = await rolldown({ input: source(entry), platform, external: /^node:/, treeshake: true })
  const { output } = await bundle.generate({ format: 'esm', codeSplitting: false })
  await bundle.close()
  const [program, ...more] = output
  if (more.length > 0) throw new Error(`${entry} did not become one file`)
  return program.code
}

/** The page, allowed by its own policy to run this script and this style and to fetch nothing. */
async function page(script: string): Promise<string> {
  if (/<\/script|<!--/i.test(script)) throw new Error('the script would end its own element')
  const template = await readFile(source('page.html'), 'utf8')
  const style = /<style>([^]*)<\/style>/.exec(template)?.[1] ?? ''
  const code = `\n${script}`
  const policy = `default-src 'none'; script-src ${hashOf(code)}; style-src ${hashOf(style)}; base-uri 'none'; form-action 'none'`
  return template.replace('%policy%', policy).replace('%script%', () => code)
}

const hashOf = (content: string) => `'sha256-${createHash('sha256').update(content).digest('base64')}'`

if (import.meta.main) await buildVerifier(fileURLToPath(new URL('dist', import.meta.url)))
