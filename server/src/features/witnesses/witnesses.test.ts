import assert from 'node:assert/strict'
import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { listAlarms } from '@sallyport/api/alarms'
import { readAgency } from '@sallyport/api/agency'
import { addMonitor, changeLedgerAccess, changePolicy, endMonitor, readWitnessing } from '@sallyport/api/witnesses'
import { utf8 } from '@sallyport/core/bytes'
import { readCheckpoint } from '@sallyport/core/checkpoint'
import { readNote, readVkey } from '@sallyport/core/note'
import { judgeByPolicy, readPolicy } from '@sallyport/core/policy'
import { entriesPath, readBundle } from '@sallyport/core/tiles'
import { sha256 } from '../../keys/primitives.ts'
import { verifiers } from '../../ledger/signatures.ts'
import { refused } from '../../testing/asking.ts'
import { rowsOf, until } from '../../testing/house.ts'
import { type TestVault, testVault } from '../../testing/vault.ts'
import { aWitness, type TestWitness } from '../../testing/witness.ts'

/** One that nobody witnesses. */
const plain = await testVault()

const sizeOf = (note: Uint8Array | string): number =>
  readCheckpoint(readNote(typeof note === 'string' ? utf8(note) : note)?.text ?? '')?.size ?? -1

const keyOf = (vault: TestVault) => {
  const key = readVkey(sha256, vault.home.ledgerKey)
  if (!key) throw new Error('That is not the key of a log.')
  return key
}

const policyWith = (vault: TestVault, witnesses: readonly TestWitness[], least = witnesses.length): string =>
  [
    `log ${vault.home.ledgerKey}`,
    ...witnesses.map(({ vkey, url }, at) => `witness w${at} ${vkey} ${url}`),
    `group agency ${least === witnesses.length ? 'all' : least} ${witnesses.map((_, at) => `w${at}`).join(' ')}`,
    'quorum agency\n',
  ].join('\n')

async function witnessed(count: number, least = count) {
  const vault = await testVault()
  const witnesses: TestWitness[] = []
  for (let at = 0; at < count; at += 1) witnesses.push(await aWitness(`w${at}.example`, () => keyOf(vault)))
  const ask = vault.ask(vault.home.administrator)
  const policy = policyWith(vault, witnesses, least)
  await ask(changePolicy, { policy })
  const standing = () => ask(readWitnessing, {})
  const caughtUp = async () => {
    await vault.settle()
    await until('enough witnesses cosigned', async () => {
      const { cosigned, size } = await standing()
      return cosigned?.size === size
    })
  }
  return { vault, witnesses, ask, policy, standing, caughtUp }
}

/** What stands at an address of the ledger, as somebody outside fetches it. */
async function fetched(vault: TestVault, path: string, token?: string) {
  const answer = await vault.vault().app.inject({
    method: 'GET',
    url: `/agencies/${vault.home.slug}/ledger/${path}`,
    headers: token ? { authorization: `Bearer ${token}` } : {},
  })
  return { status: answer.statusCode, bytes: answer.rawPayload, text: answer.payload, headers: answer.headers }
}

test('every checkpoint is cosigned by the witnesses that the agency named, and a verifier finds the quorum', async () => {
  const { vault, ask, policy, standing, caughtUp } = await witnessed(2)

  await caughtUp()
  await ask(readAgency, {})
  await caughtUp()

  const { cosigned, witnesses } = await standing()
  const read = readPolicy(sha256, utf8(policy))
  assert.ok(cosigned && read.is === 'policy')
  const judged = await judgeByPolicy({ hash: sha256, verify: verifiers }, utf8(cosigned.note), read.policy)
  assert.ok(judged.is === 'judged' && judged.quorum)
  assert.equal(judged.witnessed.length, 2)
  assert.ok(witnesses.every(({ failure, cosignedAt }) => failure === null && cosignedAt !== null))
  await vault.stop()
})

test('a witness that is away holds up no other, is asked again, and what it missed is told', async () => {
  const { vault, witnesses, ask, standing, caughtUp } = await witnessed(2, 1)
  await caughtUp()
  const [away] = witnesses
  assert.ok(away)
  away.mood = 'away'
  for (let time = 0; time < 3; time += 1) await ask(readAgency, {})

  await caughtUp()
  await until('its failure is kept', async () => (await standing()).witnesses[0]?.failure !== null)
  const missing = (await standing()).witnesses[0]
  away.mood = 'honest'
  await until('it caught up', async () => (await standing()).witnesses[0]?.failure === null)

  assert.ok(missing && missing.behind > 0)
  assert.match(missing.failure ?? '', /connection|broke off/)
  await vault.stop()
})

