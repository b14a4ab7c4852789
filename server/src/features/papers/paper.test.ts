import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { addMember } from '@sallyport/api/cases'
import { exportItem } from '@sallyport/api/exports'
import { annotateItem, openViewing, readCustody } from '@sallyport/api/items'
import { listPapers, type paperKinds, preparePaper } from '@sallyport/api/papers'
import type { ItemId } from '@sallyport/core/ids'
import { Refused, refused } from '../../testing/asking.ts'
import type { Person } from '../../testing/cast.ts'
import { declareItem, readViewing, sha256Of, somePlain } from '../../testing/deliver.ts'
import { rowsOf, until } from '../../testing/house.ts'
import { testVault } from '../../testing/vault.ts'

const vault = await testVault()
const detective = await vault.person('detective')
const file = await vault.aCase(detective, { number: '26-004417', title: 'Assault on Elm Street' })
const film = await vault.anItem(detective, {
  case: file.id,
  bytes: somePlain(700_000),
  originalName: 'BWC Straße № 5 – Ελλάδα.mp4',
  particulars: { recordedAt: '2026-03-14T06:14:08.000Z', clockOffsetSeconds: -42, source: { device: 'Axon 3 X1234' } },
})
const why = 'for the trial'
type Kind = (typeof paperKinds)[number]

const prepare = (person: Person, kind: Kind, id: ItemId = film.id) =>
  vault.ask(person)(preparePaper, { kind, about: { of: 'item', id }, why })

async function textOf(person: Person, path: string): Promise<string> {
  const { status, bytes } = await readViewing(vault, person, { path })
  assert.equal(status, 200)
  const at = join(vault.folder, `${sha256Of(bytes).slice(0, 16)}.pdf`)
  await writeFile(at, bytes)
  const { stdout } = await promisify(execFile)('pdftotext', ['-layout', at, '-'])
  return stdout.replaceAll(/\s+/g, ' ')
}

const codeOf = (outcome: Promise<unknown>) =>
  outcome.then(
    () => 'done',
    (thrown: unknown) => (thrown instanceof Refused ? thrown.reply.code : String(thrown)),
  )

test('a certification states digests, size, device, clock, transfers and the exceptions, and leaves the rest to a person', async () => {
  await vault.ask(detective)(openViewing, { id: film.id, purpose: 'download', why: 'to play it offline' })

  const paper = await prepare(detective, 'certification-902-14')
  const says = await textOf(detective, paper.file)

  const digest = sha256Of(film.bytes).replace(/(.{8})(?=.)/g, '$1 ')
  assert.equal(says.split(digest).length - 1, 3, 'declared, at receipt and now')
  for (const fact of [
    'BWC Straße № 5 – Ελλάδα.mp4',
    '700,000 bytes, video/mp4',
    'Axon 3 X1234',
    '-42 seconds',
    'The three SHA-256 values are the same.',
    'The clock of the device was recorded as 42 seconds behind true time.',
    'No witness outside the vault has cosigned',
    'No time authority has stamped',
    'to play it offline',
    'I declare under penalty of perjury under the laws of the United States of America',
    'certutil -hashfile FILE SHA256',
    'Notice under Rule 902(11)',
  ])
    assert.ok(says.includes(fact), `${fact}\n${says}`)
  assert.match(says, /Left to the person: whether, and from which facts above/)
})

test('a paper is entered in the ledger with its digest, stays as it was made, and can be fetched again', async () => {
  const paper = await prepare(detective, 'custody')

  const [first, second] = [
    await readViewing(vault, detective, { path: paper.file }),
    await readViewing(vault, detective, { path: paper.file }),
  ]

  assert.ok(first.bytes.equals(second.bytes))
  assert.equal(sha256Of(first.bytes), paper.sha256)
  const entered = async (act: string) => {
    const { rows } = await vault.ask(detective)(readCustody, { id: film.id, limit: 1000 })
    return rows.filter((row) => row.act === act && row.facts['paper'] === paper.id)
  }
  const [prepared] = await entered('paper.prepared')
  assert.deepEqual([prepared?.facts['sha256'], prepared?.facts['why']], [paper.sha256, why])
  await until('both deliveries are entered', async () => (await entered('paper.delivered')).length === 2)
  const { rows } = await vault.ask(detective)(listPapers, { case: file.id, item: film.id })
  assert.ok(rows.some(({ id }) => id === paper.id))
})

test('the description of the system says how this vault is set, and what it lacks', async () => {
  const paper = await prepare(detective, 'system-description')

  const says = await textOf(detective, paper.file)

  for (const fact of ['Sallyport', process.versions.node, 'cjis-v6', 'RFC 6962', vault.home.ledgerKey.slice(0, 20)])
    assert.ok(says.includes(fact), fact)
})

