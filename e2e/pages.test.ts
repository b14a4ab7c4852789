/// <reference lib="dom" />
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Page } from 'playwright-core'
import { startDemonstration } from './testing/demonstration.ts'
import { openBrowser, openContext } from './testing/browser.ts'
import { assertNone, look, reflows } from './testing/look.ts'
import { startOutside } from './testing/outside.ts'

/*
 * Every page and every state of it that a person can bring about, dark and light, on a desk and on a
 * phone. The pictures lie in e2e/shots, for people to look at.
 */

const demonstration = await startDemonstration()
const { origin } = demonstration.vault
const browser = await openBrowser()
const { context, page, assertQuiet } = await openContext(browser, origin)
const outside = await startOutside()

after(async () => {
  await outside.stop()
  await browser.close()
  await demonstration.vault.remove()
})

const title = (of: Page = page) => of.getByRole('heading', { level: 1 }).first()
const dialog = (of: Page = page) => of.getByRole('dialog').last()

async function open(path: string, shown: string | RegExp): Promise<void> {
  await page.goto(origin + path)
  await title().filter({ hasText: shown }).waitFor()
  await page.waitForLoadState('networkidle')
}

async function closeDialog(): Promise<void> {
  await page.keyboard.press('Escape')
  await dialog().waitFor({ state: 'hidden' })
}

test('the pages before the sign-in can be used by everyone', async () => {
  const found: string[] = []
  await open('/sign-in', 'Fairhaven')
  found.push(...(await look(page, 'sign-in-notice')), ...(await reflows(page, 'sign-in-notice')))
  await page.getByRole('button', { name: 'I accept' }).click()
  await page.getByLabel('Sign-in name').fill('nobody')
  await page.getByLabel(/^Password/).fill('nothing at all')
  await page.getByLabel('Code from your authenticator').fill('123456')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('alert').waitFor()
  found.push(...(await look(page, 'sign-in-refused')), ...(await reflows(page, 'sign-in-refused')))
  for (const path of ['/set-up', '/enrol', '/enrol#wrong', '/unlock']) {
    await page.goto(origin + path)
    await title().waitFor()
    await page.waitForLoadState('networkidle')
    found.push(...(await look(page, `before${path.replace(/\W/g, '-')}`)))
  }

  assertNone(found)
})

test('the first page brings at most 300 kB of script, compressed', async () => {
  const fresh = await openContext(browser, origin)
  const scripts: Promise<number>[] = []
  fresh.page.on('requestfinished', (request) => {
    if (request.resourceType() === 'script')
      scripts.push(request.sizes().then(({ responseBodySize }) => responseBodySize))
  })
  await fresh.page.goto(`${origin}/sign-in`, { waitUntil: 'networkidle' })
  const bytes = (await Promise.all(scripts)).reduce((sum, size) => sum + size, 0)
  await fresh.context.close()
  console.log(`# script of the first page: ${(bytes / 1000).toFixed(1)} kB in ${scripts.length} files`)

  assert.ok(bytes > 10_000 && bytes <= 300_000)
})

const firstCase = { path: '' }
const items: Record<string, string> = {}

test('home, cases and a case with all its parts can be used by everyone', async () => {
  const found: string[] = []
  await demonstration.enter(context, 'hcho')
  await open('/', 'Henry Cho')
  found.push(...(await look(page, 'home-custodian')), ...(await reflows(page, 'home')))
  await open('/cases', 'Cases')
  found.push(...(await look(page, 'cases')), ...(await reflows(page, 'cases')))
  await page.getByRole('button', { name: 'Open a case' }).click()
  await dialog().getByLabel('Case number').fill('26-004417')
  await dialog().getByLabel('Title').fill('Twice')
  await dialog().getByLabel('Type').selectOption({ index: 1 })
  await dialog().getByRole('button', { name: 'Open the case' }).click()
  await dialog().getByRole('alert').waitFor()
  found.push(...(await look(page, 'open-case-refused')))
  await closeDialog()
  await page
    .getByRole('link', { name: /26-004417/ })
    .first()
    .click()
  await title().filter({ hasText: '26-004417' }).waitFor()
  firstCase.path = new URL(page.url()).pathname
  for (const tab of ['items', 'record', 'people', 'notes', 'members']) {
    await open(`${firstCase.path}?tab=${tab}`, '26-004417')
    found.push(...(await look(page, `case-${tab}`)), ...(await reflows(page, `case-${tab}`)))
  }
  await page.getByRole('button', { name: 'Export' }).click()
  found.push(...(await look(page, 'export-asks')))
  await dialog().getByLabel('Why it is exported').fill('For the prosecutor')
  await dialog().getByRole('button', { name: 'Prepare the bag' }).click()
  await dialog()
    .getByRole('button', { name: /^Download/ })
    .waitFor()
  found.push(...(await look(page, 'export-ready')))
  await closeDialog()
  await page.getByRole('button', { name: 'Court papers' }).click()
  await dialog().getByText('None yet.').waitFor()
  found.push(...(await look(page, 'papers-none')), ...(await reflows(page, 'papers-none')))
  await dialog().getByLabel('Why it is made').fill('For the trial')
  await dialog().getByRole('button', { name: 'Make the paper' }).click()
  await dialog().getByRole('button', { name: 'Download' }).first().waitFor({ timeout: 60_000 })
  found.push(...(await look(page, 'papers-made')))

  assertNone(found)
})

