import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changeAgency } from '@sallyport/api/agency'
import { addMember } from '@sallyport/api/cases'
import type { Asking } from '@sallyport/api/contract'
import { approveExpungement, draftExpungement } from '@sallyport/api/expungements'
import { readCustody, readItem } from '@sallyport/api/items'
import { disablePerson } from '@sallyport/api/people'
import {
  acceptTransfer,
  listTransfers,
  offerTransfer,
  refuseTransfer,
  withdrawTransfer,
} from '@sallyport/api/transfers'
import { readSession } from '@sallyport/api/sessions'
import type { ItemId } from '@sallyport/core/ids'
import { groupRole } from '../../db/cluster.ts'
import { Refused, refused } from '../../testing/asking.ts'
import { enter, freshCode, type Person } from '../../testing/cast.ts'
import { rowsOf } from '../../testing/house.ts'
import { testVault } from '../../testing/vault.ts'
import { allThatOpens } from '../expungements/testing/readable.ts'
import { expire } from './answer.ts'

const vault = await testVault()
const detective = await vault.person('detective')
const custodian = await vault.person('custodian')
const file = await vault.aCase(detective)

const codeOf = (outcome: Promise<unknown>) =>
  outcome.then(
    () => 'done',
    (thrown: unknown) => (thrown instanceof Refused ? thrown.reply.code : String(thrown)),
  )
const anItem = async () => (await vault.anItem(detective, { case: file.id })).id
const custodyOf = async (id: ItemId) => (await vault.ask(custodian)(readCustody, { id, limit: 1000 })).rows
const holderOf = async (id: ItemId) => (await vault.ask(custodian)(readItem, { id })).holder

type Offering = Partial<Asking<typeof offerTransfer>>
const offer = (by: Person, id: ItemId, asked: Offering = {}) =>
  vault.ask(by)(offerTransfer, {
    id,
    to: { kind: 'person', id: custodian.id },
    why: 'to the evidence room',
    condition: 'sealed, not damaged',
    package: 'PKG-118',
    code: freshCode(vault, by.totpSecret),
    ...asked,
  })
const accept = (by: Person, { id, digest }: { id: Asking<typeof acceptTransfer>['id']; digest: string }) =>
  vault.ask(by)(acceptTransfer, { id, digest, code: freshCode(vault, by.totpSecret) })
const outsider = {
  kind: 'outside',
  name: 'Dr. Ada Moss',
  agency: 'State crime laboratory',
  badge: 'L-77',
  document: 'agency-credential',
  signature: 'Ada Moss',
} as const

test('custody passes when both have signed: two entries of one transfer, over one digest of what both saw', async () => {
  const id = await anItem()
  const offered = await offer(detective, id)
  const between = await holderOf(id)

  const { rows } = await vault.ask(custodian)(listTransfers, {})
  const seen = rows.find((row) => row.id === offered.id) ?? assert.fail('not in the inbox')
  const accepted = await accept(custodian, seen)

  assert.deepEqual(between.by, { kind: 'person', id: detective.id, name: detective.name })
  assert.equal(between.offer?.to, custodian.name)
  assert.deepEqual([seen.may.accept, accepted.state], [true, 'accepted'])
  const held = await holderOf(id)
  assert.deepEqual([held.by, held.offer], [{ kind: 'person', id: custodian.id, name: custodian.name }, null])
  const entries = (await custodyOf(id)).filter(({ facts }) => facts['transfer'] === offered.id)
  assert.deepEqual(
    entries.map(({ act, outcome, by, facts }) => [act, outcome, by.id, facts['digest']]),
    [
      ['item.transfer-offered', 'done', detective.id, offered.digest],
      ['item.transferred', 'done', custodian.id, offered.digest],
    ],
  )
  for (const { facts, from, by } of entries) {
    assert.match(String(facts['signed']), /no private key of the person/)
    assert.ok(from.address && by.roles.length > 0)
  }
})

test('nobody accepts or refuses for another: not the one who offers, not a supervisor, not the server itself', async () => {
  const id = await anItem()
  const supervisor = await vault.person(['supervisor', 'custodian'])
  const offered = await offer(detective, id)

  const answers = await Promise.all([
    codeOf(accept(detective, offered)),
    codeOf(accept(supervisor, offered)),
    codeOf(vault.ask(detective)(refuseTransfer, { id: offered.id, why: 'no' })),
    codeOf(vault.ask(supervisor)(refuseTransfer, { id: offered.id, why: 'no' })),
  ])

  assert.deepEqual(
    answers,
    answers.map(() => 'transfer/not-yours'),
  )
  const byHand = `update vault.transfer set state = 'accepted', decided_at = now() where id = '${offered.id}'`
  await assert.rejects(rowsOf(vault, vault.home.id, byHand), /by its receiver only/)
  assert.deepEqual((await holderOf(id)).by, { kind: 'person', id: detective.id, name: detective.name })
})

