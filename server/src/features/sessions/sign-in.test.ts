import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changeAgency, readAgency, readEntrance } from '@sallyport/api/agency'
import { disablePerson, listPeople, releasePerson } from '@sallyport/api/people'
import { readSession, signIn } from '@sallyport/api/sessions'
import { type Reply, wireOf } from '../../testing/asking.ts'
import { codeAt, enter, freshCode, type Person } from '../../testing/cast.ts'
import { rowsOf } from '../../testing/house.ts'
import { testVault } from '../../testing/vault.ts'

const vault = await testVault()
const { administrator } = vault.home
const { banner } = await vault.ask()(readEntrance, {})
const bannerAccepted = banner?.version ?? ''
const locked = await vault.person('officer')
const steady = await vault.person('officer')

type Shown = {
  readonly signInName: string
  readonly password: string
  readonly code: string
  readonly bannerAccepted?: string
}

const knock = (shown: Shown, address?: string) =>
  vault.raw()({ ...wireOf(signIn, { bannerAccepted, ...shown }), ...(address && { address }) })

/** What a person would show now, with a code that was not used yet. */
const shownBy = ({ signInName, password, totpSecret }: Person): Shown => ({
  signInName,
  password,
  code: freshCode(vault, totpSecret),
})

const failOnce = (person: Person) => knock({ ...shownBy(person), password: 'not their password' })

async function failTimes(person: Person, times: number): Promise<Reply[]> {
  const answers: Reply[] = []
  for (let time = 0; time < times; time += 1) answers.push(await failOnce(person))
  return answers
}

/** All of an answer but the number of the request. */
const withoutNumber = ({ status, json, headers }: Reply) => {
  const { request: _, ...told } = json as Record<string, unknown>
  const { 'x-request-id': _id, date: _date, ...rest } = headers
  return { status, told, rest }
}

const stateOf = async ({ id }: Person) =>
  (await vault.ask(administrator)(listPeople, {})).find((one) => one.id === id)?.state

test('a person signs in with their password and a code, and is told who they are', async () => {
  const officer = steady

  const answer = await knock(shownBy(officer))

  assert.equal(answer.status, 200)
  assert.deepEqual((answer.json as { person: unknown }).person, {
    id: officer.id,
    name: officer.name,
    signInName: officer.signInName,
    roles: ['officer'],
  })
})

test('the session is in a cookie that no script can read, no other site can send, and that ends with the browser', async () => {
  const officer = steady

  const { headers } = await knock(shownBy(officer))

  const [value, ...attributes] = String(headers['set-cookie']).split('; ')
  assert.match(value ?? '', /^__Host-sallyport=/)
  assert.deepEqual(attributes.toSorted(), ['HttpOnly', 'Path=/', 'SameSite=Strict', 'Secure'])
})

test('an unknown name, a wrong password and a wrong code get one and the same answer', async () => {
  const officer = await vault.person('officer')
  const shown = shownBy(officer)
  const wrongCode = String((Number(shown.code) + 1) % 1_000_000).padStart(6, '0')

  const answers = [
    await knock({ ...shown, signInName: 'nobody.here' }),
    await knock({ ...shown, password: 'not their password' }),
    await knock({ ...shown, code: wrongCode }),
    await knock({ ...shown, signInName: 'nobody.here', password: 'x', code: wrongCode }),
  ]

  const [first, ...others] = answers.map(withoutNumber)
  assert.equal(first?.told['code'], 'sign-in/refused')
  for (const other of others) assert.deepEqual(other, first)
})

test('an unknown name costs the vault as much work as a known one, so that time tells nothing', async () => {
  const officer = await vault.person('officer')
  // Work, not time: what the processor did for it, which does not depend on what else the machine does.
  const workFor = async (shown: Shown) => {
    const start = process.cpuUsage()
    await knock(shown)
    const { user, system } = process.cpuUsage(start)
    return (user + system) / 1000
  }
  const shown = { ...shownBy(officer), password: 'not their password' }
  await knock(shown)

  const known = Math.min(await workFor(shown), await workFor(shown))
  const unknown = Math.min(
    await workFor({ ...shown, signInName: 'nobody.two' }),
    await workFor({ ...shown, signInName: 'nobody.two' }),
  )

  assert.ok(unknown > known / 2 && unknown < known * 2, `${unknown} ms against ${known} ms`)
})

test('one factor is never enough: neither the password alone nor the code alone lets anybody in', async () => {
  const officer = steady
  const { signInName, password } = officer

  const withoutCode = await vault.raw()({
    method: 'POST',
    path: '/session',
    body: { signInName, password, bannerAccepted },
  })
  const emptyCode = await knock({ signInName, password, code: '' })
  const emptyPassword = await knock({ ...shownBy(officer), password: '' })

  assert.deepEqual(
    [withoutCode, emptyCode, emptyPassword].map(({ status, code }) => [status, code]),
    [
      [400, 'request/malformed'],
      [400, 'request/malformed'],
      [400, 'request/malformed'],
    ],
  )
})

test('a code is accepted once, and none from before it is accepted any more', async () => {
  const officer = await vault.person('officer')
  const shown = shownBy(officer)
  const older = codeAt(vault, officer.totpSecret, -1)
  await knock(shown)

  const again = await knock(shown)
  const before = await knock({ ...shown, code: older })

  assert.deepEqual([again.code, before.code], ['sign-in/refused', 'sign-in/refused'])
})

