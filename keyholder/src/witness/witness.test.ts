import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { get } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { TLSSocket } from 'node:tls'
import { promisify } from 'node:util'
import { text, utf8 } from '@sallyport/core/bytes'
import { readCheckpoint } from '@sallyport/core/checkpoint'
import { type NoteSigner, readNote, readVkey, type VerifierKey, writeVkey } from '@sallyport/core/note'
import { judgeByPolicy, readPolicy } from '@sallyport/core/policy'
import { asking, type History, history } from '@sallyport/core/testing/histories'
import { aLog } from '@sallyport/core/testing/signers'
import { acceptCosignatures, type AddCheckpoint, writeAddCheckpoint } from '@sallyport/core/witness'
import { Fault } from '../fault.ts'
import { sha256, verifiers } from '../signing.ts'
import { readAlarms } from '../state/alarms.ts'
import type { Told } from './add-checkpoint.ts'
import { logId } from './memory.ts'
import { type RunningWitness, startWitness } from './start.ts'

const origin = 'vault.example/agency/springfield/custody/1'
const log = aLog(origin)
const tree = (size: number, differsFrom = size) => history(origin, size, differsFrom)
const started: RunningWitness[] = []
const folders: string[] = []

after(async () => {
  await Promise.all(started.map(({ stop }) => stop()))
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true })))
})

async function newState(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-witness-'))
  folders.push(folder)
  return join(folder, 'state')
}

type More = { readonly mldsa?: boolean; readonly keys?: readonly VerifierKey[]; readonly name?: string }

async function aWitness(state: string, { mldsa = false, keys = [log.key], name = 'witness.example' }: More = {}) {
  const told: Told[] = []
  const listen = { host: '127.0.0.1', port: 0 }
  const running = await startWitness({ state, name, listen, logs: keys, mldsa, tell: (one) => told.push(one) })
  started.push(running)
  const url = `http://127.0.0.1:${running.address.port}`
  const post = (body: Uint8Array) => fetch(`${url}/add-checkpoint`, { method: 'POST', body: Buffer.from(body) })
  const ask = async (old: number, grown: History, signer: NoteSigner = log) =>
    post(writeAddCheckpoint(await asking(signer, old, grown)))
  return { ...running, url, told, post, ask, state }
}

const cosignersOf = async (request: AddCheckpoint, lines: string, vkeys: readonly string[]) => {
  const keys = vkeys.map((vkey) => readVkey(sha256, vkey)).filter((key) => key !== undefined)
  const found = await acceptCosignatures({ hash: sha256, verify: verifiers }, request.checkpoint, { lines, keys })
  return found?.length
}

test('a witness cosigns what its log signs, with every key it has, and serves the last of it', async () => {
  const witness = await aWitness(await newState(), { mldsa: true })
  const request = await asking(log, 0, tree(3))

  const answer = await witness.post(writeAddCheckpoint(request))
  const lines = await answer.text()
  const next = await witness.ask(3, tree(300))
  const served = await (await fetch(`${witness.url}/${logId(origin)}/checkpoint`)).text()
  const vkeys = (await (await fetch(`${witness.url}/vkeys`)).text()).trimEnd().split('\n')

  assert.equal(answer.status, 200)
  assert.equal(next.status, 200)
  assert.equal(vkeys.length, 3)
  assert.deepEqual(vkeys, witness.identity.vkeys)
  assert.equal(await cosignersOf(request, lines, [vkeys[0] ?? '', vkeys[2] ?? '']), 2)
  assert.equal(await cosignersOf(request, lines, [vkeys[1] ?? '']), 1, 'the older encoding names the same witness')
  assert.equal(readCheckpoint(readNote(utf8(served))?.text ?? '')?.size, 300)
})

