import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** The vault as a process of its own. `ended` gives its exit code; a signal counts as 128 and its number. */
export type ServerProcess = {
  readonly ended: Promise<number>
  readonly stop: () => void
  /** The last lines that it wrote, if it does not write to this terminal itself. */
  readonly lastLines: () => readonly string[]
}

const program = fileURLToPath(new URL('../../server/src/main.ts', import.meta.url))
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const numbers: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }
const mostLines = 40

/**
 * Runs the server, and asks it to stop when we are asked to.
 *
 * It runs in a process group of its own: a terminal, npm and other wrappers send one Ctrl-C to all of
 * us, often twice, and the server takes a second request as an order not to wait for what is under
 * way. So the first request reaches it once, as SIGTERM, and we stay until it has drained.
 */
export function runServer(env: NodeJS.ProcessEnv, { quiet = false } = {}): ServerProcess {
  const stdio: StdioOptions = quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit'
  const child = spawn(process.execPath, [program], { stdio, env, detached: true })
  let asked = Number.NEGATIVE_INFINITY
  const stop = () => {
    if (performance.now() - asked < patience) return
    asked = performance.now()
    child.kill('SIGTERM')
  }
  for (const signal of signals) process.on(signal, stop)
  const ended = new Promise<number>((resolve) => {
    child.on('error', () => resolve(2))
    child.on('close', (code, signal) => resolve(code ?? 128 + (numbers[signal ?? ''] ?? 0)))
  })
  const lines = remember(child)
  return { ended, stop, lastLines: () => lines }
}

/** Somebody who presses Ctrl-C again after so many milliseconds means it. */
const patience = 2000

function remember({ stdout, stderr }: ChildProcess): readonly string[] {
  const lines: string[] = []
  for (const stream of [stdout, stderr])
    if (stream)
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line)
        if (lines.length > mostLines) lines.shift()
      })
  return lines
}
