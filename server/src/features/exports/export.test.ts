import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { addMember } from '@sallyport/api/cases'
import type { Answered } from '@sallyport/api/contract'
import { exportCase, exportItem } from '@sallyport/api/exports'
import { annotateItem, openViewing, readCustody, reportPlayed } from '@sallyport/api/items'
import type { ItemId } from '@sallyport/core/ids'
import { readVkey } from '@sallyport/core/note'
import { judgeBag } from '@sallyport/verify/bag'
import { diskHost, nativeSha256 } from '@sallyport/verify/disk-folder'
import { Refused, refused } from '../../testing/asking.ts'
import { enter, type Person } from '../../testing/cast.ts'
import { declareItem, readViewing, sha256Of, somePlain } from '../../testing/deliver.ts'
import { rowsOf, until } from '../../testing/house.ts'
import { filesIn, unpacked } from '../../testing/unzip.ts'
import { testVault } from '../../testing/vault.ts'

const vault = await testVault()
const detective = await vault.person('detective')
const file = await vault.aCase(detective, { number: '26-004417', title: 'Assault on Elm Street' })
const video = somePlain(800_000)
const film = await vault.anItem(detective, { case: file.id, bytes: video, originalName: 'BWC 1204 – “night”.mp4' })
const clip = await vault.anItem(detective, {
  case: file.id,
  parent: film.id,
  originalName: '../../etc/passwd',
  particulars: { title: '=HYPERLINK("x")' },
})

type Prepared = Answered<typeof exportCase>
const fetchBag = (person: Person, { bag }: Prepared) => readViewing(vault, person, { path: bag })
const why = 'for the prosecutor'

const codeOf = (outcome: Promise<unknown>) =>
  outcome.then(
    () => 'done',
    (thrown: unknown) => (thrown instanceof Refused ? thrown.reply.code : String(thrown)),
  )

/** The faults that the offline verifier finds in an unpacked bag, with the key that the agency gave. */
async function faultsOf(folder: string) {
  const key = readVkey(nativeSha256, vault.home.ledgerKey)
  assert.ok(key)
  const judged = await judgeBag(diskHost(folder, { sha512: true }), { key })
  assert.ok(judged)
  return { faults: judged.faults.map(({ code, at }) => `${code} ${at}`), judged }
}

async function storedFile(id: ItemId): Promise<string> {
  const [row] = await rowsOf<{ id: string }>(
    vault,
    vault.home.id,
    `select id from vault.object where item_id = '${id}'`,
  )
  return join(vault.folder, 'objects', (row?.id ?? '').slice(0, 2), `${row?.id}.sealed`)
}

test('the bag of a case is sound to the offline verifier, down to every proof and every byte', async () => {
  const viewing = await vault.ask(detective)(openViewing, { id: film.id, purpose: 'view' })
  await vault.ask(detective)(reportPlayed, { id: viewing.id, parts: [{ from: 0, to: 3, speed: 1 }] })
  await vault.ask(detective)(annotateItem, { id: film.id, field: 'place', says: '218 Cedar Lane', why: 'left out' })

  const prepared = await vault.ask(detective)(exportCase, { id: file.id, why })
  const { status, headers, bytes } = await fetchBag(detective, prepared)

  assert.deepEqual([status, headers['content-type']], [200, 'application/zip'])
  const folder = await unpacked(bytes)
  const { faults, judged } = await faultsOf(folder)
  assert.deepEqual(faults, [])
  assert.deepEqual(judged.items.map(({ exhibit }) => exhibit).toSorted(), ['1', '2'])
  assert.equal(judged.key?.pinned, true)
  const original = await readFile(join(folder, 'data', '1', 'BWC 1204 – “night”.mp4'))
  assert.ok(original.equals(video))
})

test('a bag in which one byte was changed afterwards is not sound', async () => {
  const prepared = await vault.ask(detective)(exportItem, { id: film.id, why })
  const folder = await unpacked((await fetchBag(detective, prepared)).bytes)
  const path = join(folder, 'metadata', '1', 'item.json')
  await writeFile(path, (await readFile(path, 'utf8')).replace('218 Cedar Lane', '219 Cedar Lane'))

  const { faults } = await faultsOf(folder)

  assert.ok(faults.length > 0)
})

