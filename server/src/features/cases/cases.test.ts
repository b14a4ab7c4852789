import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { test } from 'node:test'
import {
  addMember,
  annotateCase,
  listCases,
  namePersonInCase,
  noteOnCase,
  openCase,
  readCase,
  removeMember,
} from '@sallyport/api/cases'
import { listItems, readItem } from '@sallyport/api/items'
import { disablePerson } from '@sallyport/api/people'
import type { Level } from '@sallyport/core/access'
import type { CaseId } from '@sallyport/core/ids'
import { groupRole } from '../../db/cluster.ts'
import { Refused, refused } from '../../testing/asking.ts'
import type { Person } from '../../testing/cast.ts'
import { rowsOf } from '../../testing/house.ts'
import { testVault } from '../../testing/vault.ts'

const vault = await testVault()
const lead = await vault.person('detective')
const colleague = await vault.person('detective')
const officer = await vault.person('officer')
const supervisor = await vault.person('supervisor')
const custodian = await vault.person('custodian')

const codeOf = (outcome: Promise<unknown>) =>
  outcome.then(
    () => 'done',
    (thrown: unknown) => (thrown instanceof Refused ? thrown.reply.code : String(thrown)),
  )

const share = (id: CaseId, person: Person, level: Level, expiresAt?: string) =>
  vault.ask(lead)(addMember, { id, person: person.id, level, ...(expiresAt && { expiresAt }) })
const read = (person: Person, id: CaseId) => vault.ask(person)(readCase, { id })
const note = (person: Person, id: CaseId) => vault.ask(person)(noteOnCase, { id, text: 'Seen the report.' })

test('whoever opens a case leads it, and its record says when and by whom', async () => {
  const opened = await vault.aCase(lead, { title: 'Burglary at the mill', type: 'burglary', description: 'Two\nlines' })

  const shown = await read(lead, opened.id)

  assert.deepEqual([shown.title, shown.type, shown.description], ['Burglary at the mill', 'burglary', 'Two\nlines'])
  assert.deepEqual(shown.openedBy, { id: lead.id, name: lead.name })
  assert.equal(shown.level, 'lead')
  assert.deepEqual(shown.may, { change: true, share: true, add: true, export: true, papers: true })
})

test('a number names one case, however it is written and whoever sees it', async () => {
  const { number } = await vault.aCase(lead, { number: '26-A-17' })
  const again = { title: 'Another', type: 'other' } as const

  const answers = [
    await codeOf(vault.ask(lead)(openCase, { ...again, number })),
    await codeOf(vault.ask(lead)(openCase, { ...again, number: ' 26-a-17 ' })),
    await codeOf(vault.ask(officer)(openCase, { ...again, number })),
  ]

  assert.deepEqual(
    answers,
    answers.map(() => 'case/number-taken'),
  )
  await assert.rejects(read(officer, (await vault.aCase(lead)).id), refused('case/not-found'))
})

test('two who open a case under one number in the same moment do not both get it', async () => {
  const asked = { number: '26-TWIN', title: 'Twin', type: 'other' } as const

  const answers = await Promise.all(
    [lead, colleague, officer].map((person) => codeOf(vault.ask(person)(openCase, asked))),
  )

  assert.deepEqual(answers.map(String).toSorted(), ['case/number-taken', 'case/number-taken', 'done'])
})

test('a number is of one agency: another one may have the same', async () => {
  const other = await vault.agency({ alsoCustodian: true })
  await vault.aCase(lead, { number: '26-SAME' })

  const opened = await vault.aCase(other.administrator, { number: '26-SAME' })

  assert.equal(opened.number, '26-SAME')
})

