import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noteOnCase, readCase } from '@sallyport/api/cases'
import { changePerson, disablePerson, releasePerson, resetPerson } from '@sallyport/api/people'
import { lockSession, readSession, resumeSession, signIn, signOut } from '@sallyport/api/sessions'
import { Refused, refused, wireOf } from '../../testing/asking.ts'
import { enter, freshCode, type Person } from '../../testing/cast.ts'
import { everyContract, nothings } from '../../testing/every-contract.ts'
import { rowsOf } from '../../testing/house.ts'
import { testVault } from '../../testing/vault.ts'

const vault = await testVault()
const detective = await vault.person('detective')
const file = await vault.aCase(detective)
const minutes = 60_000

/** The same person at the door anew, whatever became of their last session. */
const anew = async (person: Person): Promise<Person> => ({ ...person, ...(await enter(vault, person)) })
const administrator = () => anew(vault.home.administrator)

const work = (person: Person) => vault.ask(person)(readCase, { id: file.id })

const codeOf = (outcome: Promise<unknown>) =>
  outcome.then(
    () => 'done',
    (thrown: unknown) => (thrown instanceof Refused ? thrown.reply.code : String(thrown)),
  )

test('a session that was idle for thirty minutes is locked, and one that was used stays open', async () => {
  const [idle, busy] = [await anew(detective), await anew(detective)]
  vault.advance(20 * minutes)
  await work(busy)
  vault.advance(11 * minutes)

  const [locked, open] = [await codeOf(work(idle)), await codeOf(work(busy))]

  assert.deepEqual([locked, open], ['session/locked', 'done'])
})

test('a page that asks by itself whether the session still stands does not keep it open', async () => {
  const person = await anew(detective)
  vault.advance(16 * minutes)
  await vault.ask(person)(readSession, {})
  vault.advance(16 * minutes)

  const answer = await codeOf(work(person))

  assert.equal(answer, 'session/locked')
  assert.equal((await vault.ask(person)(readSession, {})).locked, true)
})

test('a locked session can be looked at, resumed and ended, and nothing else', async () => {
  const person = await anew(detective)
  await vault.ask(person)(lockSession, {})
  const may = new Set(['readSession', 'lockSession', 'resumeSession', 'signOut'])
  const steps = everyContract({ ...nothings(), case: file.id }).filter(
    ({ name, contract }) => contract.permission !== 'anyone' && !may.has(name),
  )

  const answers: [string, string | undefined][] = []
  for (const { name, wire } of steps) answers.push([name, (await vault.raw(person)(wire)).code])

  assert.ok(answers.length > 30)
  assert.deepEqual(
    answers.filter(([, code]) => code !== 'session/locked'),
    [],
  )
})

test('a locked session goes on where it was with the password and a code, and not with one of them', async () => {
  const person = await anew(detective)
  await vault.ask(person)(lockSession, {})
  const { password, totpSecret } = person
  const code = freshCode(vault, totpSecret)
  const wrong = await codeOf(vault.ask(person)(resumeSession, { password: 'not their password', code }))

  const resumed = await vault.ask(person)(resumeSession, { password, code })

  assert.equal(wrong, 'sign-in/refused')
  assert.equal(resumed.locked, false)
  assert.equal(resumed.csrf, person.csrf)
  await work(person)
})

test('a code that resumed a session opens no second one', async () => {
  const person = await anew(detective)
  await vault.ask(person)(lockSession, {})
  const { password, totpSecret, signInName } = person
  const code = freshCode(vault, totpSecret)
  await vault.ask(person)(resumeSession, { password, code })

  const again = vault.ask()(signIn, { signInName, password, code, bannerAccepted: '0'.repeat(64) })

  await assert.rejects(again, refused('sign-in/refused'))
})

test('failures at a locked screen count towards the lock of the account', async () => {
  const officer = await vault.person('officer')
  await vault.ask(officer)(lockSession, {})
  const guess = () =>
    vault.ask(officer)(resumeSession, { password: 'a guess at the screen', code: freshCode(vault, officer.totpSecret) })

  const answers: unknown[] = []
  for (let time = 0; time < 5; time += 1) answers.push(await codeOf(guess()))

  assert.equal(answers.at(-1), 'sign-in/locked')
  assert.equal(await codeOf(vault.ask(officer)(readSession, {})), 'session/ended')
})

test('a session ends after twelve hours, however busy the person is', async () => {
  const person = await anew(detective)
  for (let passed = 0; passed < 12 * 60; passed += 24) {
    await work(person)
    vault.advance(24 * minutes)
  }
  vault.advance(1000)

  const answer = await codeOf(work(person))

  assert.equal(answer, 'session/ended')
})

test('signing out ends the session on the server: the old cookie opens nothing any more', async () => {
  const person = await anew(detective)
  const reply = await vault.raw(person)(wireOf(signOut, {}))

  const answers = [await codeOf(work(person)), await codeOf(vault.ask(person)(readSession, {}))]

  assert.match(String(reply.headers['set-cookie']), /__Host-sallyport=;.*(Max-Age=0|Expires=Thu, 01 Jan 1970)/)
  assert.deepEqual(answers, ['session/ended', 'session/ended'])
})

