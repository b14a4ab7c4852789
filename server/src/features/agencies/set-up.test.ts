import assert from 'node:assert/strict'
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  beginSetUp,
  changeAgency,
  readAgency,
  readEntrance,
  readVault,
  setUp,
  unlockVault,
} from '@sallyport/api/agency'
import type { Asking } from '@sallyport/api/contract'
import { readCase } from '@sallyport/api/cases'
import { openViewing, readContent } from '@sallyport/api/items'
import { signIn } from '@sallyport/api/sessions'
import { Refused, refused, wireOf } from '../../testing/asking.ts'
import { freshCode } from '../../testing/cast.ts'
import { readViewing } from '../../testing/deliver.ts'
import { everyContract, nothings } from '../../testing/every-contract.ts'
import { rowsOf, setupToken } from '../../testing/house.ts'
import { testVault } from '../../testing/vault.ts'

const vault = await testVault()
const { administrator } = vault.home

const codeOf = (outcome: Promise<unknown>) =>
  outcome.then(
    () => 'done',
    (thrown: unknown) => (thrown instanceof Refused ? thrown.reply.code : String(thrown)),
  )

async function anAgency(
  token: string,
  change: { slug?: string; password?: string; code?: string } = {},
): Promise<Asking<typeof setUp>> {
  const { totpSecret, bannerText } = await vault.ask()(beginSetUp, { token })
  return {
    token,
    name: 'Cedar Falls PD',
    ori: 'OH0CEDAR1',
    slug: change.slug ?? 'cedar-falls',
    timeZone: 'America/Chicago',
    bannerText,
    unlock: 'by-file',
    passphrase: 'nine boats on the cedar river',
    administrator: {
      name: 'C. Administrator',
      signInName: 'c.admin',
      password: change.password ?? 'four quiet copper ladders',
      totpSecret,
      code: change.code ?? freshCode(vault, totpSecret),
    },
  }
}

const keysKept = async () => (await readdir(join(vault.folder, 'keys'))).toSorted()

test('the first link sets the vault up once, and then it is worth nothing', async () => {
  const again = [
    await codeOf(vault.ask()(beginSetUp, { token: setupToken })),
    await codeOf(vault.ask()(setUp, { ...(await anAgency(vault.vault().links.issue())), token: setupToken })),
  ]

  assert.deepEqual(again, ['vault/already-set-up', 'vault/already-set-up'])
})

test('a link that two people use in the same moment sets up one agency', async () => {
  const token = vault.vault().links.issue()
  const [one, two] = [await anAgency(token, { slug: 'first-of-two' }), await anAgency(token, { slug: 'second-of-two' })]

  const answers = await Promise.all([codeOf(vault.ask()(setUp, one)), codeOf(vault.ask()(setUp, two))])

  assert.deepEqual(answers.map(String).toSorted(), ['done', 'vault/already-set-up'])
})

test('a set-up that fails leaves no agency, no key and no entry, and the link stays good', async () => {
  const token = vault.vault().links.issue()
  const before = [await keysKept(), await vault.vault().agencies()]
  const tried = [
    await anAgency(token, { password: 'password1234' }),
    await anAgency(token, { code: '000000' }),
    await anAgency(token, { slug: vault.home.slug }),
  ]

  const answers: unknown[] = []
  for (const one of tried) answers.push(await codeOf(vault.ask()(setUp, one)))

  assert.deepEqual(answers, ['password/banned', 'enrolment/wrong-code', 'request/malformed'])
  assert.deepEqual([await keysKept(), await vault.vault().agencies()], before)
  assert.equal(await codeOf(vault.ask()(setUp, await anAgency(token))), 'done')
})

test('two agencies that want one short name in the same moment do not both get it', async () => {
  const links = [vault.vault().links.issue(), vault.vault().links.issue()]
  const [one, two] = await Promise.all(links.map((token) => anAgency(token, { slug: 'wanted-by-two' })))
  assert.ok(one && two)

  const answers = await Promise.all([codeOf(vault.ask()(setUp, one)), codeOf(vault.ask()(setUp, two))])

  assert.deepEqual(answers.map(String).toSorted(), ['done', 'request/malformed'])
})

test('the key files are for nobody but the server itself', async () => {
  const files = await keysKept()

  const modes = await Promise.all(
    files.map(async (name) => (await stat(join(vault.folder, 'keys', name))).mode & 0o777),
  )

  assert.ok(files.length >= 3)
  assert.deepEqual(
    modes,
    modes.map(() => 0o600),
  )
})

test('before anybody signs in the door shows the notice and the name of the agency, and nothing else', async () => {
  const shown = await vault.ask()(readEntrance, { agency: vault.home.slug })

  assert.deepEqual(Object.keys(shown).toSorted(), ['agency', 'banner', 'demonstration', 'severalAgencies', 'state'])
  assert.deepEqual([shown.agency, shown.state], [{ slug: vault.home.slug, name: vault.home.name }, 'open'])
  await assert.rejects(vault.ask()(readEntrance, { agency: 'no-such-agency' }), refused('request/not-found'))
})

