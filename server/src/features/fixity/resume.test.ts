import assert from 'node:assert/strict'
import { test } from 'node:test'
import { beginFixityRound, readFixity } from '@sallyport/api/fixity'
import type { ObjectStore } from '../../store/object-store.ts'
import { refused } from '../../testing/asking.ts'
import { somePlain } from '../../testing/deliver.ts'
import { rowsOf, until } from '../../testing/house.ts'
import { testVault } from '../../testing/vault.ts'

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
