import assert from 'node:assert/strict'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import pg from 'pg'
import { aLedger, faultsIn, naiveRoot, ownerConfig, type TestLedger } from '../../testing/ledger.ts'
import { atEnd } from '../../testing/postgres.ts'
import { sequence } from '../log.ts'
import { NotReplayed, replayTail } from './replay.ts'
import { startSequencer } from '../sequencer.ts'
import { tileFolder } from '../tile-folder.ts'

const owner = new pg.Pool({ ...ownerConfig, max: 1 })
atEnd(() => owner.end())

async function settle({ parts }: TestLedger): Promise<void> {
  while ((await sequence(parts, {})) !== 0);
}

/**
 * Puts the database back to where it was at a smaller size, as a restored backup does. `waiting`
 * entries were committed before the backup, and had no place yet when it was made.
 */
async function restoreBackup(
  { agency }: TestLedger,
  head: { size: number; root: Uint8Array; note: string },
  waiting = 0,
) {
  const client = await owner.connect()
  const tables = ['ledger_entry', 'ledger_subject', 'ledger_head']
  try {
    await client.query('begin')
    for (const table of tables) await client.query(`alter table vault.${table} disable trigger user`)
    await client.query(`select set_config('vault.agency', $1, true)`, [agency])
    await client.query(
      `delete from vault.ledger_subject where entry_id in (select id from vault.ledger_entry where position >= $1)`,
      [head.size + waiting],
    )
    await client.query('delete from vault.ledger_entry where position >= $1', [head.size + waiting])
    await client.query('update vault.ledger_entry set position = null where position >= $1', [head.size])
    await client.query('update vault.ledger_head set placed = $1, size = $1, root = $2, note = $3', [
      head.size,
      head.root,
      head.note,
    ])
    for (const table of tables) await client.query(`alter table vault.${table} enable trigger user`)
    await client.query('commit')
  } finally {
    client.release()
  }
}

/** A ledger of 450 entries whose database was put back to 300 of them. */
async function anOldBackup({ waiting = 0 } = {}) {
  const ledger = await aLedger()
  await ledger.enter(300)
  await settle(ledger)
  const backup = await ledger.head()
  await ledger.enter(150)
  await settle(ledger)
  const newest = await ledger.head()
  await restoreBackup(ledger, backup, waiting)
  return { ledger, backup, newest }
}

test('a vault that was restored from an old backup notices it, signs nothing, and serves nothing', async () => {
  const { ledger, backup } = await anOldBackup()
  const faults: unknown[] = []
  const stopped: string[] = []
  const root = join(await mkdtemp(join(tmpdir(), 'sallyport-old-')))
  atEnd(() => rm(root, { recursive: true, force: true }))
  await cp(ledger.root, join(root, ledger.agency), { recursive: true })
  await ledger.enter(5)

  const sequencer = startSequencer({
    ...ledger.parts,
    folder: root,
    say: (fault) => void faults.push(fault),
    stopped: (_, fault) => void stopped.push(fault.name),
  })
  await sequencer.settle(ledger.agency)
  await sequencer.settle(ledger.agency)
  const healthy = sequencer.healthy(ledger.agency)
  await sequencer.stop()

  const head = await ledger.head()
  assert.equal(healthy, false)
  assert.deepEqual(stopped, ['LedgerBehind'])
  assert.equal(faults.length, 1, 'the same fault is told once')
  assert.deepEqual([head.size, head.placed], [backup.size, backup.size])
})

for (const waiting of [0, 20]) {
  test(`the end of the ledger is replayed from its published files, ${waiting ? 'with what waited at the backup,' : ''} and no tree is signed twice`, async () => {
    const { ledger, newest } = await anOldBackup({ waiting })
    await ledger.enter(7)

    const replayed = await replayTail({ ...ledger.parts, source: ledger.parts.folder, dry: false })

    const head = await ledger.head()
    assert.deepEqual(replayed, { from: 300, to: 450, lost: 150 - waiting, dry: false })
    assert.equal(head.note, newest.note, 'the checkpoint that was signed then, and no other')
    await settle(ledger)
    const leaves = await ledger.leaves()
    assert.equal(leaves.length, 450 + 7 + 1)
    assert.ok(naiveRoot(leaves.slice(0, 450)).equals(newest.root))
    assert.deepEqual(await faultsIn(ledger.root, ledger.vkey), [])
  })
}

test('a mirror gives back the end of a ledger whose own folder was restored as well', async () => {
  const { ledger } = await anOldBackup()
  const mirror = await mkdtemp(join(tmpdir(), 'sallyport-mirror-'))
  atEnd(() => rm(mirror, { recursive: true, force: true }))
  await cp(ledger.root, mirror, { recursive: true })
  await rm(ledger.root, { recursive: true })

  await replayTail({ ...ledger.parts, source: tileFolder(mirror), dry: false })

  await settle(ledger)
  assert.equal((await ledger.leaves()).length, 451)
  assert.deepEqual(await faultsIn(ledger.root, ledger.vkey), [])
})

test('a look at what would be replayed changes nothing', async () => {
  const { ledger, backup } = await anOldBackup()

  const found = await replayTail({ ...ledger.parts, source: ledger.parts.folder, dry: true })

  assert.deepEqual(found, { from: 300, to: 450, lost: 150, dry: true })
  assert.equal((await ledger.head()).size, backup.size)
  assert.equal((await ledger.leaves()).length, 300)
})

test('entries that were altered in the mirror are not taken, and nothing is half done', async () => {
  const { ledger, backup } = await anOldBackup()
  const path = join(ledger.root, 'tile/entries/001.p/194')
  const bytes = await readFile(path)
  const at = bytes.lastIndexOf('vault.inspected')
  bytes.write('vault.inspectex', at)
  await writeFile(path, bytes)

  const outcome = replayTail({ ...ledger.parts, source: ledger.parts.folder, dry: false })

  await assert.rejects(outcome, NotReplayed)
  assert.equal((await ledger.head()).size, backup.size)
  assert.equal((await ledger.leaves()).length, 300)
})

test('a ledger that is missing nothing is not replayed', async () => {
  const ledger = await aLedger()
  await ledger.enter(3)
  await settle(ledger)

  const outcome = replayTail({ ...ledger.parts, source: ledger.parts.folder, dry: false })

  await assert.rejects(outcome, /Nothing is missing/)
})
