/**
 * Our witness and our log with those that nobody here wrote: `node interop/witness.ts STEP FOLDER PROGRAMS`.
 *
 * foreign   torchwood's litewitness watches a log of ours
 * tessera   a Tessera log asks our witness, and our mirror copies it
 * judged    what Go cosigned, with Ed25519 and with ML-DSA-44, is judged here
 */
import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { readCheckpoint } from '@sallyport/core/checkpoint'
import { asCosigner } from '@sallyport/core/cosignature'
import { ed25519Key, readNote, readVkey, type VerifierKey, writeNote, writeVkey } from '@sallyport/core/note'
import { judgeByPolicy, readPolicy } from '@sallyport/core/policy'
import { aLog } from '@sallyport/core/testing/signers'
import { consistencyProof } from '@sallyport/core/tiles'
import { acceptCosignatures, readWitnessAnswer, writeAddCheckpoint } from '@sallyport/core/witness'
import { sha256, verifiers } from '../keyholder/src/signing.ts'
import { folderSource } from '../keyholder/src/mirror/source.ts'
import { publish } from '../keyholder/src/testing/published.ts'

const [step = '', folder = '.', programs = '.'] = process.argv
  .slice(2)
  .map((word, at) => (at > 0 ? resolve(word) : word))
const sallyport = resolve(import.meta.dirname, '../cli/src/main.ts')
const run = promisify(execFile)
const means = { hash: sha256, verify: verifiers }
const children: ChildProcess[] = []

function begin(program: string, args: readonly string[]): ChildProcess {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  children.push(child)
  return child
}

/** The first part of what a program says that fits. What it says afterwards is read too, so that it goes on. */
function heard(child: ChildProcess, stream: 'stdout' | 'stderr', pattern: RegExp): Promise<string> {
  let said = ''
  return new Promise((resolve, reject) => {
    child[stream]?.on('data', (part: Buffer) => {
      said += part.toString()
      const found = pattern.exec(said)
      if (found?.[1] !== undefined) resolve(found[1])
    })
    child.on('exit', () => reject(new Error(`It ended without saying what was waited for: ${said}`)))
  })
}

function keyOf(vkey: string): VerifierKey {
  const key = readVkey(sha256, vkey)
  if (!key) throw new Error(`${vkey} is no vkey`)
  return key
}

/** Starts litewitness with a key in an agent of its own, and tells it of a log. */
async function litewitness(log: string, place: string): Promise<{ url: string; vkey: string }> {
  await rm(place, { recursive: true, force: true })
  await mkdir(place, { recursive: true })
  const [key, agent, db] = [join(place, 'key'), join(place, 's'), join(place, 'db')]
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key])
  begin('ssh-agent', ['-D', '-a', agent])
  await pause(300)
  await run('ssh-add', ['-q', key], { env: { ...process.env, SSH_AUTH_SOCK: agent } })
  const print = (await run('ssh-keygen', ['-l', '-f', `${key}.pub`])).stdout.split(' ')[1] ?? ''
  const port = 17_380
  const flags = { db, 'ssh-agent': agent, name: 'litewitness.example', listen: `127.0.0.1:${port}`, key: print }
  const child = begin(
    join(programs, 'litewitness'),
    Object.entries(flags).map(([name, value]) => `-${name}=${value}`),
  )
  const vkey = await heard(child, 'stderr', /vkey="?([^"\s]+)/)
  const tables = new DatabaseSync(db)
  const empty = Buffer.from(sha256(new Uint8Array(0))).toString('base64')
  tables.prepare('INSERT INTO log VALUES (?, 0, ?)').run(keyOf(log).name, empty)
  tables.prepare('INSERT INTO key VALUES (?, ?)').run(keyOf(log).name, log)
  tables.close()
  return { url: `http://127.0.0.1:${port}/add-checkpoint`, vkey }
}

