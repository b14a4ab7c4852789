import { once } from 'node:events'
import { Readable } from 'node:stream'
import type { readBag } from '@sallyport/api/exports'
import type { Asked } from '@sallyport/api/contract'
import { Refusal } from '@sallyport/core/refusal'
import yazl from 'yazl'
import { type Tx, within } from '#db/within.ts'
import type { Bytes } from '#http/route.ts'
import { record } from '#ledger/record.ts'
import type { Sequencer } from '#ledger/sequencer.ts'
import { Altered } from '#store/object-store.ts'
import { caseFor } from '../cases/standing.ts'
import { disposition } from '../items/viewings.ts'
import { type BagFile, type Bagging, bagFiles } from './bag.ts'
import { safeName } from './bag-text.ts'
import { ownExport } from './rows.ts'

type Needs = Bagging & { readonly sequencer: Sequencer; readonly now: () => Date }

/** Packs files into a ZIP without compressing, as they come: most evidence is compressed already. */
async function* zipped(files: AsyncIterable<BagFile>, folder: string): AsyncGenerator<Uint8Array> {
  const zip = new yazl.ZipFile()
  const output = zip.outputStream as Readable
  const fill = async () => {
    for await (const { path, body, size } of files) {
      const source = Readable.from(body, { objectMode: false })
      const ended = once(source, 'end')
      ended.catch(() => undefined)
      source.once('error', (fault) => output.destroy(fault))
      zip.addReadStream(source, `${folder}/${path}`, {
        compress: false,
        mode: 0o100644,
        forceZip64Format: (size ?? 0) > 0xffff_0000,
      })
      await ended
    }
    zip.end()
  }
  fill().catch((fault: Error) => output.destroy(fault))
  yield* output as AsyncIterable<Uint8Array>
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
  const note = (
    act: 'item.found-altered' | 'export.delivered',
    outcome: 'done' | 'failed',
    detail: Readonly<Record<string, string | number | boolean>>,
  ) =>
    within(needs.ground, actor, (own) =>
      record(own, {
        act,
        outcome,
        on: [id, exported.case_id, ...exported.items].slice(0, 64),
        detail,
        at: needs.now(),
      }),
    )
  async function* body(): AsyncGenerator<Uint8Array> {
    await needs.sequencer.settle(actor.agency)
    try {
      yield* zipped(bagFiles(needs, actor, exported as NonNullable<typeof exported>), folder)
    } catch (fault) {
      if (!(fault instanceof Altered)) throw fault
      await note('item.found-altered', 'failed', { what: fault.what, segment: fault.segment ?? -1 })
      throw new Refusal('item/altered')
    }
  }
  return {
    status: 200,
    headers: {
      'content-type': 'application/zip',
      'content-disposition': disposition('download', `${folder}.zip`),
      'cache-control': 'private, no-store',
    },
    body: body(),
    after: async (bytes, whole) => void (await note('export.delivered', whole ? 'done' : 'failed', { bytes, whole })),
  }
}