test('without a fresh code nothing is signed, and guessing locks the account', async () => {
  const id = await anItem()
  const guesser = await vault.person('custodian')
  const offered = await offer(detective, id, { to: { kind: 'person', id: guesser.id } })
  const code = freshCode(vault, detective.totpSecret)
  const other = await anItem()
  await offer(detective, other, { code })

  const spent = await codeOf(offer(detective, await anItem(), { code }))
  const guesses: unknown[] = []
  for (const guess of ['000000', '000001', '000002', '000003', '000004'])
    guesses.push(
      await codeOf(vault.ask(guesser)(acceptTransfer, { id: offered.id, digest: offered.digest, code: guess })),
    )

  assert.equal(spent, 'transfer/wrong-code')
  assert.deepEqual(guesses, [...Array<string>(4).fill('transfer/wrong-code'), 'sign-in/locked'])
  await assert.rejects(vault.ask(guesser)(readSession, {}), refused('session/ended'))
  assert.deepEqual((await holderOf(id)).by, { kind: 'person', id: detective.id, name: detective.name })
  const refusals = (await rowsOf<{ n: number }>(
    vault,
    vault.home.id,
    `select count(*)::int as n from vault.ledger_entry where act = 'request.refused' and person_id = '${guesser.id}'`,
  )) as { n: number }[]
  assert.ok((refusals[0]?.n ?? 0) >= 5)
})

test('custody is offered by whoever holds the item, to somebody who may see it, and once at a time', async () => {
  const id = await anItem()
  const [stranger, officer] = [await vault.person('detective'), await vault.person('officer')]

  const notHolder = await codeOf(offer(custodian, id))
  const blind = await codeOf(offer(detective, id, { to: { kind: 'person', id: stranger.id } }))
  const outOfReach = await codeOf(offer(detective, id, { to: { kind: 'person', id: officer.id } }))
  const self = await codeOf(offer(detective, id, { to: { kind: 'person', id: detective.id } }))
  await vault.ask(detective)(addMember, { id: file.id, person: stranger.id, level: 'view' })
  const seeing = await offer(detective, id, { to: { kind: 'person', id: stranger.id } })
  const twice = await codeOf(offer(detective, id))

  assert.deepEqual(
    [notHolder, blind, outOfReach, self, twice],
    [
      'transfer/not-holder',
      'transfer/receiver-cannot-see',
      'transfer/receiver-cannot-see',
      'transfer/same-person',
      'transfer/open',
    ],
  )
  assert.equal((await accept(stranger, seeing)).state, 'accepted')
  assert.equal(await codeOf(offer(detective, id)), 'transfer/not-holder')
})

test('of two offers that come at once one is taken', async () => {
  const id = await anItem()
  const session = { ...detective, ...(await enter(vault, detective)) }
  const [one, other] = [freshCode(vault, detective.totpSecret), freshCode(vault, detective.totpSecret)]

  const answers = await Promise.all([
    codeOf(offer(detective, id, { code: one })),
    codeOf(offer(session, id, { code: other })),
  ])

  assert.equal(answers.filter((answer) => answer === 'done').length, 1)
  // The later code ends the earlier one, if it is compared first.
  assert.ok(answers.every((answer) => ['done', 'transfer/open', 'transfer/wrong-code'].includes(String(answer))))
})

test('what was offered is what is signed: another digest is refused, and so is an offer that was answered', async () => {
  const [one, two, three] = [await anItem(), await anItem(), await anItem()]
  const [changed, declined, taken] = [
    await offer(detective, one),
    await offer(detective, two),
    await offer(detective, three),
  ]

  const wrong = await codeOf(accept(custodian, { ...changed, digest: 'f'.repeat(64) }))
  const no = await vault.ask(custodian)(refuseTransfer, { id: declined.id, why: 'the seal is broken' })
  const back = await vault.ask(detective)(withdrawTransfer, { id: taken.id, why: 'offered in error' })
  const late = [await codeOf(accept(custodian, declined)), await codeOf(accept(custodian, taken))]

  assert.equal(wrong, 'transfer/changed')
  assert.deepEqual([no.state, back.state], ['refused', 'withdrawn'])
  assert.deepEqual(late, ['transfer/decided', 'transfer/decided'])
  const entry = (await custodyOf(two)).find(({ act }) => act === 'item.transfer-refused')
  assert.deepEqual([entry?.facts['why'], entry?.facts['digest']], ['the seal is broken', declined.digest])
})

test('to an outsider custody passes at once, signed by a custodian alone, and the entry says so', async () => {
  const id = await anItem()
  await accept(custodian, await offer(detective, id))
  const byDetective = await codeOf(offer(detective, await anItem(), { to: outsider }))

  const gone = await offer(custodian, id, { to: outsider })
  const away = await holderOf(id)
  const back = await offer(custodian, id, {
    to: { kind: 'person', id: custodian.id },
    why: 'returned by the laboratory',
  })
  await accept(custodian, back)

  assert.equal(byDetective, 'session/not-permitted')
  assert.equal(gone.state, 'accepted')
  const { signature: _, ...shown } = outsider
  assert.deepEqual(away.by, shown)
  assert.equal((await holderOf(id)).by.kind, 'person')
  const [out] = (await custodyOf(id)).filter(
    ({ act, facts }) => act === 'item.transferred' && facts['transfer'] === gone.id,
  )
  assert.match(String(out?.facts['signed']), /by the custodian alone/)
  assert.deepEqual([out?.facts['receiverTyped'], out?.facts['receiverShowed']], ['Ada Moss', 'agency-credential'])
})