async function foreign(): Promise<void> {
  const log = aLog('vault.example/agency/springfield/custody/1')
  const place = join(folder, 'watched')
  const { url, vkey } = await litewitness(writeVkey(log.key), join(folder, 'litewitness'))
  const ask = async (old: number, from = old) => {
    const bytes = await readFile(join(place, 'checkpoint'))
    const size = readCheckpoint(readNote(bytes)?.text ?? '')?.size ?? 0
    const proof = await consistencyProof(sha256, folderSource(place).readTile, { old: from, size })
    const body = Buffer.from(writeAddCheckpoint({ old, proof, checkpoint: bytes }))
    const answer = await fetch(url, { method: 'POST', body })
    return { bytes, told: readWitnessAnswer(answer.status, await answer.bytes()) }
  }
  await publish(place, log, { size: 700 })
  assert.equal((await ask(0)).told.is, 'cosigned')
  await publish(place, log, { size: 2000 })
  assert.deepEqual((await ask(5)).told, { is: 'behind', size: 700 })
  assert.deepEqual((await ask(700, 699)).told, { is: 'refused', status: 422 })
  const { bytes, told } = await ask(700)
  assert.ok(told.is === 'cosigned')
  const accepted = await acceptCosignatures(means, bytes, { lines: told.lines, keys: [keyOf(vkey)] })
  const note = readNote(bytes)
  assert.ok(note && accepted?.length === 1)
  await writeFile(
    join(place, 'checkpoint'),
    writeNote({ ...note, signatures: [...note.signatures, ...accepted.map(({ signature }) => signature)] }),
  )
  const policy = `log ${writeVkey(log.key)}\nwitness agency ${vkey}\ngroup enough 1 agency\nquorum enough\n`
  await writeFile(join(folder, 'watched.policy'), policy)
  await writeFile(join(folder, 'watched.vkeys'), `${writeVkey(log.key)} ${vkey}\n`)
  await Promise.all(['tlog-proof', 'entry'].map((end) => rm(join(folder, `watched.${end}`), { force: true })))
  const proof = ['ledger', 'proof', place, '1234', '--policy', join(folder, 'watched.policy')]
  await run(process.execPath, [sallyport, ...proof, '--out', join(folder, 'watched')])
  console.log('litewitness cosigned 700 and 2,000 entries of ours, and refused what does not follow')
}

/** A key of Go's note package, private and public. */
function goKey(name: string): { skey: string; vkey: string } {
  const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  const key = ed25519Key(sha256, name, Buffer.from(jwk.x ?? '', 'base64url'))
  const secret = Buffer.concat([Buffer.of(1), Buffer.from(jwk.d ?? '', 'base64url')]).toString('base64')
  return { skey: `PRIVATE+KEY+${name}+${Buffer.from(key.id).toString('hex')}+${secret}`, vkey: writeVkey(key) }
}