test('items, what is selected among them, and search can be used by everyone', async () => {
  const found: string[] = []
  await open('/items', 'Items')
  found.push(...(await look(page, 'items')), ...(await reflows(page, 'items')))
  // The table stands again once the page is wide again.
  await page.getByRole('table').locator('[data-row-link]').first().waitFor()
  for (const link of await page.getByRole('table').locator('[data-row-link]').all())
    items[(await link.innerText()).trim()] = (await link.getAttribute('href')) ?? ''
  await page.keyboard.press('j')
  await page.keyboard.press('x')
  await page.getByRole('region', { name: 'Selected items' }).getByRole('button', { name: 'Check' }).click()
  await page.getByRole('region', { name: 'Selected items' }).getByText(/1 /).first().waitFor()
  found.push(...(await look(page, 'items-selected')))
  await open('/items?state=abandoned', 'Items')
  found.push(...(await look(page, 'items-none')))
  await open('/search', 'Search')
  found.push(...(await look(page, 'search-empty')))
  await open('/search?q=har', 'Search: har')
  found.push(...(await look(page, 'search-found')), ...(await reflows(page, 'search')))
  await open('/search?q=zzzz', 'Search: zzzz')
  found.push(...(await look(page, 'search-nothing')))

  assertNone(found)
})

const itemNamed = (name: RegExp): string => {
  const path = Object.entries(items).find(([known]) => name.test(known))?.[1]
  assert.ok(path, `no item named ${name} among ${Object.keys(items).join(', ')}`)
  return path
}

test('a video with its custody, its checks and its dialogs can be used by everyone', async () => {
  const found: string[] = []
  await open(itemNamed(/BWC|[Bb]ody/), /./)
  found.push(...(await look(page, 'video-closed')), ...(await reflows(page, 'video-closed')))
  await page.getByRole('button', { name: 'Check now' }).click()
  await page.locator('[data-verdict="holds"]').waitFor()
  await page
    .getByRole('button', { name: /^(Play|Open)/ })
    .first()
    .click()
  await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 0.2)
  await page.keyboard.press('k')
  found.push(...(await look(page, 'video-open')), ...(await reflows(page, 'video-open')))
  await page.getByRole('button', { name: 'How was this checked' }).click()
  found.push(...(await look(page, 'verdict-steps')))
  await closeDialog()
  for (const tab of ['Details', 'Lineage', 'Access', 'Custody']) {
    await page.getByRole('tab', { name: tab }).click()
    await page.waitForLoadState('networkidle')
    found.push(...(await look(page, `item-${tab.toLowerCase()}`)), ...(await reflows(page, `item-${tab}`)))
  }
  await page.getByLabel('Only what touched the content').check()
  await page.getByText('the filters leave out the others').waitFor()
  await page.getByRole('button', { name: 'Take all filters away' }).click()
  await page.getByText('Detailed').click()
  found.push(...(await look(page, 'custody-detailed')), ...(await reflows(page, 'custody-detailed')))
  await page
    .getByRole('button', { name: /^Proof/ })
    .last()
    .click()
  await dialog()
    .getByText(/This entry is number/)
    .waitFor()
  found.push(...(await look(page, 'proof')))
  await closeDialog()
  await page.getByRole('button', { name: 'Download', exact: true }).click()
  found.push(...(await look(page, 'download')))
  await closeDialog()
  await page.getByRole('tab', { name: 'Overview' }).click()
  await page.getByRole('button', { name: 'Correct the record' }).click()
  found.push(...(await look(page, 'correct')))
  await closeDialog()

  assertNone(found)
})

