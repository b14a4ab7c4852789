import { once } from 'node:events'
import { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import type { readBag } from '@sallyport/api/exports'
import type { Asked } from '@sallyport/api/contract'
import { mostSubjects } from '@sallyport/core/entry'
import type { ExportId, ItemId } from '@sallyport/core/ids'
import { Refusal } from '@sallyport/core/refusal'
import yazl from 'yazl'
import { type Actor, type Tx, within } from '#db/within.ts'
import type { Bytes } from '#http/route.ts'
import { type Entering, record } from '#ledger/record.ts'
import { entriesAbout, ledgerHead } from '#ledger/rows.ts'
import type { Sequencer } from '#ledger/sequencer.ts'
import type { Altered } from '#store/object-store.ts'
import { caseFor } from '../cases/standing.ts'
import { disposition } from '../items/viewings.ts'
import { type BagFile, type Bagging, bagFiles } from './bag.ts'
import { safeName } from './bag-text.ts'
import { ownExport } from './rows.ts'

type Needs = Omit<Bagging, 'altered'> & { readonly sequencer: Sequencer; readonly now: () => Date }

/**
 * Packs files into a ZIP without compressing, as they come: most evidence is compressed already.
 *
 * Whoever stops reading stops the file under way too: nothing downstream would, and its object would stay
 * open, with its key, until the server stops.
 */
export async function* zipped(files: AsyncIterable<BagFile>, folder: string): AsyncGenerator<Uint8Array> {
  const zip = new yazl.ZipFile()
  const output = zip.outputStream as Readable
  let underWay: Readable | undefined
  const fill = async () => {
    for await (const { path, body, size } of files) {
      const source = Readable.from(body, { objectMode: false })
      underWay = source
      const ended = once(source, 'end')
      ended.catch(() => undefined)
      source.once('error', (fault) => output.destroy(fault))
      zip.addReadStream(source, `${folder}/${path}`, {
        compress: false,
        mode: 0o100644,
        forceZip64Format: (size ?? 0) > 0xffff_0000,
      })
      if (output.destroyed) source.destroy(new Error('nobody reads any more'))
      await ended
    }
    zip.end()
  }
  fill().catch((fault: Error) => output.destroy(fault))
  try {
    yield* output as AsyncIterable<Uint8Array>
  } finally {
    underWay?.destroy(new Error('nobody reads any more'))
  }
}

const mostTries = 20
const pauseMs = 100

/**
 * A bag proves its own making, so it waits until the entry of that stands in the published tree. Another
 * server may hold the ledger; one that holds it for long is no reason for a bag that proves less.
 */
async function mustBePublished({ ground, sequencer }: Needs, actor: Actor, id: ExportId): Promise<void> {
  for (let tries = 0; tries < mostTries; tries += 1) {
    await sequencer.settle(actor.agency)
    const published = await within(ground, actor, async (tx) => {
      const [made] = await entriesAbout(tx, { subject: id, limit: 1 })
      const head = await ledgerHead(tx)
      return made !== undefined && made.position !== null && head !== undefined && made.position < head.size
    })
    if (published) return
    await pause(pauseMs)
  }
  throw new Refusal('vault/busy')
}

/** Streams the bag of an export, once its own entries are in a published checkpoint. */
export async function streamBag(tx: Tx, { id }: Asked<typeof readBag>, needs: Needs): Promise<Bytes> {
  const exported = await ownExport(tx, id, needs.now())
  if (!exported) throw new Refusal('export/not-found')
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
  async function* body(): AsyncGenerator<Uint8Array> {
    await mustBePublished(needs, actor, id)
    const files = bagFiles({ ...needs, altered }, actor, exported as NonNullable<typeof exported>)
    yield* zipped(files, folder)
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
      const on = [id, exported.case_id, ...exported.items].slice(0, mostSubjects)
      await enter({ act: 'export.delivered', outcome: whole ? 'done' : 'failed', on, detail: { bytes, whole } })
    },
  }
}