test('a correction never edits: what stood there stays, with who corrected it and why', async () => {
  const { id, title } = await vault.aCase(lead)
  const sealed = () =>
    rowsOf<{ sealed: Buffer }>(vault, vault.home.id, `select sealed from vault.case_file where id = '${id}'`)
  const before = await sealed()
  const correct = (says: string, why: string) => vault.ask(lead)(annotateCase, { id, field: 'title', says, why })

  await correct('Assault at 218 Cedar Lane', 'the address was wrong')
  const shown = await correct('Assault at 281 Cedar Lane', 'a digit was turned')

  assert.equal(shown.title, 'Assault at 281 Cedar Lane')
  assert.deepEqual(
    shown.annotations.map(({ field, was, says, why, by }) => [field, was, says, why, by.name]),
    [
      ['title', title, 'Assault at 218 Cedar Lane', 'the address was wrong', lead.name],
      ['title', 'Assault at 218 Cedar Lane', 'Assault at 281 Cedar Lane', 'a digit was turned', lead.name],
    ],
  )
  assert.deepEqual(await sealed(), before)
})

test('a corrected type is one of the list, a corrected title is one line', async () => {
  const { id } = await vault.aCase(lead, { type: 'assault' })
  const correct = (field: 'title' | 'type' | 'description', says: string) =>
    codeOf(vault.ask(lead)(annotateCase, { id, field, says, why: 'wrong' }))

  const answers = [
    await correct('type', 'arson-of-a-kind'),
    await correct('title', 'two\nlines'),
    await correct('title', 'x'.repeat(201)),
    await correct('type', 'homicide'),
    await correct('description', 'two\nlines'),
  ]

  assert.deepEqual(answers, ['request/malformed', 'request/malformed', 'request/malformed', 'done', 'done'])
  const found = await vault.ask(custodian)(listCases, { type: 'homicide' })
  assert.deepEqual(
    found.rows.map((one) => one.id),
    [id],
  )
  assert.ok(!(await vault.ask(custodian)(listCases, { type: 'assault', limit: 200 })).rows.some((one) => one.id === id))
})

test('notes and persons of a case are added, never changed, and bear the name of who wrote them', async () => {
  const { id } = await vault.aCase(lead)
  await share(id, colleague, 'work')

  await vault.ask(lead)(noteOnCase, { id, text: 'First note' })
  await vault.ask(colleague)(noteOnCase, { id, text: 'Second note' })
  const shown = await vault.ask(colleague)(namePersonInCase, { id, name: 'O’Brien, Jo', role: 'witness' })

  assert.deepEqual(
    shown.notes.map(({ text, by }) => [text, by.name]),
    [
      ['First note', lead.name],
      ['Second note', colleague.name],
    ],
  )
  assert.deepEqual(
    shown.people.map(({ name, role, remarks }) => [name, role, remarks]),
    [['O’Brien, Jo', 'witness', null]],
  )
})

test('the server’s own role can neither change nor remove what was added to a record', async () => {
  const holder = await vault.person('detective')
  await vault.anItem(holder, { case: (await vault.aCase(holder)).id })
  const tried = [
    'update vault.remark set sealed = sealed',
    'delete from vault.remark',
    'truncate vault.remark',
    'update vault.item set sealed = sealed',
    'delete from vault.item',
    'delete from vault.case_file',
    'update vault.case_file set sealed = sealed',
  ]

  const outcomes = await Promise.allSettled(
    tried.map(async (statement) => {
      const client = await vault.database.pool.connect()
      try {
        await client.query('begin')
        await client.query(
          `select set_config('vault.agency', $1, true), set_config('vault.case_reach', 'agency', true), set_config('vault.item_reach', 'agency', true)`,
          [vault.home.id],
        )
        await client.query(statement)
      } finally {
        await client.query('rollback')
        client.release()
      }
    }),
  )

  assert.deepEqual(
    tried.filter((_, at) => outcomes[at]?.status === 'fulfilled'),
    [],
    `${groupRole} may do what nobody may`,
  )
})

test('a level says what a member may do: look, add, or give access', async () => {
  const { id } = await vault.aCase(lead)
  const asked = async () => [
    await codeOf(read(colleague, id)),
    await codeOf(note(colleague, id)),
    await codeOf(vault.ask(colleague)(addMember, { id, person: officer.id, level: 'view' })),
  ]

  const before = await asked()
  await share(id, colleague, 'view')
  const viewing = await asked()
  await share(id, colleague, 'work')
  const working = await asked()
  await share(id, colleague, 'lead')
  const leading = await asked()

  assert.deepEqual(
    [before, viewing, working, leading],
    [
      ['case/not-found', 'case/not-found', 'case/not-found'],
      ['done', 'case/not-yours', 'case/not-yours'],
      ['done', 'done', 'case/not-yours'],
      ['done', 'done', 'done'],
    ],
  )
})