test('a code that is shown twice in the same moment lets one in, not two', async () => {
  const officer = steady
  const shown = shownBy(officer)

  const answers = await Promise.all([knock(shown), knock(shown), knock(shown)])

  assert.deepEqual(
    answers.map(({ status }) => status).toSorted((a, b) => a - b),
    [200, 401, 401],
  )
})

test('five failures within fifteen minutes lock an account, and the right password does not open it any more', async () => {
  const officer = locked

  const failures = await failTimes(officer, 5)
  const right = await knock(shownBy(officer))

  assert.deepEqual(
    failures.map(({ code }) => code),
    ['sign-in/refused', 'sign-in/refused', 'sign-in/refused', 'sign-in/refused', 'sign-in/locked'],
  )
  assert.equal(right.code, 'sign-in/locked')
  assert.equal(await stateOf(officer), 'locked')
})

test('a locked account stays locked however long one waits, until an administrator releases it', async () => {
  const officer = locked
  vault.advance(24 * 3_600_000)
  const waited = await knock(shownBy(officer))
  Object.assign(administrator, await enter(vault, administrator))

  await vault.ask(administrator)(releasePerson, { id: officer.id })
  const released = await knock(shownBy(officer))

  assert.equal(waited.code, 'sign-in/locked')
  assert.equal(released.status, 200)
})

test('failures that are more than fifteen minutes old are forgotten, and a sign-in forgets them all', async () => {
  const [slow, sure] = [await vault.person('officer'), await vault.person('officer')]

  await failTimes(slow, 4)
  await failTimes(sure, 4)
  await knock(shownBy(sure))
  vault.advance(15 * 60_000 + 1000)
  await failTimes(slow, 4)
  await failTimes(sure, 4)

  assert.deepEqual([await stateOf(slow), await stateOf(sure)], ['active', 'active'])
})

test('failures that come all at once are all counted', async () => {
  const officer = await vault.person('officer')
  const shown = { ...shownBy(officer), password: 'not their password' }

  await Promise.all(Array.from({ length: 5 }, () => knock(shown)))

  assert.equal(await stateOf(officer), 'locked')
})

test('a lock tells nobody which names exist: a name that nobody has is locked in the same way', async () => {
  const officer = await vault.person('officer')
  const shown = { ...shownBy(officer), password: 'not their password' }

  const known = await failTimes(officer, 6)
  const unknown: Reply[] = []
  for (let time = 0; time < 6; time += 1) unknown.push(await knock({ ...shown, signInName: 'nobody.three' }))

  assert.deepEqual(unknown.map(withoutNumber), known.map(withoutNumber))
})

test('a person who is disabled, or has not enrolled yet, is answered like somebody unknown', async () => {
  const officer = await vault.person('officer')
  await vault.ask(administrator)(disablePerson, { id: officer.id, why: 'left the department' })

  const disabled = await knock(shownBy(officer))
  const unknown = await knock({ ...shownBy(officer), signInName: 'nobody.four' })

  assert.equal(disabled.code, 'sign-in/refused')
  assert.deepEqual(withoutNumber(disabled), withoutNumber(unknown))
})

test('nobody comes in without having accepted the notice that stands now', async () => {
  const officer = steady
  const { banner: before } = await vault.ask(administrator)(readAgency, {})
  await vault.ask(administrator)(changeAgency, { bannerText: 'A new notice.' })

  const old = await knock(shownBy(officer))
  const { banner: now } = await vault.ask()(readEntrance, {})
  const fresh = await knock({ ...shownBy(officer), bannerAccepted: now?.version ?? '' })
  await vault.ask(administrator)(changeAgency, { bannerText: before.text })

  assert.equal(old.code, 'session/banner-changed')
  assert.equal(old.headers['set-cookie'], undefined)
  assert.equal(fresh.status, 200)
})

test('a failed sign-in stands in the ledger of the agency, about the account it was tried on', async () => {
  const officer = await vault.person('officer')

  await failOnce(officer)

  const entries = await rowsOf<{ act: string }>(
    vault,
    vault.home.id,
    `select act from vault.ledger_entry join vault.ledger_subject on entry_id = id where subject = '${officer.id}' order by vault.ledger_entry.at`,
  )
  assert.equal(entries.at(-1)?.act, 'request.refused')
})

test('one address that tries again and again is slowed down', async () => {
  const wire = wireOf(signIn, { signInName: 'x', password: 'x', code: 'x', bannerAccepted })
  const statuses: number[] = []

  for (let time = 0; time < 70; time += 1) statuses.push((await vault.raw()({ ...wire, address: '192.0.2.7' })).status)

  assert.ok(statuses.slice(0, 60).every((status) => status === 400))
  assert.ok(statuses.slice(62).every((status) => status === 429))
})

test('signing in makes a new session each time, and the sessions do not know each other', async () => {
  const first = await enter(vault, steady)
  const second = await enter(vault, steady)

  const [one, two] = [await vault.ask(first)(readSession, {}), await vault.ask(second)(readSession, {})]

  assert.notEqual(one.id, two.id)
  assert.notEqual(first.cookie, second.cookie)
  assert.notEqual(one.csrf, two.csrf)
})
