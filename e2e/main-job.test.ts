/// <reference lib="dom" />
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, open, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'
import { bagIn, unpack } from '../cli/src/bag/unpack.ts'
import { run as verify } from '../verify/src/main.ts'
import { authenticator } from './testing/authenticator.ts'
import { desktop, openBrowser, openContext, shots } from './testing/browser.ts'
import { writeFootage } from './testing/footage.ts'
import { type Person, shownSecret, signIn } from './testing/people.ts'
import { startVault } from './testing/vault.ts'

/*
 * The main job as one story, told by people at a browser: each test goes on from where the one before
 * it ended.
 */

const size = 40_000_000
const folder = await mkdtemp(join(tmpdir(), 'sallyport-story-'))
const card = join(folder, 'DCIM')
await mkdir(card)
const film = join(card, 'BWC_0312_20260314_021408.mp4')
const second = join(folder, 'ICV_UNIT7_20260314_022210.mp4')
await writeFootage(film, size)
await writeFootage(second, size)

const vault = await startVault()
const browser = await openBrowser()
const { context, page, assertQuiet } = await openContext(browser, vault.origin, { acceptDownloads: true })
const quiet = [assertQuiet]

after(async () => {
  await browser.close()
  await vault.remove()
  await rm(folder, { recursive: true, force: true })
})

let broken: string | undefined

/** A test that goes on from where the one before it ended, and has nothing to say if that one failed. */
function chapter(name: string, tell: () => Promise<void> | void): void {
  test(name, async () => {
    assert.equal(broken, undefined, 'an earlier chapter failed')
    broken = name
    try {
      await tell()
      broken = undefined
    } finally {
      if (broken) await pages.now.screenshot({ path: join(shots, 'broken.png') }).catch(() => undefined)
    }
  })
}

const custodian: { person?: Person } = {}
const officer: { person?: Person; page?: Page } = {}
/** The custodian's tab; another one after hers was closed. */
const pages: { now: Page } = { now: page }
const password = 'amber kettle seven harbours'

const heading = (of: Page, name: string | RegExp) => of.getByRole('heading', { level: 1, name })
/** What a person may do with the network of the machine: make it as slow as a patrol car's. */
async function slowUploads(of: Page, bytesPerSecond: number): Promise<void> {
  const devtools = await of.context().newCDPSession(of)
  await devtools.send('Network.enable')
  await devtools.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: bytesPerSecond,
  })
}

chapter('an empty vault says that it is set up by a link, and the link leads through five steps', async () => {
  await page.goto(vault.origin)
  await heading(page, 'This vault is empty').waitFor()

  await page.goto(vault.setUpLink)
  await heading(page, 'The agency').waitFor()
  assert.equal(new URL(page.url()).hash, '', 'the token stays in the address')
  await page.getByRole('button', { name: 'Go on' }).click()
  await page.getByText(/as the FBI gave it to your agency/).waitFor()
  await page.getByLabel('Name of the agency').fill('Harbor County Police Department')
  await page.getByLabel('ORI').fill('OH0HARB01')
  await page.getByRole('button', { name: 'Go on' }).click()

  await heading(page, 'The first administrator').waitFor()
  const secret = await shownSecret(page)
  custodian.person = { signInName: 'dana', password, authenticator: authenticator(secret) }
  await page.getByLabel('Your name').fill('Dana Whitfield')
  await page.getByLabel('Sign-in name').fill('dana')
  await page.getByLabel(/^Password/).fill(password)
  await page.getByLabel('The same password again').fill(password)
  await page.getByLabel('I also handle evidence').check()
  await page.getByRole('button', { name: 'Go on' }).click()

  await heading(page, 'The key').waitFor()
  await page.getByLabel(/^Passphrase/).fill('lantern willow ember meadow falcon')
  await page.getByLabel('The same passphrase again').fill('lantern willow ember meadow falcon')
  await page.getByLabel(/keeps the passphrase in a file/).check()
  await page.getByRole('button', { name: 'Go on' }).click()

  await heading(page, 'The notice').waitFor()
  await page.getByRole('button', { name: 'Go on' }).click()

  await heading(page, 'Check and create').waitFor()
  await page.getByLabel('Code that your authenticator shows now').fill(await custodian.person.authenticator.code())
  await page.getByRole('button', { name: 'Create the agency' }).click()
  await heading(page, 'Harbor County Police Department is set up').waitFor()
  await page.getByRole('link', { name: 'Sign in' }).click()
})

