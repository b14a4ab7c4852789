import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { ConfigFaults, type Environment, readConfig } from './config.ts'
import { settings, settingsPage } from './settings.ts'

const folder = await mkdtemp(join(tmpdir(), 'sallyport-config-'))
after(() => rm(folder, { recursive: true }))

const start = { folder, root: false }
const read = (env: Environment) => readConfig(env, start)

function faultsOf(env: Environment): readonly string[] {
  try {
    read(env)
  } catch (error) {
    assert.ok(error instanceof ConfigFaults)
    return error.faults
  }
  return []
}

test('a vault starts without a single setting', () => {
  const config = read({ PATH: '/bin', HOME: '/home/officer' })

  assert.equal(config.data, join(folder, 'data'))
  assert.deepEqual(config.listen, { host: '127.0.0.1', port: 8443 })
  assert.equal(config.origin, 'https://localhost:8443')
  assert.equal(config.maxBytes, 107_374_182_400)
  assert.ok(config.quarantineTypes.includes('.exe'))
  assert.ok(config.setupToken.length >= 32)
  assert.notEqual(config.setupToken, read({}).setupToken)
})

test('every fault in the settings is told at once, each in a sentence', () => {
  const faults = faultsOf({
    SALLYPORT_LISTEN: 'everywhere',
    SALLYPORT_ORIGIN: 'http://vault.example.gov',
    SALLYPORT_TLS_CERT: '/nowhere/cert.pem',
    SALLYPORT_POOL: '1000',
    SALLYPORT_MAX_BYTES: 'big',
    DATABASE_OWNER_URL: 'postgres://owner@localhost/vault',
  })

  assert.equal(faults.length, 7)
  assert.ok(faults.includes('SALLYPORT_POOL is "1000". Expected a whole number from 2 to 200.'))
  assert.ok(faults.includes('SALLYPORT_TLS_CERT is set and SALLYPORT_TLS_KEY is not. Set both or neither.'))
  assert.ok(faults.includes('SALLYPORT_TLS_CERT names /nowhere/cert.pem, which cannot be read (ENOENT).'))
})

test('a typing error in the name of a setting stops the start and names the one that was meant', () => {
  assert.deepEqual(faultsOf({ SALLYPORT_LISEN: '0.0.0.0:8443' }), [
    'SALLYPORT_LISEN is not a setting of Sallyport. Did you mean SALLYPORT_LISTEN?',
  ])
})

test('no message ever repeats a secret that was set wrongly', () => {
  const secrets = Object.entries(settings).flatMap(([name, { secret }]) => (secret ? [name] : []))
  assert.ok(secrets.length >= 5)

  fc.assert(
    fc.property(fc.constantFrom(...secrets), fc.stringMatching(/^[A-Za-z0-9 ]{4,11}$/), (name, text) => {
      const faults = faultsOf({ [name]: `~${text.trim()}~` }).join('\n')

      return faults === '' || !faults.includes(`~${text.trim()}~`)
    }),
  )
})

test('a file of settings is read, its paths from its own folder, and the environment wins over it', async () => {
  const path = join(folder, 'vault.conf')
  await writeFile(join(folder, 'passphrase'), 'a long enough passphrase\nand a second line\n')
  const lines = [
    '# The vault of Springfield',
    '',
    'SALLYPORT_DATA=vault',
    'SALLYPORT_POOL = "20"',
    'SALLYPORT_LISTEN=[::1]:9443',
  ]
  await writeFile(path, [...lines, 'SALLYPORT_KEY_PASSPHRASE_FILE=passphrase'].join('\n'))

  const config = readConfig({ SALLYPORT_CONFIG: path, SALLYPORT_POOL: '30' }, { folder: '/', root: false })

  assert.equal(config.data, join(folder, 'vault'))
  assert.equal(config.pool, 30)
  assert.deepEqual(config.listen, { host: '::1', port: 9443 })
  assert.equal(config.origin, 'https://localhost:9443')
  assert.equal(config.passphrase, 'a long enough passphrase')
})

test('a fault in a file of settings is told with its line', async () => {
  const path = join(folder, 'wrong.conf')
  await writeFile(path, 'SALLYPORT_POOL=10\nthis is not a setting\nPOOL=3\nSALLYPORT_UPLOAD_DAYS=never\n')

  assert.deepEqual(faultsOf({ SALLYPORT_CONFIG: path }), [
    `Line 2 of ${path} is not of the form NAME=value.`,
    `POOL (line 3 of ${path}) is not a setting of Sallyport. See docs/operations/settings.md.`,
    `SALLYPORT_UPLOAD_DAYS (line 4 of ${path}) is "never". Expected a whole number of days from 1 to 365.`,
  ])
})

test('a vault that root starts in a private folder keeps its data where the database can reach it, and says so', () => {
  const config = readConfig({}, { folder, root: true })

  assert.equal(config.data, '/var/lib/sallyport')
  assert.match(config.remarks.join(), /no other user may enter/)
})

test('sizes are read as people write them', () => {
  const sizes = { '1500': 1500, '500 MB': 5e8, '1.5 GiB': 1.5 * 2 ** 30, '2tb': 2e12 }
  for (const [text, bytes] of Object.entries(sizes)) assert.equal(read({ SALLYPORT_MAX_BYTES: text }).maxBytes, bytes)
})

test('the page of settings says what the server reads', async () => {
  const page = await readFile(new URL('../../docs/operations/settings.md', import.meta.url), 'utf8')

  assert.equal(page, settingsPage(), 'docs/operations/settings.md is out of date: npm run docs')
})
