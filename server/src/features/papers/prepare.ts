import { hash, randomUUID } from 'node:crypto'
import type { Answered, Asked } from '@sallyport/api/contract'
import type { preparePaper } from '@sallyport/api/papers'
import type { PaperId } from '@sallyport/core/ids'
import { mostSubjects } from '@sallyport/core/entry'
import { Refusal } from '@sallyport/core/refusal'
import { unknownClock } from '#db/clock.ts'
import { type Actor, type Tx, within } from '#db/within.ts'
import type { Later } from '#http/route.ts'
import type { ProofSet, ProofsOf } from '#ledger/proof-set.ts'
import { recordAll } from '#ledger/record.ts'
import type { Sequencer } from '#ledger/sequencer.ts'
import type { ObjectStore } from '#store/object-store.ts'
import { agencyFile } from '../agencies/rows.ts'
import { placesOf, walkCustody } from '../custody/walk.ts'
import { publishedLedger, remembered } from '../items/verify.ts'
import type { ItemRow } from '../items/rows.ts'
import {
  ledgerStated,
  running,
  type Signed,
  type Signing,
  signedPaper,
  signerFor,
  titles,
  writeStated,
} from './compose.ts'
import { beginReport } from './custody-report.ts'
import type { Paper } from './document.ts'
import { type Examining, examine, sumBytes } from './examine.ts'
import { holdItems, insertPaper } from './rows.ts'
import { paperShown } from './shown.ts'
import type { Statement } from './statement.ts'
import { type Subject, subjectOf } from './subject.ts'

export type PaperNeeds = Signing & {
  readonly store: ObjectStore
  readonly ledger: string
  readonly version: string
  readonly proofsOf: ProofsOf
  readonly sequencer: Pick<Sequencer, 'settle'>
}

type Asking = Asked<typeof preparePaper>
type Making = { readonly asked: Asking; readonly subject: Subject; readonly actor: Actor; readonly needs: PaperNeeds }

/**
 * Makes a court paper. What it states is looked at now: every byte of the items is opened and hashed, every
 * entry of their custody is held against the signed tree. What does not hold is stated as an exception; it
 * never stops the paper, for then a person would have nothing to show for what is wrong.
 */
export async function prepare(tx: Tx, asked: Asking, needs: PaperNeeds): Promise<Later<Answered<typeof preparePaper>>> {
  const began = needs.now()
  const subject = await subjectOf(tx, asked.about, began)
  const actor = tx.actor
  return async () => {
    const id = randomUUID() as PaperId
    const { pdf, stamped, certificate } = await written({ asked, subject, actor, needs })
    const at = needs.now()
    const sha256 = hash('sha256', pdf)
    const { caseId, item, items } = subject
    const all = items.map((row) => row.id)
    const detail = { paper: id, kind: asked.kind, why: asked.why, sha256, size: pdf.length, stamped, certificate }
    const { kind, why } = asked
    const row = { id, kind, caseId, item: item?.id ?? null, items: all, why, sha256: Buffer.from(sha256, 'hex') }
    return {
      on: [id, caseId, ...all.slice(0, mostSubjects - 2)],
      detail: { ...detail, items: all.length },
      async keep(own: Tx) {
        await mustStand(own, { asked, subject, began })
        await insertPaper(own, { ...row, pdf, stamped, at })
        // The custody of each item says that a paper was made of it, also of those that one entry cannot name.
        const left = all.slice(mostSubjects - 2)
        const parts = Array.from({ length: Math.ceil(left.length / 60) }, (_, nth) =>
          left.slice(60 * nth, 60 * nth + 60),
        )
        await recordAll(
          own,
          parts.map((part) => ({ act: 'paper.prepared', on: [id, caseId, ...part], detail, at })),
        )
      },
      reply: await within(needs.ground, actor, (own) =>
        paperShown(own, {
          id,
          kind,
          case_id: caseId,
          item_id: item?.id ?? null,
          items: all,
          person_id: actor.person as NonNullable<Actor['person']>,
          sha256: row.sha256,
          size: pdf.length,
          stamped,
          made_at: at,
        }),
      ),
    }
  }
}