chapter('the administrator accepts the notice, and enters with a password and a code', async () => {
  assert.ok(custodian.person)
  await heading(page, 'Harbor County Police Department').waitFor()
  await page.getByRole('heading', { name: 'System use notice' }).waitFor()

  await signIn(page, custodian.person)

  const cookies = await context.cookies()
  const session = cookies.find(({ name }) => name === '__Host-sallyport')
  assert.deepEqual([session?.httpOnly, session?.secure, session?.sameSite, session?.path], [true, true, 'Strict', '/'])
})

chapter('a case is opened', async () => {
  await page.getByRole('link', { name: 'Cases' }).first().click()
  await page.getByRole('button', { name: 'Open the first case' }).click()
  const dialog = page.getByRole('dialog', { name: 'Open a case' })
  await dialog.getByLabel('Case number').fill('26-004417')
  await dialog.getByLabel('Title').fill('Traffic stop at Harbor Road')
  await dialog.getByLabel('Type').selectOption({ index: 1 })

  await dialog.getByRole('button', { name: 'Open the case' }).click()

  await heading(page, '26-004417 · Traffic stop at Harbor Road').waitFor()
})

chapter('a folder is dropped, the server is killed in the middle, and the upload goes on by itself', async () => {
  await dropFolder(page, card)
  await page.getByRole('list', { name: 'Chosen files' }).getByText('BWC_0312_20260314_021408.mp4').waitFor()
  await page.getByRole('textbox', { name: 'Device', exact: true }).fill('BWC 0312')
  await slowUploads(page, 9_000_000)
  await page.getByRole('button', { name: /Upload 1 file/ }).click()
  await page.getByRole('link', { name: /of 1 file uploaded/ }).click()
  await heading(page, 'Uploads').waitFor()
  await sentMoreThan(page, 30)
  const offsets = watchOffsets(page)

  await vault.kill()
  const restart = await vault.start()
  console.log(`# the server was ready again ${restart} ms after kill -9`)

  await page.getByText(/^Held: hashed, sealed and compared/).waitFor({ timeout: 60_000 })
  assert.ok(Math.max(...offsets()) > 0, 'it began anew instead of going on')
})

chapter('a tab is closed in the middle; after a new sign-in the same file is picked and goes on', async () => {
  assert.ok(custodian.person)
  await page.getByRole('button', { name: 'Clear what is done' }).click()
  await page.getByLabel('Files', { exact: true }).setInputFiles(second)
  await page.getByRole('combobox', { name: 'Case' }).click()
  await page.getByRole('option', { name: /26-004417/ }).click()
  await page.getByRole('button', { name: /Upload 1 file/ }).click()
  await sentMoreThan(page, 40)
  await page.close({ runBeforeUnload: false })
  await context.clearCookies()

  const again = await context.newPage()
  await again.goto(`${vault.origin}/uploads`)
  await signIn(again, custodian.person)
  await heading(again, 'Uploads').waitFor()
  const row = again.getByRole('listitem').filter({ hasText: 'ICV_UNIT7' })
  await row.getByText(/are in the vault/).waitFor()
  const offsets = watchOffsets(again)
  await row.getByLabel('The file ICV_UNIT7_20260314_022210.mp4').setInputFiles(second)

  await again.getByText(/^Held: hashed, sealed and compared/).waitFor({ timeout: 60_000 })
  assert.ok((offsets()[0] ?? 0) > 0, 'it began anew instead of going on')
  pages.now = again
})

