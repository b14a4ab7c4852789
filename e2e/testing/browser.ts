/// <reference lib="dom" />
import assert from 'node:assert/strict'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

/** A Chromium that speaks to nobody by itself. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumHere(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })

function chromiumHere(): string {
  const named = process.env['SALLYPORT_CHROMIUM']
  if (named) return named
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  for (const name of ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'])
    for (const folder of folders) {
      const path = join(folder, name)
      try {
        accessSync(path, constants.X_OK)
        return path
      } catch {
        // Not in this folder.
      }
    }
  throw new Error(
    'There is no Chromium on the PATH. Install it (Debian: apt-get install chromium), or name it with SALLYPORT_CHROMIUM.',
  )
}

/** Where pictures of the pages go. Not kept in the tree. */
export const shots = fileURLToPath(new URL('../shots', import.meta.url))

export type Watched = {
  readonly context: BrowserContext
  readonly page: Page
  /** Fails if a page spoke to another host, broke its content policy, or threw. */
  readonly assertQuiet: () => void
}

export const desktop = { width: 1440, height: 900 }
export const phone = { width: 390, height: 844 }

/**
 * A browser of one person, watched: every request, every line of the console, every fault of a script.
 *
 * The authority of the vault is one that no browser knows, so its certificate is not checked here; the
 * command line checks it in its own tests.
 */
export async function openContext(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
): Promise<Watched> {
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    viewport: desktop,
    colorScheme: 'dark',
    timezoneId: 'America/New_York',
    locale: 'en-US',
    ...options,
  })
  context.setDefaultTimeout(15_000)
  const faults: string[] = []
  // `chrome:` and `chrome-extension:` are the browser's own reader of PDF files, which comes with the program.
  const within = (url: string) =>
    url.startsWith(`${origin}/`) || /^(blob|data|about|file|chrome|chrome-extension):/.test(url)
  context.on('request', (request) => {
    if (!within(request.url())) faults.push(`spoke to ${request.url()}`)
  })
  context.on('console', (message) => {
    const text = message.text()
    if (/content security policy/i.test(text)) faults.push(`content policy: ${text}`)
    // A refused request is a line of the browser's own, and so is a line that was cut.
    else if (message.type() === 'error' && !/Failed to load resource|net::ERR/.test(text))
      faults.push(`console: ${text}`)
  })
  context.on('weberror', (error) => faults.push(`fault in a script: ${error.error().message}`))
  const page = await context.newPage()
  return { context, page, assertQuiet: () => assert.deepEqual(faults, []) }
}