test('settings are changed by the administrator and stand in the ledger with what they were', async () => {
  const before = await vault.ask(administrator)(readAgency, {})

  const after = await vault.ask(administrator)(changeAgency, { name: 'Renamed PD', timeZone: 'Pacific/Honolulu' })

  assert.deepEqual([after.name, after.timeZone, after.ori], ['Renamed PD', 'Pacific/Honolulu', before.ori])
  assert.equal(after.banner.version, before.banner.version)
})

test('the state of the server tells its ledger, keys and disk, and claims no certificate', async () => {
  const state = await vault.ask(administrator)(readVault, {})

  assert.match(state.ledger.origin, new RegExp(`/agency/${vault.home.slug}/custody/1$`))
  assert.equal(state.ledger.key, vault.home.ledgerKey)
  assert.ok(state.storage.freeBytes > 0)
  assert.match(state.cryptography.says, /not FIPS 140-3 validated|for its certificate to say/)
})

test('a vault that is opened by hand serves nothing of an agency until its passphrase is given', async () => {
  const byHand = await vault.agency({ unlock: 'by-hand', alsoCustodian: true })
  const custodian = byHand.administrator
  const file = await vault.aCase(custodian, { title: 'Sealed at every start' })
  const { id } = await vault.anItem(custodian, { case: file.id })
  await vault.restart()
  const steps = everyContract({ ...nothings(), case: file.id, item: id }).filter(
    ({ contract }) => contract.permission !== 'anyone',
  )

  const answers: [string, unknown][] = []
  for (const { name, wire } of steps) answers.push([name, (await vault.raw(custodian)(wire)).code])

  assert.deepEqual(
    answers.filter(([, code]) => code !== 'vault/sealed'),
    [],
  )
  const { state } = await vault.ask()(readEntrance, { agency: byHand.slug })
  assert.equal(state, 'sealed')
  const door = { agency: byHand.slug, signInName: custodian.signInName, password: custodian.password }
  const knocked = vault.ask()(signIn, { ...door, code: '000000', bannerAccepted: '0'.repeat(64) })
  await assert.rejects(knocked, refused('vault/sealed'))
  await assert.rejects(
    vault.ask()(unlockVault, { agency: byHand.slug, passphrase: 'not it at all' }),
    refused('vault/wrong-passphrase'),
  )

  await vault.ask()(unlockVault, { agency: byHand.slug, passphrase: byHand.passphrase })

  assert.equal((await vault.ask(custodian)(readCase, { id: file.id })).title, 'Sealed at every start')
})

test('a wrong passphrase stands in the ledger, and so does the right one', async () => {
  const before = await rowsOf<{ act: string }>(vault, vault.home.id, 'select act from vault.ledger_entry')
  await codeOf(vault.ask()(unlockVault, { agency: vault.home.slug, passphrase: 'not it at all' }))

  await vault.ask()(unlockVault, { agency: vault.home.slug, passphrase: vault.home.passphrase })

  const after = await rowsOf<{ act: string }>(
    vault,
    vault.home.id,
    'select act from vault.ledger_entry order by at, id',
  )
  assert.deepEqual(
    after.slice(before.length).map(({ act }) => act),
    ['request.refused', 'key.released'],
  )
})

test('an agency whose key file is lost stays sealed and takes no other agency with it', async () => {
  const lost = await vault.agency()
  await rm(join(vault.folder, 'keys', `agency-${lost.id}.json`))

  await vault.restart()

  const { state } = await vault.ask()(readEntrance, { agency: lost.slug })
  assert.equal(state, 'sealed')
  const tried = vault.ask()(unlockVault, { agency: lost.slug, passphrase: lost.passphrase })
  await assert.rejects(tried, refused('fault'))
  assert.equal((await vault.ask(administrator)(readAgency, {})).slug, vault.home.slug)
})

test('content that was being shown is not shown any more once the key is withdrawn', async () => {
  const agency = await vault.agency({ alsoCustodian: true })
  const custodian = agency.administrator
  const file = await vault.aCase(custodian)
  const { id } = await vault.anItem(custodian, { case: file.id })
  const viewing = await vault.ask(custodian)(openViewing, { id, purpose: 'view' })
  const open = await readViewing(vault, custodian, { path: viewing.content })

  vault.vault().leases.withdraw(agency.id)

  const shut = await vault.raw(custodian)(wireOf(readContent, { id: viewing.id }))
  assert.equal(open.status, 200)
  assert.equal(shut.code, 'vault/sealed')
})

test('the passphrase is in no file but the one that was asked for', async () => {
  const byHand = await vault.agency({ unlock: 'by-hand', passphrase: 'a passphrase that is written nowhere' })

  const files = await Promise.all(
    (await keysKept()).map((name) => readFile(join(vault.folder, 'keys', name), 'latin1')),
  )

  assert.ok(files.every((text) => !text.includes(byHand.passphrase)))
  assert.ok(!(await vault.log()).includes(byHand.passphrase))
})