test('the custody in a bag tells everything that happened to the item, the export itself among it', async () => {
  const prepared = await vault.ask(detective)(exportItem, { id: film.id, why: 'for the defence' })
  const folder = await unpacked((await fetchBag(detective, prepared)).bytes)

  const lines = (await readFile(join(folder, 'metadata', '1', 'custody.jsonl'), 'utf8')).trim().split('\n')

  const entries = lines.map((line) => JSON.parse(line) as { leaf: string; detail: { value: Record<string, unknown> } })
  const acts = entries.map(({ leaf }) => (JSON.parse(leaf) as { act: string }).act)
  assert.deepEqual(acts.slice(0, 2), ['item.declared', 'item.received'])
  for (const act of ['item.opened', 'item.played', 'item.annotated']) assert.ok(acts.includes(act), act)
  assert.equal(acts.at(-1), 'item.exported')
  assert.equal(entries.at(-1)?.detail.value['why'], 'for the defence')
  const proofs = await readdir(join(folder, 'proofs'))
  assert.equal(proofs.filter((name) => name.endsWith('.tlog-proof')).length, entries.length)
})

test('names that no disk takes, and cells that a spreadsheet would run, are made harmless', async () => {
  const prepared = await vault.ask(detective)(exportItem, { id: clip.id, why })
  const files = filesIn((await fetchBag(detective, prepared)).bytes)

  const names = [...files.keys()]
  const index = [...files].find(([name]) => name.endsWith('metadata/index.csv'))?.[1].toString('utf8') ?? ''

  assert.ok(names.every((name) => !name.split('/').includes('..') && !name.startsWith('/') && !name.includes('\\')))
  assert.match(index, /"'=HYPERLINK\(""x""\)"/)
  const record = [...files].find(([name]) => name.endsWith('item.json'))?.[1].toString('utf8') ?? '{}'
  assert.equal((JSON.parse(record) as { originalName: string }).originalName, '../../etc/passwd')
})

test('what stays out of the bag of a case is named with its reason', async () => {
  const own = await vault.aCase(detective)
  await vault.anItem(detective, { case: own.id })
  const aside = await vault.anItem(detective, {
    case: own.id,
    originalName: 'player.exe',
    particulars: { title: 'The player' },
  })
  const { item } = await declareItem(vault, detective, {
    case: own.id,
    bytes: somePlain(10),
    particulars: { title: 'Half a film' },
  })

  const prepared = await vault.ask(detective)(exportCase, { id: own.id, why })

  assert.equal(prepared.items.length, 1)
  const reasons = new Map(prepared.leftOut.map(({ id, why: reason, title }) => [id, `${title}: ${reason}`]))
  assert.deepEqual(reasons.get(aside.id), 'The player: It is in quarantine.')
  assert.deepEqual(reasons.get(item), 'Half a film: It is still being received.')
  const { faults } = await faultsOf(await unpacked((await fetchBag(detective, prepared)).bytes))
  assert.deepEqual(faults, [])
})

test('a case without anything that is held has no bag', async () => {
  const own = await vault.aCase(detective)

  const outcome = vault.ask(detective)(exportCase, { id: own.id, why })

  await assert.rejects(outcome, refused('export/nothing'))
})

test('an item that is set aside, or has not arrived, has no bag', async () => {
  const aside = await vault.anItem(detective, { case: file.id, originalName: 'player.msi' })
  const { item } = await declareItem(vault, detective, { case: file.id, bytes: somePlain(10) })

  const answers = await Promise.all([aside.id, item].map((id) => codeOf(vault.ask(detective)(exportItem, { id, why }))))

  assert.deepEqual(answers, ['item/not-held', 'item/not-held'])
})

test('who may export is who works on the case; who only looks, supervises, audits or runs the vault may not', async () => {
  const [worker, viewer] = [await vault.person('detective'), await vault.person('detective')]
  await vault.ask(detective)(addMember, { id: file.id, person: worker.id, level: 'work' })
  await vault.ask(detective)(addMember, { id: file.id, person: viewer.id, level: 'view' })
  const others = [await vault.person('supervisor'), await vault.person('auditor'), vault.home.administrator]

  const answers = await Promise.all(
    [worker, viewer, ...others].map((person) => codeOf(vault.ask(person)(exportItem, { id: film.id, why }))),
  )

  assert.deepEqual(answers, [
    'done',
    'case/not-yours',
    'session/not-permitted',
    'session/not-permitted',
    'session/not-permitted',
  ])
})

