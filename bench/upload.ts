import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, open, readdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { openCase } from '@sallyport/api/cases'
import type { CaseId, ItemId } from '@sallyport/core/ids'
import { declareUpload, readUpload } from '@sallyport/api/uploads'
import { call, good, openVault, send, textOf, type Vault } from '../cli/src/client.ts'
import { type Finding, mbps, median, percent, rate, setting, timed, watchMemory } from './measure.ts'
import { aFolder, found, hire, type Person, removeFolder, type Running, startVault } from './vault.ts'

/** Random bytes, sent over and over: nothing on the way compresses, and making them costs nothing. */
const block = randomBytes(1 << 20)
const part = 64 << 20
const tus = { 'tus-resumable': '1.0.0' } as const

async function* bytes(length: number) {
  for (let left = length; left > 0; left -= block.length) yield block.subarray(0, Math.min(left, block.length))
}

function digestOf(length: number): string {
  const hash = createHash('sha256')
  for (let left = length; left > 0; left -= block.length) hash.update(block.subarray(0, Math.min(left, block.length)))
  return hash.digest('hex')
}

/** One client for ours and for the peer: PATCH after PATCH of 64 MiB, as `sallyport put` and the page send. */
async function patchAll(vault: Vault, path: string, length: number): Promise<void> {
  for (let from = 0; from < length; from += part) {
    const size = Math.min(part, length - from)
    const headers = {
      ...tus,
      'content-type': 'application/offset+octet-stream',
      'content-length': String(size),
      'upload-offset': String(from),
    }
    const answer = await send(vault, { method: 'PATCH', path, headers, body: bytes(size) })
    const told = await textOf(answer)
    if (!good(answer)) throw new Error(`The upload was refused: ${answer.statusCode} ${told}`)
  }
}

type Sent = { readonly case: CaseId; readonly length: number; readonly sha256: string }

/** Uploads an item, from its declaration until it is held: hashed, compared, sealed, synced, entered. */
export async function putItem({ vault }: Person, { case: id, length, sha256 }: Sent): Promise<ItemId> {
  const upload = await call(vault, declareUpload, {
    case: id,
    particulars: { title: 'Measured', category: 'other' },
    originalName: 'measured.mp4',
    mediaType: 'video/mp4',
    size: length,
    sha256,
  })
  await patchAll(vault, new URL(upload.tus, vault.origin).pathname, length)
  for (;;) {
    const { state } = await call(vault, readUpload, { id: upload.id })
    if (state === 'held') return upload.item
    if (state !== 'checking' && state !== 'receiving') throw new Error(`The upload is ${state}.`)
    await sleep(10)
  }
}

/** A case with one item of a size, for the rows that read. */
export async function aLargeItem(person: Person, length: number): Promise<ItemId> {
  const number = `M-${randomBytes(4).toString('hex')}`
  const { id } = await call(person.vault, openCase, { number, title: 'Measured', type: 'other' })
  return putItem(person, { case: id, length, sha256: digestOf(length) })
}

type Peer = { readonly vault: Vault; readonly stop: () => Promise<void> }

async function startPeer({ ca, data }: Running, args: readonly [kind: string, folder: string, store: string]) {
  const [kind, folder, store] = args
  await mkdir(folder, { recursive: true })
  const tls = join(data, 'tls')
  const program = resolve(import.meta.dirname, 'peer.ts')
  const child: ChildProcess = spawn(
    process.execPath,
    [program, kind, join(tls, 'server.crt'), join(tls, 'server.key'), folder, store],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const ended = new Promise<void>((done) => child.on('close', () => done()))
  process.once('exit', () => child.kill())
  const port = await new Promise<string>((done, failed) => {
    child.stdout?.once('data', (said: Buffer) => done(said.toString().trim()))
    child.on('close', () => failed(new Error(`The ${kind} did not start.`)))
  })
  const stop = async () => {
    child.kill()
    await ended
  }
  return { vault: openVault(`https://localhost:${port}`, ca), stop } satisfies Peer
}

/** Brings the peer by npm, into a folder of its own: it is no part of the vault. */
async function fileStore(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  const asked = ['install', '--prefix', folder, '--no-audit', '--no-fund', '--ignore-scripts']
  await promisify(execFile)('npm', [...asked, '@tus/file-store@2.1.1', '@tus/server@2.4.5'])
  if (!existsSync(join(folder, 'node_modules/@tus/file-store'))) throw new Error('npm brought no @tus/file-store.')
  return folder
}

async function putPlain({ vault }: Peer, length: number): Promise<void> {
  const headers = { ...tus, 'upload-length': String(length), 'content-length': '0' }
  const answer = await send(vault, { method: 'POST', path: '/files', headers })
  await textOf(answer)
  await patchAll(vault, new URL(answer.headers.location ?? '', vault.origin).pathname, length)
}

async function syncAndClear(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const file = await open(join(folder, name), 'r+')
    await file.sync()
    await file.close()
    await rm(join(folder, name))
  }
}

