import { openViewing } from '@sallyport/api/items'
import { call, send } from '../cli/src/client.ts'
import { type Finding, rate, mbps, setting, timed, waits } from './measure.ts'
import { aLargeItem } from './upload.ts'
import { aFolder, found, hire, type Person, removeFolder, startVault } from './vault.ts'

const times = 400

/** Milliseconds from the question to the first byte of a range, over HTTPS and a connection that is kept. */
async function firstByte({ vault }: Person, path: string, { start, end }: { start: number; end: number }) {
  const asked = performance.now()
  const answer = await send(vault, { method: 'GET', path, headers: { range: `bytes=${start}-${end - 1}` } })
  if (answer.statusCode !== 206) throw new Error(`The range was answered with ${answer.statusCode}.`)
  let wait = Number.NaN
  for await (const _ of answer) if (Number.isNaN(wait)) wait = performance.now() - asked
  return wait
}

/** First byte of random ranges of a large object, and reading it whole. SALLYPORT_BENCH_RANGE_GB=20 for the large one. */
export async function range(): Promise<Finding[]> {
  const gigabytes = setting('SALLYPORT_BENCH_RANGE_GB', 4)
  const length = Math.round(gigabytes * 1e9)
  const folder = await aFolder()
  const running = await startVault(folder)
  try {
    const person = await hire(running, await found(running), 'detective')
    const id = await aLargeItem(person, length)
    const { content } = await call(person.vault, openViewing, { id, purpose: 'view' })
    const took: number[] = []
    for (let time = 0; time < times; time += 1) {
      // A seek of a player asks for what follows; the limit on requests is 120 a second.
      const start = Math.floor(Math.random() * (length - 2_000_000))
      took.push(await firstByte(person, content, { start, end: start + 1_000_000 }))
    }
    const part = Math.min(length, 2e9)
    const whole = await timed(() => firstByte(person, content, { start: 0, end: part }))
    return [
      {
        what: `first byte of a random range of ${gigabytes} GB, over HTTPS`,
        ours: waits(took.slice(20)),
        beside: 'floor p95 15 ms',
      },
      { what: 'reading on, opened, checked and over HTTPS', ours: mbps(rate(part, whole)) },
    ]
  } finally {
    await running.stop()
    await removeFolder(folder)
  }
}
