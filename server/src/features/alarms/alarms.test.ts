import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { acknowledgeAlarm, listAlarms, readAlarm } from '@sallyport/api/alarms'
import type { AlarmCode } from '@sallyport/core/alarms'
import { theServer, within } from '../../db/within.ts'
import { refused } from '../../testing/asking.ts'
import { enter } from '../../testing/cast.ts'
import { rowsOf } from '../../testing/house.ts'
import { testVault } from '../../testing/vault.ts'
import { raise } from './raise.ts'

const vault = await testVault()
const { home } = vault
const administrator = vault.ask(home.administrator)

const raised = async (code: AlarmCode, on: readonly string[] = [randomUUID()], agency = home.id) => {
  await within(vault.vault().ground, theServer(agency), (tx) => raise(tx, { code, on, facts: { bytes: 4711 } }))
  return on
}

const openAbout = async (thing: string) => {
  const { rows } = await administrator(listAlarms, { open: 'true', limit: 200 })
  return rows.filter(({ on }) => on.includes(thing))
}

const entriesOf = (act: string) =>
  rowsOf<{ id: string }>(vault, home.id, `select id from vault.ledger_entry where act = '${act}'`)

test('what the vault finds by itself is shown to the administrator, and stands in the ledger', async () => {
  const before = (await entriesOf('alarm.raised')).length

  const [thing = ''] = await raised('fixity/altered')

  const [found] = await openAbout(thing)
  assert.deepEqual(
    [found?.code, found?.grave, found?.times, found?.facts],
    ['fixity/altered', true, 1, { bytes: 4711 }],
  )
  assert.equal((await entriesOf('alarm.raised')).length, before + 1)
})

test('the same thing found a hundred times is one alarm that says so', async () => {
  const before = (await entriesOf('alarm.raised')).length
  const on = await raised('time/clock-off')

  await Promise.all(Array.from({ length: 99 }, () => raised('time/clock-off', on)))

  const found = await openAbout(on[0] ?? '')
  assert.deepEqual(
    found.map(({ times }) => times),
    [100],
  )
  assert.equal((await entriesOf('alarm.raised')).length, before + 1)
})

test('a person says what they did about an alarm; it is then closed, under their name, and in the ledger', async () => {
  const [thing = ''] = await raised('fixity/missing')
  const [open] = await openAbout(thing)
  assert.ok(open)

  const closed = await administrator(acknowledgeAlarm, { id: open.id, note: 'Restored from the tape of Sunday.' })

  assert.equal(closed.acknowledged?.by.id, home.administrator.id)
  assert.deepEqual(await openAbout(thing), [])
  assert.equal(
    (await administrator(readAlarm, { id: open.id })).acknowledged?.note,
    'Restored from the tape of Sunday.',
  )
  assert.ok((await entriesOf('alarm.acknowledged')).length > 0)
})

test('the first note stands, and the same finding afterwards is a new alarm', async () => {
  const on = await raised('fixity/missing')
  const [open] = await openAbout(on[0] ?? '')
  assert.ok(open)
  await administrator(acknowledgeAlarm, { id: open.id, note: 'Seen.' })

  const second = administrator(acknowledgeAlarm, { id: open.id, note: 'Seen by me too.' })

  await assert.rejects(second, refused('alarm/acknowledged'))
  await raised('fixity/missing', on)
  const [again] = await openAbout(on[0] ?? '')
  assert.notEqual(again?.id, open.id)
})

test('an auditor sees alarms and cannot close them; an officer and another agency see none', async () => {
  const [thing = ''] = await raised('ledger/split-view')
  const [open] = await openAbout(thing)
  assert.ok(open)
  const { id } = open
  const auditor = vault.ask(await vault.person('auditor'))
  const officer = vault.ask(await vault.person('officer'))
  const other = await vault.agency()
  const stranger = vault.ask(other.administrator)

  const seen = await auditor(readAlarm, { id })

  assert.equal(seen.code, 'ledger/split-view')
  await assert.rejects(auditor(acknowledgeAlarm, { id, note: 'x' }), refused('session/not-permitted'))
  await assert.rejects(officer(listAlarms, {}), refused('session/not-permitted'))
  await assert.rejects(stranger(readAlarm, { id }), refused('alarm/not-found'))
  await assert.rejects(stranger(acknowledgeAlarm, { id, note: 'x' }), refused('alarm/not-found'))
  assert.deepEqual((await stranger(listAlarms, {})).rows, [])
})

test('an alarm is raised while the agency key is away, and waits for its people', async () => {
  const away = await vault.agency({ unlock: 'by-hand' })
  vault.vault().leases.withdraw(away.id)
  const [thing = ''] = await raised('fixity/altered', [randomUUID()], away.id)

  await vault.raw()({ method: 'POST', path: '/unlock', body: { agency: away.slug, passphrase: away.passphrase } })

  const back = { ...away.administrator, ...(await enter(vault, away.administrator)) }
  const { rows } = await vault.ask(back)(listAlarms, { open: 'true' })
  assert.ok(rows.some(({ on }) => on.includes(thing)))
})

test('nobody who holds the database connection of the server can take a closed alarm back', async () => {
  const on = await raised('fixity/missing')
  const [open] = await openAbout(on[0] ?? '')
  await administrator(acknowledgeAlarm, { id: open?.id as never, note: 'Seen.' })

  const undone = within(vault.vault().ground, theServer(home.id), (tx) =>
    tx.updateTable('alarm').set({ acknowledged_at: null, acknowledged_by: null, note: null }).execute(),
  )

  await assert.rejects(undone, /was acknowledged and cannot change/)
})
