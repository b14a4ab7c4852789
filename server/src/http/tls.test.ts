import assert from 'node:assert/strict'
import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, get } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import { authorityCertificate, serverCertificate } from './certificate.ts'
import { keepCertificate, tlsOptions } from './tls.ts'

const data = await mkdtemp(join(tmpdir(), 'sallyport-tls-'))
after(() => rm(data, { recursive: true }))
const config = { data, origin: 'https://vault.example.gov:8443', tls: null }
const now = new Date()
const day = 86_400_000
const later = (days: number) => new Date(now.getTime() + days * day)
const silently = () => {}
const inTls = (name: string) => join(data, 'tls', name)

const said: string[] = []
const server = createServer(await tlsOptions(config, (sentence) => said.push(sentence), now), (_, reply) =>
  reply.end('open'),
)
server.on('tlsClientError', silently)
server.listen(0, '127.0.0.1')
await once(server, 'listening')
after(() => server.close())
const { port } = server.address() as AddressInfo
const ca = await readFile(inTls('ca.crt'), 'utf8')

function shakeHands(options: ConnectionOptions): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, ca, servername: 'vault.example.gov', ...options })
    socket.once('secureConnect', () => resolve(socket))
    socket.once('error', reject)
  })
}

test('a browser that trusts the local authority reaches the vault by every name it has', async () => {
  for (const servername of ['vault.example.gov', 'localhost']) {
    const socket = await shakeHands({ servername })
    assert.equal(socket.authorized, true)
    socket.destroy()
  }

  const byAddress = await new Promise<number | undefined>((resolve, reject) => {
    get({ host: '127.0.0.1', port, ca, agent: false }, (reply) => resolve(reply.resume().statusCode)).on(
      'error',
      reject,
    )
  })
  assert.equal(byAddress, 200)
})

test('TLS 1.2 and 1.3 are spoken with AES-256 only', async () => {
  for (const [version, suite] of [
    ['TLSv1.2', 'ECDHE-ECDSA-AES256-GCM-SHA384'],
    ['TLSv1.3', 'TLS_AES_256_GCM_SHA384'],
  ] as const) {
    const socket = await shakeHands({ minVersion: version, maxVersion: version })

    assert.equal(socket.getProtocol(), version)
    assert.equal(socket.getCipher().name, suite)
    socket.destroy()
  }
})