test('what a page is told that one may do is what one may do', async () => {
  const { id } = await vault.aCase(lead)
  await share(id, officer, 'work')
  await share(id, colleague, 'view')

  for (const person of [lead, officer, colleague, supervisor, custodian]) {
    const { may } = await read(person, id)
    const changed = (await codeOf(note(person, id))) === 'done'
    const shared = (await codeOf(vault.ask(person)(addMember, { id, person: colleague.id, level: 'view' }))) === 'done'
    assert.deepEqual([changed, shared], [may.change, may.share], person.roles.join())
  }
})

test('access that was given for a time ends by itself', async () => {
  const { id } = await vault.aCase(lead)
  const item = await vault.anItem(lead, { case: id })
  await share(id, colleague, 'work', new Date(Date.now() + 2500).toISOString())
  const during = [await codeOf(read(colleague, id)), await codeOf(vault.ask(colleague)(readItem, { id: item.id }))]

  await wait(2700)

  const after = [await codeOf(read(colleague, id)), await codeOf(vault.ask(colleague)(readItem, { id: item.id }))]
  assert.deepEqual(
    [during, after],
    [
      ['done', 'done'],
      ['case/not-found', 'item/not-found'],
    ],
  )
  assert.ok(!(await vault.ask(colleague)(listCases, { limit: 200 })).rows.some((one) => one.id === id))
})

test('access that is taken away is gone at once, and can be given again', async () => {
  const { id } = await vault.aCase(lead)
  await share(id, colleague, 'work')
  await vault.ask(lead)(removeMember, { id, person: colleague.id })
  const away = await codeOf(read(colleague, id))

  await share(id, colleague, 'view')

  assert.equal(away, 'case/not-found')
  assert.equal((await read(colleague, id)).level, 'view')
})

test('nobody who has left, or was never there, is made a member', async () => {
  const { id } = await vault.aCase(lead)
  const left = await vault.person('detective')
  await vault.ask(vault.home.administrator)(disablePerson, { id: left.id, why: 'left' })

  const answers = [
    await codeOf(share(id, left, 'view')),
    await codeOf(share(id, { ...left, id: crypto.randomUUID() as Person['id'] }, 'view')),
  ]

  assert.deepEqual(answers, ['person/not-found', 'person/not-found'])
})

test('an officer sees their own items in a shared case, and counts only those', async () => {
  const { id } = await vault.aCase(lead)
  await share(id, officer, 'work')
  const [theirs, other] = [await vault.anItem(officer, { case: id }), await vault.anItem(lead, { case: id })]

  const listed = await vault.ask(officer)(listItems, { case: id })
  const counted = [(await read(officer, id)).items, (await read(lead, id)).items]

  assert.deepEqual(
    listed.rows.map((one) => one.id),
    [theirs.id],
  )
  assert.deepEqual(counted, [1, 2])
  await assert.rejects(vault.ask(officer)(readItem, { id: other.id }), refused('item/not-found'))
})

test('a supervisor sees every case of the agency and adds to those where they are a member', async () => {
  const { id } = await vault.aCase(lead)

  const seen = await read(supervisor, id)

  assert.equal(seen.level, null)
  const item = await vault.anItem(lead, { case: id })
  assert.equal((await vault.ask(supervisor)(readItem, { id: item.id })).may.change, false)
})

test('cases are listed newest first, page by page, each once', async () => {
  const own = await vault.person('detective')
  const ids: string[] = []
  for (let time = 0; time < 7; time += 1) ids.unshift((await vault.aCase(own)).id)

  const pages: string[][] = []
  for (let after: string | undefined; pages.length < 9; ) {
    const page = await vault.ask(own)(listCases, { limit: 3, ...(after && { after }) })
    pages.push(page.rows.map(({ id }) => id))
    if (page.next === null) break
    after = page.next
  }

  assert.deepEqual(
    pages.map(({ length }) => length),
    [3, 3, 1],
  )
  assert.deepEqual(pages.flat(), ids)
})
