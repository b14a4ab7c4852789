import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { type Finding, median, ms } from './measure.ts'
import { aFolder, found, removeFolder, startVault } from './vault.ts'

const browsers = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

type Seen = { readonly paint: number; readonly script: number; readonly all: number }

/** Opens the sign-in page in a browser without a cache, and reads what the browser itself measured. */
async function look(executablePath: string, origin: string): Promise<Seen> {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--ignore-certificate-errors'] })
  try {
    const page = await browser.newPage({ ignoreHTTPSErrors: true })
    await page.goto(origin, { waitUntil: 'networkidle' })
    return await page.evaluate(async () => {
      const paint = await new Promise<number>((done) => {
        new PerformanceObserver((list) => done(list.getEntries().at(-1)?.startTime ?? Number.NaN)).observe({
          type: 'largest-contentful-paint',
          buffered: true,
        })
      })
      const parts = performance.getEntriesByType('resource') as PerformanceResourceTiming[]
      const size = (some: readonly PerformanceResourceTiming[]) =>
        some.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)
      return { paint, script: size(parts.filter(({ name }) => /\.m?js($|\?)/.test(name))), all: size(parts) }
    })
  } finally {
    await browser.close()
  }
}

/** What the first page weighs, and when its largest part is painted. */
export async function page(): Promise<Finding[]> {
  const executable = browsers.find((path) => path && existsSync(path))
  if (!executable) return [{ what: 'first page', ours: 'not measured: there is no Chromium' }]
  const folder = await aFolder()
  const running = await startVault(folder)
  try {
    await found(running)
    const seen: Seen[] = []
    for (let time = 0; time < 5; time += 1) seen.push(await look(executable, running.origin))
    const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(0)} kB`
    const of = (take: (one: Seen) => number) => median(seen.map(take))
    return [
      {
        what: 'first page: script, compressed',
        ours: kilobytes(of(({ script }) => script)),
        beside: `floor 300 kB; with styles and pictures ${kilobytes(of(({ all }) => all))}`,
      },
      { what: 'first page: largest contentful paint', ours: ms(of(({ paint }) => paint)), beside: 'floor 1,000 ms' },
    ]
  } finally {
    await running.stop()
    await removeFolder(folder)
  }
}
