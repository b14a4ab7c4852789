import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { approveExpungement, draftExpungement } from '@sallyport/api/expungements'
import { exportCase } from '@sallyport/api/exports'
import { annotateItem, readItem } from '@sallyport/api/items'
import { readVkey } from '@sallyport/core/note'
import { judgeBag } from '@sallyport/verify/bag'
import { diskHost, nativeSha256 } from '@sallyport/verify/disk-folder'
import { readBytes, readViewing } from '../../testing/deliver.ts'
import { unpacked } from '../../testing/unzip.ts'
import { testVault } from '../../testing/vault.ts'

const vault = await testVault()
const { home } = vault
const custodian = await vault.person('custodian')
const ask = vault.ask(custodian)

test('a bag of what an order left is sound to the offline verifier, and holds no word of what it took', async () => {
  const name = `Agent cnry${randomBytes(6).toString('hex')}`
  const agent = await vault.person('custodian', { name })
  const file = await vault.aCase(custodian)
  const item = await vault.anItem(custodian, { case: file.id })
  const gone = await vault.anItem(custodian, { case: file.id, particulars: { title: name } })
  await vault.ask(agent)(readItem, { id: item.id })
  await readBytes(vault, agent, { id: item.id })
  await ask(annotateItem, { id: item.id, field: 'description', says: `Seen by ${name}`, why: 'for the record' })
  const order = { court: 'Court of Common Pleas', judge: 'Hon. R. Ames', issuedOn: '2026-03-14' }
  for (const [n, scope] of [
    { kind: 'account' as const, person: agent.id },
    { kind: 'item' as const, item: gone.id },
  ].entries()) {
    const words = scope.kind === 'item' ? [name] : []
    const { id, reference } = await ask(draftExpungement, { ...order, reference: `26-EX-${n}`, scope, words })
    await vault.ask(home.administrator)(approveExpungement, { id, reference })
  }

  const prepared = await ask(exportCase, { id: file.id, why: 'for the prosecutor' })
  const folder = await unpacked((await readViewing(vault, custodian, { path: prepared.bag })).bytes)

  assert.deepEqual(
    prepared.leftOut.map(({ id, why }) => ({ id, why })),
    [{ id: gone.id, why: 'It was destroyed under a court order.' }],
  )
  const key = readVkey(nativeSha256, home.ledgerKey)
  assert.ok(key)
  const judged = await judgeBag(diskHost(folder, { sha512: true }), { key })
  assert.deepEqual(
    judged?.faults.map(({ code, at }) => `${code} ${at}`),
    [],
  )
  const files = await readdir(folder, { recursive: true, withFileTypes: true })
  for (const one of files.filter((entry) => entry.isFile()))
    assert.ok(!(await readFile(join(one.parentPath, one.name))).includes(name), one.name)
  const custody = await readFile(join(folder, 'metadata', '1', 'custody.jsonl'), 'utf8')
  assert.ok(custody.includes('"act\\":\\"ledger.expunged') && custody.includes('"actor":null'))
})
