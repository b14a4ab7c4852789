import assert from 'node:assert/strict'
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { barredFrom, findBinaries, runToEnd, whyFailed } from './binaries.ts'

const home = await mkdtemp(join(tmpdir(), 'sallyport-binaries-'))
after(() => rm(home, { recursive: true }))
const stranger = { name: 'stranger', uid: 54_321, gid: 54_321 }

test('the first folder that keeps the user of the database out is named', async () => {
  const deep = join(home, 'open', 'closed', 'data')
  await mkdir(deep, { recursive: true })
  await chmod(home, 0o755)
  await chmod(join(home, 'open'), 0o711)
  await chmod(join(home, 'open', 'closed'), 0o750)

  assert.equal(await barredFrom(deep, stranger), join(home, 'open', 'closed'))

  await chmod(join(home, 'open', 'closed'), 0o711)
  assert.equal(await barredFrom(deep, stranger), null)
})

test('PostgreSQL runs as npm brought it, without the install script of its package', async () => {
  const folder = join(home, 'run')
  await mkdir(folder)
  const binaries = await findBinaries(folder, null)

  await runToEnd({ program: binaries.initdb, args: ['--version'], binaries, user: null })
  await runToEnd({ program: binaries.postgres, args: ['--version'], binaries, user: null })

  assert.ok((await readdir(join(folder, 'lib'))).some((name) => name.startsWith('libpq.')))
})

test('a PostgreSQL that this system cannot run is told in a sentence', async () => {
  const folder = join(home, 'foreign')
  await mkdir(folder)
  const binaries = await findBinaries(folder, null)
  const foreign = join(folder, 'postgres')
  await writeFile(foreign, '#!/no/such/loader\n', { mode: 0o755 })

  const run = runToEnd({ program: foreign, args: [], binaries, user: null })

  await assert.rejects(run, { name: 'StartFault', message: /built for another kind of system/ })
})

test('what PostgreSQL says when it gives up becomes a sentence that says what to do', () => {
  const heard = {
    'FATAL:  could not write to file "pg_wal/xlogtemp.29": No space left on device': /disk .* is full/,
    'FATAL:  lock file "postmaster.pid" already exists\nHINT:  Is another postmaster (PID 7) running?':
      /^Another vault/,
    'FATAL:  data directory "/x" has wrong ownership': /may not use its folder/,
    'initdb: error: could not create directory "/x": Read-only file system': /mounted read-only/,
    'FATAL:  could not map anonymous shared memory: Cannot allocate memory': /too little memory/,
    'LOG:  starting\nFATAL:  something new\nLOG:  database system is shut down': /It said: FATAL: {2}something new$/,
  }

  for (const [said, sentence] of Object.entries(heard)) assert.match(whyFailed(said), sentence)
})