type Standing = { readonly asked: Asking; readonly subject: Subject; readonly began: Date }

/**
 * What was read while a paper was made is not kept when an order destroyed it meanwhile, or when the person may
 * no longer have it. The items are held first: an order that comes later finds the paper, and destroys it too.
 */
async function mustStand(tx: Tx, { asked, subject, began }: Standing): Promise<void> {
  const held = new Map((await holdItems(tx, subject.items)).map((row) => [row.id, row]))
  const now = new Map((await subjectOf(tx, asked.about, began)).items.map((row) => [row.id, row]))
  for (const { id, state, case_id, exhibit } of subject.items) {
    if (held.get(id)?.state === 'expunged') throw new Refusal('item/expunged')
    const row = now.get(id)
    if (row?.state !== state || row.case_id !== case_id || row.exhibit !== exhibit) throw new Refusal('item/not-held')
  }
}

async function written(making: Making): Promise<Signed> {
  const { asked, subject, actor, needs } = making
  await needs.sequencer.settle(actor.agency)
  const proofs = await needs.proofsOf(actor.agency, 0)
  const { published, key } = await within(needs.ground, actor, (tx) => publishedLedger(tx, needs.ledger))
  const tree = remembered({ ...published, note: proofs.checkpoint, size: proofs.size })
  const parts: Examining = { ...needs, actor, published: tree }
  const agency = await within(needs.ground, actor, agencyFile)
  const at = needs.now()
  const signer = await signerFor(needs, actor)
  const what = subject.item
    ? `exhibit ${subject.item.exhibit}, case ${subject.case.number}`
    : `case ${subject.case.number}`
  const cover = { title: `${titles[asked.kind]}: ${what}`, agency: agency.name, subject: what, at }
  const around = { agency: { name: agency.name, ori: agency.ori }, timeZone: agency.time_zone }
  return signedPaper({ cover, signer, stamp: needs.stamp(actor) }, async (paper) => {
    if (asked.kind === 'custody') return reportAll(paper, { subject, parts, around })
    const ledger = await ledgerStated(needs, actor, { proofs, key })
    const items = asked.kind === 'system-description' ? [] : await examineAll(parts, subject.items)
    writeStated(paper, asked.kind, {
      ...asked,
      at,
      ...around,
      agency: { ...around.agency, policy: agency.policy, unlock: agency.unlock },
      case: subject.case,
      items,
      ledger,
      clock: (needs.ground.clock ?? unknownClock)(actor.agency),
      proofs: proofs satisfies ProofSet,
      running: running(needs.version),
    } satisfies Statement)
  })
}

async function examineAll(parts: Examining, rows: readonly ItemRow[]) {
  const examined = []
  for (const row of rows) examined.push(await examine(parts, { row, now: await sumBytes(parts, row) }))
  return examined
}

type Reporting = {
  readonly subject: Subject
  readonly parts: Examining
  readonly around: { readonly agency: { readonly name: string; readonly ori: string }; readonly timeZone: string }
}

async function reportAll(paper: Paper, { subject, parts, around }: Reporting): Promise<void> {
  const { ground, actor, published } = parts
  for (const [nth, row] of subject.items.entries()) {
    if (nth > 0) paper.newPage()
    const sums = await sumBytes(parts, row)
    const about = { subject: row.id, size: published.size }
    const places = await placesOf({ ground, actor }, about)
    const { title, originalName } = row.facts
    const unread = sums.fault ? `not stated: ${sums.fault}` : ''
    const digests = { sha256: sums.sha256 ?? unread, sha512: sums.sha512 ?? unread }
    const item = { exhibit: String(row.exhibit), title, originalName, size: row.size, ...digests }
    const report = beginReport(paper, { ...around, number: subject.case.number, item, entries: places.length })
    for await (const some of walkCustody({ ground, actor }, { places })) for (const entry of some) report.add(entry)
  }
}
