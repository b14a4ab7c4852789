/// <reference lib="dom" />
import { appendFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startDemonstration } from './testing/demonstration.ts'
import { openBrowser, openContext } from './testing/browser.ts'
import { assertNone, look, reflows } from './testing/look.ts'

/*
 * What the vault finds by itself, and what a court orders: as an administrator, a custodian and a
 * supervisor meet it. The pictures lie in e2e/shots.
 */

const demonstration = await startDemonstration()
const { origin, data } = demonstration.vault
const browser = await openBrowser()
const { context, page, assertQuiet } = await openContext(browser, origin)

after(async () => {
  await browser.close()
  await demonstration.vault.remove()
})

const title = () => page.getByRole('heading', { level: 1 }).first()
const dialog = () => page.getByRole('dialog').last()

async function open(path: string, shown: string | RegExp): Promise<void> {
  await page.goto(origin + path)
  await title().filter({ hasText: shown }).waitFor()
  await page.waitForLoadState('networkidle')
}

/** Adds a byte to the first stored file, and puts one beside it that nobody knows. */
async function spoil(): Promise<void> {
  const objects = join(data, 'objects')
  const files = (await readdir(objects, { recursive: true })).filter((name) => name.endsWith('.sealed')).toSorted()
  assert.ok(files[0])
  await appendFile(join(objects, files[0]), 'x')
  await writeFile(join(objects, 'left-here.bin'), 'nobody knows me')
}

test('with sound bytes a custodian sees that everything is whole, and that no alarm is open', async () => {
  const found: string[] = []
  await demonstration.enter(context, 'hcho')
  await open('/fixity', 'Fixity')
  found.push(...(await look(page, 'fixity-never')))
  await page.getByRole('button', { name: 'Check everything now' }).click()
  await page.getByText('Everything is whole').waitFor({ timeout: 60_000 })
  found.push(...(await look(page, 'fixity-whole')), ...(await reflows(page, 'fixity-whole')))
  await open('/alarms', 'Alarms')
  await page.getByText('No alarm is open').waitFor()
  found.push(...(await look(page, 'alarms-none')))

  assertNone(found)
})

test('an altered file is found, stands over every page, and is acknowledged in writing', async () => {
  const found: string[] = []
  await spoil()
  await open('/fixity', 'Fixity')
  await page.getByRole('button', { name: 'Check everything now' }).click()
  await page.getByText('0 missing, 1 altered, 1 that no record knows').waitFor({ timeout: 60_000 })
  await page.getByText('The bytes are not those that were received.').first().waitFor()
  found.push(...(await look(page, 'fixity-found')), ...(await reflows(page, 'fixity-found')))
  await open('/cases', 'Cases')
  await page.getByRole('alert').getByText('1 grave alarm').waitFor()
  found.push(...(await look(page, 'alarm-bar')), ...(await reflows(page, 'alarm-bar')))
  await page.getByRole('link', { name: 'What to do' }).click()
  await title().filter({ hasText: 'Alarms' }).waitFor()
  await page.getByRole('button', { name: 'Acknowledge' }).first().waitFor()
  found.push(...(await look(page, 'alarms-open')), ...(await reflows(page, 'alarms-open')))
  const grave = page.getByRole('listitem').filter({ hasText: 'Grave' })
  await grave.getByRole('button', { name: 'Acknowledge' }).click()
  found.push(...(await look(page, 'alarm-asks')))
  await dialog().getByLabel('What was done about it').fill('Kept the altered file; restored the one of Sunday.')
  await dialog().getByRole('button', { name: 'Acknowledge' }).click()
  await dialog().waitFor({ state: 'hidden' })
  await page.getByRole('alert').waitFor({ state: 'hidden' })
  await page.getByText('All', { exact: true }).click()
  await page.getByText('restored the one of Sunday').waitFor()
  found.push(...(await look(page, 'alarms-all')))

  assertNone(found)
})

const order = { reference: '26-EX-118', word: 'Palmer' }

