import assert from 'node:assert/strict'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Refusal } from '@sallyport/core/refusal'
import { testVault } from '../testing/vault.ts'
import { control } from './control.ts'
import { probe } from './health.ts'
import { limit } from './limits.ts'
import { newMeters } from './observe.ts'
import { servePages } from './pages.ts'

const meters = newMeters()
const obstacles: string[] = []
let links = 0

const vault = await testVault({
  async beside({ app }, folder) {
    probe(app, { meters, metricsToken: null, obstacles: async () => obstacles })
    const pages = join(folder, 'pages')
    await mkdir(join(pages, 'assets'), { recursive: true })
    await writeFile(join(pages, 'index.html'), '<style nonce="__NONCE__"></style><style nonce="__NONCE__"></style>')
    await writeFile(join(pages, 'assets', 'page-4f2a.js'), 'export {}')
    await servePages(app, pages)
    await control(app, {
      data: folder,
      url: 'https://vault.test',
      deeds: { 'set-up-link': async () => ({ link: `#${(links += 1)}` }) },
    })
  },
})

type Asked = { readonly method?: 'GET' | 'POST'; readonly headers?: Record<string, string>; readonly address?: string }
const get = (path: string, { method = 'GET', headers = {}, address = '127.0.0.1' }: Asked = {}) =>
  vault.vault().app.inject({ method, url: path, headers, remoteAddress: address })

test('every answer, also a refusal, tells the browser to trust nothing else', async () => {
  const answers = [
    await get('/api/entrance'),
    await get('/api/nothing/here'),
    await get('/api/%E0%A4%A'),
    await get('/api/cases'),
    await get('/'),
    await get('/healthz'),
    await get(`/api/cases/${'x'.repeat(500)}`),
  ]

  for (const { headers } of answers) {
    assert.match(String(headers['strict-transport-security']), /max-age=31536000/)
    assert.equal(headers['x-content-type-options'], 'nosniff')
    assert.equal(headers['referrer-policy'], 'no-referrer')
    assert.equal(headers['cross-origin-resource-policy'], 'same-origin')
    assert.match(String(headers['x-request-id']), /^[0-9a-f-]{36}$/)
    assert.equal(headers['server'], undefined)
    assert.equal(headers['access-control-allow-origin'], undefined)
  }
  for (const { headers } of answers.slice(0, 4)) {
    assert.equal(headers['cache-control'], 'no-store')
    assert.match(String(headers['content-security-policy']), /default-src 'none'.*sandbox/)
  }
})

test('a request keeps the number that a page gave it, if it is one, from the page to the log', async () => {
  const number = crypto.randomUUID()

  const kept = await get('/api/cases', { headers: { 'x-request-id': number } })
  const replaced = await get('/api/cases', { headers: { 'x-request-id': 'a\tb' } })

  assert.equal(kept.headers['x-request-id'], number)
  assert.equal(kept.json<{ request: string }>().request, number)
  assert.notEqual(replaced.headers['x-request-id'], 'a\tb')
  assert.ok((await vault.log()).includes(number))
})

test('an address that asks too often is told how long to wait, and is heard again when it has waited', async () => {
  let clock = 0
  const ask = limit({ burst: 3, perSecond: 0.5, now: () => clock })
  const heard = (address: string) => {
    try {
      ask(address)
      return 'heard'
    } catch (thrown) {
      return (thrown as Refusal).facts['seconds']
    }
  }

  const burst = [1, 2, 3, 4].map(() => heard('192.0.2.9'))
  const other = heard('192.0.2.10')
  clock += 2_000
  const waited = [heard('192.0.2.9'), heard('192.0.2.9')]

  assert.deepEqual(burst, ['heard', 'heard', 'heard', '2'])
  assert.deepEqual([other, ...waited], ['heard', 'heard', '2'])
})

test('a probe tells that the process lives, and what keeps it from serving', async () => {
  const well = [await get('/healthz'), await get('/readyz')]
  obstacles.push('The database does not answer.')

  const ill = [await get('/healthz'), await get('/readyz')]

  obstacles.length = 0
  assert.deepEqual(
    well.map(({ statusCode }) => statusCode),
    [200, 200],
  )
  assert.deepEqual(
    ill.map(({ statusCode }) => statusCode),
    [200, 503],
  )
  assert.deepEqual(ill[1]?.json(), { ready: false, why: ['The database does not answer.'] })
})

test('the measures are for this machine itself, and name acts and nothing of what they were done to', async () => {
  meters.answered('case.read', 200, 12)

  const own = await get('/metrics')
  const others = [
    await get('/metrics', { address: '192.0.2.11' }),
    await get('/metrics', { headers: { 'x-forwarded-for': '127.0.0.1' } }),
    await get('/metrics', { headers: { forwarded: 'for=127.0.0.1' } }),
  ]

  assert.equal(own.statusCode, 200)
  assert.match(own.payload, /sallyport_answer_seconds_count\{act="case\.read",status="200"\} 1/)
  assert.doesNotMatch(own.payload, /[0-9a-f]{8}-[0-9a-f]{4}-/)
  assert.deepEqual(
    others.map(({ statusCode }) => statusCode),
    [404, 404, 404],
  )
})

test('the page is one for every address of the pages, with a nonce of its own each time', async () => {
  const [one, two] = [await get('/'), await get('/cases/17/items?x=1')]

  const nonces = [one, two].map(
    ({ headers }) => /'nonce-([^']+)'/.exec(String(headers['content-security-policy']))?.[1] ?? '',
  )

  assert.notEqual(nonces[0], nonces[1])
  assert.ok(
    [one, two].every(({ payload }, at) => payload.split(nonces[at] ?? '?').length === 3 && !payload.includes('NONCE')),
  )
  const policy = String(one.headers['content-security-policy'])
  assert.match(policy, /script-src 'self';/)
  assert.doesNotMatch(policy, /script-src[^;]*unsafe/)
})

test('what has its digest in its name is kept for a year, and nothing outside of the pages is given', async () => {
  const asset = await get('/assets/page-4f2a.js')
  const outside = [
    await get('/assets/../index.html'),
    await get('/assets/..%2f..%2fkeys%2fserver.key'),
    await get('/assets/%2e%2e/%2e%2e/layout'),
    await get('/assets/'),
  ]

  assert.match(String(asset.headers['cache-control']), /max-age=31536000, immutable/)
  const key = await readFile(join(vault.folder, 'keys', 'server.key'))
  for (const { rawPayload, statusCode } of outside) {
    assert.ok(!rawPayload.includes(key))
    assert.ok(statusCode === 404 || statusCode === 403 || statusCode === 200)
  }
})

test('a link to set up an agency is given to whoever can read the data folder, and to nobody else', async () => {
  const path = '/control/set-up-link'
  const { token } = JSON.parse(await readFile(join(vault.folder, 'run', 'control.json'), 'utf8')) as { token: string }
  const ask = (given?: string) =>
    get(path, { method: 'POST', ...(given !== undefined && { headers: { 'x-sallyport-control': given } }) })

  const others = [
    await ask(),
    await ask(''),
    await ask('A'.repeat(token.length)),
    await ask(`${token}x`),
    await ask('é'.repeat(token.length)),
  ]
  const own = await ask(token)

  assert.deepEqual(
    others.map(({ statusCode }) => statusCode),
    [404, 404, 404, 404, 404],
  )
  assert.deepEqual([own.statusCode, own.json(), links], [200, { link: '#1' }, 1])
  assert.equal((await stat(join(vault.folder, 'run', 'control.json'))).mode & 0o777, 0o600)
})