test('a photograph, a document, a recording and a text can be looked at by everyone', async () => {
  const found: string[] = []
  for (const [kind, name] of [
    ['photograph', /Shoe print/],
    ['document', /Witness statement/],
    ['sound', /Emergency call/],
    ['text', /Dispatch log/],
  ] as const) {
    await open(itemNamed(name), /./)
    await page
      .getByRole('button', { name: /^(Play|Open|Show|Listen)/ })
      .first()
      .click()
    await page.waitForLoadState('networkidle')
    found.push(...(await look(page, `item-${kind}`)))
  }

  assertNone(found)
})

test('uploads can be used by everyone: before, while asked about, and when they are done', async () => {
  const found: string[] = []
  await open('/uploads', 'Uploads')
  found.push(...(await look(page, 'uploads-none')), ...(await reflows(page, 'uploads-none')))
  const film = { name: 'run.sh', mimeType: 'application/x-sh', buffer: Buffer.from('#!/bin/sh\n') }
  await page
    .getByLabel('Files', { exact: true })
    .setInputFiles([film, { ...film, name: 'BWC_0001.mp4', mimeType: 'video/mp4' }])
  await page.getByRole('combobox', { name: 'Case' }).click()
  await page.getByRole('option', { name: /26-004417/ }).click()
  found.push(...(await look(page, 'uploads-asked')), ...(await reflows(page, 'uploads-asked')))
  await page.getByRole('button', { name: /^Upload 2 files/ }).click()
  await page.getByText(/^Received whole, and set aside/).waitFor()
  await page.getByText(/^Held: hashed/).waitFor()
  found.push(...(await look(page, 'uploads-done')), ...(await reflows(page, 'uploads-done')))
  await open('/items?state=quarantined', 'Items')
  await page.locator('[data-row-link]').first().click()
  await page.getByRole('tab', { name: 'Overview' }).waitFor()
  found.push(...(await look(page, 'item-quarantined')))

  assertNone(found)
})

test('what stands over the pages can be used by everyone: keys, menus, the lock, a page that is not there', async () => {
  const found: string[] = []
  await open('/nowhere', /./)
  found.push(...(await look(page, 'not-found')))
  await open('/items/00000000-0000-4000-8000-000000000000', /./).catch(() => undefined)
  found.push(...(await look(page, 'item-not-there')))
  await open('/cases', 'Cases')
  await page.keyboard.press('?')
  found.push(...(await look(page, 'keys')))
  await closeDialog()
  await page.getByRole('button', { name: /Henry Cho/ }).click()
  await page.getByRole('menu').waitFor()
  found.push(...(await look(page, 'person-menu')))
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Lock this session' }).click()
  await title().filter({ hasText: 'Locked' }).waitFor()
  found.push(...(await look(page, 'locked')), ...(await reflows(page, 'locked')))

  assertNone(found)
})

test('what only an administrator and an auditor see can be used by everyone', async () => {
  const found: string[] = []
  await demonstration.enter(context, 'dwhitfield')
  await open('/', 'Dana Whitfield')
  found.push(...(await look(page, 'home-administrator')))
  await open('/people', 'People')
  found.push(...(await look(page, 'people')), ...(await reflows(page, 'people')))
  await page.getByRole('button', { name: /Maria Ruiz/ }).click()
  await dialog().waitFor()
  found.push(...(await look(page, 'person')))
  await closeDialog()
  await page.getByRole('button', { name: 'Invite a person' }).click()
  await dialog().getByRole('textbox', { name: 'Name', exact: true }).fill('Ofc. Lee Tran')
  await dialog().getByLabel('Sign-in name').fill('ltran')
  await dialog()
    .getByRole('checkbox', { name: /Officer/ })
    .check()
  found.push(...(await look(page, 'invite')))
  await dialog().getByRole('button', { name: 'Make the account' }).click()
  const link = await dialog().getByText(`${origin}/enrol#`).innerText()
  found.push(...(await look(page, 'invited')))
  for (const path of ['/ledger', '/vault']) {
    await open(path, /./)
    found.push(...(await look(page, `administrator${path.replace('/', '-')}`)), ...(await reflows(page, path)))
  }
  await demonstration.enter(context, 'emarsh')
  await open('/', 'Ellen Marsh')
  found.push(...(await look(page, 'home-auditor')))
  await context.clearCookies()
  await page.goto(link)
  await title().filter({ hasText: 'Welcome' }).waitFor()
  found.push(...(await look(page, 'enrol')), ...(await reflows(page, 'enrol')))

  assertNone(found)
})

