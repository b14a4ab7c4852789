import type { Asked } from '@sallyport/api/contract'
import type { listPapers, readPaper } from '@sallyport/api/papers'
import { hex } from '@sallyport/core/bytes'
import { Refusal } from '@sallyport/core/refusal'
import { page, readCursor } from '#db/cursor.ts'
import { type Ground, type Tx, tell, within } from '#db/within.ts'
import type { Bytes } from '#http/route.ts'
import { record } from '#ledger/record.ts'
import { caseFor } from '../cases/standing.ts'
import { itemFor } from '../items/shown.ts'
import { disposition } from '../items/viewings.ts'
import { newestPapers, paperById, paperContent } from './rows.ts'
import { paperShown } from './shown.ts'

export async function list(tx: Tx, asked: Asked<typeof listPapers>) {
  const { row } = await caseFor(tx, asked.case, 'paper.prepare')
  if (asked.item) await itemFor(tx, asked.item, 'paper.prepare')
  const { after, limit, item } = asked
  const rows = await newestPapers(tx, { caseId: row.id, item, after: readCursor(after), limit: limit + 1 })
  const { rows: some, next } = page(rows, limit, ({ made_at, id }) => ({ at: made_at, id }))
  tell(tx, [row.id, ...(item ? [item] : [])])
  const shown = []
  for (const one of some) shown.push(await paperShown(tx, one))
  return { rows: shown, next }
}

type Needs = { readonly ground: Ground; readonly now: () => Date }

/** Sends a paper as it was made. Whoever could have it made can have it; nobody else learns that it is there. */
export async function deliver(tx: Tx, { id }: Asked<typeof readPaper>, { ground, now }: Needs): Promise<Bytes> {
  const row = await paperById(tx, id)
  if (!row) throw new Refusal('paper/not-found')
  await caseFor(tx, row.case_id, 'paper.prepare').catch((thrown: unknown) => {
    throw thrown instanceof Refusal ? new Refusal('paper/not-found') : thrown
  })
  const { pdf } = await paperContent(tx, id)
  // A court had it destroyed; that it was made stays in the ledger.
  if (pdf.length === 0) throw new Refusal('paper/not-found')
  // An order of a court destroyed it; its digest stays in the ledger.
  if (pdf.length === 0) throw new Refusal('item/expunged')
  const { fileName } = await paperShown(tx, row)
  const actor = tx.actor
  const on = [id, row.case_id, ...(row.item_id ? [row.item_id] : [])]
  async function* body() {
    yield pdf
  }
  return {
    status: 200,
    headers: {
      'content-type': 'application/pdf',
      'content-length': pdf.length,
      'content-disposition': disposition('download', fileName),
      'cache-control': 'private, no-store',
    },
    body: body(),
    after: async (bytes, whole) => {
      const detail = { paper: id, kind: row.kind, sha256: hex(row.sha256), bytes, whole }
      await within(ground, actor, (own) =>
        record(own, { act: 'paper.delivered', outcome: whole ? 'done' : 'failed', on, detail, at: now() }),
      )
    },
  }
}
