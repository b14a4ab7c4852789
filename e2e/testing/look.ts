/// <reference lib="dom" />
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { desktop, phone, shots } from './browser.ts'

const held = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
/** All rules on a desk in the dark and on a phone in the light; of the other two only what colours can break. */
const sights = [
  { name: 'desktop-dark', viewport: desktop, colorScheme: 'dark', all: true },
  { name: 'desktop-light', viewport: desktop, colorScheme: 'light', all: false },
  { name: 'phone-light', viewport: phone, colorScheme: 'light', all: true },
  { name: 'phone-dark', viewport: phone, colorScheme: 'dark', all: false },
] as const

/**
 * Looks at a page as it stands, dark and light, on a phone and on a desk: takes a picture of each and
 * has axe judge each. Gives what axe found, in lines.
 *
 * An empty list shows that none of the rules that a machine can try is broken. It does not show that
 * the page can be used with a screen reader: about half of WCAG needs a person.
 */
export async function look(page: Page, name: string): Promise<string[]> {
  const found: string[] = []
  for (const { name: sight, viewport, colorScheme, all } of sights) {
    await page.setViewportSize(viewport)
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await settle(page)
    await page.screenshot({ path: join(shots, `${name}-${sight}.png`), fullPage: true })
    const { violations } = await (all ? axe(page).withTags(held) : axe(page).withRules(['color-contrast'])).analyze()
    for (const { id, nodes } of violations)
      for (const { target, failureSummary } of nodes.slice(0, 4))
        found.push(`${name} (${sight}): ${id} at ${target.join(' ')}: ${failureSummary?.replace(/\s+/g, ' ') ?? ''}`)
    if (viewport === phone && (await sideways(page)) > 0) found.push(`${name} (${sight}): scrolls sideways`)
  }
  await page.setViewportSize(desktop)
  await page.emulateMedia({ colorScheme: 'dark' })
  return found
}

const axe = (page: Page) => new AxeBuilder({ page })

/** Until two frames are drawn and nothing moves any more. */
async function settle(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const frame = () => new Promise((drawn) => requestAnimationFrame(drawn))
    await frame()
    await frame()
    await Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => undefined)))
  })
}

/** By how many pixels the page is wider than its window. */
const sideways = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

/** Fails if the page scrolls sideways at 320 CSS pixels, or at 200 % on a window of 1280 (WCAG 1.4.10, 1.4.4). */
export async function reflows(page: Page, name: string): Promise<string[]> {
  const found: string[] = []
  for (const width of [320, 640]) {
    await page.setViewportSize({ width, height: 512 })
    await settle(page)
    const over = await sideways(page)
    if (over > 0) found.push(`${name}: ${over} px too wide at ${width} px (${(await wide(page)).join(', ')})`)
  }
  await page.setViewportSize(desktop)
  return found
}

/** What reaches past the right edge, to name the culprit. */
const wide = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll('body *')]
      .filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
      .slice(-3)
      .map((element) => `${element.tagName.toLowerCase()}.${element.className}`),
  )

export function assertNone(found: readonly string[]): void {
  assert.equal(found.length, 0, `\n${found.join('\n')}`)
}