test('for a holder whose account is closed a custodian hands on, and not to themself', async () => {
  const leaver = await vault.person('detective')
  await vault.ask(detective)(addMember, { id: file.id, person: leaver.id, level: 'work' })
  const { id } = await vault.anItem(leaver, { case: file.id })
  await vault.ask(vault.home.administrator)(disablePerson, { id: leaver.id, why: 'left the department' })

  const toSelf = await codeOf(offer(custodian, id))
  const passed = await offer(custodian, id, { to: { kind: 'person', id: detective.id } })
  await accept(detective, passed)

  assert.equal(toSelf, 'transfer/same-person')
  const entry = (await custodyOf(id)).find(({ act }) => act === 'item.transfer-offered')
  assert.equal(entry?.facts['inPlaceOf'], leaver.name)
  assert.deepEqual((await holderOf(id)).by, { kind: 'person', id: detective.id, name: detective.name })
})

test('while the ledger takes no entry custody does not pass', async () => {
  const id = await anItem()
  const offered = await offer(detective, id)
  await vault.owner.query(`revoke insert on vault.ledger_entry from ${groupRole}`)

  const answer = await codeOf(accept(custodian, offered)).finally(() =>
    vault.owner.query(`grant insert on vault.ledger_entry to ${groupRole}`),
  )

  assert.equal(answer, 'vault/ledger-down')
  assert.deepEqual((await holderOf(id)).by, { kind: 'person', id: detective.id, name: detective.name })
  assert.equal((await accept(custodian, offered)).state, 'accepted')
})

test('another agency neither sees an offer nor answers it', async () => {
  const abroad = await vault.person('custodian', { agency: await vault.agency() })
  const id = await anItem()
  const offered = await offer(detective, id)

  const listed = await vault.ask(abroad)(listTransfers, {})
  const ofItem = await codeOf(vault.ask(abroad)(listTransfers, { item: id }))
  const answers = [
    await codeOf(accept(abroad, offered)),
    await codeOf(vault.ask(abroad)(refuseTransfer, { id: offered.id, why: 'no' })),
    await codeOf(vault.ask(abroad)(withdrawTransfer, { id: offered.id, why: 'no' })),
  ]

  assert.deepEqual([listed.rows, ofItem], [[], 'item/not-found'])
  assert.deepEqual(
    answers,
    answers.map(() => 'transfer/not-found'),
  )
})

test('a reason is asked where the agency asks for one, and nowhere else', async () => {
  const id = await anItem()
  const { administrator } = vault.home
  const bare = () => {
    const asked = { to: { kind: 'person', id: custodian.id } as const, condition: 'whole' }
    return codeOf(vault.ask(detective)(offerTransfer, { id, ...asked, code: freshCode(vault, detective.totpSecret) }))
  }

  const asked = await bare()
  const changed = await vault.ask(administrator)(changeAgency, { reasonFor: ['view'] })
  const unasked = await bare()
  await vault.ask(administrator)(changeAgency, { reasonFor: ['copy', 'transfer'] })

  assert.deepEqual([asked, changed.reasonFor, unasked], ['item/reason-needed', ['view'], 'done'])
})

test('what a transfer said goes with the item when a court has it destroyed', async () => {
  const id = await anItem()
  const words = 'cnry-condition-of-a-thing'
  await offer(detective, id, { condition: words })
  const reference = '26-CV-118'
  const order = { court: 'Superior Court', judge: 'A. Judge', issuedOn: '2026-03-14', reference }
  const draft = await vault.ask(custodian)(draftExpungement, { ...order, scope: { kind: 'item', item: id } })
  const before = await allThatOpens(vault, vault.home.id)

  await vault.ask(vault.home.administrator)(approveExpungement, { id: draft.id, reference })
  const after = await allThatOpens(vault, vault.home.id)

  assert.deepEqual([before.includes(words), after.includes(words)], [true, false])
})

test('an offer that nobody answers within a week runs out, and the vault enters that', async () => {
  const id = await anItem()
  const offered = await offer(detective, id)
  vault.advance(8 * 24 * 3_600_000)
  const [late, reader] = [
    { ...custodian, ...(await enter(vault, custodian)) },
    { ...detective, ...(await enter(vault, detective)) },
  ]

  const answer = await codeOf(accept(late, offered))
  await expire(vault.vault().ground, vault.home.id, vault.now())

  assert.equal(answer, 'transfer/decided')
  const rows = (await vault.ask(late)(readCustody, { id, limit: 1000 })).rows
  assert.equal(rows.filter(({ act }) => act === 'item.transfer-expired').length, 1)
  assert.equal((await vault.ask(late)(readItem, { id })).holder.offer, null)
  assert.equal((await offer(reader, id)).state, 'offered')
})
