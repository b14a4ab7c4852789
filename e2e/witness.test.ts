/** The agency's own witness and mirror, as it runs them, against a vault as it is started. */
import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { addMonitor, changeLedgerAccess, changePolicy, readWitnessing } from '@sallyport/api/witnesses'
import { writeNote, readNote } from '@sallyport/core/note'
import { aFolder, found, type Person, type Running, removeFolder, startVault } from '../bench/vault.ts'
import { call } from '../cli/src/client.ts'

const sallyport = resolve(import.meta.dirname, '../cli/src/main.ts')
let folder = ''
let running: Running
let administrator: Person
let witness: ChildProcess

type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string }

/** Runs a command as a person types it, and waits for its end. */
const typed = (words: readonly string[], token = ''): Promise<Ended> =>
  new Promise((done) => {
    const env = { ...process.env, SALLYPORT_CA: join(running.data, 'tls', 'ca.crt'), SALLYPORT_LEDGER_TOKEN: token }
    execFile(process.execPath, [sallyport, ...words], { env, timeout: 60_000 }, (error, stdout, stderr) =>
      done({ code: error ? Number(error.code) : 0, stdout, stderr }),
    )
  })

async function startWitness(state: string, vkey: string): Promise<{ url: string; vkeys: readonly string[] }> {
  const where = ['--state', state, '--listen', '127.0.0.1:0', '--name', 'witness.example', '--log', vkey]
  witness = spawn(process.execPath, [sallyport, 'witness', ...where, '--ml-dsa', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(witness.stdout as NodeJS.ReadableStream, 'data')) as [Buffer]
  witness.stdout?.resume()
  return JSON.parse(line.toString().split('\n')[0] ?? '') as { url: string; vkeys: readonly string[] }
}

/** What the vault tells of its witnesses, once it has caught up with them. */
async function cosigned() {
  for (let tries = 0; tries < 100; tries++) {
    const told = await call(administrator.vault, readWitnessing, {})
    if (told.cosigned && told.cosigned.size === told.size) return told
    await pause(100)
  }
  throw new Error('the newest checkpoint was not cosigned within ten seconds')
}

before(async () => {
  folder = await aFolder()
  running = await startVault(folder)
  administrator = (await found(running)).administrator
})

after(async () => {
  witness?.kill('SIGKILL')
  await running.stop()
  await removeFolder(folder)
})

test('the agency witnesses and copies its own ledger, and a reader under its policy takes nothing without the witness', async () => {
  const { vault } = administrator
  const { prefix, vkey } = await call(vault, readWitnessing, {})
  const { url, vkeys } = await startWitness(join(folder, 'witness'), vkey)
  const policy = join(folder, 'policy')
  const group = 'group enough all plain modern\nquorum enough\n'
  await writeFile(policy, `log ${vkey}\nwitness plain ${vkeys[0]} ${url}\nwitness modern ${vkeys[2]} ${url}\n${group}`)
  const [copy, proof] = [join(folder, 'copy'), join(folder, 'proof')]

  await call(vault, changePolicy, { policy: await readFile(policy, 'utf8') })
  await call(vault, changeLedgerAccess, { access: 'token' })
  const { token } = await call(vault, addMonitor, { name: 'Mirror of the agency' })
  const told = await cosigned()
  const outcomes = {
    stranger: await typed(['mirror', prefix, '--into', join(folder, 'none'), '--log', vkey]),
    mirror: await typed(['mirror', prefix, '--into', copy, '--policy', policy], token),
    verify: await typed(['verify', copy, '--key', vkey]),
    check: await typed(['ledger', 'check', prefix, '--policy', policy], token),
    show: await typed(['ledger', 'show', prefix, '0..3', '--log', vkey, '--json'], token),
    proof: await typed(['ledger', 'proof', prefix, '1', '--policy', policy, '--out', proof], token),
  }

  assert.deepEqual(
    Object.entries(outcomes).map(([name, { code }]) => [name, code]),
    [
      ['stranger', 2],
      ['mirror', 0],
      ['verify', 0],
      ['check', 0],
      ['show', 0],
      ['proof', 0],
    ],
    JSON.stringify(outcomes),
  )
  assert.deepEqual(
    told.witnesses.map(({ name, behind, failure }) => [name, behind, failure]),
    [
      ['plain', 0, null],
      ['modern', 0, null],
    ],
  )
  const note = readNote(await readFile(join(copy, 'checkpoint')))
  assert.equal(note?.signatures.length, 3)
  // Without the cosignatures the same checkpoint is worth nothing to a reader under the policy.
  await writeFile(join(copy, 'checkpoint'), writeNote({ ...note, signatures: note.signatures.slice(0, 1) }))
  const bare = await typed(['mirror', copy, '--into', join(folder, 'second'), '--policy', policy])
  assert.equal(bare.code, 1)
  assert.match(bare.stdout, /is no quorum/)
  assert.match((await readFile(`${proof}.tlog-proof`, 'utf8')).split('\n').at(-2) ?? '', /^— witness\.example /)
})

test('a vault that has lost nothing says so when it is asked to replay its ledger from the mirror', async () => {
  const looked = await typed(['ledger', 'recover', '--dry', '--mirror', join(folder, 'copy'), '--data', running.data])

  assert.notEqual(looked.code, 0)
  assert.match(looked.stderr, /Nothing is missing/)
})
