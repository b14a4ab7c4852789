import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changeAgency } from '@sallyport/api/agency'
import {
  changePerson,
  disablePerson,
  enrol,
  invitePerson,
  listPeople,
  readEnrolment,
  releasePerson,
  resetPerson,
} from '@sallyport/api/people'
import type { Role } from '@sallyport/core/access'
import { Refused, refused, wireOf } from '../../testing/asking.ts'
import { enter, freshCode, type Person, tokenIn } from '../../testing/cast.ts'
import { testVault } from '../../testing/vault.ts'

const vault = await testVault()
const administrator = async (): Promise<Person> => ({
  ...vault.home.administrator,
  ...(await enter(vault, vault.home.administrator)),
})
const hours = 3_600_000
let invited = 0

async function anInvitation(naming: { name?: string; roles?: Role[] } = {}) {
  invited += 1
  const { name = `Newcomer ${invited}`, roles = ['officer'] } = naming
  const signInName = `newcomer.${invited}`
  const { link, person } = await vault.ask(await administrator())(invitePerson, { name, signInName, roles })
  const token = tokenIn(link)
  const { totpSecret } = await vault.ask()(readEnrolment, { token })
  const choose = (password: string, code = freshCode(vault, totpSecret)) =>
    vault.ask()(enrol, { token, password, code })
  return { token, person, totpSecret, choose, signInName }
}

const codeOf = (outcome: Promise<unknown>) =>
  outcome.then(
    () => 'done',
    (thrown: unknown) => (thrown instanceof Refused ? thrown.reply.code : String(thrown)),
  )

const good = 'four quiet copper ladders'

test('whoever is invited chooses a password, binds an authenticator, and can then sign in', async () => {
  const { choose, person, totpSecret, signInName } = await anInvitation()

  await choose(good)

  const agency = vault.home
  const session = await enter(vault, { signInName, password: good, totpSecret, agency })
  assert.equal(session.id, person.id)
})

test('an enrolment link is good once', async () => {
  const { choose, token } = await anInvitation()
  await choose(good)

  const answers = [await codeOf(choose(good)), await codeOf(vault.ask()(readEnrolment, { token }))]

  assert.deepEqual(answers, ['enrolment/not-found', 'enrolment/not-found'])
})

test('an enrolment link that two people use in the same moment lets one of them in', async () => {
  const { choose, totpSecret } = await anInvitation()
  const code = freshCode(vault, totpSecret)

  const answers = await Promise.all([codeOf(choose(good, code)), codeOf(choose(`${good} too`, code))])

  assert.deepEqual(answers.map(String).toSorted(), ['done', 'enrolment/not-found'])
})

test('an enrolment link is good for seventy-two hours', async () => {
  const [early, late] = [await anInvitation(), await anInvitation()]
  vault.advance(72 * hours - 60_000)
  const before = await codeOf(early.choose(good))
  vault.advance(2 * 60_000)

  const after = await codeOf(late.choose(good))

  assert.deepEqual([before, after], ['done', 'enrolment/not-found'])
})

test('a new link ends the one before it', async () => {
  const first = await anInvitation()

  const { link } = await vault.ask(await administrator())(resetPerson, { id: first.person.id })

  assert.equal(await codeOf(first.choose(good)), 'enrolment/not-found')
  await vault.ask()(readEnrolment, { token: tokenIn(link) })
})

test('a link that was never given out is answered like one that has expired', async () => {
  const { token } = await anInvitation()
  const [agency = '', secret = ''] = token.split('.')
  const tried = [
    `${agency}.${'A'.repeat(43)}`,
    `${crypto.randomUUID()}.${secret}`,
    'a-link-that-nobody-ever-gave-out',
    `${agency}.${secret}.`,
  ]

  const answers = await Promise.all(tried.map((one) => codeOf(vault.ask()(readEnrolment, { token: one }))))

  assert.deepEqual(
    answers,
    tried.map(() => 'enrolment/not-found'),
  )
})

test('a password that is short, known to attackers or made of a name is refused, and the link stays good', async () => {
  const { choose } = await anInvitation({ name: 'Rosalind Achterberg' })
  const tried = ['kx9!mw2', 'password1234', 'Achterberg7', '123456789', `x${' long'.repeat(60)}`]

  const answers: unknown[] = []
  for (const password of tried) answers.push(await codeOf(choose(password)))

  assert.deepEqual(answers, [
    'password/too-short',
    'password/banned',
    'password/banned',
    'password/banned',
    'password/too-long',
  ])
  assert.equal(await codeOf(choose(good)), 'done')
})

