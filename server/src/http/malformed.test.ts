import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Contract } from '@sallyport/api/contract'
import type { Reply, Wire } from '../testing/asking.ts'
import { enter, type Person } from '../testing/cast.ts'
import { everyContract, type Step } from '../testing/every-contract.ts'
import { recordsOf, rowsOf } from '../testing/house.ts'
import { plant } from '../testing/planted.ts'
import { testVault } from '../testing/vault.ts'

const vault = await testVault()
const { agency, things } = await plant(vault)
/** Somebody whose roles stop nothing: only the form of what they send does. */
const anybody = await vault.person(['detective', 'custodian', 'administrator'], { agency })
const steps = everyContract(things)
const ending = new Set(['lockSession', 'signOut'])

type Body = Readonly<Record<string, unknown>>
type Try = { readonly name: string; readonly what: string; readonly wire: Wire }

const hasBody = ({ contract, wire }: Step) => contract.method !== 'GET' && !Buffer.isBuffer(wire.body)
const bodyOf = ({ wire }: Step): Body => (wire.body ?? {}) as Body
const takes = ({ contract }: Step, body: unknown) => contract.body.safeParse(body).success
const json = { 'content-type': 'application/json' }

const strange: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  '',
  ' ',
  [],
  {},
  [[]],
  ['a', 'b'],
  'x'.repeat(100_000),
  'a\u0000b',
  '\u0000',
  'a\ud800b',
  '\udfff',
  '\u202e\u2066',
  "' or 1=1; drop table vault.person --",
  '${7*7}{{7*7}}',
  '../../../etc/passwd',
  { $gt: '' },
  { toString: 'x', length: 3 },
  '1e3',
  '9'.repeat(400),
]

/** Every body that differs from a good one in one field, or has one too many. */
function bodiesOf(step: Step): { what: string; body: Body }[] {
  const good = bodyOf(step)
  const fields = Object.keys(good)
  const changed = fields.flatMap((field) => [
    { what: `${field} missing`, body: Object.fromEntries(Object.entries(good).filter(([name]) => name !== field)) },
    ...strange.map((value) => ({
      what: `${field} as ${JSON.stringify(value)?.slice(0, 20)}`,
      body: { ...good, [field]: value },
    })),
  ])
  const added = ['surprise', 'id', 'agency', 'agency_id', 'constructor', 'a\u0000', 'a\ud800', 'x'.repeat(5000)].map(
    (name) => ({
      what: `one more field ${JSON.stringify(name).slice(0, 20)}`,
      body: { ...good, [name]: 'x' },
    }),
  )
  return [...changed, ...added]
}

const sent = async (person: Person, { name, wire }: Try): Promise<Reply> => {
  const own = ending.has(name) ? { ...person, ...(await enter(vault, person)) } : person
  return vault.raw(own)(wire)
}

