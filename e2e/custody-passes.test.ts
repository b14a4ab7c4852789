/// <reference lib="dom" />
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Page } from 'playwright-core'
import { openBrowser, openContext } from './testing/browser.ts'
import { startDemonstration } from './testing/demonstration.ts'
import { assertNone, look, reflows } from './testing/look.ts'

/* An item that passes from hand to hand, on paper, on a disc and to another case, by keyboard where it is shorter. */

const demonstration = await startDemonstration()
const { origin } = demonstration.vault
const browser = await openBrowser()
const { context, page, assertQuiet } = await openContext(browser, origin)
await context.addInitScript(() => {
  window.print = () => document.documentElement.setAttribute('data-asked-to-print', 'yes')
})

after(async () => {
  await browser.close()
  await demonstration.vault.remove()
})

const title = (of: Page = page) => of.getByRole('heading', { level: 1 }).first()
const dialog = () => page.getByRole('dialog').last()
const choose = async (deed: string) => {
  await page.getByRole('button', { name: 'More', exact: true }).click()
  await page.getByRole('menuitem', { name: deed }).click()
}
const code = (who: 'hcho' | 'agrant') => demonstration.person(who).authenticator.code()
const place = { item: '' }

async function open(path: string): Promise<void> {
  await page.goto(origin + path)
  await title().waitFor()
  await page.waitForLoadState('networkidle')
}

