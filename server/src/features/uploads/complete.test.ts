import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { theServer, within } from '#db/within.ts'
import { declareItem, sendPart, somePlain } from '../../testing/deliver.ts'
import { testVault } from '../../testing/vault.ts'
import { complete, quarantineReasons } from './complete.ts'
import { holdUpload, setUploadState, uploadById } from './rows.ts'

const vault = await testVault()
const officer = await vault.person('officer')
const file = await vault.aCase(officer)

test('an upload that is cancelled while its end begins stays cancelled', async () => {
  const bytes = somePlain()
  const { id } = await declareItem(vault, officer, { case: file.id, bytes, sha256: null })
  await sendPart(vault, officer, { upload: id, bytes })
  const self = theServer(vault.home.id)
  const { ground } = vault.vault()
  const nothing = { store: { remove: async () => undefined }, finish: () => assert.fail('it was cancelled') }
  const parts = { ...nothing, ground, rule: { maxBytes: 1, types: [] }, now: vault.now, poke: () => undefined }
  let ended: Promise<void> | undefined

  await within(ground, self, async (tx) => {
    await holdUpload(tx, id)
    ended = complete(parts, self, id)
    await pause(200)
    await setUploadState(tx, id, 'cancelled')
  })
  await ended

  assert.equal((await within(ground, self, (tx) => uploadById(tx, id)))?.state, 'cancelled')
})

test('a program is set aside however its name ends', () => {
  const rule = { maxBytes: 10, types: ['.exe'] }
  const names = ['a.exe', 'A.EXE', 'a.mp4.exe', 'a.exe.', 'a.exe ..', 'a.exe\u00a0', 'a.e\u200bxe', 'a.exe\u202e']

  const reasons = names.map((name) => quarantineReasons(rule, { size: 1, name, mediaType: 'video/mp4' }))

  assert.deepEqual(
    reasons.map(({ length }) => length),
    names.map(() => 1),
  )
  assert.deepEqual(quarantineReasons(rule, { size: 1, name: 'exe.mp4', mediaType: 'video/mp4' }), [])
})
