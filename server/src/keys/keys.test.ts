import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { AgencyId } from '@sallyport/core/ids'
import { Refusal } from '@sallyport/core/refusal'
import fc from 'fast-check'
import { doubleUnwrap, doubleWrap, type Keyring, type Released, releasedRing, sealedRing } from './keyring.ts'
import { newLeases } from './leases.ts'
import { keepPassphrase, keptPassphrase, makeAgencyKey, openAgencyKey, serverKey } from './local-file.ts'
import { openBytes, randomBytes, sealBytes, unwrapKey, wrapKey } from './primitives.ts'

const folder = await mkdtemp(join(tmpdir(), 'sallyport-keys-'))
after(() => rm(folder, { recursive: true, force: true }))

const agency = crypto.randomUUID() as AgencyId
const someKeys = (): Released => ({
  serverKey: randomBytes(32),
  agencyKey: randomBytes(32),
  metadata: randomBytes(32),
  index: randomBytes(32),
  detail: randomBytes(32),
})
const copyOf = (keys: Released) => ({
  agencyKey: Buffer.from(keys.agencyKey),
  metadata: Buffer.from(keys.metadata),
  index: Buffer.from(keys.index),
  detail: Buffer.from(keys.detail),
})
const place = { table: 'item', agency, id: crypto.randomUUID() }
const isRefusal = (fault: unknown) => fault instanceof Refusal && fault.code === 'vault/sealed'

/** Every use of a ring that needs a key of the agency. */
const uses = (ring: Keyring): (() => unknown)[] => [
  () => ring.seal(place, 'text'),
  () => ring.open(place, Buffer.alloc(64)),
  () => ring.find('sign-in name', 'd.whitfield'),
  () => ring.term('word elm'),
  () => ring.entryKeyOf('agency'),
  () => ring.newKey(),
  () => ring.unwrap(Buffer.alloc(48)),
]

test('what is sealed opens where it stands, and nowhere else', () => {
  const ring = releasedRing(someKeys())
  const sealed = ring.seal(place, { title: 'Assault on Elm Street' })

  const elsewhere = [
    { ...place, table: 'case_file' },
    { ...place, agency: crypto.randomUUID() },
    { ...place, id: crypto.randomUUID() },
  ]

  assert.deepEqual(ring.open(place, sealed), { title: 'Assault on Elm Street' })
  for (const other of elsewhere) assert.throws(() => ring.open(other, sealed), /does not open/)
})

test('a sealed row in which one bit was changed never opens', () => {
  const key = randomBytes(32)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(), fc.integer({ min: 0, max: 7 }), (plain, at, bit) => {
      const sealed = sealBytes(key, 'place', plain)
      const changed = Buffer.from(sealed)
      changed[at % sealed.length] = (changed[at % sealed.length] ?? 0) ^ (1 << bit)

      const opened = openBytes(key, 'place', changed)

      assert.equal(opened, undefined)
      assert.ok(openBytes(key, 'place', sealed)?.equals(plain))
    }),
  )
})

test('a key is wrapped twice, and neither the server alone nor the agency alone unwraps it', () => {
  const keys = someKeys()
  const key = randomBytes(32)

  const wrapped = doubleWrap(keys, key)

  assert.ok(doubleUnwrap(keys, wrapped).equals(key))
  assert.equal(unwrapKey(keys.serverKey, wrapped), undefined)
  assert.ok(!unwrapKey(keys.agencyKey, wrapped)?.equals(key))
  assert.throws(() => doubleUnwrap({ ...keys, serverKey: randomBytes(32) }, wrapped), /does not open/)
  assert.throws(() => doubleUnwrap({ ...keys, agencyKey: randomBytes(32) }, wrapped), /does not open/)
})

test('a wrapped key has the form of RFC 3394, by its own example', () => {
  const under = Buffer.from('000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F', 'hex')
  const key = Buffer.from('00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F', 'hex')

  const wrapped = wrapKey(under, key)

  assert.equal(
    wrapped.toString('hex').toUpperCase(),
    '28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21',
  )
})

test('digests for finding and for searching are another with every agency and every field', () => {
  const [one, two] = [releasedRing(someKeys()), releasedRing(someKeys())]

  const found = [one.find('name', 'elm'), two.find('name', 'elm'), one.find('number', 'elm'), one.find('name', 'elms')]
  const terms = [one.term('elm'), two.term('elm'), one.term('elms')]

  assert.equal(new Set(found.map((digest) => digest.toString('hex'))).size, found.length)
  assert.equal(new Set(terms).size, terms.length)
  assert.ok(terms.every((term) => BigInt(term) >= 0n && BigInt(term) < 2n ** 63n))
})