test('an agency that asks for longer passwords gets them', async () => {
  await vault.ask(await administrator())(changeAgency, { passwordLength: 15 })
  const { choose } = await anInvitation()

  const answers = [await codeOf(choose('kx9!mw2qtz41vb')), await codeOf(choose('kx9!mw2qtz41vbn'))]

  await vault.ask(await administrator())(changeAgency, { passwordLength: 8 })
  assert.deepEqual(answers, ['password/too-short', 'done'])
})

test('a wrong code binds no authenticator, and the link stays good', async () => {
  const { choose } = await anInvitation()

  const wrong = await codeOf(choose(good, '000000'))

  assert.equal(wrong, 'enrolment/wrong-code')
  assert.equal(await codeOf(choose(good)), 'done')
})

test('two people cannot have one sign-in name, however it is written', async () => {
  const { signInName } = await anInvitation()
  const asked = { name: 'Another', signInName: ` ${signInName.toUpperCase()} `, roles: ['officer' as const] }

  const again = vault.ask(await administrator())(invitePerson, asked)

  await assert.rejects(again, refused('person/name-taken'))
})

test('two people who are invited under one name in the same moment do not both get it', async () => {
  const boss = await administrator()
  const asked = { name: 'Twin', signInName: 'twin', roles: ['officer' as const] }

  const answers = await Promise.all([1, 2, 3].map(() => codeOf(vault.ask(boss)(invitePerson, asked))))

  assert.deepEqual(answers.map(String).toSorted(), ['done', 'person/name-taken', 'person/name-taken'])
})

test('the last administrator can neither be disabled, nor reset, nor lose the role', async () => {
  const boss = await administrator()
  await anInvitation({ roles: ['administrator'] })
  const { id } = boss

  const answers = [
    await codeOf(vault.ask(boss)(disablePerson, { id, why: 'retired' })),
    await codeOf(vault.ask(boss)(resetPerson, { id })),
    await codeOf(vault.ask(boss)(changePerson, { id, roles: ['custodian'] })),
  ]

  assert.deepEqual(
    answers,
    answers.map(() => 'person/last-administrator'),
  )
})

test('two administrators who take the role from each other in the same moment do not leave the agency without one', async () => {
  const boss = await administrator()
  const other = await vault.person('administrator')
  const demote = (by: Person, id: Person['id']) => codeOf(vault.ask(by)(changePerson, { id, roles: ['officer'] }))

  const answers = await Promise.all([demote(boss, other.id), demote(other, boss.id)])

  assert.equal(answers.filter((answer) => answer === 'done').length, 1, answers.join())
  const by = answers[0] === 'done' ? boss : other
  await vault.ask(by)(changePerson, { id: boss.id, roles: ['administrator'] })
})

test('a name or a badge is changed without touching anything else', async () => {
  const boss = await administrator()
  const person = await vault.person(['officer', 'detective'], { badge: '1204' })

  const changed = await vault.ask(boss)(changePerson, { id: person.id, name: 'A. Married-Name', badge: null })

  assert.deepEqual(
    [changed.name, changed.badge, changed.roles, changed.signInName, changed.state],
    ['A. Married-Name', null, ['officer', 'detective'], person.signInName, 'active'],
  )
})

test('releasing somebody who is not locked changes nothing about them', async () => {
  const boss = await administrator()
  const person = await vault.person('officer')
  await vault.ask(boss)(disablePerson, { id: person.id, why: 'left' })

  const after = await vault.ask(boss)(releasePerson, { id: person.id })

  assert.equal(after.state, 'disabled')
})

test('a person who is disabled cannot enrol by a link from before', async () => {
  const { choose, person } = await anInvitation()

  await vault.ask(await administrator())(disablePerson, { id: person.id, why: 'never came' })

  assert.equal(await codeOf(choose(good)), 'enrolment/not-found')
})

test('the list of people shows nobody a password, a secret or a link', async () => {
  const officer = await vault.person('officer')

  const reply = await vault.raw(officer)(wireOf(listPeople, {}))

  for (const secret of [officer.password, officer.totpSecret, officer.cookie]) assert.ok(!reply.text.includes(secret))
  const [first] = reply.json as object[]
  assert.deepEqual(Object.keys(first ?? {}).toSorted(), [
    'badge',
    'createdAt',
    'id',
    'lastSignInAt',
    'name',
    'roles',
    'signInName',
    'state',
  ])
})

test('only an administrator changes who may come in', async () => {
  const people = await Promise.all((['custodian', 'auditor', 'supervisor'] as const).map((role) => vault.person(role)))
  const asked = { name: 'Friend', signInName: 'a.friend', roles: ['administrator' as const] }

  const answers = await Promise.all(people.map((person) => codeOf(vault.ask(person)(invitePerson, asked))))

  assert.deepEqual(
    answers,
    answers.map(() => 'session/not-permitted'),
  )
})