/** What must hold of any answer to anything. */
function mustBePlain({ name, what }: Pick<Try, 'name' | 'what'>, { status, text }: Reply): void {
  assert.ok(status < 500, `${name} with ${what}: ${status} ${text.slice(0, 200)}`)
  assert.doesNotMatch(text, /\n\s+at |node_modules|\.ts:\d|node:internal/, `${name} with ${what} shows a stack`)
  if (status >= 400)
    assert.doesNotMatch(
      text,
      /\b(select|insert into|vault\.\w+|sqlstate|violates|pg_|relation ")\b/i,
      `${name} with ${what} shows SQL`,
    )
}

/** Sends what must be refused for its form; nothing of the agency may have changed. */
async function refuseAll(tries: readonly Try[], codes: readonly unknown[]): Promise<void> {
  const before = await recordsOf(vault, agency.id)
  for (const one of tries) {
    const reply = await vault.raw(anybody)(one.wire)
    mustBePlain(one, reply)
    assert.ok(codes.includes(reply.code), `${one.name} with ${one.what}: ${reply.status} ${reply.code}`)
  }
  assert.deepEqual(await recordsOf(vault, agency.id), before)
}

test('a body of another form than the documented one never reaches the work', async () => {
  const tries = steps.filter(hasBody).flatMap((step) =>
    bodiesOf(step)
      .filter(({ body }) => !takes(step, body))
      .map(({ what, body }) => ({ name: step.name, what, wire: { ...step.wire, body } })),
  )

  await refuseAll(tries, ['request/malformed', 'request/too-large'])

  assert.ok(tries.length > 900, `${tries.length}`)
})

test('strange values that have the documented form break nothing', async () => {
  const tries = steps
    .filter((step) => hasBody(step) && !/resume|setUp|signIn|unlock|enrol/i.test(step.name))
    .flatMap((step) =>
      bodiesOf(step)
        .filter(({ body }) => takes(step, body))
        .map(({ what, body }) => ({ name: step.name, what, wire: { ...step.wire, body } })),
    )

  for (const one of tries) mustBePlain(one, await sent(anybody, one))

  assert.ok(tries.length > 50, `${tries.length}`)
})

test('what is no JSON, or JSON of the wrong kind, is refused', async () => {
  const bodies: readonly (string | Buffer)[] = [
    '{',
    '[]',
    '[{}]',
    '"text"',
    '123',
    'true',
    '{"a":1}{"b":2}',
    "{'a':1}",
    '{"__proto__":{"roles":["administrator"]}}',
    '{"constructor":{"prototype":{"roles":["administrator"]}}}',
    '\ufeff{}x',
    Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
    Buffer.from('{"a":1}', 'utf16le'),
    '['.repeat(50_000),
    `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
  ]
  const tries = steps.filter(hasBody).flatMap((step) =>
    bodies.map((body) => ({
      name: step.name,
      what: String(body).slice(0, 20),
      wire: { ...step.wire, body, headers: json },
    })),
  )

  await refuseAll(tries, ['request/malformed'])
})

test('a body under another name of type is refused, whatever is in it', async () => {
  const types = [
    'text/plain',
    'application/xml',
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded',
    'application/octet-stream',
    'application/offset+octet-stream',
    'x',
    ';',
    'application/json/x',
  ]
  const tries = steps.filter(hasBody).flatMap((step) =>
    types.map((type) => ({
      name: step.name,
      what: type,
      wire: { ...step.wire, body: JSON.stringify(bodyOf(step)), headers: { 'content-type': type } },
    })),
  )

  await refuseAll(tries, ['request/malformed'])
})

test('a body that is too large is refused before it is read', async () => {
  const tries = steps.filter(hasBody).map((step) => ({
    name: step.name,
    what: 'a body of 300 kB',
    wire: { ...step.wire, body: JSON.stringify({ ...bodyOf(step), padding: 'x'.repeat(300_000) }), headers: json },
  }))

  await refuseAll(tries, ['request/too-large'])
})

test('an address with something else than an identifier in it is refused', async () => {
  const places = [
    'x',
    '0',
    '%00',
    '..%2f..%2fetc',
    '%E0%A4%A',
    "'%20or%201=1",
    'x'.repeat(3000),
    `${things.case}%0A`,
    `${things.case},${things.item}`,
    '%F0%9F%98%80',
  ]
  const tries = steps.flatMap((step) =>
    Object.keys(step.contract.params.shape).flatMap((param) =>
      places.map((place) => ({
        name: step.name,
        what: `${param} as ${place.slice(0, 20)}`,
        wire: { ...step.wire, path: step.wire.path.replace(String(step.asked[param]), place) },
      })),
    ),
  )

  await refuseAll(tries, ['request/malformed', 'request/not-found', 'upload/not-found', 'viewing/not-found'])

  assert.ok(tries.length > 150)
})

test('an identifier of another kind of thing is answered like one of nothing', async () => {
  const kinds = Object.values(things)
  const tries = steps.flatMap((step) =>
    Object.keys(step.contract.params.shape).flatMap((param) =>
      kinds
        .filter((other) => other !== step.asked[param] && isOtherKind(step.contract, param, other))
        .map((other) => ({
          name: step.name,
          what: `${param} of another kind`,
          wire: { ...step.wire, path: step.wire.path.replace(String(step.asked[param]), other) },
        })),
    ),
  )

  const before = await recordsOf(vault, agency.id)
  for (const one of tries) {
    const reply = await sent(anybody, one)
    mustBePlain(one, reply)
    assert.ok(reply.status === 404, `${one.name} with ${one.what}: ${reply.status} ${reply.code}`)
  }

  assert.deepEqual(await recordsOf(vault, agency.id), before)
})

/** Whether a thing of the world is not of the kind that a parameter names. */
function isOtherKind({ path }: Contract, param: string, other: string): boolean {
  const noun = param === 'id' ? (path.split('/')[1] ?? '') : param
  const of: Readonly<Record<string, readonly string[]>> = {
    cases: [things.case],
    items: [things.item, things.quarantined, things.moved],
    uploads: [things.upload, things.underWay],
    viewings: [things.viewing],
    exports: [things.export],
    people: [things.person],
    person: [things.person],
    entry: [things.entry],
  }
  return !of[noun]?.includes(other)
}

test('no operation passes over a parameter that it does not know', async () => {
  const tries = steps.map(({ name, wire }) => {
    const join = wire.path.includes('?') ? '&' : '?'
    return { name, what: 'an unknown parameter', wire: { ...wire, path: `${wire.path}${join}surprise=1` } }
  })

  await refuseAll(tries, ['request/malformed'])
})

test('a question with unknown, doubled or hostile parameters is refused', async () => {
  const cursors = [
    'x',
    '0.0',
    `0.${'-'.repeat(36)}`,
    `zzzzzzzzzzzzz.${things.case}`,
    `-1.${things.case}`,
    `.${things.case}`,
    `0.${things.case}.1`,
  ]
  const tries = steps
    .filter(({ contract }) => contract.method === 'GET')
    .flatMap((step) => {
      const join = step.wire.path.includes('?') ? '&' : '?'
      const asks = [
        'surprise=1',
        '__proto__=1',
        '__proto__[x]=1',
        'constructor=1',
        'limit=0',
        'limit=-1',
        'limit=1e9',
        'limit=x',
        'limit=2&limit=3',
        'limit[]=2',
      ]
      const paged = 'after' in step.contract.query.shape ? cursors.map((cursor) => `after=${cursor}`) : []
      return [...asks, ...paged].map((ask) => ({
        name: step.name,
        what: ask,
        wire: { ...step.wire, path: `${step.wire.path}${join}${ask}` },
      }))
    })

  await refuseAll(tries, ['request/malformed'])
})

test('a question with strange words breaks nothing', async () => {
  const words = [
    '%00',
    'a%00b',
    '%ED%A0%80',
    '%',
    '%25',
    "'",
    '"',
    '\\\\',
    '{}',
    '%F0%9F%98%80',
    '%E2%80%AE',
    '(((',
    '*',
    'a'.repeat(200),
  ]
  const asks = [
    ...words.map((word) => `/search?q=${word}`),
    ...words.map((word) => `/ledger?act=${word}`),
    ...words.map((word) => `/entrance?agency=${word}`),
    ...words.map((word) => `/items?after=${word}`),
    '/ledger?from=0000-01-01T00:00:00Z',
    '/ledger?to=9999-12-31T23:59:59.999999999Z',
    '/search?q=elm&from=0001-01-01&to=9999-12-31',
    '/search?q=elm&from=0000-00-00',
    `/items?after=zzzzzzzz.${things.case}`,
    `/cases?after=zzzzzzzzzz.${things.case}`,
    `/uploads?after=1zzzzzzzz.${things.case}`,
  ]

  for (const path of asks) mustBePlain({ name: path, what: 'GET' }, await vault.raw(anybody)({ method: 'GET', path }))
})

test('a method that an address does not have is refused', async () => {
  const methods = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
  const known = new Set(steps.map(({ contract }) => `${contract.method} ${contract.path}`))

  for (const { name, contract, wire } of steps)
    for (const method of methods) {
      if (known.has(`${method} ${contract.path}`) || name === 'sendBytes') continue
      const reply = await vault.raw(anybody)({ method, path: wire.path })
      assert.equal(reply.status, 405, `${method} ${contract.path}`)
    }
})

test('every malformed request of somebody who is signed in stands in the ledger', async () => {
  const count = async () =>
    (await rowsOf(vault, agency.id, `select id from vault.ledger_entry where act = 'request.refused'`)).length
  const tries: Wire[] = [
    { method: 'POST', path: '/cases', body: { 'a\ud800': 1 } },
    { method: 'POST', path: '/cases', body: { 'a\u0000': 1 } },
    { method: 'POST', path: '/cases', body: '{', headers: json },
    { method: 'POST', path: '/cases', body: 'x', headers: { 'content-type': 'text/plain' } },
    { method: 'POST', path: '/cases', body: `"${'x'.repeat(300_000)}"`, headers: json },
    { method: 'GET', path: '/cases?limit=x' },
    { method: 'GET', path: '/cases/x' },
  ]
  const before = await count()

  const replies = await Promise.all(tries.map((wire) => vault.raw(anybody)(wire)))

  assert.deepEqual(
    replies.map(({ status }) => status).filter((status) => status !== 400),
    [413],
  )
  assert.equal(await count(), before + tries.length)
})

test('what was sent wrongly is not repeated to whoever sent it, and stands in no log', async () => {
  const word = 'cnry-of-a-wrong-field'
  const tries: Wire[] = [
    { method: 'POST', path: '/cases', body: { number: [word], title: word, type: word } },
    { method: 'GET', path: `/cases?type=${word}` },
    { method: 'GET', path: `/cases/${word}` },
    { method: 'GET', path: `/${word}` },
    { method: 'POST', path: '/cases', body: `{"${word}`, headers: json },
  ]

  const replies = await Promise.all(tries.map((wire) => vault.raw(anybody)(wire)))

  assert.ok(replies.every(({ text }) => !text.includes(word)))
  assert.ok(!(await vault.log()).includes(word))
})