chapter('the video plays, and another place of it can be found at once', async () => {
  const { now } = pages
  await now.getByRole('link', { name: 'Items' }).first().click()
  await heading(now, 'Items').waitFor()
  await now.getByRole('table').getByRole('link', { name: /BWC/ }).click()
  const ranges: number[] = []
  now.on('response', (response) => {
    if (response.request().resourceType() === 'media') ranges.push(response.status())
  })
  await now
    .getByRole('button', { name: /Play|Open/ })
    .first()
    .click()
  const video = now.locator('video')
  await until(() => video.evaluate((media: HTMLVideoElement) => media.currentTime > 0.5))

  await now.getByLabel('Place in the recording').press('End')
  await until(() => video.evaluate((media: HTMLVideoElement) => media.currentTime > media.duration - 2))
  await now.getByLabel('Place in the recording').press('Home')
  await until(() => video.evaluate((media: HTMLVideoElement) => !media.seeking && media.currentTime < 2))

  assert.ok(ranges.length > 0 && ranges.every((status) => status === 206), `answered with ${ranges.join(', ')}`)
})

chapter('the custody says who delivered, opened and played it, in sentences', async () => {
  const { now } = pages
  await now.getByRole('tab', { name: 'Custody' }).click()
  const custody = now.getByRole('list', { name: /Custody of the item/ })
  await custody.getByText(/opened the content/).waitFor()

  await custody.getByText(/played 00:00:00/).waitFor({ timeout: 40_000 })
  assert.ok((await custody.getByText('Dana Whitfield').count()) >= 3)
})

chapter('a check of the stored bytes and the custody ends in a green verdict that tells its steps', async () => {
  const { now } = pages
  const verdict = now.getByRole('region', { name: 'Verdict' })
  await verdict.getByRole('button', { name: 'Check now' }).click()

  await now.locator('[data-verdict="holds"]').waitFor()
  await verdict.getByRole('button', { name: 'How was this checked' }).click()
  const dialog = now.getByRole('dialog', { name: 'How this was checked' })
  await dialog.getByRole('listitem').nth(2).waitFor()
  assert.equal(await dialog.getByText('Does not hold').count(), 0)
  await now.keyboard.press('Escape')
  await dialog.waitFor({ state: 'hidden' })
})

chapter('a mistake in the record is corrected by a note, and what stood there can still be read', async () => {
  const { now } = pages
  await now.getByRole('tab', { name: 'Overview' }).click()
  await now.getByRole('button', { name: 'Correct the record' }).click()
  const dialog = now.getByRole('dialog', { name: 'Correct the record' })
  await dialog.getByLabel('What is to be corrected').selectOption({ label: 'Title' })
  await dialog.getByLabel('It should say').fill('Body-worn video of the stop, Officer Ruiz')
  await dialog.getByLabel('Why').fill('The file name says nothing')
  await dialog.getByRole('button', { name: 'Correct', exact: true }).click()

  await heading(now, /Body-worn video of the stop/).waitFor()
  await now.getByText('The file name says nothing').waitFor()
})

chapter('the item is found while its name is still being typed', async () => {
  const { now } = pages
  await now.keyboard.press('Control+k')
  await now.keyboard.type('body-w')

  await now.getByRole('link', { name: /Body-worn video of the stop/ }).waitFor()

  assert.equal(new URL(now.url()).searchParams.get('q'), 'body-w')
})

