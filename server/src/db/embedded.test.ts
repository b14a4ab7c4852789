import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { type Embedded, startEmbedded } from './embedded.ts'

const home = await mkdtemp(join(tmpdir(), 'sallyport-embedded-'))
await chmod(home, 0o711)
after(() => rm(home, { recursive: true }))

const silently = () => {}

/** Starts one that stops when the tests end, at the latest. */
async function start(folder: string, say: (sentence: string) => void = silently): Promise<Embedded> {
  const embedded = await startEmbedded(folder, say)
  after(embedded.stop)
  return embedded
}

async function ask<T extends pg.QueryResultRow>(config: pg.ClientConfig, text: string): Promise<readonly T[]> {
  const client = new pg.Client(config)
  client.on('error', silently)
  await client.connect()
  return (await client.query<T>(text).finally(() => client.end())).rows
}

const keepRow = `create table kept (id int primary key); insert into kept values (1)`

type Vault = { readonly child: ChildProcess; readonly postgres: number; readonly said: readonly string[] }

/** A vault in a process of its own, so that it can be killed. It says a line of JSON when PostgreSQL is up. */
async function vaultProcess(folder: string, user: { uid?: number; gid?: number } = {}): Promise<Vault> {
  const program = `
    import { startEmbedded } from ${JSON.stringify(new URL('./embedded.ts', import.meta.url).href)}
    const { pid, ownerConfig } = await startEmbedded(process.argv[1], (sentence) => console.log(JSON.stringify(sentence)))
    console.log(JSON.stringify({ pid: pid(), ownerConfig }))`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...user,
  })
  const said: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    const heard = JSON.parse(line) as string | { pid: number }
    if (typeof heard === 'object') return { child, postgres: heard.pid, said }
    said.push(heard)
  }
  throw new Error('The vault ended before PostgreSQL was up.')
}

async function killHard(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  await once(child, 'exit')
}

test('the database is checked, sorts the same everywhere, keeps what it acknowledged and is not on the network', async () => {
  const folder = join(home, 'sound', 'postgres')
  const { ownerConfig, stop } = await start(folder)

  const rows = await ask<{ name: string; setting: string }>(
    ownerConfig,
    `select name, setting from pg_settings where name in ('data_checksums', 'fsync', 'synchronous_commit',
       'full_page_writes', 'listen_addresses', 'server_encoding', 'password_encryption') order by name`,
  )
  const [order] = await ask<{ sorted: string }>(
    ownerConfig,
    `select string_agg(word, ' ' order by word) as sorted from unnest(array['b', 'a', 'B', 'é', 'z']) as word`,
  )
  await stop()

  assert.deepEqual(Object.fromEntries(rows.map(({ name, setting }) => [name, setting])), {
    data_checksums: 'on',
    fsync: 'on',
    full_page_writes: 'on',
    listen_addresses: '',
    password_encryption: 'scram-sha-256',
    server_encoding: 'UTF8',
    synchronous_commit: 'on',
  })
  assert.equal(order?.sorted, 'B a b z é')
  assert.equal((await stat(join(folder, 'cluster', 'passwords.json'))).mode & 0o777, 0o600)
  for (const name of ['run', 'cluster/pgdata']) assert.equal((await stat(join(folder, name))).mode & 0o777, 0o700)
})

test("PostgreSQL sees nothing of the server's environment, and its log no statement and no value", async () => {
  process.env['CANARY_IN_ENVIRONMENT'] = 'yes'
  const folder = join(home, 'discreet', 'postgres')
  const { ownerConfig, pid, stop } = await start(folder)
  delete process.env['CANARY_IN_ENVIRONMENT']

  await ask(ownerConfig, `create table canary (word text primary key); insert into canary values ('canary-in-row')`)
  for (const wrong of [
    `insert into canary values ('canary-in-row')`,
    `select 'canary-in-cast'::uuid`,
    `select canary_in_name`,
    `do $$ begin raise warning 'canary-in-warning'; end $$; select 1/0`,
  ])
    await assert.rejects(ask(ownerConfig, wrong))
  const environment = await readFile(`/proc/${pid()}/environ`, 'utf8').catch(() => '')
  await stop()

  assert.doesNotMatch(environment, /CANARY/)
  assert.doesNotMatch(await readFile(join(folder, 'postgres.log'), 'utf8'), /canary/i)
})

test('a PostgreSQL that is killed comes back by itself with everything it acknowledged', async () => {
  const said: string[] = []
  const { ownerConfig, pid, stop } = await start(join(home, 'killed', 'postgres'), (sentence) => said.push(sentence))
  await ask(ownerConfig, keepRow)
  const before = pid()

  process.kill(before, 'SIGKILL')
  while (!said.some((sentence) => sentence.includes('runs again'))) await pause(50)

  assert.deepEqual(await ask(ownerConfig, 'select id from kept'), [{ id: 1 }])
  assert.notEqual(pid(), before)
  await stop()
})

test('a vault that is killed leaves a PostgreSQL behind, and the next start stops it in order and goes on', async () => {
  const folder = join(home, 'orphan', 'postgres')
  const first = await vaultProcess(folder)
  await killHard(first.child)
  process.kill(first.postgres, 0)

  const said: string[] = []
  const { ownerConfig, pid, stop } = await start(folder, (sentence) => said.push(sentence))
  await ask(ownerConfig, keepRow)
  await stop()

  assert.notEqual(pid(), first.postgres)
  const log = await readFile(join(folder, 'postgres.log'), 'utf8')
  assert.match(log, new RegExp(`\\[${first.postgres}\\] LOG: {2}database system is shut down`))
  assert.match(said.join(), /did not end in order/)
})

