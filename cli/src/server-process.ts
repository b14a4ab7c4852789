import { type ChildProcess, spawn } from 'node:child_process'
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
const signals = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const
type Signal = keyof typeof signals
const atTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY
const mostLines = 40

/**
 * Runs the server, and hands on the signals that are meant for it.
 *
 * A terminal sends Ctrl-C to both of us. We do not hand that one on, and wait for the server to
 * drain, so that the prompt does not come back while it still writes.
 */
export function runServer(env: NodeJS.ProcessEnv, { quiet = false } = {}): ServerProcess {
  const child = spawn(process.execPath, [program], { stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit', env })
  for (const signal of Object.keys(signals) as Signal[])
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !atTerminal) child.kill(signal)
    })
  const ended = new Promise<number>((resolve) => {
    child.on('error', () => resolve(2))
    child.on('close', (code, signal) => resolve(code ?? 128 + (signals[signal as Signal] ?? 0)))
  })
  const lines = remember(child)
  return { ended, stop: () => void child.kill('SIGTERM'), lastLines: () => lines }
}

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
