import { execFile } from 'node:child_process'
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { signCheckpoint } from '@sallyport/core/checkpoint'
import { exportItem } from '@sallyport/api/exports'
import { writeEntry } from '@sallyport/core/entry'
import { writeVkey } from '@sallyport/core/note'
import {
  type Edge,
  emptyEdge,
  entriesPath,
  entryBundle,
  grow,
  rootOf,
  tilePath,
  tileWidth,
} from '@sallyport/core/tiles'
import { call } from '../cli/src/client.ts'
import { sha256 } from '../server/src/keys/primitives.ts'
import { logSigner } from '../server/src/ledger/log.ts'
import { tileFolder } from '../server/src/ledger/tile-folder.ts'
import { type Finding, mbps, median, percent, rate, setting, timed } from './measure.ts'
import { aLargeItem } from './upload.ts'
import { aFolder, fetched, found, hire, removeFolder, startVault } from './vault.ts'

const run = promisify(execFile)
const verifier = resolve(import.meta.dirname, '../verify/dist/verify.mjs')
const verify = (args: readonly string[]) => run(process.execPath, [verifier, ...args], { maxBuffer: 2 ** 28 })

/** A ledger as a vault publishes it, with entries of the true form. */
async function aLedger(root: string, size: number): Promise<string> {
  const folder = tileFolder(root)
  const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  const [publicKey, seed] = [Buffer.from(jwk.x ?? '', 'base64url'), Buffer.from(jwk.d ?? '', 'base64url')]
  const origin = 'vault.example.gov/agency/a/custody/1'
  const signer = logSigner({ origin, publicKey, seed })
  const secret = Buffer.alloc(32, 5)
  const entry = () =>
    writeEntry(sha256, {
      id: randomUUID(),
      at: '2026-03-14T02:14:08.420Z',
      act: 'item.read',
      outcome: 'done',
      on: [randomUUID(), randomUUID()],
      actor: { name: 'A. Officer' },
      detail: { request: randomUUID() },
      secret,
    })
  let edge: Edge = emptyEdge
  while (edge.size < size) {
    const at = edge.size
    const some = Array.from({ length: Math.min(tileWidth, size - at) }, entry)
    const next = grow(sha256, edge, some)
    for (const { tile, bytes } of next.tiles) if (tile.width === tileWidth) await write(root, tilePath(tile), bytes)
    await write(root, entriesPath(at / tileWidth, some.length), entryBundle(some))
    edge = next.edge
  }
  for (const [level, bytes] of edge.tiles.entries()) {
    const index = Math.floor(size / tileWidth ** (level + 1))
    if (bytes.length > 0) await write(root, tilePath({ level, index, width: bytes.length / 32 }), bytes)
  }
  await folder.write('log.vkey', Buffer.from(`${writeVkey(signer.key)}\n`))
  await folder.replace('checkpoint', await signCheckpoint({ origin, size, root: rootOf(sha256, edge) }, signer))
  return root
}

async function write(root: string, path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(join(root, path, '..'), { recursive: true })
  await writeFile(join(root, path), bytes)
}

async function entries(folder: string): Promise<Finding> {
  const size = setting('SALLYPORT_BENCH_LEDGER', 250_000)
  const ledger = await aLedger(join(folder, 'ledger'), size)
  const took = await timed(() => verify([ledger]))
  return {
    what: `verify: a ledger of ${size.toLocaleString('en')} entries, offline`,
    ours: `${((1000 * size) / took).toFixed(0)} entries/s`,
    beside: 'floor 100,000 entries/s',
  }
}

/** A bag as it is exported, unpacked. */
async function aBag(folder: string, length: number): Promise<{ bag: string; streamed: number }> {
  const running = await startVault(folder)
  try {
    const person = await hire(running, await found(running), 'detective')
    const id = await aLargeItem(person, length)
    const { bag } = await call(person.vault, exportItem, { id, why: 'Measured' })
    const zip = join(folder, 'bag.zip')
    let bytes: Buffer = Buffer.alloc(0)
    const streamed = await timed(async () => {
      bytes = await fetched(person, bag)
    })
    await writeFile(zip, bytes)
    await mkdir(join(folder, 'bag'))
    await run('python3', ['-m', 'zipfile', '-e', zip, join(folder, 'bag')])
    const [name = ''] = await readdir(join(folder, 'bag'))
    return { bag: join(folder, 'bag', name), streamed }
  } finally {
    await running.stop()
  }
}

async function bags(folder: string): Promise<Finding[]> {
  const length = Math.round(setting('SALLYPORT_BENCH_BAG_GIB', 1) * 2 ** 30)
  const { bag, streamed } = await aBag(folder, length)
  const [content = ''] = (await readdir(join(bag, 'data'), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  const times: Record<'both' | 'one' | 'openssl', number[]> = { both: [], one: [], openssl: [] }
  for (let round = 0; round < 3; round += 1) {
    times.both.push(await timed(() => verify([bag])))
    times.openssl.push(await timed(() => run('openssl', ['dgst', '-sha256', content])))
    times.one.push(await timed(() => verify(['--sha256-only', bag])))
  }
  const speed = (name: keyof typeof times) => rate(length, median(times[name]))
  const line = (what: string, name: 'both' | 'one'): Finding => ({
    what,
    ours: mbps(speed(name)),
    beside: `${mbps(speed('openssl'))} openssl dgst -sha256`,
    ratio: percent(speed(name), speed('openssl')),
  })
  return [
    { what: 'export: a bag streamed over HTTPS', ours: mbps(rate(length, streamed)) },
    line('verify: a bag by SHA-256 and SHA-512', 'both'),
    line('verify: a bag by SHA-256 alone', 'one'),
  ]
}

/** Offline verification by the program that every bag carries. */
export async function* offline(): AsyncGenerator<Finding> {
  const folder = await aFolder()
  try {
    yield await entries(folder)
    yield* await bags(folder)
  } finally {
    await removeFolder(folder)
  }
}