test('a vault and its PostgreSQL that are killed together lose nothing that was acknowledged', async () => {
  const folder = join(home, 'both', 'postgres')
  for (let round = 0; round < 3; round++) {
    const { child, postgres } = await vaultProcess(folder)
    const { ownerConfig, stop } = { ownerConfig: await configOf(folder), stop: () => killHard(child) }
    await ask(ownerConfig, round === 0 ? keepRow : `insert into kept values (${round + 1})`)
    process.kill(postgres, 'SIGKILL')
    await stop()
  }

  const { ownerConfig, stop } = await start(folder)

  assert.deepEqual(await ask(ownerConfig, 'select id from kept order by id'), [{ id: 1 }, { id: 2 }, { id: 3 }])
  await stop()
})

async function configOf(folder: string): Promise<pg.ClientConfig> {
  const { owner } = JSON.parse(await readFile(join(folder, 'cluster', 'passwords.json'), 'utf8')) as { owner: string }
  return { host: join(folder, 'run'), port: 5432, database: 'sallyport', user: 'sallyport_owner', password: owner }
}

test('a process number that now belongs to another program does not keep the vault from starting', async () => {
  const folder = join(home, 'reused', 'postgres')
  const first = await start(folder)
  await first.stop()
  const data = join(folder, 'cluster', 'pgdata')
  await writeFile(join(data, 'postmaster.pid'), `${process.pid}\n${data}\n1\n5432\n${join(folder, 'run')}\n\n\n`)

  const { ownerConfig, stop } = await start(folder)

  assert.deepEqual(await ask(ownerConfig, 'select 1 as one'), [{ one: 1 }])
  await stop()
})

test('a second vault on the same folder is told so, and the first goes on', async () => {
  const folder = join(home, 'second', 'postgres')
  const { ownerConfig, stop } = await start(folder)

  await assert.rejects(startEmbedded(folder, silently), {
    name: 'StartFault',
    message: /^Another vault runs on this data folder/,
  })

  assert.deepEqual(await ask(ownerConfig, 'select 1 as one'), [{ one: 1 }])
  await stop()
})

test('of two vaults that start at once on an empty folder one lives and the other is told why it does not', async () => {
  const folder = join(home, 'race', 'postgres')

  const outcomes = await Promise.allSettled([start(folder), start(folder)])

  const living = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  const told = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [String(outcome.reason)] : []))
  assert.equal(living.length, 1)
  assert.match(told.join(), /Another vault runs on this data folder/)
  for (const { ownerConfig, stop } of living) {
    assert.deepEqual(await ask(ownerConfig, 'select 1 as one'), [{ one: 1 }])
    await stop()
  }
})

test('a database of another major version is left alone, with a sentence', async () => {
  const data = join(home, 'older', 'postgres', 'cluster', 'pgdata')
  await mkdir(data, { recursive: true })
  await chmod(data, 0o700)
  if (process.getuid?.() === 0) await chown(data, 65534, 65534)
  await writeFile(join(data, 'PG_VERSION'), '17\n')

  const start = startEmbedded(join(home, 'older', 'postgres'), silently)

  await assert.rejects(start, /is of PostgreSQL 17, and this program brings PostgreSQL 18/)
  assert.deepEqual(await readdir(data), ['PG_VERSION'])
})

test('a data folder with a long and awkward name works, and leaves nothing in the temporary folder', async () => {
  const folder = join(home, `it's a "vault", ${'long '.repeat(20)}`, 'postgres')
  const { ownerConfig, stop } = await start(folder)

  assert.deepEqual(await ask(ownerConfig, 'select 1 as one'), [{ one: 1 }])

  assert.ok(String(ownerConfig.host).startsWith(join(tmpdir(), 'sallyport-')))
  assert.equal((await stat(String(ownerConfig.host))).mode & 0o777, 0o700)
  await stop()
  await assert.rejects(stat(String(ownerConfig.host)), { code: 'ENOENT' })
})

test('a database without its passwords is refused with a sentence', async () => {
  const folder = join(home, 'locked-out', 'postgres')
  await (await start(folder)).stop()
  await rm(join(folder, 'cluster', 'passwords.json'))

  await assert.rejects(startEmbedded(folder, silently), /passwords in .* are missing/)
})

test('a start that was cut short while it made the database leaves nothing that looks like one', async () => {
  const folder = join(home, 'cut', 'postgres')
  const child = spawn(process.execPath, [
    '--input-type=module',
    '-e',
    `import { startEmbedded } from ${JSON.stringify(new URL('./embedded.ts', import.meta.url).href)}
     await startEmbedded(process.argv[1], () => {})`,
    folder,
  ])
  while (!(await readdir(folder).catch(() => [])).some((name) => name.startsWith('new-'))) await pause(10)
  await pause(200)
  await killHard(child)

  const { ownerConfig, stop } = await start(folder)

  assert.deepEqual(await ask(ownerConfig, 'select 1 as one'), [{ one: 1 }])
  await stop()
})

test('an ordinary user and root alike can run the database', async () => {
  const root = process.getuid?.() === 0
  const folder = join(home, 'ordinary', 'postgres')
  await mkdir(join(home, 'ordinary'))
  const nobody = 65_534
  if (root) await chown(join(home, 'ordinary'), nobody, nobody)

  const { child, postgres } = await vaultProcess(folder, root ? { uid: nobody, gid: nobody } : {})

  assert.equal((await stat(join(folder, 'cluster', 'pgdata'))).uid, root ? nobody : process.getuid?.())
  assert.deepEqual(await ask(await configOf(folder), 'select 1 as one'), [{ one: 1 }])
  process.kill(postgres, 'SIGKILL')
  await killHard(child)
})
