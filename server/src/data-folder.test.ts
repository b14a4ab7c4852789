import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { claimFolder, mustBeAfter, mustBelongTogether } from './data-folder.ts'
import { testVault } from './testing/vault.ts'

const vault = await testVault()
const root = await mkdtemp(join(tmpdir(), 'sallyport-data-'))
after(() => rm(root, { recursive: true, force: true }))

let folders = 0
async function aFolder(): Promise<string> {
  folders += 1
  const folder = join(root, `${folders}`)
  await mkdir(folder)
  return folder
}

const standing = async () => ({ ground: vault.vault().ground, agencies: await vault.vault().agencies() })

test('a new data folder is marked with its layout, and the next start takes it as its own', async () => {
  const folder = await aFolder()

  await claimFolder(folder)
  await claimFolder(folder)

  assert.equal(await readFile(join(folder, 'layout'), 'utf8'), '1\n')
})

test('a data folder of a newer version is left alone, with a sentence that says what to do', async () => {
  const folder = await aFolder()
  await writeFile(join(folder, 'layout'), '2\n')

  const outcome = claimFolder(folder)

  await assert.rejects(outcome, {
    name: 'StartFault',
    message: /newer version.*Start that version, or restore the backup/,
  })
})

test('a data folder that cannot be written is told of in a sentence', async () => {
  const outcome = claimFolder(join(root, 'is', 'not', 'there'))

  await assert.rejects(outcome, { name: 'StartFault', message: /cannot be written/ })
})

test('a clock that is behind the ledger keeps the vault from starting, one that is a little off does not', async () => {
  const now = vault.now()
  const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000)

  const wrong = mustBeAfter(await standing(), minutesAgo(60))

  await assert.rejects(wrong, { name: 'StartFault', message: /Set the clock/ })
  await mustBeAfter(await standing(), minutesAgo(4))
  await mustBeAfter(await standing(), now)
})

test('an empty database beside the keys of an agency is not taken for a new vault', async () => {
  const keys = join(vault.folder, 'keys')

  const outcome = mustBelongTogether({ keys, agencies: [] })

  await assert.rejects(outcome, { name: 'StartFault', message: /is the key of an agency/ })
  await mustBelongTogether({ keys, agencies: await vault.vault().agencies() })
  await mustBelongTogether({ keys: await aFolder(), agencies: [] })
})