test('who watches the ledger from outside can be named by everyone, and a policy that is wrong shows its witness', async () => {
  const found: string[] = []
  await demonstration.enter(context, 'dwhitfield')
  await open('/ledger?tab=witnesses', 'Ledger')
  await page.getByText('Nobody witnesses this ledger').waitFor()
  found.push(...(await look(page, 'ledger-witnesses-none')))
  const key = page.getByRole('button', { name: /the public key of the ledger/ }).locator('code')
  const { url, vkeys } = await outside.witness('witness.example', (await key.innerText()).replace(/\s/g, ''))
  await page.getByRole('button', { name: 'Name a witness' }).click()
  await dialog().getByLabel('Key (vkey)').fill('witness.example+00000000+nonsense')
  await dialog().getByLabel('Address').fill(url)
  await dialog().getByRole('button', { name: 'See what it changes' }).click()
  await dialog().getByText('What is said of witness 1 cannot be used').waitFor()
  found.push(...(await look(page, 'ledger-policy-wrong')), ...(await reflows(page, 'ledger-policy-wrong')))
  await dialog()
    .getByLabel('Key (vkey)')
    .fill(vkeys[0] ?? '')
  await dialog().getByRole('button', { name: 'See what it changes' }).click()
  await dialog().getByText('What this changes').waitFor()
  found.push(...(await look(page, 'ledger-policy-review')))
  await dialog().getByRole('button', { name: 'Keep this policy' }).click()
  await page.getByText('1 of 1 witness has cosigned').waitFor()
  found.push(...(await look(page, 'ledger-witnesses')), ...(await reflows(page, 'ledger-witnesses')))
  await page.getByRole('button', { name: 'Change who witnesses' }).click()
  await dialog().getByText('As text, for experts').click()
  await dialog()
    .getByLabel(/^Policy/)
    .fill('log nonsense\nquorum none')
  await dialog().getByRole('button', { name: 'See what it changes' }).click()
  await dialog().getByText('Line 1 of this policy cannot be used').waitFor()
  found.push(...(await look(page, 'ledger-policy-text')))
  await closeDialog()

  assertNone(found)
})

test('who may fetch the ledger, and whose time stands on it, can be changed by everyone', async () => {
  const found: string[] = []
  const { url, roots } = await outside.authority()
  await open('/ledger?tab=fetching', 'Ledger')
  await page.getByRole('radio', { name: 'Whoever has a token' }).check()
  found.push(...(await look(page, 'ledger-fetching-asks')))
  await page.getByRole('button', { name: 'Keep this choice' }).click()
  await page.getByText('--token TOKEN').waitFor()
  await page.getByRole('button', { name: 'Give a token' }).click()
  await dialog().getByLabel('Who gets it').fill('Mirror of the agency')
  await dialog().getByRole('button', { name: 'Make the token' }).click()
  await dialog().getByText('It is not shown again').waitFor()
  found.push(...(await look(page, 'ledger-token')))
  await dialog().getByRole('button', { name: 'Done' }).click()
  await page.getByRole('button', { name: 'End the token of Mirror of the agency' }).click()
  found.push(...(await look(page, 'ledger-token-end')))
  await closeDialog()
  found.push(...(await reflows(page, 'ledger-fetching')))
  await page.getByRole('tab', { name: 'Outside time' }).click()
  await page.getByText('No authority stamps').waitFor()
  found.push(...(await look(page, 'ledger-time-none')))
  await page.getByRole('button', { name: 'Name an authority' }).click()
  await dialog().getByLabel('Name', { exact: true }).fill('county-time')
  await dialog().getByLabel('Address').fill(url)
  await dialog().getByLabel('Root certificates (PEM)').fill('nothing')
  await dialog().getByRole('button', { name: 'Name the authority' }).click()
  await dialog().getByRole('alert').waitFor()
  found.push(...(await look(page, 'ledger-authority-refused')), ...(await reflows(page, 'ledger-authority-refused')))
  await dialog().getByLabel('Root certificates (PEM)').fill(roots)
  await dialog().getByRole('button', { name: 'Name the authority' }).click()
  await page.getByRole('button', { name: 'Stamp now' }).click()
  await page.getByText('Newest stamp').waitFor()
  found.push(...(await look(page, 'ledger-time')), ...(await reflows(page, 'ledger-time')))

  assertNone(found)
})

test('no page spoke to another host, broke its content policy or threw', () => {
  assertQuiet()
})
