import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { answer, newTimeAuthority, pem } from '@sallyport/core/testing/time-authority'

const sallyport = resolve(import.meta.dirname, '../../cli/src/main.ts')

export type Outside = {
  /** Starts the agency's witness as it is run, and gives where it listens and its keys. */
  readonly witness: (name: string, log: string) => Promise<{ url: string; vkeys: readonly string[] }>
  /** An authority that stamps the time (RFC 3161), and its root certificate as PEM. */
  readonly authority: () => Promise<{ url: string; roots: string }>
  readonly stop: () => Promise<void>
}

/** Those outside who watch a vault, on this machine. */
export async function startOutside(): Promise<Outside> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-outside-'))
  const witnesses: ChildProcess[] = []
  const stops: (() => void)[] = []
  return {
    async witness(name, log) {
      const where = ['--state', join(folder, name), '--listen', '127.0.0.1:0', '--name', name, '--log', log]
      const child = spawn(process.execPath, [sallyport, 'witness', ...where, '--json'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      witnesses.push(child)
      const [line] = (await once(child.stdout, 'data')) as [Buffer]
      child.stdout.resume()
      return JSON.parse(line.toString().split('\n')[0] ?? '') as { url: string; vkeys: readonly string[] }
    },
    async authority() {
      const keys = newTimeAuthority()
      const server = createServer((request, response) => {
        const parts: Buffer[] = []
        request.on('data', (part: Buffer) => parts.push(part))
        request.on('end', () =>
          response
            .writeHead(200, { 'content-type': 'application/timestamp-reply' })
            .end(answer(keys, Buffer.concat(parts))),
        )
      })
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
      stops.push(() => {
        server.closeAllConnections()
        server.close()
      })
      const { port } = server.address() as AddressInfo
      return { url: `http://127.0.0.1:${port}`, roots: pem(keys.root.certificate) }
    },
    async stop() {
      for (const child of witnesses) child.kill('SIGKILL')
      for (const stop of stops) stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
