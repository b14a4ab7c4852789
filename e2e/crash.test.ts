import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, randomBytes, randomInt } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { beginSetUp, setUp } from '@sallyport/api/agency'
import { openCase } from '@sallyport/api/cases'
import { readItem, verifyItem } from '@sallyport/api/items'
import { equal } from '@sallyport/core/bytes'
import { type Checkpoint, readCheckpoint } from '@sallyport/core/checkpoint'
import { type Leaf, readLeaf } from '@sallyport/core/entry'
import type { AgencyId, ItemId } from '@sallyport/core/ids'
import { readNote } from '@sallyport/core/note'
import { emptyEdge, entriesPath, grow, readBundle, rootOf, tileWidth } from '@sallyport/core/tiles'
import { call, openVault, type Vault } from '../cli/src/client.ts'
import { codeAt, stepAt } from '../cli/src/totp.ts'
import { nativeSha256 } from '../verify/src/disk-folder.ts'
import { run as verify } from '../verify/src/main.ts'
import { startVault } from './testing/vault.ts'

/*
 * Server, database and client are killed at moments that the seed chooses, while files go in. What was
 * acknowledged before a kill has to be there after it. A seed gives the same kills again; the machine
 * decides what they hit.
 */

const rounds = Number(process.env['SALLYPORT_CRASHES'] ?? 12)
const seed = Number(process.env['SALLYPORT_CRASH_SEED'] ?? randomInt(2 ** 31))
const filesInRound = 3
const mostBytes = 9_000_000
const latestKillMs = 2_600
const random = seeded(seed)

const folder = await mkdtemp(join(tmpdir(), 'sallyport-crash-'))
const vault = await startVault()
const program = fileURLToPath(new URL('../cli/src/main.ts', import.meta.url))
const environment: NodeJS.ProcessEnv = {
  ...process.env,
  XDG_CONFIG_HOME: folder,
  SALLYPORT_DATA: vault.data,
  SALLYPORT_URL: vault.origin,
}
const children = new Set<ChildProcess>()
after(async () => {
  for (const child of children) child.kill('SIGKILL')
  await vault.remove()
  await rm(folder, { recursive: true, force: true })
})

const victims = ['the server', 'the database', 'the client'] as const

/** What was acknowledged: items with the digest that was sent, cases by their id. */
const held = new Map<ItemId, string>()
const opened = new Set<string>()
const checkpoints: Checkpoint[] = []
const kills: string[] = []

test(`nothing that was acknowledged is lost in ${rounds} crashes (seed ${seed})`, async (t) => {
  const begun = performance.now()
  const agency = await found()
  const door = await enter()
  const opening = openCasesUntilStopped(door)

  try {
    for (let round = 0; round < rounds; round++) await crash(round, agency)
  } finally {
    await opening.stop()
  }
  const stopped = await vault.stop()
  await vault.start()
  await settled()

  assert.equal(stopped, 0, 'the last stop was not clean')
  assert.equal(held.size, rounds * filesInRound)
  for (const [item, sha256] of held) {
    const record = await call(door, readItem, { id: item })
    assert.deepEqual([record.state, record.sha256], ['held', sha256])
    const verdict = await call(door, verifyItem, { id: item })
    assert.ok(verdict.sound, `${item}: ${verdict.says}`)
  }
  const left = (await readdir(join(vault.data, 'objects'), { recursive: true })).filter((name) => /\.\w+$/.test(name))
  assert.deepEqual(
    left.filter((name) => !name.endsWith('.sealed')),
    [],
    'something half-done was left behind',
  )
  assert.equal(left.length, held.size, 'an object that belongs to no item was left behind')
  await assertLedger(agency)
  door.agent.destroy()
  t.diagnostic(
    `${kills.join(', ')}; ${opened.size} cases and ${held.size} items, ${Math.round((performance.now() - begun) / 1000)} s`,
  )
})