test('a checkpoint that a witness cosigned fulfils a policy that asks for it', async () => {
  const witness = await aWitness(await newState())
  await witness.ask(0, tree(3))
  const [vkey] = witness.identity.vkeys
  const written = `log ${writeVkey(log.key)}\nwitness agency ${vkey}\nquorum agency\n`
  const read = readPolicy(sha256, utf8(written))
  const served = await (await fetch(`${witness.url}/${logId(origin)}/checkpoint`)).bytes()
  assert.ok(read.is === 'policy')

  const judged = await judgeByPolicy({ hash: sha256, verify: verifiers }, served, read.policy)

  assert.ok(judged.is === 'judged' && judged.quorum)
  assert.ok(Math.abs((judged.witnessed[0]?.time ?? 0) - Date.now() / 1000) < 10)
})

test('a witness answers each wrong request with the status that the protocol gives it', async () => {
  const witness = await aWitness(await newState())
  await witness.ask(0, tree(300))
  const stranger = aLog('vault.example/agency/shelbyville/custody/1')
  const status = async (answer: Promise<Response>) => (await answer).status

  assert.equal(await status(witness.post(utf8('hello\n'))), 400)
  assert.equal(await status(witness.ask(301, tree(300))), 400)
  assert.equal(await status(witness.ask(0, tree(300), aLog(origin))), 403)
  assert.equal(await status(witness.ask(0, history(stranger.key.name, 3), stranger)), 404)
  assert.equal(await status(witness.post(new Uint8Array(600_000).fill(0x61))), 413)
  assert.equal(await status(fetch(`${witness.url}/add-checkpoint`)), 405)
  assert.equal(await status(fetch(`${witness.url}/..%2fkeys%2fed25519.pem`)), 404)
  assert.equal(await status(fetch(`${witness.url}/${'0'.repeat(64)}/checkpoint`)), 404)
  const behind = await witness.ask(3, tree(700))
  assert.equal(behind.status, 409)
  assert.equal(behind.headers.get('content-type'), 'text/x.tlog.size')
  assert.equal(await behind.text(), '300\n')
  assert.deepEqual(await readAlarms(witness.state), [])
})

test('a witness refuses a second history, keeps both notes as evidence, and says so once', async () => {
  const witness = await aWitness(await newState())
  await witness.ask(0, tree(300))

  const split = await witness.ask(300, tree(300, 7))
  const again = await witness.ask(300, tree(300, 7))
  const stale = await witness.ask(0, tree(300, 8))
  const grown = await witness.ask(300, tree(700, 7))

  assert.deepEqual([split.status, again.status, stale.status, grown.status], [422, 422, 409, 422])
  const alarms = await readAlarms(witness.state)
  assert.deepEqual(
    alarms.map(({ kind }) => kind),
    ['split-view', 'split-view', 'does-not-follow'],
  )
  const [first] = alarms
  const [seen, shown] = [first?.seen, first?.shown].map((note) => readNote(utf8(note ?? '')))
  assert.equal(readCheckpoint(seen?.text ?? '')?.size, readCheckpoint(shown?.text ?? '')?.size)
  assert.notEqual(seen?.text, shown?.text)
  assert.equal(witness.told.filter(({ event }) => event === 'alarm').length, 3)
})

test('of two histories that are asked for at the same moment, one is cosigned', async () => {
  const witness = await aWitness(await newState())
  const wanted = Array.from({ length: 20 }, (_, at) => tree(300, at % 2 === 0 ? 300 : 5))

  const answers = await Promise.all(wanted.map((grown) => witness.ask(0, grown)))

  const good = answers.filter(({ status }) => status === 200)
  assert.equal(good.length, 1)
  assert.ok(answers.every(({ status }) => status === 200 || status === 409))
})

test('a witness that was stopped goes on where it was, and a second one on its folder is refused', async () => {
  const state = await newState()
  const first = await aWitness(state)
  await first.ask(0, tree(300))

  await assert.rejects(aWitness(state), Fault)
  await first.stop()
  const second = await aWitness(state, { keys: [] })
  const split = await second.ask(0, tree(299, 5))
  const next = await second.ask(300, tree(700))

  assert.deepEqual(second.identity.vkeys, first.identity.vkeys)
  assert.deepEqual([split.status, next.status], [409, 200])
})

