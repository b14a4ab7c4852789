import assert from 'node:assert/strict'
import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { exportItem } from '@sallyport/api/exports'
import { readCustody, readItem, readProof, verifyItem } from '@sallyport/api/items'
import { addAuthority, readStamping, stampNow } from '@sallyport/api/stamps'
import { changePolicy } from '@sallyport/api/witnesses'
import { readVkey } from '@sallyport/core/note'
import { judgeByPolicy, readPolicy } from '@sallyport/core/policy'
import { readProof as readProofFile } from '@sallyport/core/tlog-proof'
import { run } from '@sallyport/verify/main'
import type { Report } from '@sallyport/verify/report'
import { nativeSha256 } from '@sallyport/verify/disk-folder'
import { verifiers } from '../../ledger/signatures.ts'
import { anAuthority } from '../../testing/authority.ts'
import { readViewing } from '../../testing/deliver.ts'
import { unpacked } from '../../testing/unzip.ts'
import { testVault } from '../../testing/vault.ts'
import { aWitness } from '../../testing/witness.ts'

const vault = await testVault()
const logKey = () => readVkey(nativeSha256, vault.home.ledgerKey) ?? assert.fail('no key of a log')
const witnesses = [await aWitness('north.example', logKey), await aWitness('south.example', logKey)]
const authorities = [await anAuthority(), await anAuthority()]
const policy = [
  `log ${vault.home.ledgerKey}`,
  ...witnesses.map(({ vkey, url }, at) => `witness w${at} ${vkey} ${url}`),
  'group agency all w0 w1',
  'quorum agency\n',
].join('\n')

const ask = vault.ask(vault.home.administrator)
await ask(changePolicy, { policy })
for (const [at, { url, roots }] of authorities.entries()) await ask(addAuthority, { name: `time-${at}`, url, roots })
const detective = await vault.person('detective')
const file = await vault.aCase(detective, { number: '26-004417', title: 'Assault on Elm Street' })
const item = await vault.anItem(detective, { case: file.id })

async function exported(): Promise<string> {
  const { bag } = await vault.ask(detective)(exportItem, { id: item.id, why: 'for the court' })
  return unpacked((await readViewing(vault, detective, { path: bag })).bytes)
}

/** The verifier's report, by what a reader had from the agency, the witnesses and the authorities themselves. */
async function judged(folder: string): Promise<Report> {
  const own = join(vault.folder, 'own')
  await writeFile(`${own}.policy`, policy)
  await writeFile(`${own}.pem`, authorities.map(({ roots }) => roots).join(''))
  const lines: string[] = []
  await run(['--json', '--policy', `${own}.policy`, '--tsa-root', `${own}.pem`, folder], (line) => lines.push(line))
  return JSON.parse(lines.join('\n')) as Report
}

test('a bag holds by keys that its reader had from elsewhere: of the log, the witnesses and the authorities', async () => {
  const report = await judged(await exported())

  assert.deepEqual(report.faults, [])
  assert.equal(report.verdict, 'sound')
  assert.deepEqual([...new Set(report.steps.map(({ state }) => state))], ['holds'])
  assert.match(report.items[0] ?? '', /no later than \d{4}-.* by CN=Test time unit/)
})

test('the same bag agrees by the keys in it, and says that these came along', async () => {
  const lines: string[] = []

  const exit = await run(['--json', await exported()], (line) => lines.push(line))

  const { steps } = JSON.parse(lines.join('\n')) as Report
  const states = Object.fromEntries(steps.map(({ name, state }) => [name, state]))
  assert.equal(exit, 0)
  assert.deepEqual(
    [states['Whose key it is'], states['Witnesses'], states['Outside time'], states['Custody']],
    ['open', 'given', 'given', 'holds'],
  )
})

test('the check of an item tells of the witnesses and the stamps, and the proof of an entry carries both cosignatures', async () => {
  const checked = await vault.ask(detective)(verifyItem, { id: item.id })
  const { rows } = await vault.ask(detective)(readCustody, { id: item.id })
  const receipt = rows.find(({ act }) => act === 'item.received') ?? assert.fail('it was never received')
  const { proof } = await vault.ask(detective)(readProof, { id: item.id, entry: receipt.entry })

  const told = checked.steps.map(({ found }) => found).join('\n')
  assert.equal(checked.sound, true)
  assert.match(told, /w0, w1 cosigned the first \d+ of its \d+ entries/)
  assert.equal(told.match(/existed by \d{4}-/g)?.length, 2)
  const checkpoint = readProofFile(Buffer.from(proof ?? ''))?.checkpoint ?? assert.fail('there is no proof')
  const read = readPolicy(nativeSha256, Buffer.from(policy))
  assert.ok(read.is === 'policy')
  const byPolicy = await judgeByPolicy({ hash: nativeSha256, verify: verifiers }, checkpoint, read.policy)
  assert.ok(byPolicy.is === 'judged' && byPolicy.quorum)
})

test('a bag whose stamps were taken out is told from one that has them', async () => {
  const folder = await exported()
  await rm(join(folder, 'proofs/stamps'), { recursive: true })

  const report = await judged(folder)

  assert.equal(report.verdict, 'not-sound')
  assert.ok(report.faults.every(({ code, at }) => code === 'files/missing' && at.startsWith('proofs/stamps/')))
})

test('a bag that is made while the witnesses are away says nothing of them, and a reader who expects them is told', async () => {
  for (const witness of witnesses) witness.mood = 'away'
  const folder = await exported()
  for (const witness of witnesses) witness.mood = 'honest'

  const report = await judged(folder)

  assert.equal(report.verdict, 'not-sound')
  assert.deepEqual([...new Set(report.faults.map(({ code }) => code))], ['witness/quorum'])
  const lines: string[] = []
  assert.equal(await run([folder], (line) => lines.push(line)), 0, lines.join('\n'))
})

test('a bag carries the first stamp after its item came, which shows how early it was there, and the newest', async () => {
  const later = await vault.anItem(detective, { case: file.id })
  await vault.settle()
  await ask(stampNow, {})
  const first = (await ask(readStamping, {})).authorities.map(({ stamped }) => stamped?.size ?? 0)
  for (let time = 0; time < 5; time += 1) await vault.ask(detective)(readItem, { id: item.id })
  await vault.settle()

  const { bag } = await vault.ask(detective)(exportItem, { id: later.id, why: 'for the court' })
  const folder = await unpacked((await readViewing(vault, detective, { path: bag })).bytes)

  const sizes = (await readdir(join(folder, 'proofs/stamps')))
    .filter((name) => name.endsWith('.tsr'))
    .map((name) => Number(name.split('.')[0]))
  assert.deepEqual(new Set(sizes.filter((size) => first.includes(size))), new Set(first))
  assert.ok(Math.max(...sizes) > Math.max(...first))
  assert.deepEqual((await judged(folder)).faults, [])
})
