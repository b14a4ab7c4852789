import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contracts } from '@sallyport/api/all'
import type { Contract } from '@sallyport/api/contract'
import type { RefusalCode } from '@sallyport/core/refusal'
import type { Reply } from '../testing/asking.ts'
import { enter, type Person } from '../testing/cast.ts'
import { everyContract, nothings, type Step, type Things } from '../testing/every-contract.ts'
import { rowsOf } from '../testing/house.ts'
import { plant, sung } from '../testing/planted.ts'
import { testVault } from '../testing/vault.ts'

const vault = await testVault({ founding: { alsoCustodian: true } })
const planted = await plant(vault)
const { agency, content, people } = planted
const steps = everyContract(planted.things)

/** What any operation may be refused with, besides what its contract names. */
const general: ReadonlySet<RefusalCode | 'fault' | undefined> = new Set([
  'request/malformed',
  'request/not-found',
  'request/forged',
  'request/too-many',
  'session/missing',
  'session/ended',
  'session/locked',
  'session/not-permitted',
  'vault/busy',
  'vault/sealed',
  'vault/ledger-down',
])

/** These end or lock the session they are asked in. */
const ending = new Set(['lockSession', 'resumeSession', 'signOut'])

async function ask(visitor: Person | undefined, { name, wire }: Step): Promise<Reply> {
  const own = visitor && ending.has(name) ? { ...visitor, ...(await enter(vault, visitor)) } : visitor
  return vault.raw(own)(wire)
}

async function walk(visitor: Person | undefined, of: readonly Step[]): Promise<Map<string, Reply>> {
  const answers = new Map<string, Reply>()
  for (const step of of) answers.set(step.name, await ask(visitor, step))
  return answers
}

const contractOf = (name: string) => steps.find((step) => step.name === name)?.contract as Contract

/** All that an answer tells, but for its number. */
const told = ({ status, json, text }: Reply) => {
  if (status < 400) return { status, text }
  return { status, json: { ...(json as object), request: undefined } }
}

const refusedBy = (of: typeof agency.id) =>
  rowsOf<{ person_id: string | null; id: string }>(
    vault,
    of,
    `select id, person_id from vault.ledger_entry where act = 'request.refused'`,
  )

const visitors: readonly {
  who: string
  person: Person | undefined
  mayKnowPeople: boolean
  home: typeof agency.id | undefined
}[] = [
  { who: 'nobody', person: undefined, mayKnowPeople: false, home: undefined },
  { who: "another agency's custodian", person: vault.home.administrator, mayKnowPeople: false, home: vault.home.id },
  { who: 'an auditor', person: await vault.person('auditor', { agency }), mayKnowPeople: true, home: agency.id },
  {
    who: 'an administrator',
    person: await vault.person('administrator', { agency }),
    mayKnowPeople: true,
    home: agency.id,
  },
  {
    who: 'an officer who is not a member',
    person: await vault.person('officer', { agency }),
    mayKnowPeople: true,
    home: agency.id,
  },
  {
    who: 'a detective who is not a member',
    person: await vault.person('detective', { agency }),
    mayKnowPeople: true,
    home: agency.id,
  },
]

/** Operations whose subject is an id: asked by a stranger, nothing of them may work. */
const isAboutContent = ({ permission, params }: Contract) =>
  /^(case|item|custody)\./.test(permission) && Object.keys(params.shape).length > 0

test('every operation that a client can call is mounted, and nothing else is', () => {
  const mounted = vault.vault().routes.map(({ contract }) => `${contract.method} ${contract.path}`)

  const known = contracts.map(({ contract }) => `${contract.method} ${contract.path}`)

  assert.deepEqual(mounted.toSorted(), [...known, 'POST /uploads/bytes'].toSorted())
})

for (const { who, person, mayKnowPeople, home } of visitors) {
  test(`${who} gets nothing of a case by any operation, and cannot tell what exists`, async () => {
    const [ours, theirs] = [await refusedBy(agency.id), await refusedBy(vault.home.id)]

    const there = await walk(person, steps)
    const nowhere = await walk(person, everyContract({ ...nothings(), person: planted.things.person }))

    const forbidden = mayKnowPeople ? content : new Map([...content, ...people])
    let refusals = 0
    for (const [name, reply] of there) {
      const contract = contractOf(name)
      assert.deepEqual(sung(reply.bytes, forbidden), [], `${name} told ${who}`)
      assert.notEqual(reply.code, 'fault', name)
      if (reply.status >= 400) {
        refusals += 1
        const mine = (contract.refuses as readonly unknown[]).includes(reply.code) || general.has(reply.code)
        assert.ok(mine, `${name} refused ${who} with ${reply.code}, which its contract does not name`)
      }
      if (isAboutContent(contract)) {
        assert.ok(reply.status >= 400, `${name} was answered to ${who}`)
        assert.deepEqual(told(reply), told(nowhere.get(name) as Reply), `${name} tells ${who} what exists`)
      }
    }
    assert.ok(refusals > 20)
    await everyRefusalIsEntered({ person, home, before: { ours, theirs }, answers: [...there, ...nowhere] })
  })
}

