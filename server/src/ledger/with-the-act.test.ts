import assert from 'node:assert/strict'
import { cp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { listCases, openCase, readCase } from '@sallyport/api/cases'
import { readLedger, openViewing, readCustody, readItem } from '@sallyport/api/items'
import { exportItem } from '@sallyport/api/exports'
import { readSession } from '@sallyport/api/sessions'
import { groupRole } from '../db/cluster.ts'
import { Refused, refused, wireOf } from '../testing/asking.ts'
import { enter, type Person } from '../testing/cast.ts'
import { readViewing } from '../testing/deliver.ts'
import { everyContract, nothings } from '../testing/every-contract.ts'
import { recordsOf, rowsOf, until } from '../testing/house.ts'
import { faultsIn } from '../testing/ledger.ts'
import { testVault } from '../testing/vault.ts'

const vault = await testVault()
const detective = await vault.person(['detective', 'custodian'])
const file = await vault.aCase(detective)
const item = await vault.anItem(detective, { case: file.id })
const administrator = vault.home.administrator
const folder = join(vault.folder, 'ledger', vault.home.id)

/** Does something while the database takes no entry. */
async function withoutLedger<T>(work: () => Promise<T>): Promise<T> {
  await vault.owner.query(`revoke insert on vault.ledger_entry from ${groupRole}`)
  try {
    return await work()
  } finally {
    await vault.owner.query(`grant insert on vault.ledger_entry to ${groupRole}`)
  }
}

const actsSince = async (at: Date) =>
  (
    await rowsOf<{ act: string }>(
      vault,
      vault.home.id,
      `select act from vault.ledger_entry where at >= '${at.toISOString()}' order by at, id`,
    )
  )
    .map(({ act }) => act)
    // Entered after the answer, so perhaps only now.
    .filter((act) => act !== 'upload.part-received')

const codeOf = (outcome: Promise<unknown>) =>
  outcome.then(
    () => 'done',
    (thrown: unknown) => (thrown instanceof Refused ? thrown.reply.code : String(thrown)),
  )

test('an act stands in the ledger as soon as it is done, and in the published tree a moment later', async () => {
  const before = vault.now()
  const opened = await vault.aCase(detective)

  const acts = await actsSince(before)
  await vault.settle()

  assert.deepEqual(acts, ['case.opened'])
  const entries = await rowsOf<{ position: number | null }>(
    vault,
    vault.home.id,
    `select position from vault.ledger_entry join vault.ledger_subject on entry_id = id where subject = '${opened.id}'`,
  )
  assert.ok(entries.length > 0 && entries.every(({ position }) => position !== null))
  assert.deepEqual(await faultsIn(folder, vault.home.ledgerKey), [])
})

test('while the ledger takes no entry nothing is done and nothing is shown, by any operation', async () => {
  const viewing = await vault.ask(detective)(openViewing, { id: item.id, purpose: 'view' })
  const exported = await vault.ask(detective)(exportItem, { id: item.id, why: 'for the prosecutor' })
  const other = await vault.person('officer')
  await vault.settle()
  const [entry] = (await vault.ask(detective)(readCustody, { id: item.id })).rows
  vault.advance(61_000)
  const things = {
    ...nothings(),
    case: file.id,
    item: item.id,
    upload: item.upload,
    viewing: viewing.id,
    export: exported.id,
    person: other.id,
    entry: entry?.entry ?? '',
  }
  const before = await recordsOf(vault, vault.home.id)

  const answers = await withoutLedger(async () => {
    const gathered: { name: string; by: string; status: number; code: unknown }[] = []
    for (const by of [detective, administrator] satisfies Person[])
      for (const { name, contract, wire } of everyContract(things)) {
        // A failed unlocking is counted whatever else happens.
        if (contract.permission === 'anyone' || name === 'resumeSession') continue
        const { status, code } = await vault.raw(by)(wire)
        gathered.push({ name, by: by.roles.join(), status, code })
      }
    return gathered
  })

  assert.deepEqual(
    answers.filter(({ status }) => status < 400),
    [],
  )
  const told = new Set(answers.map(({ code }) => code))
  assert.ok(told.has('vault/ledger-down') && !told.has('fault'), [...told].join())
  assert.deepEqual(await recordsOf(vault, vault.home.id), before)
})

test('a page that asks again and again is not shown anything either, from the first time on', async () => {
  vault.advance(61_000)
  const ask = () => codeOf(vault.ask(detective)(readCustody, { id: item.id }))

  const answers = await withoutLedger(async () => [await ask(), await ask(), await ask()])

  assert.deepEqual(
    answers,
    answers.map(() => 'vault/ledger-down'),
  )
  assert.equal(await ask(), 'done')
})

test('content that is open already stops when the ledger takes no entry, and goes on when it does again', async () => {
  const viewing = await vault.ask(detective)(openViewing, { id: item.id, purpose: 'view' })
  const read = async () => {
    vault.advance(2_000)
    return (await readViewing(vault, detective, { path: viewing.content })).status
  }

  const statuses = [await read(), await withoutLedger(read), await read()]

  assert.deepEqual(statuses, [200, 503, 200])
})

test('the person who runs the vault finds in the log why the ledger takes no entry, and no case in it', async () => {
  await withoutLedger(() => codeOf(vault.aCase(detective, { title: 'Homicide on Cedar Lane' })))

  const log = await vault.log()

  assert.match(log, /refused for a fault.*/)
  assert.match(log, /"sqlState":"42501"/)
  assert.ok(!log.includes('Cedar Lane'))
})

test('what is refused stands in the ledger too, with who asked and about what', async () => {
  const stranger = await vault.person('detective')
  const before = vault.now()

  await assert.rejects(vault.ask(stranger)(readCase, { id: file.id }), refused('case/not-found'))

  assert.deepEqual(await actsSince(before), ['request.refused'])
  const { rows } = await vault.ask(administrator)(readLedger, { act: 'request.refused', person: stranger.id })
  assert.equal(rows[0]?.outcome, 'refused')
  assert.equal(rows[0]?.by.name, stranger.name)
  assert.deepEqual([rows[0]?.facts['act'], rows[0]?.facts['code']], ['case.read', 'case/not-found'])
})

test('a refused act leaves nothing of itself but its refusal', async () => {
  const number = (await vault.ask(detective)(readCase, { id: file.id })).number
  const before = await recordsOf(vault, vault.home.id)

  await assert.rejects(
    vault.ask(detective)(openCase, { number, title: 'Twice', type: 'other' }),
    refused('case/number-taken'),
  )

  assert.deepEqual(await recordsOf(vault, vault.home.id), before)
})

test('a page that repeats a question makes one entry a minute, not one a second', async () => {
  vault.advance(61_000)
  const before = vault.now()

  for (let time = 0; time < 5; time += 1) await vault.ask(detective)(readSession, {})
  const within = await actsSince(before)
  vault.advance(61_000)
  await vault.ask(detective)(readSession, {})

  assert.deepEqual(within, ['session.read'])
  assert.deepEqual(await actsSince(before), ['session.read', 'session.read'])
})

test('when the ledger could not be published for a minute nothing is served, to this agency', async () => {
  const other = await vault.agency({ alsoCustodian: true })
  await vault.settle()
  const aside = `${folder}-aside`
  await rename(folder, aside)
  await writeFile(folder, 'something else lies here')
  await codeOf(vault.ask(detective)(listCases, {}))
  await vault.settle()
  const early = await codeOf(vault.ask(detective)(listCases, {}))
  vault.advance(60_000)

  const late = [
    await codeOf(vault.ask(detective)(listCases, {})),
    await codeOf(vault.ask(detective)(readItem, { id: item.id })),
    (await vault.raw()(wireOf(readSession, {}))).code,
  ]

  assert.equal(early, 'done')
  assert.deepEqual(late, ['vault/ledger-down', 'vault/ledger-down', 'session/missing'])
  assert.equal(await codeOf(vault.ask(other.administrator)(listCases, {})), 'done')
  await rm(folder)
  await cp(aside, folder, { recursive: true })
  await until('the ledger is served again', async () => (await codeOf(vault.ask(detective)(listCases, {}))) === 'done')
  await vault.settle()
  assert.deepEqual(await faultsIn(folder, vault.home.ledgerKey), [])
})

test('a tile that was changed under the running vault stops it within a minute', async () => {
  const own = await vault.agency({ alsoCustodian: true })
  await vault.aCase(own.administrator)
  await vault.settle(own)
  const tiles = join(vault.folder, 'ledger', own.id, 'tile', '0', '000.p')
  const newest = (await readdir(tiles)).toSorted((a, b) => Number(a) - Number(b)).at(-1) ?? ''
  const bytes = await readFile(join(tiles, newest))
  bytes[1] = (bytes[1] ?? 0) ^ 1
  await writeFile(join(tiles, newest), bytes)
  await vault.settle(own)
  vault.advance(60_000)

  const answer = await codeOf(vault.ask(own.administrator)(listCases, {}))

  assert.equal(answer, 'vault/ledger-down')
  assert.equal(vault.vault().healthy(own.id), false)
  assert.match(await vault.log(), /TileConflict/)
})

test('signing in is an act too: without the ledger nobody comes in', async () => {
  const officer = await vault.person('officer')

  const outcome = await withoutLedger(() => codeOf(enter(vault, officer)))

  assert.equal(outcome, 'vault/ledger-down')
})