test('signing out ends one session, not those on other machines', async () => {
  const [here, there] = [await anew(detective), await anew(detective)]

  await vault.ask(here)(signOut, {})

  assert.equal(await codeOf(work(there)), 'done')
})

test('a person who is disabled is out at once, on every machine', async () => {
  const officer = await vault.person('officer')
  const sessions = [officer, await anew(officer)]

  await vault.ask(await administrator())(disablePerson, { id: officer.id, why: 'left the department' })

  const answers = await Promise.all(sessions.map((one) => codeOf(vault.ask(one)(readSession, {}))))
  assert.deepEqual(answers, ['session/ended', 'session/ended'])
})

test('a person who is reset is out at once, and neither password nor authenticator lets them in again', async () => {
  const officer = await vault.person('officer')

  await vault.ask(await administrator())(resetPerson, { id: officer.id })

  assert.equal(await codeOf(vault.ask(officer)(readSession, {})), 'session/ended')
  assert.equal(await codeOf(enter(vault, officer)), 'sign-in/refused')
})

test('a role that is taken away is gone at the next request', async () => {
  const person = await vault.person(['detective', 'supervisor'])
  const before = await codeOf(work(person))

  await vault.ask(await administrator())(changePerson, { id: person.id, roles: ['detective'] })

  assert.deepEqual([before, await codeOf(work(person))], ['done', 'case/not-found'])
})

test('a request that carries no token of its session, or that of another one, changes nothing', async () => {
  const [mine, other] = [await anew(detective), await anew(detective)]
  const wire = wireOf(noteOnCase, { id: file.id, text: 'planted by another site' })
  const withToken = (csrf: string) => vault.raw({ cookie: mine.cookie, csrf })(wire)

  const answers = [
    await withToken(''),
    await withToken(other.csrf),
    await withToken(`${mine.csrf}x`),
    await withToken('é'.repeat(43)),
  ]

  assert.deepEqual(
    answers.map(({ code }) => code),
    answers.map(() => 'request/forged'),
  )
  assert.equal((await work(mine)).notes.length, 0)
  assert.equal((await vault.raw(mine)(wire)).status, 200)
})

test('a cookie that this vault did not give out opens nothing', async () => {
  const [agency, token] = (await anew(detective)).cookie.split('.') as [string, string]
  const forged = [
    '',
    'x',
    agency,
    `${agency}.`,
    `${agency}.${token.toLowerCase()}`,
    `${agency}.${'A'.repeat(43)}`,
    `${crypto.randomUUID()}.${token}`,
    `${agency}.${token}\u0000`,
    `${agency.toUpperCase()}.${token}`,
  ]

  const answers = await Promise.all(
    forged.map((cookie) => vault.raw({ cookie: encodeURIComponent(cookie), csrf: '' })(wireOf(readSession, {}))),
  )

  assert.deepEqual(
    answers.map(({ code }) => code),
    forged.map(() => 'session/missing'),
  )
})

test('a cookie that names an agency which does not exist leaves nothing behind in the database', async () => {
  const nowhere = crypto.randomUUID() as typeof vault.home.id
  const cookie = `${nowhere}.${'A'.repeat(43)}`

  const answer = await vault.raw({ cookie, csrf: '' })(wireOf(readCase, { id: file.id }))

  assert.equal(answer.code, 'session/missing')
  assert.deepEqual(await rowsOf(vault, nowhere, 'select id from vault.ledger_entry'), [])
})

test('what a session was given is kept nowhere: the database holds only a digest of the cookie', async () => {
  const { cookie } = await anew(detective)
  const token = Buffer.from(cookie.split('.')[1] ?? '', 'base64url')

  const rows = await rowsOf<{ whole: string }>(vault, vault.home.id, 'select session::text as whole from vault.session')

  assert.ok(rows.length > 0)
  assert.ok(rows.every(({ whole }) => !whole.includes(token.toString('hex')) && !whole.includes(cookie)))
})

test('sessions outlive a restart of the vault', async () => {
  const person = await anew(detective)

  await vault.restart()

  assert.equal(await codeOf(work(person)), 'done')
})

test('a session that ended because its account was locked does not come back when the account is released', async () => {
  const officer = await vault.person('officer')
  const { signInName, totpSecret } = officer
  const guess = () => {
    const shown = {
      signInName,
      password: 'a guess',
      code: freshCode(vault, totpSecret),
      bannerAccepted: '0'.repeat(64),
    }
    return codeOf(vault.ask()(signIn, shown))
  }
  for (let time = 0; time < 5; time += 1) await guess()

  await vault.ask(await administrator())(releasePerson, { id: officer.id })

  assert.equal(await codeOf(vault.ask(officer)(readSession, {})), 'session/ended')
})