test('a witness whose memory was deleted or changed does not start, rather than forget', async () => {
  const state = await newState()
  const witness = await aWitness(state)
  await witness.ask(0, tree(300))
  await witness.stop()
  const file = join(state, 'logs', logId(origin), 'checkpoint')
  const note = await readFile(file)

  for (const damage of [
    () => rm(file),
    () => writeFile(file, text(note).replace('\n300\n', '\n3\n')),
    () => writeFile(file, note.subarray(0, note.indexOf('— witness'))),
    () => writeFile(file, 'hello\n'),
    () => rm(join(state, 'logs', logId(origin), 'vkeys')),
  ]) {
    await damage()
    await assert.rejects(aWitness(state), Fault)
  }
  await writeFile(file, note)
  await rm(join(state, 'keys', 'ed25519.pem'))
  await assert.rejects(aWitness(state), Fault)
})

test('a witness that cannot write cosigns nothing, and goes on when it can', async () => {
  const witness = await aWitness(await newState())
  const inTheWay = join(witness.state, 'logs', logId(origin), 'checkpoint.new')
  await mkdir(inTheWay)

  const failed = await witness.ask(0, tree(3))
  await rm(inTheWay, { recursive: true })
  const after = await witness.ask(0, tree(3, 1))

  assert.equal(failed.status, 500)
  assert.doesNotMatch(await failed.text(), /—/)
  assert.equal(after.status, 200, 'nothing had been promised of the first')
})

test('a witness keeps its name, needs one, needs a log, and shows its keys to nobody else on the machine', async () => {
  const state = await newState()

  await assert.rejects(
    startWitness({ state, listen: { host: '127.0.0.1', port: 0 }, logs: [log.key], tell: () => {} }),
    Fault,
  )
  await assert.rejects(aWitness(state, { keys: [] }), Fault)
  const witness = await aWitness(state)
  await witness.stop()
  await assert.rejects(aWitness(state, { name: 'other.example' }), Fault)

  const keys = await readdir(join(state, 'keys'))
  for (const key of keys) assert.equal((await stat(join(state, 'keys', key))).mode & 0o077, 0)
  assert.equal((await stat(state)).mode & 0o077, 0)
})

test('a witness goes on after whatever is thrown at its port', async () => {
  const witness = await aWitness(await newState())
  const { port } = witness.address
  const thrown = [
    '\u0000\u0001\u0002',
    'GET / HTTP/9.9\r\n\r\n',
    `GET /vkeys HTTP/1.1\r\nhost: x\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`,
    'POST /add-checkpoint HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\nold 0\n',
    'POST /add-checkpoint HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
    'POST /add-checkpoint HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nold 0',
  ]

  await Promise.all(
    Array.from({ length: 120 }, async (_, at) => {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => {})
      socket.write(thrown[at % thrown.length] ?? '')
      await new Promise((done) => setTimeout(done, 100))
      socket.destroy()
    }),
  )
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, at) =>
      witness.post(at % 2 === 0 ? utf8('old 0\n\nhello\n') : new Uint8Array(600_000)),
    ),
  )
  const honest = await witness.ask(0, tree(3))

  assert.ok(answers.every(({ status }) => [400, 413, 503].includes(status)))
  assert.equal(honest.status, 200)
})

test('a witness serves TLS with the certificate that it is given', async () => {
  const state = await newState()
  const [key, cert] = [`${state}.key`, `${state}.crt`]
  const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
  const about = ['-keyout', key, '-out', cert, '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  await promisify(execFile)('openssl', [...made, ...about])
  const tls = { cert: await readFile(cert), key: await readFile(key) }
  const listen = { host: '127.0.0.1', port: 0 }
  const witness = await startWitness({ state, name: 'w.example', listen, logs: [log.key], tls, tell: () => {} })
  started.push(witness)

  const [answer] = (await once(
    get(`https://localhost:${witness.address.port}/vkeys`, {
      ca: tls.cert,
      lookup: (_, __, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
    }),
    'response',
  )) as [IncomingMessage]
  const cipher = (answer.socket as TLSSocket).getCipher().name
  answer.resume()

  assert.equal(answer.statusCode, 200)
  assert.match(cipher, /AES.?256/)
})
