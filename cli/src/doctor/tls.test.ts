import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { createServer, type TlsOptions } from 'node:tls'
import { cert, key } from '../testing/localhost.ts'
import { checkTls } from './tls.ts'

const floor = {
  minVersion: 'TLSv1.2',
  ciphers: 'TLS_AES_256_GCM_SHA384:ECDHE-ECDSA-AES256-GCM-SHA384',
} as const

async function findingsOn(options: TlsOptions, ca: readonly string[] = [cert]) {
  const server = createServer({ key, cert, ...options }, (socket) => socket.on('error', () => {}))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  try {
    const findings = await checkTls(`https://localhost:${port}`, ca)
    return (name: string) => findings.find(({ check }) => check === name)
  } finally {
    server.close()
  }
}

test('a vault that takes AES-256 only is well', async () => {
  const found = await findingsOn(floor)

  assert.equal(found('TLS suites')?.state, 'well', found('TLS suites')?.found)
  assert.match(found('TLS suites')?.found ?? '', /TLS 1\.3 with TLS_AES_256.* and TLS 1\.2 with ECDHE-ECDSA-AES256/)
})

test('a vault behind a proxy that also takes shorter keys is reported, with the suite', async () => {
  const found = await findingsOn({ ciphers: `${floor.ciphers}:ECDHE-ECDSA-AES128-GCM-SHA256`, minVersion: 'TLSv1.2' })

  assert.equal(found('TLS suites')?.state, 'wrong')
  assert.match(found('TLS suites')?.found ?? '', /TLS 1\.2 with ECDHE-ECDSA-AES128-GCM-SHA256/)
})

test('a vault that takes whatever a library takes is reported for every version', async () => {
  const found = await findingsOn({ ciphers: 'DEFAULT:@SECLEVEL=0', minVersion: 'TLSv1' })

  assert.equal(found('TLS suites')?.state, 'wrong')
  assert.match(found('TLS suites')?.found ?? '', /TLS 1\.0 or 1\.1 with .*TLS 1\.3 with .*TLS 1\.2 with /)
})

test('a certificate that nobody here knows is reported', async () => {
  const found = await findingsOn(floor, [])

  assert.equal(found('Trust')?.state, 'wrong')
  assert.equal((await findingsOn(floor))('Trust')?.state, 'note')
})

test('where nothing listens, that is what is told', async () => {
  const findings = await checkTls('https://127.0.0.1:1', [])

  assert.deepEqual(
    findings.map(({ check, state }) => [check, state]),
    [['TLS', 'wrong']],
  )
})