/** Files go in, somebody dies, and they go in all the same. */
async function crash(round: number, agency: AgencyId): Promise<void> {
  const begun = performance.now()
  const from = join(folder, `round-${round}`)
  const digests = await writeFiles(from)
  const victim = victims[random() % victims.length] ?? 'the server'
  const at = random() % latestKillMs
  kills.push(`${victim} at ${at} ms`)
  const first = put(from)
  await pause(at)
  if (victim === 'the server') {
    await vault.kill()
    await vault.start()
  } else if (victim === 'the database') await killDatabase()
  else first.child.kill('SIGKILL')

  // A client that was killed, or that came while nobody listened, is run again: it goes on from where it was.
  let last = await first.ended
  for (let tries = 0; last.exit !== 0 && tries < 20; tries++) {
    await pause(500)
    last = await put(from).ended
  }
  const { exit, lines, said } = last
  assert.equal(exit, 0, `round ${round + 1}, ${kills.at(-1)}:\n${said}\n${vault.said().slice(-2000)}`)
  assert.equal(lines.length, filesInRound, said)
  for (const { item, file, sha256, state } of lines) {
    assert.deepEqual([state, sha256], ['held', digests.get(file)])
    held.set(item, sha256)
  }
  console.log(`# round ${round + 1}: ${kills.at(-1)}, all delivered after ${Math.round(performance.now() - begun)} ms`)
  const checkpoint = await checkpointNow(agency)
  if (checkpoint) checkpoints.push(checkpoint)
}

async function writeFiles(into: string): Promise<Map<string, string>> {
  await mkdir(into)
  const digests = new Map<string, string>()
  for (let index = 0; index < filesInRound; index++) {
    const bytes = randomBytes(1 + (random() % mostBytes))
    const path = join(into, `BWC_${index}.mp4`)
    await writeFile(path, bytes)
    digests.set(path, createHash('sha256').update(bytes).digest('hex'))
  }
  return digests
}

type Delivered = { readonly item: ItemId; readonly file: string; readonly sha256: string; readonly state: string }

function put(from: string) {
  const asking = [program, 'put', from, '--recursive', '--case', caseNumber, '--category', 'body-worn-video', '--json']
  return client(asking)
}

