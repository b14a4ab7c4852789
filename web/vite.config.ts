import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

const firstPageLimit = 300_000

/** Prints what the first page (the sign-in) loads as script, and fails the build when it is too much. */
function weighFirstPage(): Plugin {
  return {
    name: 'weigh-first-page',
    writeBundle({ dir }, bundle) {
      const seen = new Set<string>()
      const visit = (name: string) => {
        const chunk = bundle[name]
        if (chunk?.type !== 'chunk' || seen.has(name)) return
        seen.add(name)
        for (const imported of chunk.imports) visit(imported)
      }
      for (const chunk of Object.values(bundle))
        if (chunk.type === 'chunk' && (chunk.isEntry || chunk.facadeModuleId?.endsWith('/SignIn.tsx')))
          visit(chunk.fileName)
      const bytes = [...seen].reduce((sum, name) => sum + gzipSync(readFileSync(join(dir ?? 'dist', name))).length, 0)
      console.log(`first page: ${(bytes / 1000).toFixed(1)} kB of script, gzip (limit ${firstPageLimit / 1000} kB)`)
      if (bytes > firstPageLimit) this.error('The first page is heavier than its limit.')
    },
  }
}

/**
 * Puts `first.js` before everything else, as a plain script with a digest in its name. Vite would
 * leave it alone under its own name, and the server serves what has no digest as the page.
 */
function runFirst(): Plugin {
  return {
    name: 'run-first',
    apply: 'build',
    buildStart() {
      this.emitFile({
        type: 'asset',
        name: 'first.js',
        source: readFileSync(join(import.meta.dirname, 'src/first.js')),
      })
    },
    transformIndexHtml(_, { bundle = {} }) {
      const file = Object.values(bundle).find(({ type, fileName }) => type === 'asset' && /\bfirst-/.test(fileName))
      return file ? [{ tag: 'script', attrs: { src: `/${file.fileName}` }, injectTo: 'head-prepend' }] : []
    },
  }
}

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), runFirst(), weighFirstPage()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: ['chrome121', 'firefox121', 'safari17.2'],
    // Nothing is inlined: an image in a data address would need a wider policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  worker: { format: 'es' },
})
