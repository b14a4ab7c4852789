import { readFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'

/** What a row found: ours, the limit of the same run, and their ratio, ready to be printed. */
export type Finding = {
  readonly what: string
  readonly ours: string
  readonly beside?: string
  readonly ratio?: string
}

export const say = ({ what, ours, beside = '', ratio = '' }: Finding): void =>
  console.log(`${what.padEnd(58)} ${ours.padEnd(34)} ${beside.padEnd(44)} ${ratio}`.trimEnd())

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b)
export const quantile = (values: readonly number[], share: number): number =>
  sorted(values)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN
export const median = (values: readonly number[]): number => quantile(values, 0.5)

export const rate = (bytes: number, ms: number): number => bytes / 1000 / ms
export const mbps = (value: number): string => `${value.toFixed(0)} MB/s`
export const ms = (value: number): string => `${value.toFixed(value < 10 ? 2 : 1)} ms`
export const percent = (ours: number, limit: number): string => `${((100 * ours) / limit).toFixed(0)} %`
export const waits = (values: readonly number[]): string =>
  `p50 ${ms(median(values))}  p95 ${ms(quantile(values, 0.95))}  p99 ${ms(quantile(values, 0.99))}`

/** Bytes that a process holds in memory now, as the kernel counts them. */
export const residentOf = (pid: number): number =>
  1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN)

/** Watches the memory of a process, and gives the largest and the function that ends the watch. */
export function watchMemory(pid: number): () => number {
  let most = 0
  const watching = setInterval(() => {
    most = Math.max(most, residentOf(pid))
  }, 50)
  return () => {
    clearInterval(watching)
    return most
  }
}

export const machine = (): string =>
  `${cpus().length} cores of ${cpus()[0]?.model.trim() ?? 'an unknown kind'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.version}`

/** A number that may be lowered for a quick look. */
export const setting = (name: string, unset: number): number => Number(process.env[name] ?? unset)
