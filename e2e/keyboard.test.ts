/// <reference lib="dom" />
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { openBrowser, openContext } from './testing/browser.ts'
import { startDemonstration } from './testing/demonstration.ts'

/* The whole way of a custodian without a mouse: no test here clicks anything. */

const demonstration = await startDemonstration()
const { origin } = demonstration.vault
const browser = await openBrowser()
const { page, assertQuiet } = await openContext(browser, origin)
const keys = page.keyboard
const custodian = demonstration.person('hcho')

after(async () => {
  await browser.close()
  await demonstration.vault.remove()
})

type Focus = { readonly name: string; readonly tag: string; readonly seen: boolean }

/** What has the focus, what it is called, and whether a person can see that it has it. */
const focus = (): Promise<Focus> =>
  page.evaluate(() => {
    const element = document.activeElement
    if (!(element instanceof HTMLElement) || element === document.body) return { name: '', tag: 'body', seen: false }
    const seen = [element, element.closest('label'), element.parentElement, element.nextElementSibling].some((one) => {
      if (!one) return false
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one)
      return (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) > 0) || boxShadow !== 'none'
    })
    const label = element.getAttribute('aria-label') ?? element.innerText
    return { name: label.trim().replace(/\s+/g, ' '), tag: element.tagName.toLowerCase(), seen }
  })

async function tabTo(name: RegExp, most = 60): Promise<void> {
  for (let presses = 0; presses < most; presses++) {
    if (name.test((await focus()).name)) return
    await keys.press('Tab')
  }
  assert.fail(`${name} cannot be reached by the Tab key`)
}

const titled = (name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor()

test('a custodian signs in by keys alone', async () => {
  await page.goto(`${origin}/`)
  await page.getByRole('button', { name: 'I accept' }).waitFor()
  await keys.press('Enter')
  await page.getByLabel('Sign-in name').waitFor()
  await keys.type(custodian.signInName)
  await keys.press('Tab')
  await keys.type(custodian.password)
  await keys.press('Tab')
  await keys.type(await custodian.authenticator.code())
  await keys.press('Enter')

  await titled('Henry Cho')
})

test('the first key press offers to skip to the page, and does so', async () => {
  await page.reload()
  await titled('Henry Cho')
  await keys.press('Tab')
  assert.match((await focus()).name, /Skip to the page/)

  await keys.press('Enter')

  assert.equal(await page.evaluate(() => document.activeElement?.id), 'page')
})

test('a case and an item of it are opened by keys, and each new page takes the focus to its title', async () => {
  await keys.press('g')
  await keys.press('c')
  await titled('Cases')
  assert.deepEqual([(await focus()).tag, (await focus()).name], ['h1', 'Cases'])

  await page.getByRole('table').waitFor()
  await page
    .getByRole('link', { name: /26-004417/ })
    .first()
    .waitFor()
  for (let row = 0; row < 20 && !/26-004417/.test((await focus()).name); row++) await keys.press('j')
  await keys.press('Enter')
  await titled(/26-004417/)
  await page
    .getByRole('table')
    .getByRole('link', { name: /Body-worn/ })
    .first()
    .waitFor()
  for (let row = 0; row < 20 && !/Body-worn/.test((await focus()).name); row++) await keys.press('j')
  await keys.press('Enter')

  await titled(/^Exhibit/)
  assert.equal((await focus()).tag, 'h1')
})

test('the video is played, stopped and moved by keys, and the custody is read', async () => {
  await tabTo(/^(Play|Open)/)
  await keys.press('Enter')
  await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 0.2)
  await keys.press('k')
  await page.waitForFunction(() => document.querySelector('video')?.paused)
  await keys.press('ArrowRight')
  await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 5)
  await keys.press('l')
  await page.waitForFunction(() => !document.querySelector('video')?.paused)
  await keys.press('k')
  await tabTo(/^Overview$/)
  for (let step = 0; step < 4; step++) await keys.press('ArrowRight')

  await page.getByRole('list', { name: /Custody of the item/ }).waitFor()
})

test('everything that takes the focus on the page of an item can be seen to have it', async () => {
  await page.evaluate(() => document.querySelector<HTMLElement>('#page')?.focus())
  const unseen: string[] = []
  for (let presses = 0; presses < 40; presses++) {
    await keys.press('Tab')
    const { name, tag, seen } = await focus()
    if (tag !== 'body' && !seen) unseen.push(`${tag} ${name}`)
  }

  assert.deepEqual(unseen, [])
})

test('a dialog opens and closes by keys, and gives the focus back to what opened it', async () => {
  await tabTo(/^Export$/)
  await keys.press('Enter')
  await page.getByRole('dialog').waitFor()
  await keys.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'hidden' })

  await page.waitForFunction(() => document.activeElement?.textContent?.trim() === 'Export')
})

test('the menu of the person opens by keys, and its entries are walked by the arrows', async () => {
  await tabTo(/^Fairhaven Police Department Henry Cho/)
  await keys.press('Enter')
  await page.getByRole('menu').waitFor()
  await page.waitForFunction(() => document.activeElement?.closest('[role="menu"]'))
  const first = await focus()
  await keys.press('ArrowDown')
  const second = await focus()
  await keys.press('Escape')
  await page.getByRole('menu').waitFor({ state: 'hidden' })

  assert.deepEqual([first.name, second.name], ['Light colours', 'Keys'])
})

test('a locked page shows and gives to the keys nothing of what lay on it, and opens by keys where it was', async () => {
  await tabTo(/^Lock this session$/)
  await keys.press('Enter')
  await titled('Locked')
  assert.equal(await page.getByRole('heading', { name: /^Exhibit/ }).isVisible(), false)
  for (let presses = 0; presses < 12; presses++) {
    await keys.press('Tab')
    assert.ok(
      await page.evaluate(
        () => document.activeElement === document.body || document.activeElement?.closest('[data-lock]'),
      ),
      'the focus went below the lock',
    )
  }
  const answered = await page.evaluate(async () => (await fetch('/api/cases?limit=1')).status)
  assert.equal(answered, 423, 'the server still answers')

  await page
    .locator('[data-lock]')
    .getByLabel(/^Password/)
    .focus()
  await keys.type(custodian.password)
  await page.getByLabel('Code from your authenticator').focus()
  await keys.type(await custodian.authenticator.code())
  await keys.press('Enter')

  await titled(/^Exhibit/)
  await page.getByRole('list', { name: /Custody of the item/ }).waitFor()
})

test('no page spoke to another host, broke its content policy or threw', () => {
  assertQuiet()
})