test('while an agency has released nothing, entries can be written and nothing can be read', () => {
  const ring = sealedRing(randomBytes(32))

  const { holder, key } = ring.entryKey()

  assert.equal(holder, 'server')
  assert.ok(ring.entryKeyOf('server').equals(key))
  for (const use of uses(ring)) assert.throws(use, isRefusal)
})

test('withdrawing the keys of an agency wipes them, and whoever still holds its ring is refused', () => {
  const keys = someKeys()
  const leases = newLeases(keys.serverKey)
  const given = copyOf(keys)
  leases.release(agency, given, new Date())
  const ring = leases.of(agency)
  const sealed = ring.seal(place, 'text')

  leases.withdraw(agency)

  assert.ok(Object.values(given).every((key) => key.every((byte) => byte === 0)))
  for (const use of uses(ring)) assert.throws(use, isRefusal)
  assert.throws(() => ring.open(place, sealed), isRefusal)
  assert.equal(ring.entryKey().holder, 'server')
  assert.equal(leases.of(agency).released, false)
  assert.equal(leases.releasedAt(agency), undefined)
})

test('releasing a key that is released already takes nothing from work that is under way', () => {
  const keys = someKeys()
  const leases = newLeases(keys.serverKey)
  leases.release(agency, copyOf(keys), new Date())
  const underWay = leases.of(agency)

  leases.release(agency, copyOf(keys), new Date())

  const { key, holder } = underWay.entryKey()
  assert.deepEqual([key.equals(keys.detail), holder], [true, 'agency'])
  assert.equal(leases.of(agency).open(place, underWay.seal(place, 'text')), 'text')
})

test('one agency that withdraws its key takes nothing from another', () => {
  const keys = someKeys()
  const other = crypto.randomUUID() as AgencyId
  const leases = newLeases(keys.serverKey)
  leases.release(agency, copyOf(keys), new Date())
  leases.release(other, copyOf(someKeys()), new Date())

  leases.withdraw(agency)

  assert.deepEqual([leases.of(agency).released, leases.of(other).released], [false, true])
})

test('the agency key opens with its passphrase, however the accents of it are typed, and with no other', async () => {
  const key = await makeAgencyKey(folder, agency, 'École près de la rivière')

  const opened = await openAgencyKey(folder, agency, 'École près de la rivière'.normalize('NFD'))
  const other = await openAgencyKey(folder, agency, 'Ecole pres de la riviere')

  assert.ok(opened?.equals(key))
  assert.equal(other, undefined)
})

test('a key file in which anything was changed does not open', async () => {
  const own = crypto.randomUUID() as AgencyId
  await makeAgencyKey(folder, own, 'nine boats on the cedar river')
  const path = join(folder, `agency-${own}.json`)
  const kept = JSON.parse(await readFile(path, 'utf8')) as { wrapped: string; salt: string; rounds: number }
  const wrapped = Buffer.from(kept.wrapped, 'base64')
  wrapped[3] = (wrapped[3] ?? 0) ^ 1

  await writeFile(path, JSON.stringify({ ...kept, wrapped: wrapped.toString('base64') }))

  assert.equal(await openAgencyKey(folder, own, 'nine boats on the cedar river'), undefined)
})

test('a passphrase that this server keeps is for its owner only', async () => {
  await keepPassphrase(folder, agency, ' with a blank before and after ')

  const kept = await keptPassphrase(folder, agency)

  assert.equal(kept, ' with a blank before and after ')
  assert.equal((await stat(join(folder, `passphrase-${agency}`))).mode & 0o777, 0o600)
  assert.equal(await keptPassphrase(folder, crypto.randomUUID() as AgencyId), undefined)
})

test('the server key is made once, and one that is damaged is not replaced', async () => {
  const first = await serverKey(folder, { mayMake: true })
  const again = await serverKey(folder, { mayMake: true })
  assert.ok(first)
  await writeFile(join(folder, 'server.key'), first.subarray(0, 16))

  const damaged = serverKey(folder, { mayMake: true })

  assert.ok(again?.equals(first))
  await assert.rejects(damaged, /Restore it from a backup/)
})

test('a server key that cannot be read is not taken for one that was never made', async () => {
  const own = await mkdtemp(join(folder, 'unreadable-'))
  await mkdir(join(own, 'server.key'))

  const outcome = serverKey(own, { mayMake: true })

  await assert.rejects(outcome, { code: 'EISDIR' })
  assert.ok((await stat(join(own, 'server.key'))).isDirectory())
})

test('a server key that was lost is not made anew where something is sealed under it', async () => {
  const own = await mkdtemp(join(folder, 'lost-'))

  const found = await serverKey(own, { mayMake: false })

  assert.equal(found, undefined)
  assert.ok(await serverKey(own, { mayMake: true }))
})
