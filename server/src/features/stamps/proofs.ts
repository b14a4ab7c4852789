import type { AgencyId } from '@sallyport/core/ids'
import { consistencyProof } from '@sallyport/core/tiles'
import { type Ground, theServer, type Tx, within } from '#db/within.ts'
import { sha256 } from '#keys/primitives.ts'
import type { ProofSet, ProofsOf, StampedCheckpoint } from '#ledger/proof-set.ts'
import { ledgerHead } from '#ledger/rows.ts'
import { ledgerFolder } from '#ledger/sequencer.ts'
import { type TileFolder, tileFolder } from '#ledger/tile-folder.ts'
import { ledgerSetting, newestCosigned } from '../witnesses/rows.ts'
import type { Witnessing } from '../witnesses/witnessing.ts'
import { firstStampsAfter, newestStamps, type StampRow } from './rows.ts'
import type { Stamping } from './stamping.ts'

/** How long an export waits for the witnesses of the agency. Without them it goes on, and says so. */
const witnessMs = 5_000

type Parts = {
  readonly ground: Ground
  readonly folder: string
  readonly witnessing: Pick<Witnessing, 'cosigned'>
  readonly stamping: Pick<Stamping, 'stamp'>
}

/**
 * What proves a ledger, at its best just now: cosigned by the witnesses, and stamped by the authorities.
 *
 * Where one of them is away the set is made without them, or with an older stamp: then the proof of
 * consistency shows that what was stamped grew into this tree.
 */
export const proofsFrom =
  ({ ground, folder, witnessing, stamping }: Parts): ProofsOf =>
  async (agency, least, places = []) => {
    await witnessing.cosigned(agency, least, witnessMs)
    const { checkpoint, size, policy } = await within(ground, theServer(agency), async (tx) => {
      const [head, cosigned] = [await ledgerHead(tx), await newestCosigned(tx)]
      if (!head) throw new Error('The agency has no ledger.')
      const best = cosigned && cosigned.size >= least ? cosigned : head
      // A policy that the checkpoint does not meet would only say that it is worth nothing. A reader who
      // has the policy from the agency still learns that the witnesses are missing.
      const policy = best === head ? null : (await ledgerSetting(tx)).policy
      return { checkpoint: best.note, size: best.size, policy }
    })
    await stamping.stamp(agency, { size, note: checkpoint })
    const rows = await within(ground, theServer(agency), (tx) => stampsFor(tx, places, size))
    const tiles = tileFolder(ledgerFolder(folder, agency))
    const stamps = await Promise.all(rows.map((row) => stampedAt(tiles, row, size)))
    return { checkpoint, size, ...(policy !== null && { policy }), stamps } satisfies ProofSet
  }

/** The newest stamp of each authority, and the first after each place; each once. */
async function stampsFor(tx: Tx, places: readonly number[], size: number): Promise<StampRow[]> {
  const found = new Map<string, StampRow>()
  const keep = (rows: readonly StampRow[]) => {
    for (const row of rows) found.set(`${row.size} ${row.authority}`, row)
  }
  keep(await newestStamps(tx, size))
  let covered = -1
  for (const place of places) {
    // Places come in order: what the last stamps found cover already needs no second look.
    if (place < covered) continue
    const first = await firstStampsAfter(tx, place, size)
    keep(first)
    covered = Math.min(...first.map((row) => row.size), size)
  }
  return [...found.values()].toSorted((a, b) => a.size - b.size)
}

async function stampedAt(tiles: TileFolder, row: StampRow, size: number): Promise<StampedCheckpoint> {
  const { authority, note, response, time, chain, crls } = row
  const consistency =
    row.size < size && row.size > 0
      ? await consistencyProof(sha256, tiles.readTile, { old: row.size, size })
      : undefined
  return {
    size: row.size,
    authority,
    checkpoint: note,
    response,
    time,
    chain,
    ...(crls !== null && { crls }),
    ...(consistency && { consistency }),
  }
}

/** A stamp over a digest for the papers of an agency, if one of its authorities answers. */
export const stampFor =
  (stamping: Pick<Stamping, 'token'>) => (actor: { readonly agency: AgencyId }) => (digest: Uint8Array) =>
    stamping.token(actor.agency, digest)
