import assert from 'node:assert/strict'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { readCheckpoint } from '@sallyport/core/checkpoint'
import { readLeaf } from '@sallyport/core/entry'
import { readNote } from '@sallyport/core/note'
import pg from 'pg'
import { theServer, within } from '../db/within.ts'
import { asServer, faultsIn, ground, aLedger, naiveRoot, ownerConfig, type TestLedger } from '../testing/ledger.ts'
import { atEnd } from '../testing/postgres.ts'
import { sequence } from './log.ts'
import { SplitView } from './newest.ts'
import { holdLedger } from './rows.ts'
import { startSequencer } from './sequencer.ts'
import { tileFolder } from './tile-folder.ts'

const owner = new pg.Pool({ ...ownerConfig, max: 1 })
atEnd(() => owner.end())

/** Rounds until nothing waits, as a server that has just started runs them. */
async function settle({ parts }: TestLedger, known = {}): Promise<void> {
  while ((await sequence(parts, known)) !== 0);
}

const rootIn = (note: string) => readCheckpoint(readNote(Buffer.from(note))?.text ?? '')?.root

/** Every file of a folder with its bytes, in hexadecimal. */
async function filesOf(root: string): Promise<Record<string, string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  const read = await Promise.all(
    files.map(async (path) => [path.slice(root.length), (await readFile(path)).toString('hex')]),
  )
  return Object.fromEntries(read.toSorted(([a = ''], [b = '']) => a.localeCompare(b))) as Record<string, string>
}

/** Changes what the server's role never could: the owner's triggers stand aside for one statement. */
async function asOwner({ agency }: TestLedger, statement: string): Promise<void> {
  const client = await owner.connect()
  try {
    await client.query('begin')
    await client.query('alter table vault.ledger_entry disable trigger user')
    await client.query(`select set_config('vault.agency', $1, true)`, [agency])
    await client.query(statement)
    await client.query('alter table vault.ledger_entry enable trigger user')
    await client.query('commit')
  } finally {
    client.release()
  }
}

test('the published tree is the one that RFC 6962 makes of the entries, at any size', async () => {
  const ledger = await aLedger()

  for (const count of [1, 1, 5, 248, 1, 1, 300, 512]) {
    await ledger.enter(count)
    await settle(ledger)
    const [head, leaves] = [await ledger.head(), await ledger.leaves()]
    assert.equal(head.size, leaves.length)
    assert.ok(naiveRoot(leaves).equals(head.root), `at ${leaves.length}`)
    assert.deepEqual(await faultsIn(ledger.root, ledger.vkey), [])
  }
})

test('entries take their places in the order of time', async () => {
  const ledger = await aLedger()
  for (let time = 0; time < 5; time += 1) await ledger.enter(3)

  await settle(ledger)

  const times = (await ledger.leaves()).map((leaf) => readLeaf(leaf)?.at ?? '')
  assert.deepEqual(times, times.toSorted())
})

test('eight who write at once and two servers that sequence at once give one tree without a gap', async () => {
  const ledger = await aLedger()
  const faults: unknown[] = []
  const begin = () => startSequencer({ ...ledger.parts, folder: ledger.root, say: (fault) => void faults.push(fault) })
  const folderless = { ...ledger, root: join(ledger.root, ledger.agency) }
  const servers = [begin(), begin()]
  const writer = async () => {
    for (let time = 0; time < 12; time += 1) {
      await ledger.enter(1 + (time % 7))
      for (const server of servers) server.poke(ledger.agency)
    }
  }

  await Promise.all(Array.from({ length: 8 }, writer))
  for (const server of servers) await server.settle(ledger.agency)
  await Promise.all(servers.map((server) => server.stop()))
  await settle({ ...ledger, parts: { ...ledger.parts, folder: tileFolder(folderless.root) } })

  const leaves = await ledger.leaves()
  assert.deepEqual(faults, [])
  assert.equal(leaves.length, 8 * 43)
  assert.ok(naiveRoot(leaves).equals((await ledger.head()).root))
  assert.deepEqual(await faultsIn(folderless.root, ledger.vkey), [])
})

test('a server that finds the ledger held by another leaves it alone', async () => {
  const ledger = await aLedger()
  await ledger.enter(3)

  const outcome = await within(ground, theServer(ledger.agency), async (tx) => {
    assert.equal(await holdLedger(tx), true)
    return sequence(ledger.parts, {})
  })

  assert.equal(outcome, undefined)
  assert.equal((await ledger.head()).size, 0)
})

test('a lost folder is made again, and every file in it is the same to the byte', async () => {
  const ledger = await aLedger()
  await ledger.enter(700)
  await settle(ledger)
  const before = await filesOf(ledger.root)

  await rm(ledger.root, { recursive: true })
  await settle(ledger)

  assert.deepEqual(await filesOf(ledger.root), before)
})

test('a folder that is lost under a running server is made again too', async () => {
  const ledger = await aLedger()
  const known = {}
  await ledger.enter(300)
  await settle(ledger, known)

  await rm(ledger.root, { recursive: true })
  await ledger.enter(5)
  await settle(ledger, known)

  assert.deepEqual(await faultsIn(ledger.root, ledger.vkey), [])
  assert.equal((await ledger.head()).size, 305)
})