test('a custodian drafts an order from the page of an item, and cannot approve it alone', async () => {
  const found: string[] = []
  await open('/expungements', 'Expungements')
  found.push(...(await look(page, 'expungements-none')))
  await open('/items', 'Items')
  await page.getByRole('table').locator('[data-row-link]').filter({ hasText: 'Witness statement' }).first().click()
  await page.getByRole('tab', { name: 'Overview' }).waitFor()
  await page.getByRole('link', { name: 'Expunge under a court order' }).click()
  await title().filter({ hasText: 'Draft an order' }).waitFor()
  await page.getByLabel('Court').fill('Court of Common Pleas, Union County')
  await page.getByLabel('Number of the order').fill(order.reference)
  await page.getByLabel('Issued on').fill('2026-03-14')
  await page.getByLabel('Judge').fill('Hon. R. Ames')
  await page.getByLabel('Words to look for').fill(order.word)
  await page.getByLabel('What the order says').fill('The record of the witness is expunged.')
  found.push(...(await look(page, 'expungement-draft')), ...(await reflows(page, 'expungement-draft')))
  await page.getByRole('button', { name: 'Draft the order' }).click()
  await title().filter({ hasText: order.reference }).waitFor()
  await page.getByText(/lose what they say/).waitFor()
  found.push(...(await look(page, 'expungement-drafted')), ...(await reflows(page, 'expungement-drafted')))
  assert.equal(await page.getByRole('button', { name: /^Destroy/ }).count(), 0)
  await open('/expungements', 'Expungements')
  await page.getByText('Waits for a second person').first().waitFor()
  found.push(...(await look(page, 'expungements')))
  await open('/expungements/draft', 'Draft an order')
  found.push(...(await look(page, 'expungement-account')))

  assertNone(found)
})

test('an administrator, who sees no content, approves it with the number from the paper', async () => {
  const found: string[] = []
  await demonstration.enter(context, 'dwhitfield')
  await open('/', 'Dana Whitfield')
  await page.getByText('waits for a second person').waitFor()
  found.push(...(await look(page, 'home-orders')), ...(await reflows(page, 'home-orders')))
  await open('/expungements', 'Expungements')
  await page.getByRole('link', { name: order.reference }).click()
  await page.getByText(/lose what they say/).waitFor()
  assert.equal(await page.getByText(order.word).count(), 0)
  await page.getByLabel('Number of the order').fill('26-EX-811')
  await page.getByRole('button', { name: /^Destroy/ }).click()
  await page.getByRole('alert').getByText('not the number of this order').waitFor()
  found.push(...(await look(page, 'expungement-approve')), ...(await reflows(page, 'expungement-approve')))
  await page.getByLabel('Number of the order').fill(order.reference)
  await page.getByRole('button', { name: /^Destroy/ }).click()
  await page.getByText('Executed').waitFor()
  found.push(...(await look(page, 'expungement-executed')))
  const saving = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save the proof' }).click()
  assert.equal((await saving).suggestedFilename(), `expungement-${order.reference}.json`)

  assertNone(found)
})

test('the item and its custody say that an order destroyed them, and which one', async () => {
  const found: string[] = []
  await demonstration.enter(context, 'hcho')
  await open('/expungements', 'Expungements')
  await page.getByRole('link', { name: order.reference }).click()
  await page.getByRole('link', { name: 'An item' }).click()
  await title().filter({ hasText: 'Destroyed under a court order' }).waitFor()
  found.push(...(await look(page, 'item-expunged')), ...(await reflows(page, 'item-expunged')))
  await page.getByRole('tab', { name: 'Custody' }).click()
  await page
    .getByText(new RegExp(`was destroyed under order ${order.reference}`))
    .first()
    .waitFor()
  found.push(...(await look(page, 'custody-expunged')), ...(await reflows(page, 'custody-expunged')))
  await page.getByRole('tab', { name: 'Details' }).click()
  found.push(...(await look(page, 'item-expunged-details')))

  assertNone(found)
})

test('none of these pages spoke to another host, broke its content policy or threw', () => {
  assertQuiet()
})