test('a cosignature that does not fit is not taken, and the quorum stays open', async () => {
  const { vault, witnesses, standing } = await witnessed(2)
  const [liar] = witnesses
  assert.ok(liar)
  liar.mood = 'false'
  const from = (await standing()).cosigned?.size ?? 0
  await vault.ask(vault.home.administrator)(readAgency, {})
  await vault.settle()

  await until('its failure is kept', async () => (await standing()).witnesses[0]?.failure !== null)

  const { cosigned, witnesses: told } = await standing()
  assert.match(told[0]?.failure ?? '', /does not fit/)
  assert.ok((cosigned?.size ?? 0) <= Math.max(from, sizeOf(liar.held.values().next().value?.note ?? '')))
  await vault.stop()
})

test('a witness that says no by its word alone raises an alarm, and cannot stop the vault', async () => {
  const { vault, witnesses, ask, caughtUp } = await witnessed(1)
  await caughtUp()
  const [witness] = witnesses
  assert.ok(witness)
  for (const [origin, { latest, note }] of witness.held)
    witness.held.set(origin, { latest: { ...latest, size: 1e9 }, note })
  witness.mood = 'mute'

  await ask(readAgency, {})
  await vault.settle()
  await until('somebody is called', async () =>
    (await ask(listAlarms, { open: 'true' })).rows.some(({ code }) => code === 'ledger/witness-refused'),
  )

  assert.equal(vault.vault().healthy(vault.home.id), true)
  await vault.stop()
})

test('a vault that was restored with its folders is stopped by its witness before it signs a second tree', async () => {
  const { vault, witnesses, ask, caughtUp } = await witnessed(1)
  await caughtUp()
  const folder = join(vault.folder, 'ledger')
  const backup = (
    await rowsOf<{ size: string; root: Buffer; note: string }>(
      vault,
      vault.home.id,
      'select size, root, note from vault.ledger_head',
    )
  )[0]
  assert.ok(backup)
  await cp(folder, `${folder}.backup`, { recursive: true, filter: (path) => !path.endsWith('.new') })
  for (let time = 0; time < 5; time += 1) await ask(readAgency, {})
  await caughtUp()
  const mirror = `${folder}.mirror`
  await cp(join(folder, vault.home.id), mirror, { recursive: true })
  const held = witnesses[0]?.held.values().next().value?.latest.size ?? 0

  await vault.restart(() => restore(vault, { folder, backup: { ...backup, size: Number(backup.size) } }))
  await vault.settle()

  assert.equal(vault.vault().healthy(vault.home.id), false)
  assert.equal(sizeOf((await head(vault)).note), Number(backup.size))
  const looked = await vault.vault().recoverLedger({ from: mirror, dry: true })
  await vault.vault().recoverLedger({ from: mirror, dry: false })
  await vault.settle()
  assert.ok((looked as { to: number }).to >= held)
  assert.equal(vault.vault().healthy(vault.home.id), true)
  const alarms = await ask(listAlarms, { open: 'true' })
  assert.ok(alarms.rows.some(({ code }) => code === 'ledger/rolled-back'))
  await until('the witness cosigns again', async () => {
    const { cosigned, size } = await ask(readWitnessing, {})
    return cosigned?.size === size
  })
  await vault.stop()
})

const head = async (vault: TestVault) =>
  (await rowsOf<{ size: string; note: string }>(vault, vault.home.id, 'select size, note from vault.ledger_head'))[0] ??
  assert.fail('there is no head')

/** Puts database and folder back to where they were at a smaller size, as a backup of the whole machine does. */
async function restore(
  vault: TestVault,
  { folder, backup }: { folder: string; backup: { size: number; root: Buffer; note: string } },
): Promise<void> {
  const client = await vault.owner.connect()
  const tables = ['ledger_entry', 'ledger_subject', 'ledger_head']
  try {
    await client.query('begin')
    for (const table of tables) await client.query(`alter table vault.${table} disable trigger user`)
    await client.query(`select set_config('vault.agency', $1, true)`, [vault.home.id])
    await client.query(
      'delete from vault.ledger_subject where entry_id in (select id from vault.ledger_entry where position >= $1 or position is null)',
      [backup.size],
    )
    await client.query('delete from vault.ledger_entry where position >= $1 or position is null', [backup.size])
    await client.query('update vault.ledger_head set placed = $1, size = $1, root = $2, note = $3', [
      backup.size,
      backup.root,
      backup.note,
    ])
    await client.query('update vault.witness set size = least(size, $1)', [backup.size])
    await client.query('update vault.cosigned_checkpoint set size = least(size, $1), note = $2', [
      backup.size,
      backup.note,
    ])
    for (const table of tables) await client.query(`alter table vault.${table} enable trigger user`)
    await client.query('commit')
  } finally {
    client.release()
  }
  await rm(folder, { recursive: true })
  await cp(`${folder}.backup`, folder, { recursive: true })
}