test('a paper about bytes that were altered says so, plainly, and states no digest of them', async () => {
  const own = await vault.aCase(detective)
  const item = await vault.anItem(detective, { case: own.id, bytes: somePlain(600_000) })
  const [row] = await rowsOf<{ id: string }>(
    vault,
    vault.home.id,
    `select id from vault.object where item_id = '${item.id}'`,
  )
  const path = join(vault.folder, 'objects', (row?.id ?? '').slice(0, 2), `${row?.id}.sealed`)
  const bytes = await readFile(path)
  bytes[400_000] = (bytes[400_000] ?? 0) ^ 1
  await writeFile(path, bytes)

  const paper = await vault.ask(detective)(preparePaper, {
    kind: 'certification-902-13',
    about: { of: 'case', id: own.id },
    why,
  })
  const says = await textOf(detective, paper.file)

  assert.match(says, /The stored bytes could not be read to their end/)
  assert.match(says, /SHA-256 now: none: see the exceptions/)
  assert.match(says, /The SHA-256 values are NOT all there and the same/)
  assert.match(says, /Items whose bytes gave the SHA-256 of their receipt: 0 of 1/)
})

test('an item in quarantine, a correction of the record and a derivative are stated', async () => {
  const own = await vault.aCase(detective)
  const first = await vault.anItem(detective, { case: own.id, originalName: 'setup.exe' })
  const clip = await vault.anItem(detective, {
    case: own.id,
    parent: first.id,
    particulars: {
      derivation: {
        tool: 'Transcriber',
        version: '4.2',
        parameters: 'language=en',
        inputSha256: sha256Of(first.bytes),
        machine: true,
        reviewer: 'Det. A. Ruiz',
      },
    },
  })
  await vault.ask(detective)(annotateItem, { id: clip.id, field: 'place', says: 'Elm Street', why: 'left out' })

  const { file: path } = await vault.ask(detective)(preparePaper, {
    kind: 'certification-902-14',
    about: { of: 'case', id: own.id },
    why,
  })
  const says = await textOf(detective, path)

  for (const fact of [
    'The item is in quarantine',
    'MACHINE-GENERATED',
    'Transcriber 4.2',
    'language=en',
    'Reviewed by: Det. A. Ruiz',
    'corrected or added to 1 times',
    'Derivative: exhibit 2',
    'Made from: exhibit 1',
  ])
    assert.ok(says.includes(fact), `${fact}\n${says}`)
})

test('what an attacker names a file cannot hide or turn around what a paper says', async () => {
  const item = await vault.anItem(detective, {
    case: file.id,
    originalName: 'photo\u202egpj.exe.mp4',
    particulars: { title: '<b>&"\u2066漢字 \u2028 -- %d' },
  })

  const says = await textOf(detective, (await prepare(detective, 'custody', item.id)).file)

  assert.ok(says.includes('photo[U+202E]gpj.exe.mp4'), says)
  assert.ok(says.includes('<b>&"[U+2066 U+6F22 U+5B57]'), says)
})

test('who works on a case, keeps evidence or supervises may have papers made; nobody else learns of them', async () => {
  const [worker, viewer, stranger] = [
    await vault.person('detective'),
    await vault.person('detective'),
    await vault.person('detective'),
  ]
  await vault.ask(detective)(addMember, { id: file.id, person: worker.id, level: 'work' })
  await vault.ask(detective)(addMember, { id: file.id, person: viewer.id, level: 'view' })
  const [custodian, supervisor] = [await vault.person('custodian'), await vault.person('supervisor')]
  const others = [await vault.person('officer'), await vault.person('auditor'), vault.home.administrator]
  const paper = await prepare(detective, 'system-description')

  const answers = await Promise.all(
    [worker, custodian, supervisor, viewer, stranger, ...others].map((person) =>
      codeOf(prepare(person, 'system-description')),
    ),
  )
  const reads = await Promise.all(
    [worker, viewer, stranger].map((person) => readViewing(vault, person, { path: paper.file })),
  )

  assert.deepEqual(answers, [
    'done',
    'done',
    'done',
    'case/not-yours',
    'item/not-found',
    ...others.map(() => 'session/not-permitted'),
  ])
  assert.deepEqual(
    reads.map(({ status, code }) => code ?? status),
    [200, 'paper/not-found', 'paper/not-found'],
  )
})

test('of what has not arrived no paper can be made, and of an export only by whoever prepared it', async () => {
  const own = await vault.aCase(detective)
  const { item } = await declareItem(vault, detective, { case: own.id, bytes: somePlain(10) })
  const exported = await vault.ask(detective)(exportItem, { id: film.id, why })
  const custodian = await vault.person('custodian')
  const ofExport = (person: Person) =>
    vault.ask(person)(preparePaper, { kind: 'custody', about: { of: 'export', id: exported.id }, why })

  await assert.rejects(prepare(detective, 'custody', item), refused('paper/nothing'))
  await assert.rejects(ofExport(custodian), refused('export/not-found'))
  assert.equal((await ofExport(detective)).items, 1)
})
