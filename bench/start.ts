import { readFileSync, readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Finding } from './measure.ts'
import { aFolder, found, removeFolder, startVault } from './vault.ts'

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`

/** Every process below one, itself included. */
function family(pid: number): number[] {
  const parents = readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      const [, after = ''] = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')
      return [{ pid: Number(name), parent: Number(after.split(' ')[1]) }]
    } catch {
      return []
    }
  })
  const below = (of: number): number[] => [
    of,
    ...parents.filter(({ parent }) => parent === of).flatMap((child) => below(child.pid)),
  ]
  return below(pid)
}

/** Proportional set size: what processes share is counted once, divided among them. */
function memoryOf(pids: readonly number[]): number {
  const of = (pid: number) => {
    try {
      return 1024 * Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0)
    } catch {
      return 0
    }
  }
  return pids.reduce((sum, pid) => sum + of(pid), 0)
}

/** From the start of the process until it says that it is ready, on an empty folder and on the same one again. */
export async function start(): Promise<Finding[]> {
  const folder = await aFolder()
  try {
    const first = await startVault(folder)
    await found(first)
    await first.stop()
    const later = await startVault(folder)
    await sleep(5_000)
    const pids = family(later.pid)
    const [server, all] = [memoryOf([later.pid]), memoryOf(pids)]
    await later.stop()
    return [
      { what: 'first start, until ready', ours: seconds(first.readyMs), beside: 'floor 20 s' },
      { what: 'later start, until ready', ours: seconds(later.readyMs), beside: 'floor 5 s' },
      {
        what: 'idle memory of the server and its PostgreSQL',
        ours: `${(all / 1e6).toFixed(0)} MB`,
        beside: `floor 300 MB; the server alone ${(server / 1e6).toFixed(0)} MB`,
      },
    ]
  } finally {
    await removeFolder(folder)
  }
}
