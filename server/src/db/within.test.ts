import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import type { AgencyId, PersonId } from '@sallyport/core/ids'
import { sql } from 'kysely'
import { sealedRing } from '../keys/keyring.ts'
import { testDatabase } from '../testing/database.ts'
import {
  type Actor,
  afterwards,
  become,
  type Ground,
  tell,
  theServer,
  tried,
  type Tx,
  visitor,
  within,
} from './within.ts'

const { db } = await testDatabase()
const ring = sealedRing(Buffer.alloc(32, 1))
const ground: Ground = { db, keysOf: () => ring }
const agency = randomUUID() as AgencyId
const someone = (roles: Actor['roles']): Actor => ({
  ...theServer(agency),
  kind: 'person',
  person: randomUUID() as PersonId,
  roles,
})

/** What the database takes this transaction for. */
async function spokenFor(tx: Tx) {
  const { rows } = await sql<{ agency: string; person: string | null; cases: string; items: string }>`
    select vault.agency() as agency, vault.person() as person, vault.case_reach() as cases, vault.item_reach() as items`.execute(
    tx,
  )
  return rows[0]
}

test('a transaction is for one agency and one person, with the reach of their roles', async () => {
  const officer = someone(['officer'])

  const spoken = await within(ground, officer, spokenFor)

  assert.deepEqual(spoken, { agency, person: officer.person, cases: 'case', items: 'own' })
})

test('a visitor reaches no case and no item, and the vault’s own work reaches all of the agency', async () => {
  const door = visitor(agency, { address: '192.0.2.1', agent: 'x' })

  const [visited, own] = [await within(ground, door, spokenFor), await within(ground, theServer(agency), spokenFor)]

  assert.deepEqual(visited, { agency, person: null, cases: 'none', items: 'none' })
  assert.deepEqual(own, { agency, person: null, cases: 'agency', items: 'agency' })
})

test('whoever audits or runs the vault reaches no case, in the database itself', async () => {
  const spoken = await Promise.all(
    (['auditor', 'administrator'] as const).map((role) => within(ground, someone([role]), spokenFor)),
  )

  assert.deepEqual(
    spoken.map((one) => [one?.cases, one?.items]),
    [
      ['none', 'none'],
      ['none', 'none'],
    ],
  )
})

test('what a transaction was for is forgotten with it: the connection is for nobody afterwards', async () => {
  await Promise.all(Array.from({ length: 20 }, () => within(ground, someone(['custodian']), spokenFor)))

  const left = sql`select vault.agency()`.execute(db)

  await assert.rejects(left, /invalid input syntax for type uuid|unrecognized configuration parameter/)
})

test('a visitor who has shown who they are goes on in the same transaction, and never into another agency', async () => {
  const custodian = someone(['custodian'])
  const stranger = { ...custodian, agency: randomUUID() as AgencyId }

  const spoken = await within(ground, visitor(agency, { address: '', agent: '' }), async (tx) => {
    await assert.rejects(become(tx, stranger), /never passes/)
    return spokenFor(await become(tx, custodian))
  })

  assert.deepEqual(spoken, { agency, person: custodian.person, cases: 'agency', items: 'agency' })
})

test('what is to follow a transaction follows when it is committed, and not when it failed', async () => {
  const followed: string[] = []
  const work = (fails: boolean) => async (tx: Tx) => {
    afterwards(tx, () => void followed.push(fails ? 'failed' : 'committed'))
    if (fails) throw new Error('no')
  }

  await within(ground, theServer(agency), work(false))
  await assert.rejects(within(ground, theServer(agency), work(true)))

  assert.deepEqual(followed, ['committed'])
})

test('what is tried leaves nothing behind, and what fails when tried fails', async () => {
  const insert = (tx: Tx) => sql`insert into vault.directory (slug, created_at) values ('tried', now())`.execute(tx)

  const count = await within(ground, theServer(agency), async (tx) => {
    await tried(tx, async () => void (await insert(tx)))
    const { rows } = await sql<{ count: number }>`select count(*)::int as count from vault.directory`.execute(tx)
    return rows[0]?.count
  })

  assert.equal(count, 0)
  const failing = within(ground, theServer(agency), (tx) =>
    tried(tx, async () => void (await sql`select 1/0`.execute(tx))),
  )
  await assert.rejects(failing, /division by zero/)
})

test('what is told of a transaction adds up to one entry', async () => {
  const [one, two] = [randomUUID(), randomUUID()]

  const told = await within(ground, theServer(agency), async (tx) => {
    tell(tx, [one], { a: 1 })
    tell(tx, [one, two], { b: 2 })
    return tx.told
  })

  assert.deepEqual([[...told.on], told.detail], [[one, two], { a: 1, b: 2 }])
})