for (const [who, known] of [
  ['a running server', () => ({ kept: {} })],
  ['a server that starts', () => ({ kept: undefined })],
] as const) {
  test(`after a tile was changed ${who} signs nothing more`, async () => {
    const ledger = await aLedger()
    const { kept } = known()
    await ledger.enter(300)
    await settle(ledger, kept ?? {})
    const path = join(ledger.root, 'tile/0/001.p/44')
    const tile = await readFile(path)
    tile[40] = (tile[40] ?? 0) ^ 1
    await writeFile(path, tile)
    await ledger.enter(1)

    const outcome = settle(ledger, kept ?? {})

    await assert.rejects(outcome, { name: 'TileConflict' })
    assert.equal((await ledger.head()).size, 300)
  })

  test(`after an entry was changed in the database ${who} signs nothing more`, async () => {
    const ledger = await aLedger()
    const { kept } = known()
    await ledger.enter(300)
    await settle(ledger, kept ?? {})
    await asOwner(
      ledger,
      `update vault.ledger_entry set leaf = replace(convert_from(leaf, 'UTF8'), 'vault.inspected', 'ledger.checked')::bytea where position = 280`,
    )
    await ledger.enter(1)

    const outcome = settle(ledger, kept ?? {})

    await assert.rejects(outcome, { name: 'TileConflict' })
    assert.equal((await ledger.head()).size, 300)
  })
}

test('an entry that was taken out of the database is not papered over', async () => {
  const ledger = await aLedger()
  await ledger.enter(20)
  await settle(ledger)
  await asOwner(ledger, 'delete from vault.ledger_entry where position = 7')
  await ledger.enter(1)

  const outcome = settle(ledger)

  await assert.rejects(outcome, /gap/)
  assert.equal((await ledger.head()).size, 20)
})

test('a ledger whose key belongs to another server is not signed', async () => {
  const ledger = await aLedger()
  await ledger.enter(1)

  const outcome = sequence({ ...ledger.parts, serverKey: Buffer.alloc(32, 7) }, {})

  await assert.rejects(outcome, /not the server key it was made under/)
  assert.equal((await ledger.head()).size, 0)
})

test('the server itself can neither change, nor remove, nor move an entry, nor turn the ledger back', async () => {
  const ledger = await aLedger()
  await ledger.enter(5)
  await settle(ledger)
  const before = [await ledger.leaves(), await ledger.head()]
  const tried = [
    `update vault.ledger_entry set leaf = '\\x00'`,
    `update vault.ledger_entry set sealed = null`,
    `update vault.ledger_entry set at = now()`,
    `update vault.ledger_entry set position = position + 10`,
    `update vault.ledger_entry set position = null where position = 4`,
    `delete from vault.ledger_entry`,
    `truncate vault.ledger_entry`,
    `update vault.ledger_subject set subject = gen_random_uuid()`,
    `delete from vault.ledger_subject`,
    `truncate vault.ledger_subject`,
    `update vault.ledger_head set size = 4`,
    `update vault.ledger_head set placed = 0`,
    `update vault.ledger_head set root = '\\x${'00'.repeat(32)}'`,
    `delete from vault.ledger_head`,
    `truncate vault.ledger_head`,
    `alter table vault.ledger_entry disable trigger all`,
    `drop trigger keep_position on vault.ledger_entry`,
    `insert into vault.ledger_entry (agency_id, id, at, act, leaf, holder) values (gen_random_uuid(), gen_random_uuid(), now(), 'x', '\\x00', 'server')`,
  ]

  const outcomes = await Promise.allSettled(tried.map((statement) => asServer(ledger.agency, statement)))

  const done = tried.filter((_, at) => outcomes[at]?.status === 'fulfilled')
  assert.deepEqual(done, [])
  assert.deepEqual([await ledger.leaves(), await ledger.head()], before)
})

test('a slow server never puts an older checkpoint over a newer one', async () => {
  const ledger = await aLedger()
  const { folder } = ledger.parts
  await ledger.enter(2)
  const slow = {
    ...folder,
    // Between the signature and the publication of this server, another one signs and publishes more.
    read: async (path: string) => {
      const found = await folder.read(path)
      if (path === 'checkpoint' && (await ledger.head()).size === 2) {
        await ledger.enter(3)
        await settle(ledger)
      }
      return found
    },
  }

  await sequence({ ...ledger.parts, folder: slow }, {})

  const note = await readFile(join(ledger.root, 'checkpoint'), 'utf8')
  assert.equal(note, (await ledger.head()).note)
  assert.equal(readCheckpoint(readNote(Buffer.from(note))?.text ?? '')?.size, 5)
  assert.ok(naiveRoot(await ledger.leaves()).equals(Buffer.from(rootIn(note) ?? [])))
})

test('a ledger that was halted for what somebody outside holds signs nothing more, however busy it is, until it is let go on', async () => {
  const ledger = await aLedger({ named: true })
  const sequencer = startSequencer({ ...ledger.parts, folder: dirname(ledger.root), say: () => undefined })
  const write = async () => {
    for (let time = 0; time < 20; time += 1) {
      await ledger.enter(5)
      sequencer.poke(ledger.agency)
    }
  }
  await write()
  await sequencer.settle(ledger.agency)
  const writing = write()

  sequencer.halt(ledger.agency, new SplitView('A witness', { size: 3, root: new Uint8Array(32) }))
  await pause(300)
  const halted = await ledger.head()
  await writing
  await write()
  await sequencer.settle(ledger.agency)
  const [still, healthy] = [await ledger.head(), sequencer.healthy(ledger.agency)]
  await sequencer.resume(ledger.agency)
  await sequencer.settle(ledger.agency)

  assert.deepEqual([still.size, healthy], [halted.size, false])
  assert.equal((await ledger.head()).size, 300)
  assert.equal(sequencer.healthy(ledger.agency), true)
  await sequencer.stop()
})
