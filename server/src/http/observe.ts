import { monitorEventLoopDelay } from 'node:perf_hooks'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Logger, pino } from 'pino'
import { Gauge, Histogram, Registry } from 'prom-client'

export type Log = Logger

/**
 * The log for the person who runs the server. It names acts and requests, never people, cases, words
 * that were searched for, bodies, cookies or addresses within the vault: whoever reads it may be the
 * provider's operator. The ledger is where the rest stands. One JSON object a line, in `<folder>/vault.log`.
 */
export function newLog(level: string, folder: string): Log {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: ['*.password', '*.passphrase', '*.token', '*.code', '*.cookie', 'headers', 'body', 'query'],
        remove: true,
      },
      serializers: { err: faultShown },
    },
    pino.destination({ dest: join(folder, 'vault.log'), mkdir: true, mode: 0o600, sync: true }),
  )
}

/** A fault with its stack; a database fault without the values of the row it names. */
function faultShown(thrown: unknown) {
  if (!(thrown instanceof Error)) return { type: typeof thrown }
  const { code, table, constraint, routine } = thrown as {
    code?: string
    table?: string
    constraint?: string
    routine?: string
  }
  const fromDatabase = routine !== undefined
  return {
    type: thrown.name,
    message: fromDatabase ? undefined : thrown.message,
    sqlState: code,
    table,
    constraint,
    stack: thrown.stack?.split('\n').slice(fromDatabase ? 1 : 0, 12),
  }
}

export type Meters = {
  readonly waiting: Gauge
  readonly answered: (act: string, status: number, ms: number) => void
  /** Prometheus text. Labels are acts and statuses, nothing of what they were done to. */
  readonly text: () => Promise<string>
  /** How late the event loop is, in milliseconds, at the 99th percentile of the last seconds. */
  readonly lag: () => number
}

export function newMeters(): Meters {
  const registers = [new Registry()]
  const answered = new Histogram({
    name: 'sallyport_answer_seconds',
    help: 'Time from request to answer, by act and status',
    labelNames: ['act', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers,
  })
  const delay = monitorEventLoopDelay({ resolution: 20 })
  delay.enable()
  let late = 0
  // The first look is passed over: it measures the start itself, which is no load.
  let looked = false
  setInterval(() => {
    late = looked ? delay.percentile(99) / 1e6 : 0
    looked = true
    delay.reset()
  }, 2_000).unref()
  new Gauge({
    name: 'sallyport_event_loop_lag_seconds',
    help: 'Lag of the event loop, p99',
    registers,
    collect() {
      this.set(late / 1e3)
    },
  })
  new Gauge({
    name: 'sallyport_memory_bytes',
    help: 'Resident memory',
    registers,
    collect() {
      this.set(process.memoryUsage.rss())
    },
  })
  return {
    waiting: new Gauge({ name: 'sallyport_requests_under_way', help: 'Requests being answered now', registers }),
    answered: (act, status, ms) => answered.observe({ act, status: String(status) }, ms / 1000),
    text: async () => (await Promise.all(registers.map((registry) => registry.metrics()))).join('\n'),
    lag: () => late,
  }
}