test('the tree is served to whoever the agency allows, and to nobody else', async () => {
  const vault = await testVault()
  const ask = vault.ask(vault.home.administrator)
  await vault.settle()
  const closed = await fetched(vault, 'checkpoint')
  await ask(changeLedgerAccess, { access: 'token' })
  const { monitor, token } = await ask(addMonitor, { name: 'State archive' })

  const [without, wrong, right] = [
    await fetched(vault, 'checkpoint'),
    await fetched(vault, 'checkpoint', 'a'.repeat(43)),
    await fetched(vault, 'checkpoint', token),
  ]
  await ask(endMonitor, { id: monitor.id })
  const ended = await fetched(vault, 'checkpoint', token)
  await ask(changeLedgerAccess, { access: 'open' })
  const open = await fetched(vault, 'checkpoint')

  assert.deepEqual(
    [closed, without, wrong, ended].map(({ status }) => status),
    [404, 404, 404, 404],
  )
  assert.deepEqual([right.status, open.status], [200, 200])
  assert.equal(JSON.parse(closed.text).code, JSON.parse(ended.text).code)
  await assert.rejects(ask(endMonitor, { id: monitor.id }), refused('monitor/not-found'))
  const size = sizeOf(open.bytes)
  const bundle = await fetched(vault, entriesPath(0, size))
  assert.equal(bundle.headers['cache-control'], 'public, max-age=31536000, immutable')
  assert.equal(readBundle(bundle.bytes)?.length, size)
  for (const path of [
    '',
    'log.vkey',
    'tile/0/001',
    'tile/0/000.p/0',
    '../control.json',
    'tile/..%2f..%2fkeys',
    'policy',
  ])
    assert.equal((await fetched(vault, path)).status, 404, path)
  assert.equal((await fetched(vault, 'vkey')).text, `${vault.home.ledgerKey}\n`)
  await vault.stop()
})

test('under a policy nobody outside is shown a checkpoint that the witnesses have not seen', async () => {
  const { vault, witnesses, ask, caughtUp } = await witnessed(1)
  await ask(changeLedgerAccess, { access: 'open' })
  await caughtUp()
  const [witness] = witnesses
  assert.ok(witness)
  witness.mood = 'away'
  const held = sizeOf(witness.held.values().next().value?.note ?? '')

  await ask(readAgency, {})
  await vault.settle()
  const shown = await fetched(vault, 'checkpoint')

  assert.ok(sizeOf((await head(vault)).note) > held)
  assert.equal(sizeOf(shown.bytes), held)
  assert.equal((await fetched(vault, 'policy')).status, 200)
  await vault.stop()
})

test('a policy that cannot be used is refused with the line and the reason', async () => {
  const ask = plain.ask(plain.home.administrator)
  const log = `log ${plain.home.ledgerKey}\n`
  const witness = await aWitness('w.example', () => keyOf(plain))

  for (const policy of [
    'quorum none\n',
    `${log}witness w ${witness.vkey} http://witness.example\nquorum w\n`,
    `${log}witness w ${witness.vkey} https://witness.example/?a=b\nquorum w\n`,
    `${log}witness w ${witness.vkey} file:///etc/passwd\nquorum w\n`,
    `${log}quorum nobody\n`,
    `${log}witness w nonsense\nquorum w\n`,
    `${log}quorum none`,
  ])
    await assert.rejects(ask(changePolicy, { policy }), refused('ledger/bad-policy'), policy)

  assert.equal((await ask(readWitnessing, {})).policy, null)
})

test('nobody but an administrator decides who witnesses, and an auditor sees it', async () => {
  const [auditor, custodian] = [await plain.person('auditor'), await plain.person('custodian')]

  const seen = await plain.ask(auditor)(readWitnessing, {})

  assert.equal(seen.vkey, plain.home.ledgerKey)
  await assert.rejects(plain.ask(auditor)(changePolicy, { policy: null }), refused('session/not-permitted'))
  await assert.rejects(plain.ask(custodian)(readWitnessing, {}), refused('session/not-permitted'))
})
