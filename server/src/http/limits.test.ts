import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { readLedger } from '@sallyport/api/items'
import { cookieName } from '../testing/asking.ts'
import { declareItem, somePlain } from '../testing/deliver.ts'
import { until } from '../testing/house.ts'
import { testVault } from '../testing/vault.ts'
import { atOnce, limit, networkOf } from './limits.ts'

const vault = await testVault()
const auditor = await vault.person('auditor')
const officer = await vault.person('officer')
const file = await vault.aCase(officer)
const item = await vault.anItem(officer, { case: file.id })

const refusals = async () => (await vault.ask(auditor)(readLedger, { act: 'request.refused', limit: 200 })).rows

test('whoever is signed in is entered by name when they are refused, whatever it is for', async () => {
  const ask = vault.raw(officer)

  await ask({ method: 'GET', path: '/vault' })
  await ask({ method: 'GET', path: '/items?limit=none' })
  await vault.raw({ ...officer, csrf: 'made up' })({ method: 'POST', path: '/session/lock' })

  const [forged, malformed, permitted] = await refusals()
  assert.deepEqual(
    [permitted, malformed, forged].map((row) => [row?.facts['code'], row?.by.id]),
    [
      ['session/not-permitted', officer.id],
      ['request/malformed', officer.id],
      ['request/forged', officer.id],
    ],
  )
})

test('a stranger with a made-up cookie writes nothing about an item, and little at all', async () => {
  const cookie = `${vault.home.id}.${randomBytes(32).toString('base64url')}`
  const path = `/items/${item.id}`
  const before = (await refusals()).length

  const codes = new Set<unknown>()
  for (let time = 0; time < 100; time += 1)
    codes.add((await vault.raw({ cookie, csrf: '' })({ method: 'GET', path, address: '203.0.113.9' })).code)

  const after = (await refusals()).filter(({ facts }) => facts['code'] === 'session/missing')
  const custody = await vault.raw(officer)({ method: 'GET', path: `${path}/custody?limit=1000` })
  assert.deepEqual([...codes], ['session/missing'])
  assert.ok(after.length >= 60 && after.length + before < 80, `${after.length} entries`)
  assert.doesNotMatch(custody.text, /session\/missing/)
})

test('one person cannot take every place there is: the thirty-third file at once waits, and others go on', async () => {
  const [bytes, bodies] = [somePlain(), new Array<Readable>()]
  const other = await vault.person('officer')
  const elsewhere = await vault.aCase(other)
  const begin = async () => {
    const { id } = await declareItem(vault, officer, { case: file.id, bytes })
    const body = new Readable({ read: () => undefined })
    bodies.push(body)
    return vault.vault().app.inject({
      method: 'PATCH',
      url: `/api/uploads/${id}/bytes`,
      payload: body,
      headers: {
        cookie: `${cookieName}=${officer.cookie}`,
        'x-sallyport-csrf': officer.csrf,
        'tus-resumable': '1.0.0',
        'upload-offset': '0',
        'content-type': 'application/offset+octet-stream',
      },
    })
  }
  const answers: number[] = []
  const all = Array.from({ length: 33 }, () => begin().then(({ statusCode }) => answers.push(statusCode)))

  await until('one of them is refused', () => answers.length > 0)
  const meanwhile = await vault.anItem(other, { case: elsewhere.id })
  for (const body of bodies) {
    body.push(bytes)
    body.push(null)
  }
  await Promise.all(all)

  assert.equal(meanwhile.record.state, 'held')
  assert.deepEqual(
    answers.toSorted((a, b) => a - b).filter((status) => status !== 204),
    [429],
  )
  assert.equal((await vault.anItem(officer, { case: file.id })).record.state, 'held')
})

test('a place is given back once, and those of others are not touched', () => {
  const take = atOnce(2)
  const [first] = [take('one'), take('one'), take('other')]

  first()
  first()
  take('one')

  assert.throws(() => take('one'), { code: 'request/too-many' })
})

test('all addresses of one subnet of IPv6 are one to a limit, and subnets are not', () => {
  const may = limit({ burst: 1, perSecond: 0.1, now: () => 0 })
  const networks = ['2001:db8::1', '2001:db8:0:0:ffff::', '2001:db8:0:1::1', '::1', '1::2:3:4:5:6', '::ffff:10.0.0.1']

  may('2001:db8::1')

  assert.throws(() => may('2001:db8::ffff:1'), { code: 'request/too-many' })
  may('2001:db8:0:1::1')
  assert.deepEqual(networks.map(networkOf), [
    '2001:db8:0:0',
    '2001:db8:0:0',
    '2001:db8:0:1',
    '0:0:0:0',
    '1:0:0:2',
    '::ffff:10.0.0.1',
  ])
})
