import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { octets, oid, sequence, tagged, tlv } from '@sallyport/core/der'
import {
  answer,
  certify,
  extensions,
  type Holder,
  newTimeAuthority,
  pem,
  revoke,
  timeStamping,
} from '@sallyport/core/testing/time-authority'
import { readCertificate } from '@sallyport/core/x509'
import { askAuthority, NotStamped } from './ask-authority.ts'
import { listAddresses, revocationLists } from './revocation.ts'

const keys = newTimeAuthority()
let lists: Uint8Array | undefined
let fetched = 0
let signer: Holder

const server = createServer((request, response) => {
  if (request.url === '/list.crl') {
    fetched += 1
    return void response.writeHead(lists ? 200 : 404).end(lists)
  }
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => response.end(answer({ ...keys, signer }, Buffer.concat(parts))))
})
await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
after(() => server.close())
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

/** cRLDistributionPoints (RFC 5280, 4.2.1.13) with one address. */
const pointsTo = (address: string) =>
  sequence(
    oid('2.5.29.31'),
    octets(sequence(sequence(tagged(0, true, tagged(0, true, tlv(0x86, Buffer.from(address))))))),
  )

signer = certify(
  {
    subject: 'Time unit with a list',
    kind: 'p256',
    extensions: [
      extensions.noAuthority(),
      extensions.uses(0b1000_0000, 7),
      extensions.purposes([timeStamping]),
      pointsTo(`${url}/list.crl`),
    ],
  },
  keys.middle,
)
const authority = { url: `${url}/`, roots: pem(keys.root.certificate) }
const digest = new Uint8Array(32).fill(7)
const now = () => new Date()

test('the address of the list stands in the certificate, and nowhere in one that has none', () => {
  const [own, none] = [signer.certificate, keys.middle.certificate].map((one) => listAddresses(readCertificate(one)))

  assert.deepEqual(own, [`${url}/list.crl`])
  assert.deepEqual(none, [])
})

test('the list of revoked certificates is fetched once, and kept with the stamp', async () => {
  lists = revoke(keys.middle, [])
  const ask = { lists: revocationLists(now), now }

  const stamps = [await askAuthority(authority, digest, ask), await askAuthority(authority, digest, ask)]

  for (const { crls } of stamps) assert.match(crls ?? '', /^-----BEGIN X509 CRL-----/)
  assert.equal(fetched, 1)
})

test('a stamp by a certificate that was revoked before is not taken', async () => {
  lists = revoke(keys.middle, [{ of: signer, at: new Date('2026-01-01'), reason: 1 }])

  const outcome = askAuthority(authority, digest, { lists: revocationLists(now), now })

  await assert.rejects(outcome, NotStamped)
})

test('a list that cannot be had, or is none, does not keep the stamp from being taken', async () => {
  for (const given of [undefined, Buffer.from('not a list')]) {
    lists = given

    const stamp = await askAuthority(authority, digest, { lists: revocationLists(now), now })

    assert.equal(stamp.crls, undefined)
  }
})

test('an address in a certificate that leads to no trusted root is not asked', async () => {
  const stranger = newTimeAuthority()
  const before = fetched

  const outcome = askAuthority({ ...authority, roots: pem(stranger.root.certificate) }, digest, {
    lists: revocationLists(now),
    now,
  })

  await assert.rejects(outcome, NotStamped)
  assert.equal(fetched, before)
})