chapter('an officer is invited, enrols in a browser of her own, and sees nothing that is not hers', async () => {
  const { now } = pages
  await now.getByRole('link', { name: 'People' }).first().click()
  await now.getByRole('button', { name: 'Invite' }).first().click()
  const dialog = now.getByRole('dialog', { name: 'Invite a person' })
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('Ofc. Maria Ruiz')
  await dialog.getByLabel('Sign-in name').fill('mruiz')
  await dialog.getByLabel('Badge').fill('1204')
  await dialog.getByRole('checkbox', { name: /Detective/ }).check()
  await dialog.getByRole('button', { name: 'Make the account' }).click()
  const link = await dialog.getByText(`${vault.origin}/enrol#`).innerText()
  await dialog.getByRole('button', { name: 'Done' }).click()

  const hers = await openContext(browser, vault.origin)
  quiet.push(hers.assertQuiet)
  officer.page = hers.page
  await hers.page.goto(link)
  await heading(hers.page, 'Welcome, Ofc. Maria Ruiz').waitFor()
  const person = {
    signInName: 'mruiz',
    password: 'copper juniper saddle nine',
    authenticator: authenticator(await shownSecret(hers.page)),
  }
  officer.person = person
  await hers.page.getByLabel(/^Password/).fill(person.password)
  await hers.page.getByLabel('The same password again').fill(person.password)
  await hers.page.getByLabel('Code that it shows now').fill(await person.authenticator.code())
  await hers.page.getByRole('button', { name: 'Finish' }).click()
  await heading(hers.page, 'You are enrolled').waitFor()
  await hers.page.getByRole('link', { name: 'Sign in' }).click()
  await signIn(hers.page, person)

  await hers.page.getByRole('link', { name: 'Cases' }).first().click()
  await hers.page.getByText('No cases yet').waitFor()
  assert.equal(await hers.page.getByRole('link', { name: 'People' }).count(), 0)
  await hers.page.goto(caseAddress.now || (await caseOf(now)))
  await hers.page
    .getByText(/No such case|not shared with you/i)
    .first()
    .waitFor()
})

const caseAddress = { now: '' }

async function caseOf(of: Page): Promise<string> {
  await of.getByRole('link', { name: 'Cases' }).first().click()
  await of
    .getByRole('table')
    .getByRole('link', { name: /26-004417/ })
    .first()
    .click()
  await heading(of, /26-004417/).waitFor()
  caseAddress.now = of.url()
  return of.url()
}

chapter('as a member of the case she sees it, and what her level permits', async () => {
  const { now } = pages
  const hers = officer.page
  assert.ok(hers)
  await now.goto(`${caseAddress.now}?tab=members`)
  await now
    .getByRole('textbox', { name: 'Person' })
    .or(now.getByRole('combobox', { name: 'Person' }))
    .first()
    .click()
  await now.getByRole('option', { name: /Maria Ruiz/ }).click()
  await now.getByRole('button', { name: 'Add', exact: true }).click()
  await now.getByRole('listitem').filter({ hasText: 'Ofc. Maria Ruiz' }).waitFor()

  await hers.goto(caseAddress.now)

  await heading(hers, /26-004417/).waitFor()
  await hers.getByRole('link', { name: /Body-worn video of the stop/ }).click()
  await heading(hers, /Body-worn video/).waitFor()
  assert.equal(await hers.getByRole('button', { name: 'Export' }).count(), 0, 'a viewer may export')
})

chapter('once the player is closed, the custody says how many bytes of the item were sent', async () => {
  const { now } = pages
  await now.goto(caseAddress.now)
  await now.getByRole('link', { name: /Body-worn video of the stop/ }).click()
  await now.getByRole('tab', { name: 'Custody' }).click()

  await now
    .getByRole('list', { name: /Custody of the item/ })
    .getByText(/was sent [\d,]+ bytes/)
    .first()
    .waitFor({ timeout: 60_000 })
})

const bag = join(folder, 'bag')

