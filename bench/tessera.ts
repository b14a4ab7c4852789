import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const source = fileURLToPath(new URL('tessera/', import.meta.url))

export type Peer = { readonly perSecond: number; readonly p50: number; readonly p99: number }

/**
 * The same work by Tessera's log on POSIX files (the reference for C2SP tlog-tiles), on the same disk:
 * entries by a thousand writers until a checkpoint covers them, then one after another. It keeps no
 * database beside the tree. Undefined where Go is not installed, or the module cannot be had.
 */
export async function tessera(count: number): Promise<Peer | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-tessera-'))
  try {
    await run('go', ['build', '-C', source, '-o', join(folder, 'tessera'), '.'], { timeout: 300_000 })
    const { stdout } = await run(join(folder, 'tessera'), ['-folder', join(folder, 'log'), '-count', String(count)], {
      timeout: 600_000,
    })
    return JSON.parse(stdout) as Peer
  } catch {
    return undefined
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