async function plainFile(path: string, length: number): Promise<void> {
  const file = await open(path, 'w')
  for await (const piece of bytes(length)) await file.write(piece)
  await file.sync()
  await file.close()
  await rm(path)
}

type Times = Readonly<Record<'ours' | 'peer' | 'peerSynced' | 'sink' | 'disk', number[]>>

type Round = {
  readonly person: Person
  readonly sent: Sent
  readonly peer: Peer
  readonly sink: Peer
  readonly folder: string
}

async function round({ person, sent, peer, sink, folder }: Round, times: Times): Promise<void> {
  const { length } = sent
  times.ours.push(await timed(() => putItem(person, sent)))
  const stored = await timed(() => putPlain(peer, length))
  times.peer.push(stored)
  times.peerSynced.push(stored + (await timed(() => syncAndClear(join(folder, 'peer')))))
  const body = () => ({ method: 'POST', path: '/', body: bytes(length) }) as const
  times.sink.push(await timed(async () => textOf(await send(sink.vault, body()))))
  times.disk.push(await timed(() => plainFile(join(folder, 'plain'), length)))
}

/** Upload over HTTPS, beside the plain tus server, the bare TLS sink and the disk, in turns. */
export async function upload(): Promise<Finding[]> {
  const length = Math.round(setting('SALLYPORT_BENCH_GIB', 2) * 2 ** 30)
  const rounds = setting('SALLYPORT_BENCH_ROUNDS', 3)
  const folder = await aFolder()
  const running = await startVault(folder)
  try {
    const founded = await found(running)
    const person = await hire(running, founded, 'detective')
    const { id } = await call(person.vault, openCase, { number: 'M-1', title: 'Measured', type: 'other' })
    const sent = { case: id, length, sha256: digestOf(length) }
    const peer = await startPeer(running, ['tus', join(folder, 'peer'), await fileStore(join(folder, 'npm'))])
    const sink = await startPeer(running, ['sink', join(folder, 'sink'), ''])
    const memory = watchMemory(running.pid)
    const times: Times = { ours: [], peer: [], peerSynced: [], sink: [], disk: [] }
    for (let nth = 0; nth < rounds; nth += 1) await round({ person, sent, peer, sink, folder }, times)
    await Promise.all([peer.stop(), sink.stop()])
    return told(times, length, memory())
  } finally {
    await running.stop()
    await removeFolder(folder)
  }
}

function told(times: Times, length: number, memory: number): Finding[] {
  const of = (name: keyof Times) => rate(length, median(times[name]))
  const ours = of('ours')
  const size = `${(length / 2 ** 30).toFixed(1)} GiB`
  const line = (what: string, name: keyof Times): Finding => ({
    what: `upload of ${size}, hashed, sealed and synced, beside ${what}`,
    ours: mbps(ours),
    beside: mbps(of(name)),
    ratio: percent(ours, of(name)),
  })
  return [
    line('a plain tus server, unsynced', 'peer'),
    line('a plain tus server, then synced', 'peerSynced'),
    line('a bare TLS sink', 'sink'),
    line('the disk, written and synced', 'disk'),
    { what: 'largest memory of the server meanwhile', ours: `${(memory / 1e6).toFixed(0)} MB`, beside: 'floor 350 MB' },
  ]
}
