import type { readBag } from '@sallyport/api/exports'
import type { Asked } from '@sallyport/api/contract'
import { mostSubjects } from '@sallyport/core/entry'
import type { ExportId, ItemId } from '@sallyport/core/ids'
import { Refusal } from '@sallyport/core/refusal'
import { type Actor, type Tx, within } from '#db/within.ts'
import type { Bytes } from '#http/route.ts'
import { type Entering, record } from '#ledger/record.ts'
import { entriesAbout, ledgerHead } from '#ledger/rows.ts'
import type { Sequencer } from '#ledger/sequencer.ts'
import type { Altered } from '#store/object-store.ts'
import { caseFor } from '../cases/standing.ts'
import { disposition } from '../items/viewings.ts'
import { type Bagging, bagFiles } from './bag.ts'
import { safeName } from './bag-text.ts'
import { ownExport, placedItems } from './rows.ts'
import { zipped } from './zip.ts'

type Needs = Omit<Bagging, 'altered'> & { readonly sequencer: Sequencer; readonly now: () => Date }

/**
 * A bag proves its own making, so it waits until the entry of that stands in the published tree. Another
 * server may hold the ledger; one that holds it for long is no reason for a bag that proves less.
 */
async function mustBePublished({ ground, sequencer }: Needs, actor: Actor, id: ExportId): Promise<void> {
  await sequencer.settle(actor.agency)
  const published = await within(ground, actor, async (tx) => {
    const [made] = await entriesAbout(tx, { subject: id, limit: 1 })
    const head = await ledgerHead(tx)
    return made !== undefined && made.position !== null && head !== undefined && made.position < head.size
  })
  if (!published) throw new Refusal('vault/busy')
}

/** Streams the bag of an export, once its own entries are in a published checkpoint. */
export async function streamBag(tx: Tx, { id }: Asked<typeof readBag>, needs: Needs): Promise<Bytes> {
  const exported = await ownExport(tx, id, needs.now())
  const named = exported ? await placedItems(tx, id, { limit: mostSubjects - 2 }) : []
  if (!exported || named.length === 0) throw new Refusal('export/not-found')
  // Prepared is not permitted for good: a level or a place on the case may have been taken away since.
  await caseFor(tx, exported.case_id, 'item.export').catch((thrown: unknown) => {
    throw thrown instanceof Refusal ? new Refusal('export/not-found') : thrown
  })
  const actor = tx.actor
  const folder = safeName(`sallyport-export-${exported.made_at.toISOString().slice(0, 10)}-${id.slice(0, 8)}`)
  const enter = (entering: Omit<Entering, 'at'>) =>
    within(needs.ground, actor, (own) => record(own, { ...entering, at: needs.now() }))
  const altered = async (item: ItemId, { what, segment }: Altered) => {
    const on = [item, exported.case_id, id]
    await enter({ act: 'item.found-altered', outcome: 'failed', on, detail: { what, segment: segment ?? null } })
  }
  const body = async function* (): AsyncGenerator<Uint8Array> {
    await mustBePublished(needs, actor, id)
    const files = bagFiles({ ...needs, altered }, actor, exported)
    yield* zipped(files, { folder, at: exported.made_at })
  }
  return {
    status: 200,
    headers: {
      'content-type': 'application/zip',
      'content-disposition': disposition('download', `${folder}.zip`),
      'cache-control': 'private, no-store',
    },
    body: body(),
    after: async (bytes, whole) => {
      const on = [id, exported.case_id, ...named.map(({ item_id }) => item_id)]
      await enter({ act: 'export.delivered', outcome: whole ? 'done' : 'failed', on, detail: { bytes, whole } })
    },
  }
}
