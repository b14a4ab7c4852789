import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { unlockVault } from '@sallyport/api/agency'
import { readCase } from '@sallyport/api/cases'
import type pg from 'pg'
import { enter } from './testing/cast.ts'
import { everyContract } from './testing/every-contract.ts'
import { plant, sung } from './testing/planted.ts'
import { testVault } from './testing/vault.ts'

const vault = await testVault()
const planted = await plant(vault)
const all = new Map([...planted.content, ...planted.people])
const { agency, detective, custodian, things } = planted

/** A word in every place of a request that a careless server would write down. */
async function shout(word: string): Promise<void> {
  const ask = vault.raw(detective)
  const loud = { 'user-agent': word, referer: `https://x.test/${word}`, 'x-forwarded-for': word, 'x-request-id': word }
  await ask({ method: 'GET', path: `/cases?type=${word}`, headers: loud })
  await ask({ method: 'GET', path: `/search?q=${word}&limit=${word}`, headers: loud })
  await ask({ method: 'GET', path: `/${word}?${word}=${word}`, headers: loud })
  await ask({ method: 'POST', path: '/cases', body: { [word]: word, number: word }, headers: loud })
  await ask({
    method: 'POST',
    path: '/cases',
    body: `{"number": "${word}`,
    headers: { ...loud, 'content-type': 'application/json' },
  })
  await ask({ method: 'POST', path: '/cases', body: word, headers: { ...loud, 'content-type': `text/${word}` } })
  await ask({ method: 'PATCH', path: `/uploads/${word}/bytes`, headers: { ...loud, 'tus-resumable': word } })
  const shown = {
    agency: agency.slug,
    signInName: word,
    password: word,
    code: '000000',
    bannerAccepted: '0'.repeat(64),
  }
  await vault.raw()({ method: 'POST', path: '/session', body: shown, headers: loud })
  await vault.raw({ cookie: word, csrf: word })({ method: 'GET', path: '/session', headers: loud })
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
}

