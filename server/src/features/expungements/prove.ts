import type { Answered } from '@sallyport/api/contract'
import type { proveExpungement } from '@sallyport/api/expungements'
import { base64, text } from '@sallyport/core/bytes'
import type { ExpungementId } from '@sallyport/core/ids'
import { writeVkey } from '@sallyport/core/note'
import { Refusal } from '@sallyport/core/refusal'
import { type Tx, tell } from '#db/within.ts'
import { openEntry, proofOf } from '#ledger/read.ts'
import { entryById } from '#ledger/rows.ts'
import { publishedLedger } from '../items/verify.ts'
import { expungementById } from './rows.ts'

/**
 * What proves an execution to somebody who trusts neither the agency nor this vault.
 *
 * Each entry with its place in the signed tree and the opening of its detail: the court, the number, the
 * day, and which entries lost what they said. It shows that the destruction was entered, not that the order
 * was given: for that the reader asks the court. Who approved it is committed to and not shown.
 */
export async function prove(tx: Tx, id: ExpungementId, ledger: string): Promise<Answered<typeof proveExpungement>> {
  const row = await expungementById(tx, id)
  if (!row) throw new Refusal('expungement/not-found')
  if (row.state !== 'executed') throw new Refusal('expungement/not-executed')
  const { published, key } = await publishedLedger(tx, ledger)
  const entries = []
  for (const entry of row.entries) {
    const found = await entryById(tx, entry)
    if (!found) throw new Error(`Entry ${entry} of an expungement is gone.`)
    const { leaf, shown } = { leaf: text(found.leaf), shown: openEntry(tx, found).shown }
    const proof = await proofOf(published, found.position)
    entries.push({
      entry,
      index: found.position,
      leaf,
      proof: proof ? text(proof) : null,
      detail: shown ? { salt: base64(shown.salts.detail), value: { ...shown.detail } } : null,
    })
  }
  tell(tx, [id], { expungement: id })
  return { key: writeVkey(key), entries }
}
