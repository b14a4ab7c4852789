import { Refusal } from '@sallyport/core/refusal'
import { type Actor, type Ground, type Tx, within } from '#db/within.ts'
import { type Opened, openEntry } from '#ledger/read.ts'
import type { EntryRow } from '#ledger/rows.ts'
import { entriesAt, placesAbout } from './rows.ts'

/** How many entries are opened at once, and how many places are looked up. */
const portion = 200
const lookedUp = 5_000

/** The places of all entries about a thing below a size of the tree, in its order: eight bytes for each. */
export async function placesOf(
  { ground, actor }: { readonly ground: Ground; readonly actor: Actor },
  { subject, size }: { readonly subject: string; readonly size: number },
): Promise<Float64Array> {
  let found = new Float64Array(256)
  let count = 0
  for (let after: { at: Date; id: string } | undefined; ; ) {
    const rows = await within(ground, actor, (tx) => placesAbout(tx, { subject, after, limit: lookedUp }))
    if (count + rows.length > found.length) {
      const larger = new Float64Array(2 * (count + rows.length))
      larger.set(found)
      found = larger
    }
    for (const { position } of rows) if (position !== null && position < size) found[count++] = position
    after = rows.at(-1)
    if (rows.length < lookedUp) return found.slice(0, count).sort()
  }
}

/**
 * Every entry at the places that {@link placesOf} found, in the order of the tree, a portion at a time: an item that
 * was looked at a million times takes no more memory than one that was never opened. Entries that have a
 * place never change, so each portion is read in a transaction of its own.
 */
export async function* walkCustody(
  { ground, actor }: { readonly ground: Ground; readonly actor: Actor },
  { places, changed }: { readonly places: Float64Array; readonly changed?: () => void },
): AsyncGenerator<readonly Opened[]> {
  for (let from = 0; from < places.length; from += portion) {
    const some = [...places.subarray(from, from + portion)]
    yield await within(ground, actor, async (tx) =>
      (await entriesAt(tx, some)).flatMap((row) => opened(tx, row, changed)),
    )
  }
}

/** An entry, opened. One that was changed is told and left out where somebody counts them, else it stops all. */
function opened(tx: Tx, row: EntryRow, changed: (() => void) | undefined): Opened[] {
  try {
    return [openEntry(tx, row)]
  } catch (fault) {
    if (fault instanceof Refusal || !changed) throw fault
    changed()
    return []
  }
}
