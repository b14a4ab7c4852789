import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addMember } from '@sallyport/api/cases'
import { annotateItem, readItem } from '@sallyport/api/items'
import { Refused } from '../../testing/asking.ts'
import { rowsOf } from '../../testing/house.ts'
import { testVault } from '../../testing/vault.ts'

const vault = await testVault()
const detective = await vault.person('detective')
const officer = await vault.person('officer')
const file = await vault.aCase(detective)

const codeOf = (outcome: Promise<unknown>) =>
  outcome.then(
    () => 'done',
    (thrown: unknown) => (thrown instanceof Refused ? thrown.reply.code : String(thrown)),
  )

const particulars = {
  title: 'Body-worn video of unit 12',
  description: 'From the arrival\nto the arrest',
  category: 'body-worn-video',
  source: { device: 'Axon 3 X60A1204', person: 'Ofc. Reyes' },
  recordedAt: '2026-03-14T02:14:08.420Z',
  clockOffsetSeconds: -37,
  place: '218 Cedar Lane',
  tags: ['arrest', 'night'],
} as const

test('what is told of an item when it is delivered stands in its record', async () => {
  const { record } = await vault.anItem(detective, {
    case: file.id,
    particulars: { ...particulars, tags: [...particulars.tags] },
    originalName: 'BWC 1204 – “night”.mp4',
  })

  const { source, title, description, category, recordedAt, clockOffsetSeconds, place, tags } = record
  const told = { title, description, category, source, recordedAt, clockOffsetSeconds, place, tags }
  assert.deepEqual(told, particulars)
  assert.deepEqual([record.originalName, record.addedBy.name], ['BWC 1204 – “night”.mp4', detective.name])
})

test('every field of a record can be corrected, and what stood there first stays for good', async () => {
  const { id } = await vault.anItem(detective, {
    case: file.id,
    particulars: { ...particulars, tags: [...particulars.tags] },
  })
  const sealed = () => rowsOf(vault, vault.home.id, `select sealed, recorded_at from vault.item where id = '${id}'`)
  const before = await sealed()
  const says = {
    title: 'Body-worn video of unit 21',
    description: 'From the arrival to the door',
    category: 'in-car-video',
    place: '281 Cedar Lane',
    recordedAt: '2026-03-14T03:14:08.420Z',
    device: 'Axon 3 X60A2104',
    person: 'Ofc. Reyes-Moore',
    tags: 'arrest, day, , day two',
  } as const

  for (const [field, text] of Object.entries(says))
    await vault.ask(detective)(annotateItem, {
      id,
      field: field as keyof typeof says,
      says: text,
      why: 'a typing error',
    })

  const after = await vault.ask(detective)(readItem, { id })
  const now = { ...after, device: after.source.device, person: after.source.person, tags: after.tags.join('|') }
  for (const [field, text] of Object.entries(says))
    assert.equal(now[field as keyof typeof says], field === 'tags' ? 'arrest|day|day two' : text, field)
  assert.deepEqual(
    after.annotations.map(({ field, was }) => [field, was]),
    [
      ['title', particulars.title],
      ['description', particulars.description],
      ['category', particulars.category],
      ['place', particulars.place],
      ['recordedAt', particulars.recordedAt],
      ['device', particulars.source.device],
      ['person', particulars.source.person],
      ['tags', 'arrest, night'],
    ],
  )
  assert.deepEqual(await sealed(), before)
})

test('a correction that has not the form of its field is refused', async () => {
  const { id } = await vault.anItem(detective, { case: file.id })
  const tried = [
    ['category', 'holiday-video'],
    ['recordedAt', 'last Tuesday'],
    ['recordedAt', '2026-02-30T00:00:00Z'],
    ['title', 'x'.repeat(201)],
    ['place', 'x'.repeat(301)],
    ['device', 'x'.repeat(121)],
    ['person', 'x'.repeat(201)],
  ] as const

  const answers = await Promise.all(
    tried.map(([field, says]) => codeOf(vault.ask(detective)(annotateItem, { id, field, says, why: 'wrong' }))),
  )

  assert.deepEqual(
    answers,
    answers.map(() => 'request/malformed'),
  )
  assert.deepEqual((await vault.ask(detective)(readItem, { id })).annotations, [])
})

test('an officer corrects their own items and no others, whatever their level on the case', async () => {
  await vault.ask(detective)(addMember, { id: file.id, person: officer.id, level: 'lead' })
  const [own, other] = [
    await vault.anItem(officer, { case: file.id }),
    await vault.anItem(detective, { case: file.id }),
  ]
  const correct = (id: typeof own.id) =>
    codeOf(vault.ask(officer)(annotateItem, { id, field: 'place', says: 'Elm Street', why: 'left out' }))

  const answers = [await correct(own.id), await correct(other.id)]

  assert.deepEqual(answers, ['done', 'item/not-found'])
})

test('the digest, the size and the exhibit number of a held item can be changed by nobody, not even in the database', async () => {
  const { id } = await vault.anItem(detective, { case: file.id })
  const tried = [
    `update vault.item set sha256 = sha256('x') where id = '${id}'`,
    `update vault.item set exhibit = exhibit + 100 where id = '${id}'`,
    `update vault.item set received_at = now() where id = '${id}'`,
    `delete from vault.item where id = '${id}'`,
    `update vault.object set sealed_sha256 = sha256('x') where item_id = '${id}'`,
    `delete from vault.object where item_id = '${id}'`,
  ]

  const outcomes = await Promise.allSettled(tried.map((statement) => rowsOf(vault, vault.home.id, statement)))

  assert.deepEqual(
    tried.filter((_, at) => outcomes[at]?.status === 'fulfilled'),
    [],
  )
})