chapter('the item is exported, and a stranger finds the bag sound without the vault', async () => {
  const { now } = pages
  await now.goto(caseAddress.now)
  await now.getByRole('link', { name: /Body-worn video of the stop/ }).click()
  await now.getByRole('button', { name: 'Export' }).click()
  const dialog = now.getByRole('dialog', { name: /^Export/ })
  await dialog.getByLabel('Why it is exported').fill('For the prosecutor, State v. Doe')
  await dialog.getByRole('button', { name: 'Prepare the bag' }).click()
  const download = now.waitForEvent('download')
  await dialog.getByRole('button', { name: /^Download/ }).click()
  await (await download).saveAs(join(folder, 'bag.zip'))
  await unpack(join(folder, 'bag.zip'), bag)
  const lines: string[] = []

  const exit = await verify([await bagIn(bag)], (line) => lines.push(line))

  assert.equal(exit, 0, lines.join('\n'))
  assert.match(lines[0] ?? '', /^Sound/)
  const original = await originalIn(await bagIn(bag))
  assert.equal(await sha256(original), await sha256(film), 'the original came out otherwise than it went in')
})

chapter(
  'the page in the bag says Sound of it, in a browser without a network, and Not sound of an altered one',
  async () => {
    const unpacked = await bagIn(bag)
    const offline = await openContext(browser, 'file://', { viewport: desktop, offline: true })
    quiet.push(offline.assertQuiet)
    await offline.page.goto(pathToFileURL(join(unpacked, 'verify.html')).href)
    await offline.page.locator('#folder').setInputFiles(unpacked)
    await offline.page.locator('#verdict[data-state="sound"]').waitFor({ timeout: 60_000 })
    assert.match(await offline.page.locator('#verdict').innerText(), /^Sound/)

    const altered = join(folder, 'altered')
    await cp(unpacked, altered, { recursive: true })
    const file = await open(await originalIn(altered), 'r+')
    await file.write(Buffer.from([1]), 0, 1, (await file.stat()).size - 100)
    await file.write(Buffer.from([2]), 0, 1, (await file.stat()).size - 101)
    await file.close()
    await offline.page.locator('#folder').setInputFiles(altered)

    await offline.page.locator('#verdict[data-state="not-sound"]').waitFor({ timeout: 60_000 })
    assert.match(await offline.page.locator('#report').innerText(), new RegExp(basename(film)))
  },
)

chapter('no page spoke to another host, broke its content policy or threw', () => {
  for (const assertion of quiet) assertion()
})

async function originalIn(folderOfBag: string): Promise<string> {
  const manifest = await readFile(join(folderOfBag, 'manifest-sha256.txt'), 'utf8')
  const path = manifest.split('\n')[0]?.slice(66) ?? ''
  assert.ok((await stat(join(folderOfBag, path))).size > 0)
  return join(folderOfBag, path)
}

const sha256 = async (path: string) =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex')

async function until(holds: () => Promise<boolean>, within = 15_000): Promise<void> {
  const end = performance.now() + within
  while (!(await holds())) {
    if (performance.now() > end) throw new Error('It did not come to pass in time.')
    await new Promise((done) => setTimeout(done, 50))
  }
}

async function sentMoreThan(of: Page, percent: number): Promise<void> {
  const bar = of.getByRole('progressbar', { name: /^Sent of/ }).first()
  await until(async () => Number(await bar.getAttribute('aria-valuenow')) > percent, 60_000)
}

/** Offsets from which parts are sent from now on, in order. */
function watchOffsets(of: Page): () => number[] {
  const offsets: number[] = []
  of.on('request', (request) => {
    if (request.method() === 'PATCH') offsets.push(Number(request.headers()['upload-offset']))
  })
  return () => offsets
}

/** Drops a folder of this machine, as a file manager does. */
async function dropFolder(of: Page, path: string): Promise<void> {
  const zone = of.getByText('Drop files or folders here')
  const box = await zone.boundingBox()
  assert.ok(box)
  const devtools = await of.context().newCDPSession(of)
  const data = { items: [], files: [path], dragOperationsMask: 1 }
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2, data }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await devtools.send('Input.dispatchDragEvent', { type, ...at })
}