test('a bag is for the session that prepared it, for twelve hours, as often as it is asked for', async () => {
  const person = { ...detective, ...(await enter(vault, detective)) }
  const prepared = await vault.ask(person)(exportItem, { id: clip.id, why })
  const custodian = await vault.person('custodian')

  const twice = [(await fetchBag(person, prepared)).status, (await fetchBag(person, prepared)).status]
  const others = [(await fetchBag(detective, prepared)).code, (await fetchBag(custodian, prepared)).code]

  assert.deepEqual(twice, [200, 200])
  assert.deepEqual(others, ['export/not-found', 'export/not-found'])
})

test('that a bag was delivered to its last byte stands in the custody, and the reason of the export too', async () => {
  const item = await vault.anItem(detective, { case: file.id })
  const prepared = await vault.ask(detective)(exportItem, { id: item.id, why: 'for discovery' })
  const { bytes } = await fetchBag(detective, prepared)

  const entered = async (act: string) => {
    const { rows } = await vault.ask(detective)(readCustody, { id: item.id, limit: 1000 })
    return rows.find((row) => row.act === act)
  }
  await until('the delivery is entered', async () => (await entered('export.delivered')) !== undefined)

  const [exported, delivered] = [await entered('item.exported'), await entered('export.delivered')]
  assert.equal(exported?.facts['why'], 'for discovery')
  assert.deepEqual(
    [delivered?.outcome, delivered?.facts['bytes'], delivered?.facts['whole']],
    ['done', bytes.length, true],
  )
})

test('a bag whose original was changed on the disk breaks off, and the custody says why', async () => {
  const item = await vault.anItem(detective, { case: file.id, bytes: somePlain(900_000) })
  const path = await storedFile(item.id)
  const stored = await readFile(path)
  stored[300_000] = (stored[300_000] ?? 0) ^ 1
  await writeFile(path, stored)
  const prepared = await vault.ask(detective)(exportItem, { id: item.id, why })

  const outcome = fetchBag(detective, prepared).then(({ bytes }) => filesIn(bytes))

  await assert.rejects(outcome)
  const { rows } = await vault.ask(detective)(readCustody, { id: item.id, limit: 1000 })
  const acts = rows.map(({ act, outcome: ended }) => `${act} ${ended}`)
  assert.ok(acts.includes('item.found-altered failed'), acts.join())
  assert.ok(!acts.includes('export.delivered done'))
})

test('the papers in a bag are a PDF for people, marked as what they are, and a page that says how to check', async () => {
  const prepared = await vault.ask(detective)(exportItem, { id: film.id, why })
  const folder = await unpacked((await fetchBag(detective, prepared)).bytes)

  const [pdf, page, info] = await Promise.all([
    readFile(join(folder, 'metadata', '1', 'custody.pdf')),
    readFile(join(folder, 'VERIFY.md'), 'utf8'),
    readFile(join(folder, 'bag-info.txt'), 'utf8'),
  ])

  assert.match(pdf.toString('latin1', 0, 8), /^%PDF-1\.7/)
  assert.ok(page.includes(vault.home.ledgerKey) && page.includes('26-004417'))
  assert.match(info, /Criminal justice information/)
  assert.match(info, new RegExp(`Payload-Oxum: ${video.length}\\.1\n`))
})

test('a bag tells the digests that anybody can compute with the tools of any machine', async () => {
  const prepared = await vault.ask(detective)(exportItem, { id: film.id, why })
  const folder = await unpacked((await fetchBag(detective, prepared)).bytes)

  const manifest = await readFile(join(folder, 'manifest-sha256.txt'), 'utf8')

  assert.equal(manifest, `${sha256Of(video)}  data/1/BWC 1204 – “night”.mp4\n`)
})

