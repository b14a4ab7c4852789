import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The vault as a process of its own. `ended` gives its exit code; a signal counts as 128 and its number. */
export type ServerProcess = { readonly ended: Promise<number>; readonly stop: () => void }

const program = fileURLToPath(new URL('../../server/src/main.ts', import.meta.url))
const atTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY
const signals = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const

/**
 * Runs the server with this terminal as its own, and hands on the signals that are meant for it.
 *
 * A terminal sends Ctrl-C to both of us. We do not hand that one on, and wait for the server to
 * drain, so that the prompt does not come back while it still writes.
 */
export function runServer(env: NodeJS.ProcessEnv): ServerProcess {
  const child = spawn(process.execPath, [program], { stdio: 'inherit', env })
  const handOn = (signal: keyof typeof signals) => () => {
    if (signal !== 'SIGINT' || !atTerminal) child.kill(signal)
  }
  for (const signal of Object.keys(signals) as (keyof typeof signals)[]) process.on(signal, handOn(signal))
  const ended = new Promise<number>((resolve) => {
    child.on('error', () => resolve(2))
    child.on('exit', (code, signal) => resolve(code ?? 128 + (signals[signal as keyof typeof signals] ?? 0)))
  })
  return { ended, stop: () => void child.kill('SIGTERM') }
}