test('older versions, weaker suites and other curves are refused', async () => {
  const old = { ciphers: 'DEFAULT@SECLEVEL=0' }
  const refused: readonly ConnectionOptions[] = [
    { ...old, minVersion: 'TLSv1', maxVersion: 'TLSv1' },
    { ...old, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1' },
    ...[
      'ECDHE-ECDSA-AES128-GCM-SHA256',
      'ECDHE-ECDSA-AES128-SHA',
      'ECDHE-ECDSA-AES256-SHA',
      'ECDHE-ECDSA-AES256-SHA384',
      'ECDHE-ECDSA-AES256-CCM',
      'ECDHE-ECDSA-CHACHA20-POLY1305',
      'AES256-GCM-SHA384',
      'DHE-RSA-AES256-GCM-SHA384',
      'ECDHE-RSA-AES128-GCM-SHA256',
    ].map((ciphers) => ({ ciphers: `${ciphers}:@SECLEVEL=0`, maxVersion: 'TLSv1.2' }) as const),
    ...['TLS_AES_128_GCM_SHA256', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_CCM_SHA256'].map(
      (ciphers) => ({ ciphers, minVersion: 'TLSv1.3' }) as const,
    ),
    { ecdhCurve: 'X25519' },
    { ecdhCurve: 'P-521' },
  ]

  for (const options of refused)
    await assert.rejects(
      shakeHands(options),
      { code: /ALERT_(HANDSHAKE_FAILURE|PROTOCOL_VERSION)$/ },
      JSON.stringify(options),
    )
})

test('a session cannot be negotiated anew, nor carried on by a ticket', async () => {
  const socket = await shakeHands({ maxVersion: 'TLSv1.2' })

  const outcome = await new Promise((resolve) => {
    socket.once('error', resolve)
    socket.once('close', () => resolve('closed'))
    socket.renegotiate({ rejectUnauthorized: true }, resolve)
  })

  assert.ok(outcome, 'the server renegotiated')
  assert.equal(socket.getTLSTicket(), undefined)
  socket.destroy()
})

test('the key of the authority is for its owner only, and the start says where the authority lies', async () => {
  for (const name of ['ca.key', 'server.key']) assert.equal((await stat(inTls(name))).mode & 0o777, 0o600)
  assert.equal((await stat(inTls('ca.crt'))).mode & 0o777, 0o644)
  assert.ok(said.some((sentence) => sentence.includes(inTls('ca.crt'))))
})

test('the authority of one vault cannot vouch for any other site', async () => {
  const name = new X509Certificate(ca).subject.replace(/^CN=/, '')
  const key = createPrivateKey(await readFile(inTls('ca.key'), 'utf8'))
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const validity = { from: later(-1), until: later(10) }
  const forged = serverCertificate({ name, key }, { key: own, names: ['bank.example.com'] }, validity)
  const impostor = createServer({ cert: forged, key: own.export({ type: 'pkcs8', format: 'pem' }) })
  impostor.on('tlsClientError', silently)
  impostor.listen(0, '127.0.0.1')
  await once(impostor, 'listening')

  const attempt = shakeHands({ port: (impostor.address() as AddressInfo).port, servername: 'bank.example.com' })

  await assert.rejects(attempt, /permitted subtree violation/)
  impostor.close()
})

test('the certificate stays while it is good and is renewed when 30 days are left, by the same authority', async () => {
  const before = await readFile(inTls('server.crt'), 'utf8')

  await tlsOptions(config, silently, later(365))
  assert.equal(await readFile(inTls('server.crt'), 'utf8'), before)

  await tlsOptions(config, silently, later(367))
  const after = new X509Certificate(await readFile(inTls('server.crt'), 'utf8'))
  assert.ok(new Date(after.validTo) > later(700))
  assert.equal(await readFile(inTls('ca.crt'), 'utf8'), ca)
  assert.ok(after.verify(new X509Certificate(ca).publicKey))
})

test('a vault that moves to another address gets an authority for it, and says that it must be trusted anew', async () => {
  const sentences: string[] = []
  const moved = { ...config, data: join(data, 'moved') }
  await tlsOptions(moved, silently, now)

  await tlsOptions({ ...moved, origin: 'https://evidence.example.gov' }, (sentence) => sentences.push(sentence), now)

  const cert = new X509Certificate(await readFile(join(moved.data, 'tls', 'server.crt'), 'utf8'))
  assert.equal(cert.checkHost('evidence.example.gov'), 'evidence.example.gov')
  assert.ok(sentences.some((sentence) => sentence.includes('has to trust the new one')))
})

test('a certificate of your own is used as it is, and a wrong one is refused in a sentence', async () => {
  const key = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey
  const pem = (of: typeof key) => of.export({ type: 'pkcs8', format: 'pem' }).toString()
  const cert = authorityCertificate({ name: 'ours', key }, ['vault.example.gov'], {
    from: later(-100),
    until: later(100),
  })
  const tls = { cert: join(data, 'own.crt'), key: join(data, 'own.key') }
  await writeFile(tls.cert, cert)
  await writeFile(tls.key, pem(key))

  assert.equal((await tlsOptions({ ...config, tls }, silently, now)).cert, cert)

  await assert.rejects(tlsOptions({ ...config, tls }, silently, later(101)), /expired on .* or set the clock/)
  await writeFile(tls.key, pem(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey))
  await assert.rejects(tlsOptions({ ...config, tls }, silently, now), /is not the key of the certificate/)
  await writeFile(tls.key, 'nothing')
  await assert.rejects(tlsOptions({ ...config, tls }, silently, now), /does not hold a private key/)
})

test('a certificate that was replaced on disk is taken up by the running server', async () => {
  const place = { cert: join(data, 'replaced.crt'), key: join(data, 'replaced.key') }
  const put = async (name: string) => {
    const key = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey
    await writeFile(
      place.cert,
      authorityCertificate({ name, key }, ['localhost'], { from: later(-1), until: later(100) }),
    )
    await writeFile(place.key, key.export({ type: 'pkcs8', format: 'pem' }))
  }
  await put('first')
  const own = { ...config, tls: place }
  const running = createServer(await tlsOptions(own, silently, now)).listen(0, '127.0.0.1')
  after(() => running.close())
  await once(running, 'listening')
  const { look, stop } = keepCertificate(running, own, silently)
  const shown = async () => {
    const socket = await shakeHands({ port: (running.address() as AddressInfo).port, rejectUnauthorized: false })
    const name = socket.getPeerCertificate().subject.CN
    socket.destroy()
    return name
  }
  await look()
  const before = await shown()

  await put('second')
  await look()

  assert.deepEqual([before, await shown()], ['first', 'second'])
  stop()
})
