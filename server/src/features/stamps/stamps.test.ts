import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { listAlarms } from '@sallyport/api/alarms'
import { readAgency } from '@sallyport/api/agency'
import { addAuthority, endAuthority, readStamping, stampNow } from '@sallyport/api/stamps'
import { newTimeAuthority, pem } from '@sallyport/core/testing/time-authority'
import { theServer, within } from '../../db/within.ts'
import { askTimeServer } from '../../jobs/ask-time.ts'
import { openEntry } from '../../ledger/read.ts'
import { newestEntries } from '../../ledger/rows.ts'
import { refused } from '../../testing/asking.ts'
import { anAuthority } from '../../testing/authority.ts'
import { rowsOf, until } from '../../testing/house.ts'
import { testVault } from '../../testing/vault.ts'
import { stampHolds } from './ask-authority.ts'

const vault = await testVault()
const [one, other] = [await anAuthority(), await anAuthority()]
const ask = vault.ask(vault.home.administrator)

type Row = { size: string; authority: string; note: string; response: Buffer; chain: string; crls: string | null }
const stampsKept = () =>
  rowsOf<Row>(
    vault,
    vault.home.id,
    'select size, authority, note, response, chain, crls from vault.time_stamp order by made_at',
  )

const enterSomething = async () => {
  await ask(readAgency, {})
  await vault.settle()
}

test('two authorities stamp the ledger as soon as they are named, and each stamp checks on its own', async () => {
  await vault.settle()
  await ask(addAuthority, { name: 'county', url: one.url, roots: one.roots })
  await ask(addAuthority, { name: 'state', url: other.url, roots: other.roots })

  await until('both have stamped', async () =>
    (await ask(readStamping, {})).authorities.every(({ stamped }) => stamped),
  )

  const kept = await stampsKept()
  assert.deepEqual(new Set(kept.map(({ authority }) => authority)), new Set(['county', 'state']))
  for (const stamp of kept) assert.equal(await stampHolds(stamp), true)
  const { clock } = await ask(readStamping, {})
  assert.ok(clock.checkedAt && Math.abs(clock.offsetMs ?? 1e9) < 3_000)
})

test('every entry says what was known of the clock when it was made', async () => {
  await enterSomething()

  const actor = await within(vault.vault().ground, theServer(vault.home.id), async (tx) => {
    const [newest] = await newestEntries(tx, { limit: 1 })
    return newest && openEntry(tx, newest).shown?.actor
  })

  const clock = actor?.['clock'] as Record<string, unknown>
  assert.deepEqual(Object.keys(clock).toSorted(), ['checkedAt', 'offsetMs', 'source'])
  assert.match(String(clock['source']), /county|state/)
})

test('an altered stamp, or a stamp of another checkpoint, does not check', async () => {
  await enterSomething()
  await ask(stampNow, {})
  const [first, , last] = await stampsKept()
  assert.ok(first && last)

  const altered = { ...first, response: Buffer.from(first.response) }
  altered.response.writeUInt8(altered.response.readUInt8(altered.response.length - 5) ^ 1, altered.response.length - 5)

  assert.equal(await stampHolds(altered), false)
  assert.equal(await stampHolds({ ...first, note: last.note }), false)
})

test('without a network the vault goes on, tells what is not stamped yet, and catches up', async () => {
  one.mood = other.mood = 'silent'
  await enterSomething()
  const away = await ask(stampNow, {})
  one.mood = other.mood = {}
  vault.advance(120_000)

  const back = await ask(stampNow, {})

  assert.ok(away.unstamped > 0 && away.authorities.every(({ failure }) => failure !== null))
  assert.ok(back.authorities.every(({ failure }) => failure === null))
  assert.ok(back.unstamped < away.unstamped)
  assert.ok(!(await ask(listAlarms, { open: 'true' })).rows.some(({ code }) => code === 'time/authority-refused'))
})

test('an answer that does not check is not kept, and somebody is called', async () => {
  const before = (await stampsKept()).length
  const forged = newTimeAuthority()
  one.mood = { with: [forged.signer.certificate, forged.middle.certificate] }
  other.mood = { nonce: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) }
  await enterSomething()
  vault.advance(120_000)

  const told = await ask(stampNow, {})

  assert.equal((await stampsKept()).length, before)
  assert.ok(told.authorities.every(({ failure }) => /stamp/i.test(failure ?? '')))
  assert.ok((await ask(listAlarms, { open: 'true' })).rows.some(({ code }) => code === 'time/authority-refused'))
  one.mood = other.mood = {}
})

test('what an authority says of the time is the word of the agency that named it, and of no other', async () => {
  const neighbour = await vault.agency()
  one.mood = { at: '20500101000000Z' }
  await enterSomething()
  vault.advance(120_000)

  const told = await ask(stampNow, {})
  const theirs = await vault.ask(neighbour.administrator)(readStamping, {})
  one.mood = {}

  assert.match(told.authorities[0]?.failure ?? '', /still to come/)
  assert.deepEqual(theirs.clock, { source: 'none', offsetMs: null, checkedAt: null })
})

test('an authority whose certificates cannot be read, or whose name is taken, is refused', async () => {
  const url = one.url

  await assert.rejects(ask(addAuthority, { name: 'third', url, roots: 'nonsense' }), refused('authority/bad-roots'))
  const middle = pem(one.keys.middle.certificate)
  await assert.rejects(ask(addAuthority, { name: 'third', url, roots: middle }), refused('authority/bad-roots'))
  await assert.rejects(ask(addAuthority, { name: 'county', url, roots: one.roots }), refused('authority/name-taken'))
  await assert.rejects(ask(endAuthority, { name: 'nobody' }), refused('authority/not-found'))
})

test('an authority that ended is asked no more, and its stamps stay', async () => {
  const before = (await stampsKept()).length
  await ask(endAuthority, { name: 'state' })
  const asked = other.asked
  await enterSomething()
  vault.advance(120_000)

  await ask(stampNow, {})

  assert.equal(other.asked, asked)
  assert.equal((await stampsKept()).length, before + 1)
})

test('the clock is compared with a time server, whose answer to somebody else is not taken', async () => {
  const server = createSocket('udp4')
  server.on('message', (request, from) => {
    const answer = Buffer.alloc(48)
    const seconds = 2_208_988_800 + Math.floor(Date.now() / 1000) + 100
    answer[0] = 0x24
    answer[1] = 2
    for (const at of [32, 40]) answer.writeUInt32BE(seconds, at)
    server.send(answer, from.port, from.address)
    request.copy(answer, 24, 40, 48)
    server.send(answer, from.port, from.address)
  })
  await new Promise<void>((done) => server.bind(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo

  const told = await askTimeServer({ host: '127.0.0.1', port }, { timeoutMs: 2_000, now: () => new Date() })

  server.close()
  const ahead = told.theirs.getTime() - told.at.getTime()
  assert.ok(ahead > 98_000 && ahead < 101_000, String(ahead))
})