type Asked = {
  readonly person: Person | undefined
  readonly home: typeof agency.id | undefined
  readonly before: { ours: readonly { id: string }[]; theirs: readonly { id: string }[] }
  readonly answers: readonly (readonly [string, Reply])[]
}

/** Each refusal stands in the ledger of the agency of whoever asked, once, and in no other. */
async function everyRefusalIsEntered({ person, home, before, answers }: Asked): Promise<void> {
  const signedIn = answers.filter(([name, { status }]) => status >= 400 && contractOf(name).permission !== 'anyone')
  const grown = async (of: typeof agency.id, known: readonly { id: string }[]) =>
    (await refusedBy(of)).filter(({ id }) => !known.some((one) => one.id === id))
  const added = {
    [agency.id]: await grown(agency.id, before.ours),
    [vault.home.id]: await grown(vault.home.id, before.theirs),
  }
  for (const [of, entries] of Object.entries(added)) {
    if (of === home) assert.ok(entries.length >= signedIn.length, 'a refusal was not entered')
    else assert.deepEqual(person ? entries.filter(({ person_id }) => person_id === person.id) : entries, [])
  }
}

test('what a custodian of another agency asks for leaves no trace in the ledger of this one', async () => {
  // What was sent of an item is entered when its viewing has been quiet, so it may come in between.
  const entries = () => rowsOf(vault, agency.id, `select id from vault.ledger_entry where act <> 'item.served'`)
  const before = await entries()

  await walk(
    vault.home.administrator,
    steps.filter(({ contract }) => contract.permission !== 'anyone'),
  )

  assert.equal((await entries()).length, before.length)
})

test('a thing of another agency cannot be drawn into a case of one’s own', async () => {
  const stranger = vault.home.administrator
  const own = await vault.aCase(stranger)
  const { item, person, case: foreign } = planted.things
  const declared = { particulars: { title: 'x', category: 'other' }, originalName: 'x', size: 5 }
  const ask = vault.raw(stranger)

  const answers = [
    await ask({ method: 'POST', path: '/uploads', body: { ...declared, case: own.id, parent: item } }),
    await ask({ method: 'POST', path: '/uploads', body: { ...declared, case: foreign } }),
    await ask({ method: 'PUT', path: `/cases/${own.id}/members/${person}`, body: { level: 'view' } }),
    await ask({ method: 'DELETE', path: `/cases/${own.id}/members/${person}` }),
    await ask({ method: 'GET', path: `/items?case=${foreign}` }),
  ]

  assert.deepEqual(
    answers.map(({ code }) => code),
    ['item/not-found', 'case/not-found', 'person/not-found', 'person/not-found', 'case/not-found'],
  )
})

test('the bytes of an upload are nobody else’s, by any method of the protocol', async () => {
  const { underWay } = planted.things
  const methods = ['HEAD', 'PATCH', 'OPTIONS'] as const
  const headers = {
    'tus-resumable': '1.0.0',
    'upload-offset': '1000',
    'content-type': 'application/offset+octet-stream',
  }
  const others = [undefined, vault.home.administrator, planted.custodian, visitors[2]?.person, visitors[4]?.person]

  const answers: Reply[] = []
  for (const other of others)
    for (const method of methods)
      answers.push(
        await vault.raw(other)({ method, path: `/uploads/${underWay}/bytes`, headers, body: Buffer.from('x') }),
      )

  assert.ok(
    answers.every(({ status }) => [401, 403, 404].includes(status)),
    answers.map(({ status }) => status).join(),
  )
})

test('an auditor reads the ledger of the agency without finding a word of what it is about', async () => {
  const auditor = visitors[2]?.person
  const all: Buffer[] = []

  for (let after: string | null = ''; after !== null; ) {
    const path = `/ledger?limit=200${after && `&after=${after}`}`
    const { bytes, json } = await vault.raw(auditor)({ method: 'GET', path })
    all.push(bytes)
    after = (json as { next: string | null }).next
  }

  assert.ok(Buffer.concat(all).includes('item.received'))
  assert.deepEqual(sung(Buffer.concat(all), content), [])
})

test('everybody who may see a case finds in it what was planted', async () => {
  const things: Things = planted.things

  const seen = [
    await vault.raw(planted.detective)({ method: 'GET', path: `/cases/${things.case}` }),
    await vault.raw(planted.custodian)({ method: 'GET', path: `/items/${things.item}` }),
  ]

  assert.ok(sung(Buffer.concat(seen.map(({ bytes }) => bytes)), content).length > 12)
})
