import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** Where the demonstration keeps its data, and under which address its vault will answer. */
export type Place = { readonly data: string; readonly origin: string }

type Env = Readonly<Record<string, string | undefined>>

export function placeOf(env: Env, { folder = process.cwd(), root = process.getuid?.() === 0 } = {}): Place {
  const port = /:(\d{1,5})$/.exec(env['SALLYPORT_LISTEN'] ?? '')?.[1] ?? '8443'
  const origin = new URL(env['SALLYPORT_ORIGIN'] || `https://localhost:${port}`).origin
  if (env['SALLYPORT_DATA']) return { data: resolve(folder, env['SALLYPORT_DATA']), origin }
  // PostgreSQL does not run as root, and the account to which it falls back must reach its files.
  const barred = root && !reachable(folder)
  return { data: barred ? '/var/lib/sallyport-demo' : join(folder, 'data-demo'), origin }
}

function reachable(folder: string): boolean {
  if (!(statSync(folder).mode & 0o001)) return false
  return dirname(folder) === folder || reachable(dirname(folder))
}

/** The authority that the vault made for itself, once it has. */
export const authorityOf = (data: string): string[] => {
  const path = join(data, 'tls', 'ca.crt')
  return existsSync(path) ? [readFileSync(path, 'utf8')] : []
}