test('a detective passes on custody, and the custodian compares and signs on the home page', async () => {
  const found: string[] = []
  await demonstration.enter(context, 'agrant')
  await open('/items?mine=yes&state=held')
  await page.getByRole('table').locator('[data-row-link]').first().click()
  await page.getByRole('button', { name: 'More', exact: true }).waitFor()
  place.item = new URL(page.url()).pathname
  await page.getByRole('button', { name: 'More', exact: true }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('menuitem', { name: 'Pass on custody' }).waitFor()
  found.push(...(await look(page, 'item-more')))
  await page.getByRole('menuitem', { name: 'Pass on custody' }).focus()
  await page.keyboard.press('Enter')
  await dialog().getByLabel('Who takes over').fill('Henry')
  await page.getByRole('option', { name: /Henry Cho/ }).click()
  await dialog().getByLabel('Condition').fill('Sealed, not damaged')
  await dialog().getByLabel('Number of the seal').fill('PKG-118')
  await dialog().getByLabel('Why custody passes').fill('To the evidence room')
  found.push(...(await look(page, 'transfer-offer')), ...(await reflows(page, 'transfer-offer')))
  await dialog().getByLabel('Code from your authenticator').fill('000000')
  await page.keyboard.press('Enter')
  await dialog().getByRole('alert').waitFor()
  found.push(...(await look(page, 'transfer-wrong-code')))
  await dialog()
    .getByLabel('Code from your authenticator')
    .fill(await code('agrant'))
  await page.keyboard.press('Enter')
  await page.getByText('On offer to Henry Cho').waitFor()

  await demonstration.enter(context, 'hcho')
  await open('/')
  await page.getByRole('button', { name: 'Compare and sign' }).waitFor()
  found.push(...(await look(page, 'home-on-offer')), ...(await reflows(page, 'home-on-offer')))
  await page.getByRole('button', { name: 'Compare and sign' }).click()
  found.push(...(await look(page, 'transfer-sign')), ...(await reflows(page, 'transfer-sign')))
  await dialog()
    .getByLabel('Code from your authenticator')
    .fill(await code('hcho'))
  await page.keyboard.press('Enter')
  await page.getByText('Nothing waits for your signature').waitFor()
  await open(place.item)
  const held = await page.locator('dt', { hasText: 'Held by' }).first().locator('+ dd').innerText()

  assert.match(held, /^Henry Cho/)
  assertNone(found)
})

test('a custodian hands it to somebody outside, and its custody says that one signed alone', async () => {
  const found: string[] = []
  await open(place.item)
  await choose('Pass on custody')
  await dialog().getByLabel('Somebody outside').check()
  await dialog().getByLabel('Name', { exact: true }).fill('Dr. Ada Moss')
  await dialog().getByLabel('Agency, laboratory or court').fill('State crime laboratory')
  await dialog().getByLabel('Their name, typed by themselves').fill('Ada Moss')
  await dialog().getByLabel('Condition').fill('Sealed')
  await dialog().getByLabel('Why custody passes').fill('Enhancement')
  found.push(...(await look(page, 'transfer-outside')), ...(await reflows(page, 'transfer-outside')))
  await dialog()
    .getByLabel('Code from your authenticator')
    .fill(await code('hcho'))
  await dialog().getByRole('button', { name: 'Sign and hand over' }).click()
  await page.getByText('Dr. Ada Moss, State crime laboratory').waitFor()
  await page.getByRole('tab', { name: 'Custody' }).click()
  await page.getByText('Detailed').click()
  await page
    .getByText(/by the custodian alone/)
    .first()
    .waitFor()
  found.push(...(await look(page, 'custody-handed-over')))

  assertNone(found)
})

test('printing is entered first; a sheet without an entry is empty, and one with it bears its number', async () => {
  const found: string[] = []
  await open(place.item)
  await page.emulateMedia({ media: 'print' })
  const without = await page.locator('#page').innerText()
  await page.emulateMedia({ media: 'screen' })
  await page.keyboard.press('Control+p')
  await dialog().getByLabel('Why it is printed').fill('For the hearing')
  found.push(...(await look(page, 'print-asks')), ...(await reflows(page, 'print-asks')))
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+p')
  const entered = page.waitForResponse((response) => response.url().endsWith('/print'))
  await dialog().getByRole('button', { name: 'Print', exact: true }).click()
  const { number } = (await (await entered).json()) as { number: string }
  await page.locator('[data-asked-to-print]').waitFor({ state: 'attached' })
  await page.emulateMedia({ media: 'print' })
  const sheet = await page.locator('#page').innerText()
  await page.emulateMedia({ media: 'screen' })

  assert.match(without, /entered in the ledger first/)
  assert.doesNotMatch(without, /SHA-256/)
  assert.ok(sheet.includes(number) && /SHA-256/.test(sheet))
  assertNone(found)
})

test('a copy gets a number for its medium, and a move says what changes before it is done', async () => {
  const found: string[] = []
  await open(place.item)
  await choose('Hand out a copy')
  await dialog().getByLabel('Label of the medium').fill('DVD 26-118/3')
  await dialog().getByLabel('Who receives it').fill('Public defender, A. Ruiz')
  await dialog().getByLabel('For what').fill('Discovery')
  found.push(...(await look(page, 'copy-asks')), ...(await reflows(page, 'copy-asks')))
  await dialog().getByRole('button', { name: 'Make the copy' }).click()
  await dialog().getByText('Write its number on the medium').waitFor()
  found.push(...(await look(page, 'copy-made')))
  await dialog().getByRole('button', { name: 'Close', exact: true }).last().click()
  await choose('Move to another case')
  await dialog().getByLabel('Case').click()
  found.push(...(await look(page, 'move-asks')))
  await page.getByRole('option').last().click()
  await dialog().getByLabel('Why it is moved').fill('Delivered to the wrong case')
  await dialog().getByRole('button', { name: 'Move the item' }).click()
  await page.locator('dt', { hasText: 'Numbers before' }).waitFor()
  found.push(...(await look(page, 'item-moved')), ...(await reflows(page, 'item-moved')))

  assertNone(found)
  assertQuiet()
})

test('an administrator chooses for what a reason is asked, and the page asks for it', async () => {
  const found: string[] = []
  await demonstration.enter(context, 'dwhitfield')
  await open('/vault')
  await page.getByLabel('For opening the content of an item').check()
  found.push(...(await look(page, 'reasons')), ...(await reflows(page, 'reasons')))
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved, and entered in the ledger.').waitFor()
  await demonstration.enter(context, 'hcho')
  await open(place.item)
  await page.getByLabel('Why you open it').waitFor()
  const closed = await page
    .getByRole('button', { name: /^(Play|Open|Show|Look|Listen|Read)/ })
    .first()
    .isDisabled()
  found.push(...(await look(page, 'view-reason')), ...(await reflows(page, 'view-reason')))

  assert.equal(closed, true)
  assertNone(found)
})