async function tessera(): Promise<void> {
  const place = join(folder, 'tessera')
  await rm(place, { recursive: true, force: true })
  await mkdir(join(place, 'entries'), { recursive: true })
  const { skey, vkey } = goKey('tessera.example/log')
  const paths = {
    key: join(place, 'key'),
    vkey: join(place, 'vkey'),
    policy: join(place, 'policy'),
    state: join(place, 'state'),
  }
  await writeFile(paths.key, skey)
  await writeFile(paths.vkey, vkey)
  const flags = [
    '--state',
    paths.state,
    '--listen',
    '127.0.0.1:0',
    '--name',
    'witness.example',
    '--log',
    vkey,
    '--ml-dsa',
    '--json',
  ]
  const witness = begin(process.execPath, [sallyport, 'witness', ...flags])
  const line = await heard(witness, 'stdout', /^(\{"event":"listening".*\})$/m)
  const { url, vkeys } = JSON.parse(line) as { readonly url: string; readonly vkeys: readonly string[] }
  await writeFile(paths.policy, `log ${vkey}\nwitness ours ${vkeys[0]} ${url}\ngroup enough all ours\nquorum enough\n`)
  const storage = join(place, 'log')
  const add = async (log: string, count: number, word: string) => {
    const entries = join(place, 'entries', word)
    await mkdir(entries, { recursive: true })
    for (let at = 0; at < count; at++) await writeFile(join(entries, String(at)), `${word} ${at}`)
    const args = {
      storage_dir: log,
      entries: `${entries}/*`,
      private_key: paths.key,
      witness_policy_file: paths.policy,
    }
    const words = Object.entries(args).map(([name, value]) => `-${name}=${value}`)
    await run(join(programs, 'posix-oneshot'), words, { timeout: word === 'other' ? 3_000 : 30_000 })
  }
  await add(storage, 1, 'first')
  const fork = join(place, 'fork')
  await cp(storage, fork, { recursive: true })
  await add(storage, 300, 'second')
  await assert.rejects(add(fork, 300, 'other'), 'a second history was published')
  await add(storage, 500, 'third')

  const bytes = await readFile(join(storage, 'checkpoint'))
  const read = readPolicy(sha256, await readFile(paths.policy))
  assert.ok(read.is === 'policy')
  const judged = await judgeByPolicy(means, bytes, read.policy)
  assert.ok(judged.is === 'judged' && judged.quorum)
  assert.equal(judged.checkpoint.size, 801)
  const served = await fetch(`${url}/${createHash('sha256').update('tessera.example/log').digest('hex')}/checkpoint`)
  await writeFile(join(place, 'cosigned'), await served.bytes())
  // One key in two encodings: a verifier takes the one or the other.
  await writeFile(join(place, 'vkeys'), [vkey, vkeys[0], vkeys[2]].join('\n'))
  await writeFile(join(place, 'older-vkeys'), [vkey, vkeys[1], vkeys[2]].join('\n'))
  const alarms = await run(process.execPath, [
    sallyport,
    'witness',
    '--state',
    paths.state,
    '--alarms',
    '--json',
  ]).catch(({ code, stdout }: { code: number; stdout: string }) => ({ code, stdout }))
  assert.ok(
    'code' in alarms && alarms.code === 1 && alarms.stdout.includes('"kind"'),
    'the second history left no evidence',
  )
  const mirror = ['mirror', storage, '--into', join(place, 'mirror'), '--policy', paths.policy]
  await run(process.execPath, [sallyport, ...mirror])
  console.log('a Tessera log of 801 entries is cosigned here and copied, and a fork of it is neither')
}

async function judged(): Promise<void> {
  const [bytes, written] = await Promise.all([
    readFile(join(folder, 'by-go')),
    readFile(join(folder, 'by-go.vkeys'), 'utf8'),
  ])
  const [log = ''] = (await readFile(join(folder, 'watched.vkeys'), 'utf8')).split(' ')
  const keys = written.trimEnd().split('\n').map(keyOf)
  const policy = {
    logs: [{ key: keyOf(log) }],
    witnesses: keys.map((key, at) => ({ name: `w${at}`, key })),
    groups: [{ name: 'all', least: keys.length, members: keys.map((_, at) => `w${at}`) }],
    quorum: 'all',
  }
  const found = await judgeByPolicy(means, bytes, policy)
  assert.ok(found.is === 'judged' && found.quorum, JSON.stringify(found.is))
  assert.deepEqual(
    keys.map((key) => asCosigner(sha256, key).type),
    [4, 6],
  )
  const other = Buffer.from(bytes.toString('utf8').replace('\n2000\n', '\n2001\n'))
  assert.equal((await judgeByPolicy(means, other, policy)).is, 'forged')
  console.log('cosignatures that Go made with Ed25519 and ML-DSA-44 hold here')
}

const steps: Readonly<Record<string, () => Promise<void>>> = { foreign, tessera, judged }
try {
  const chosen = steps[step]
  if (!chosen) throw new Error(`There is no step ${step}.`)
  await chosen()
} finally {
  for (const child of children) child.kill('SIGTERM')
  const going = children.filter((child) => child.exitCode === null && child.signalCode === null)
  await Promise.all(going.map((child) => once(child, 'exit')))
}
