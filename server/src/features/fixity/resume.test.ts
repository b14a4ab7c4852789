import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { beginFixityRound, readFixity } from '@sallyport/api/fixity'
import type { ObjectStore } from '../../store/object-store.ts'
import { refused } from '../../testing/asking.ts'
import { somePlain } from '../../testing/deliver.ts'
import { rowsOf, until } from '../../testing/house.ts'
import { type Tx, theServer, within } from '../../db/within.ts'
import { testVault } from '../../testing/vault.ts'
import { countUp, insertRound, leaseRound } from './rows.ts'

const hashed: string[] = []

/** Notes which object was hashed to its end. */
const watching = (store: ObjectStore): ObjectStore => ({
  ...store,
  async *digest(id) {
    const digest = yield* store.digest(id)
    hashed.push(id)
    return digest
  },
})

const vault = await testVault({ fixityRate: 1, store: watching })
const custodian = await vault.person('custodian')
const ask = vault.ask(custodian)
const file = await vault.aCase(custodian)
for (let n = 0; n < 5; n += 1) await vault.anItem(custodian, { case: file.id, bytes: somePlain(1_000_000) })
const rounds = () => rowsOf<{ ended_at: Date | null }>(vault, vault.home.id, 'select ended_at from vault.fixity_round')

test('a round that a stop cut off goes on where it was: no object is left out, and few are hashed twice', async () => {
  const begun = performance.now()
  await ask(beginFixityRound, {})
  await until('two objects were hashed', () => hashed.length >= 2)
  const second = ask(beginFixityRound, {})

  await assert.rejects(second, refused('fixity/under-way'))
  await vault.restart()

  const [cut] = await rounds()
  assert.ok(cut && !cut.ended_at)
  await until('the round ended', async () => (await rounds())[0]?.ended_at !== null)
  assert.equal((await ask(readFixity, {})).round?.checked, 5)
  assert.equal(new Set(hashed).size, 5)
  assert.ok(hashed.length <= 6, `${hashed.length} readings for 5 objects`)
  assert.ok(performance.now() - begun > 2500, 'five megabytes at one a second take their time')
})

test('of two servers one works on a round, and the other goes on when the first is silent', async () => {
  const [here, there] = [randomUUID(), randomUUID()]
  const { ground } = vault.vault()
  const as = <T>(work: (tx: Tx) => Promise<T>) => within(ground, theServer(vault.home.id), work)
  const other = await vault.agency({ alsoCustodian: true })
  const of = <T>(work: (tx: Tx) => Promise<T>) => within(ground, theServer(other.id), work)
  await of((tx) => insertRound(tx, { by: null, at: vault.now() }))
  const nothing = { checked: 0, checked_bytes: 0, missing: 0, altered: 0, untracked: 0 }

  const first = await of((tx) => leaseRound(tx, here))
  const second = await of((tx) => leaseRound(tx, there))
  await rowsOf(vault, other.id, `update vault.fixity_round set held_until = clock_timestamp() - interval '1 second'`)
  const afterSilence = await of((tx) => leaseRound(tx, there))

  assert.deepEqual([first, second, afterSilence], [1, undefined, 1])
  assert.equal(
    await of((tx) => countUp(tx, { number: 1, holder: here, add: nothing })),
    false,
    'the first one keeps nothing',
  )
  assert.equal(await of((tx) => countUp(tx, { number: 1, holder: there, add: nothing })), true)
  assert.equal(await as((tx) => leaseRound(tx, there)), undefined, 'the round of another agency is another one')
})