/** Every row of every table, whoever it belongs to: as text, and each binary column as it is. */
async function dumpOf(): Promise<{ table: string; bytes: Buffer }[]> {
  const client = await vault.owner.connect()
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select relname as name from pg_class where relnamespace = 'vault'::regnamespace and relkind = 'r'`,
    )
    const dump: { table: string; bytes: Buffer }[] = []
    for (const { name } of tables) dump.push(...(await tableOf(client, name)))
    return dump
  } finally {
    client.release()
  }
}

/** In a transaction of its own, taken back at the end: only so does even the owner see the rows of everybody. */
async function tableOf(client: pg.PoolClient, table: string): Promise<{ table: string; bytes: Buffer }[]> {
  await client.query(`begin; alter table vault.${table} no force row level security`)
  try {
    const { rows } = await client.query<Record<string, unknown>>(
      `select t::text as whole, t.* from vault.${table} as t`,
    )
    return rows.flatMap((row) =>
      Object.values(row).map((value) => ({
        table,
        bytes: Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value) ?? ''),
      })),
    )
  } finally {
    await client.query('rollback')
  }
}

test('the search itself finds a word in every spelling, and what stands in clear because it must', async () => {
  const word = 'cnry0123456789abcdef'
  const around = [0, 1, 2].map((shift) => Buffer.from(`${'x'.repeat(shift)}${word}${'y'.repeat(shift)}`))
  const spelled = around.flatMap((bytes) => [
    bytes,
    Buffer.from(bytes.toString('utf8'), 'utf16le'),
    Buffer.from(bytes.toString('hex')),
    Buffer.from(bytes.toString('base64')),
    Buffer.from(bytes.toString('base64url')),
  ])

  const missed = spelled.filter((bytes) => sung(bytes, new Map([['word', word]])).length === 0)

  assert.deepEqual(missed, [])
  const clear = new Map([['name', agency.name]])
  assert.ok((await dumpOf()).some(({ table, bytes }) => table === 'agency_file' && sung(bytes, clear).length > 0))
})

test('no word that describes a case or a person stands anywhere in the data folder', async () => {
  const word = `cnry${'5'.repeat(16)}`
  await shout(word)
  const words = new Map([...all, ['word that was shouted', word]])
  await vault.settle(agency)

  const files = await filesBelow(vault.folder)

  const found: string[] = []
  for (const path of files) found.push(...sung(await readFile(path), words).map((field) => `${field} in ${path}`))
  assert.ok(files.some((path) => path.includes('/objects/')) && files.some((path) => path.endsWith('vault.log')))
  assert.ok(files.some((path) => path.includes('/ledger/')) && files.some((path) => path.includes('/incoming/')))
  assert.deepEqual(found, [])
})

test('no word that describes a case or a person stands anywhere in the database', async () => {
  const dump = await dumpOf()

  const found = dump.flatMap(({ table, bytes }) => sung(bytes, all).map((field) => `${field} in ${table}`))

  const tables = new Set(dump.map(({ table }) => table))
  for (const table of ['person', 'case_file', 'remark', 'item', 'search_index', 'ledger_entry', 'export', 'viewing'])
    assert.ok(tables.has(table), `${table} is empty`)
  assert.deepEqual([...new Set(found)], [])
})

test('nor does it stand in the files of the database server, its logs among them', async () => {
  const host = String(vault.database.ownerConfig.host)
  await vault.owner.query('select 1')

  const files = await filesBelow(dirname(host))

  const marks = [Buffer.from('cnry'), Buffer.from('cnry', 'utf16le'), Buffer.from(Buffer.from('cnry').toString('hex'))]
  const found: string[] = []
  for (const path of files) {
    const bytes = await readFile(path).catch(() => Buffer.alloc(0))
    if (marks.some((mark) => bytes.includes(mark))) found.push(path)
  }
  assert.ok(files.length > 100)
  assert.deepEqual(found, [])
})

test('the vault itself still reads every word of it', async () => {
  const { case: id, item } = things
  const replies = [
    await vault.raw(detective)({ method: 'GET', path: `/cases/${id}` }),
    await vault.raw(custodian)({ method: 'GET', path: `/items/${item}` }),
    await vault.raw(custodian)({ method: 'GET', path: `/items/${item}/custody` }),
    await vault.raw(custodian)({ method: 'GET', path: `/items/${things.quarantined}` }),
    await vault.raw(custodian)({ method: 'GET', path: `/items/${things.moved}/custody` }),
  ]

  const seen = sung(Buffer.concat(replies.map(({ bytes }) => bytes)), planted.content)

  const hidden = [...planted.content.keys()].filter((field) => !seen.includes(field))
  assert.deepEqual(hidden, [
    'content',
    'content of a program',
    'content of a file under way',
    'name under way',
    'reason of a release',
    'word that was searched for',
    // These stand in the paper itself, whose pages are compressed.
    'court of a paper',
    'caption of a paper',
    'who certifies',
    'title of who certifies',
  ])
})

test('once the agency has withdrawn its key the server gives no word of it to anybody, by any operation', async () => {
  vault.vault().leases.withdraw(agency.id)
  const answers: [string, number, string[]][] = []

  for (const person of [detective, custodian, agency.administrator])
    for (const { name, wire, contract } of everyContract(things)) {
      if (contract.permission === 'anyone') continue
      const { status, bytes } = await vault.raw(person)(wire)
      answers.push([name, status, sung(bytes, all)])
    }

  assert.deepEqual(
    answers.filter(([, status, found]) => status !== 503 || found.length > 0),
    [],
  )
  await vault.ask()(unlockVault, { agency: agency.slug, passphrase: agency.passphrase })
  const back = { ...detective, ...(await enter(vault, detective)) }
  assert.equal((await vault.ask(back)(readCase, { id: things.case as never })).id, things.case)
})