function client(asking: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, asking, { env: { ...environment, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  children.add(child)
  let out = ''
  let said = ''
  child.stdout.on('data', (part: Buffer) => (out += part.toString()))
  child.stderr.on('data', (part: Buffer) => (said += part.toString()))
  const ended = new Promise<{ exit: number; lines: Delivered[]; said: string }>((done) => {
    child.once('close', (code) => {
      children.delete(child)
      const lines = out
        .split('\n')
        .flatMap((line) => (line.includes('"sha256"') ? [JSON.parse(line) as Delivered] : []))
      done({ exit: code ?? 128, lines, said: `${out}${said}` })
    })
  })
  return { child, ended }
}

async function killDatabase(): Promise<void> {
  const pid = await readFile(join(vault.data, 'postgres/cluster/pgdata/postmaster.pid'), 'utf8').catch(() => '')
  const number = Number(pid.split('\n')[0])
  if (number > 1) process.kill(number, 'SIGKILL')
}

const caseNumber = '26-000001'
const password = 'amber kettle seven harbours'
const secret = { base32: '' }

async function found(): Promise<AgencyId> {
  const door = await vault.reach()
  const { totpSecret, bannerText } = await call(door, beginSetUp, { token: vault.setUpToken })
  secret.base32 = totpSecret
  const { id } = await call(door, setUp, {
    token: vault.setUpToken,
    name: 'Harbor County Police Department',
    ori: 'OH0HARB01',
    slug: 'harbor-pd',
    timeZone: 'America/New_York',
    bannerText,
    unlock: 'by-file',
    passphrase: 'lantern willow ember meadow falcon',
    administrator: {
      name: 'Dana Whitfield',
      signInName: 'dana',
      password,
      totpSecret,
      code: codeAt(totpSecret, stepAt(new Date(Date.now() + 8_000)) - 1),
      alsoCustodian: true,
    },
  })
  door.agent.destroy()
  return id
}

/** Signs in with the command line, and gives the same session to this test. */
async function enter(): Promise<Vault> {
  while (stepAt(new Date()) !== stepAt(new Date(Date.now() + 8_000))) await pause(500)
  const asking = [program, 'sign-in', '--name', 'dana', '--accept-notice']
  const { exit, said } = await client(asking, { SALLYPORT_PASSWORD: password, SALLYPORT_TOTP_SECRET: secret.base32 })
    .ended
  assert.equal(exit, 0, said)
  const saved = JSON.parse(await readFile(join(folder, 'sallyport/session.json'), 'utf8')) as {
    cookie: string
    csrf: string
  }
  const door = openVault(vault.origin, [await readFile(join(vault.data, 'tls/ca.crt'), 'utf8')])
  door.session = saved
  await call(door, openCase, { number: caseNumber, title: 'Crashes', type: 'other' })
  return door
}

/** Small acts all the while, so that the ledger is never idle when somebody dies. */
function openCasesUntilStopped(door: Vault) {
  let going = true
  let count = 1
  const ended = (async () => {
    while (going) {
      count++
      const asking = { number: `26-1${String(count).padStart(6, '0')}`, title: `Case ${count}`, type: 'other' } as const
      await call(door, openCase, asking)
        .then(({ id }) => opened.add(id))
        .catch(() => pause(100))
      await pause(40)
    }
  })()
  return {
    stop: () => {
      going = false
      return ended
    },
  }
}

const ledgerOf = (agency: AgencyId) => join(vault.data, 'ledger', agency)

async function checkpointNow(agency: AgencyId): Promise<Checkpoint | undefined> {
  const note = readNote(await readFile(join(ledgerOf(agency), 'checkpoint')))
  return note && readCheckpoint(note.text)
}

/** Waits until every entry has its place and the files stand still. */
const settled = () => pause(2_500)

/** The ledger is sound, has grown out of every checkpoint that was ever seen, and holds what was acknowledged. */
async function assertLedger(agency: AgencyId): Promise<void> {
  const lines: string[] = []
  const exit = await verify([ledgerOf(agency)], (line) => lines.push(line))
  assert.equal(exit, 0, lines.join('\n'))
  const last = await checkpointNow(agency)
  assert.ok(last)
  const entries = await entriesOf(agency, last.size)
  for (const { size, root } of checkpoints) {
    const { edge } = grow(nativeSha256, emptyEdge, entries.slice(0, size))
    assert.ok(
      equal(rootOf(nativeSha256, edge), root),
      `the tree of ${size} entries that was signed is not a part of this one`,
    )
  }
  const leaves = entries.flatMap((entry) => readLeaf(entry) ?? [])
  assert.equal(leaves.length, entries.length)
  const times = (act: string, on: string) =>
    leaves.filter((leaf: Leaf) => leaf.act === act && leaf.on.includes(on)).length
  for (const id of opened) assert.equal(times('case.opened', id), 1, `case ${id}`)
  for (const id of held.keys()) assert.equal(times('item.received', id), 1, `item ${id}`)
}

async function entriesOf(agency: AgencyId, size: number): Promise<Uint8Array[]> {
  const entries: Uint8Array[] = []
  for (let index = 0; entries.length < size; index++) {
    const width = Math.min(tileWidth, size - entries.length)
    const bundle = readBundle(await readFile(join(ledgerOf(agency), entriesPath(index, width))))
    assert.equal(bundle?.length, width)
    entries.push(...(bundle ?? []))
  }
  return entries
}

/** Small numbers by xorshift: good enough to choose moments, and the same for the same seed. */
function seeded(from: number): () => number {
  let state = from || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state
  }
}
