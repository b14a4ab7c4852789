import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkLedger } from '@sallyport/api/agency'
import { verifyItem } from '@sallyport/api/items'
import { rowsOf } from '../../testing/house.ts'
import { testVault } from '../../testing/vault.ts'

const vault = await testVault()
const custodian = await vault.person('custodian')
const auditor = await vault.person('auditor')
const file = await vault.aCase(custodian)

/** What whoever owns the database can do: every guard of a table is theirs to take off. */
async function asOwner(...statements: readonly string[]): Promise<void> {
  const guards = (state: 'disable' | 'enable') =>
    ['item', 'object', 'ledger_subject', 'ledger_entry'].map(
      (table) => `alter table vault.${table} ${state} trigger user`,
    )
  await rowsOf(vault, vault.home.id, [...guards('disable'), ...statements, ...guards('enable')].join(';\n'))
}

const anItem = () => vault.anItem(custodian, { case: file.id })
/** How many lines of the lists do not fit the ledger, as its check says. */
const unfit = async () => {
  const { says, sound } = await vault.ask(auditor)(checkLedger, {})
  return sound ? 0 : Number(/(\d+) lines of the lists/.exec(says)?.[1])
}
const verdict = async (id: Awaited<ReturnType<typeof vault.anItem>>['id']) => {
  await vault.settle()
  return vault.ask(custodian)(verifyItem, { id })
}

test('entries that somebody took out of the custody of an item are missed when the ledger is checked', async () => {
  const item = await anItem()
  await vault.settle()
  const before = await unfit()

  await asOwner(`delete from vault.ledger_subject where subject = '${item.id}'`)
  const after = await unfit()

  assert.equal(before, 0)
  assert.ok(after >= 2)
})

test('an entry that somebody put into the custody of another item is found, by item and by ledger', async () => {
  const [one, other] = [await anItem(), await anItem()]
  await vault.settle()
  const before = await unfit()

  await asOwner(`insert into vault.ledger_subject (subject, at, entry_id)
    select '${one.id}', at, entry_id from vault.ledger_subject where subject = '${other.id}' limit 1`)
  const [item, after] = [await verdict(one.id), await unfit()]

  assert.equal(item.sound, false)
  assert.equal(after, before + 1)
})

test('an entry that stands under another act or person than it was made with is found', async () => {
  const [one, other] = [await anItem(), await anItem()]
  const receiptOf = (id: string) => `(select received_entry from vault.item where id = '${id}')`
  await vault.settle()
  const before = await unfit()

  await asOwner(
    `update vault.ledger_entry set person_id = gen_random_uuid() where id = ${receiptOf(one.id)}`,
    `update vault.ledger_entry set act = 'session.begun' where id = ${receiptOf(other.id)}`,
  )
  const [person, after] = [await verdict(one.id), await unfit()]

  assert.equal(person.sound, false)
  assert.equal(after, before + 1)
})

test('two items whose bytes were exchanged in the database, with all that tells of them, do not pass for each other', async () => {
  const [one, other] = [await anItem(), await anItem()]
  const before = await verdict(one.id)

  await asOwner(
    `create temp table was on commit drop as select id, sha256, size, received_entry from vault.item where id in ('${one.id}', '${other.id}')`,
    `update vault.object set item_id = gen_random_uuid() where item_id = '${one.id}'`,
    `update vault.object set item_id = '${one.id}' where item_id = '${other.id}'`,
    `update vault.item set sha256 = was.sha256, size = was.size, received_entry = was.received_entry from was where was.id = '${other.id}' and item.id = '${one.id}'`,
    `insert into vault.ledger_subject (agency_id, subject, at, entry_id)
       select agency_id, '${one.id}', at, entry_id from vault.ledger_subject where subject = '${other.id}' on conflict do nothing`,
  )
  const after = await verdict(one.id)

  assert.equal(before.sound, true)
  assert.equal(after.sound, false)
})

test('an entry whose detail was changed is found and counted, and the rest is checked all the same', async () => {
  const one = await anItem()

  await asOwner(`update vault.ledger_entry set sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1)
    where id = (select received_entry from vault.item where id = '${one.id}')`)
  const { sound, steps } = await verdict(one.id)

  assert.equal(sound, false)
  assert.ok(steps.some(({ found }) => found.startsWith('1 were changed')))
  assert.ok(steps.some(({ did, sound: opened }) => did.startsWith('Opened every sealed segment') && opened))
})