test('a title of quotes, brackets and signs that turn text around, is only a title everywhere', async () => {
  const own = await vault.aCase(detective, { title: 'Assault <on> "Elm" & Street' })
  const item = await vault.anItem(detective, { case: own.id, originalName: ']]>--><x a="1">&amp;\u202egpj.mp4' })
  const says = `=cmd|' /C calc'!A0 \u202e\u2066 ]]> --> "quoted" </premis> ${'<&>"漢'.repeat(20)}`
  await vault.ask(detective)(annotateItem, { id: item.id, field: 'title', says, why: 'to try' })
  const long = `${'<&>"漢 '.repeat(1300)}\n=1+1`
  await vault.ask(detective)(annotateItem, { id: item.id, field: 'description', says: long, why: 'to try' })

  const prepared = await vault.ask(detective)(exportItem, { id: item.id, why: '"why" & <because>' })
  const folder = await unpacked((await fetchBag(detective, prepared)).bytes)

  const { faults } = await faultsOf(folder)
  assert.deepEqual(faults, [])
  const read = (name: string) => readFile(join(folder, 'metadata', '1', name), 'utf8')
  const graph = JSON.parse(await read('case.jsonld')) as { '@graph': { '@type': string }[] }
  const lines = (await read('custody.jsonl')).trim().split('\n').length
  const kinds = Map.groupBy(graph['@graph'], ({ '@type': kind }) => kind)
  assert.equal(kinds.get('case-investigation:InvestigativeAction')?.length, lines)
  assert.equal(kinds.get('case-investigation:ProvenanceRecord')?.length, lines)
  for (const name of ['premis.xml', 'niem.xml'])
    assert.doesNotMatch(
      (await read(name)).replaceAll(/<\/?[A-Za-z:]+( [A-Za-z:]+="[^"<>]*")*>|<\?xml [^<>]*\?>/g, ''),
      /[<>]/,
    )
  const events = (await read('premis.xml')).split('<event>').length - 1
  assert.equal(events, lines)
  const index = JSON.parse(await readFile(join(folder, 'metadata', 'index.json'), 'utf8')) as {
    items: { title: string }[]
  }
  assert.equal(index.items[0]?.title, says.trim())
  assert.match(await readFile(join(folder, 'metadata', 'index.csv'), 'utf8'), /\n"1","'=cmd/)
})

test('a bag brings drafts of the certifications, and everything in it is in both lists of tags', async () => {
  const prepared = await vault.ask(detective)(exportItem, { id: film.id, why })
  const folder = await unpacked((await fetchBag(detective, prepared)).bytes)

  const [tags256, tags512] = [
    await readFile(join(folder, 'tagmanifest-sha256.txt'), 'utf8'),
    await readFile(join(folder, 'tagmanifest-sha512.txt'), 'utf8'),
  ]

  const listed = (text: string) =>
    text
      .trim()
      .split('\n')
      .map((line) => line.replace(/^\S+  /, ''))
  assert.deepEqual(listed(tags256), listed(tags512))
  for (const name of ['902-13', '902-14', 'system']) {
    assert.ok(listed(tags256).includes(`certificates/${name}.pdf`))
    const pdf = await readFile(join(folder, 'certificates', `${name}.pdf`), 'latin1')
    assert.match(pdf, /\/SubFilter \/ETSI\.CAdES\.detached/)
  }
  assert.match(await readFile(join(folder, 'keys', 'papers.pem'), 'utf8'), /BEGIN CERTIFICATE/)
  type Record = { items: { sha256: { declared: { sha256: string }; atReceipt: string; now: string } }[] }
  const record = JSON.parse(await readFile(join(folder, 'certificates', '902-14.json'), 'utf8')) as Record
  const { declared, atReceipt, now } = record.items[0]?.sha256 ?? {}
  assert.deepEqual([declared?.sha256, atReceipt, now], Array(3).fill(sha256Of(video)))
})

test('no bag leaves that cannot prove its own making, as while another server holds the ledger', async () => {
  await vault.settle()
  const client = await vault.owner.connect()
  const lock = `hashtextextended('sallyport ledger ' || '${vault.home.id}', 0)`
  await client.query(`select pg_advisory_lock(${lock})`)
  const prepared = await vault.ask(detective)(exportItem, { id: film.id, why })

  const held = await fetchBag(detective, prepared)
  await client.query(`select pg_advisory_unlock(${lock})`)
  client.release()
  const free = await fetchBag(detective, prepared)

  assert.deepEqual([held.status, held.code], [503, 'vault/busy'])
  const { faults } = await faultsOf(await unpacked(free.bytes))
  assert.deepEqual(faults, [])
})
