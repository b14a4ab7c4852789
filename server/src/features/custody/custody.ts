import type { custodyLine, readCustody, readLedger, readProof } from '@sallyport/api/items'
import type { Asked } from '@sallyport/api/contract'
import { text } from '@sallyport/core/bytes'
import { writeVkey } from '@sallyport/core/note'
import { Refusal } from '@sallyport/core/refusal'
import type { z } from 'zod'
import { page, readCursor } from '#db/cursor.ts'
import { type Tx, tell } from '#db/within.ts'
import { type Opened, openEntry, proofOf } from '#ledger/read.ts'
import { entriesAbout, entryById, newestEntries } from '#ledger/rows.ts'
import { itemFor } from '../items/shown.ts'
import { publishedLedger } from '../items/verify.ts'
import { newestCosigned } from '../witnesses/rows.ts'

type Line = z.output<typeof custodyLine>

const words = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/** An entry as a line that a person reads. What a court had destroyed is shown as destroyed. */
function lineOf({ row, leaf, shown }: Opened): Line {
  const { id = null, name = '', roles = [], address = null, agent = null } = shown?.actor ?? {}
  return {
    entry: row.id,
    at: leaf.at,
    act: leaf.act,
    outcome: leaf.outcome,
    index: row.position,
    by: { id: words(id), name: words(name) ?? '', roles: Array.isArray(roles) ? roles.map(String) : [] },
    from: { address: words(address), agent: words(agent) },
    facts: { ...shown?.detail },
    expunged: shown === undefined,
  }
}

export async function custody(tx: Tx, { id, after, limit }: Asked<typeof readCustody>, ledger: string) {
  await itemFor(tx, id, 'custody.read')
  const cursor = readCursor(after)
  const rows = await entriesAbout(tx, { subject: id, ...(cursor && { after: cursor }), limit: limit + 1 })
  const { published } = await publishedLedger(tx, ledger)
  const { rows: some, next } = page(rows, limit, ({ at, id: entry }) => ({ at, id: entry }))
  return {
    rows: some.map((row) => lineOf(openEntry(tx, row))),
    next,
    checkpoint: { size: published.size, note: published.note },
  }
}

/** One entry about an item, with the proof that it stands in the signed tree. */
export async function proof(tx: Tx, { id, entry }: Asked<typeof readProof>, ledger: string) {
  await itemFor(tx, id, 'custody.read')
  const row = await entryById(tx, entry)
  const opened = row && openEntry(tx, row)
  if (!row || !opened?.leaf.on.includes(id)) throw new Refusal('item/not-found')
  const { published, key } = await publishedLedger(tx, ledger)
  // The newest checkpoint that the witnesses cosigned says more, if it covers the entry already.
  const cosigned = await newestCosigned(tx)
  const covers = cosigned && row.position !== null && row.position < cosigned.size
  const proven = await proofOf(covers ? { ...published, ...cosigned } : published, row.position)
  return { index: row.position, leaf: text(row.leaf), proof: proven ? text(proven) : null, key: writeVkey(key) }
}

/**
 * What somebody sees who may read the ledger but no content: of the facts, only those that are in
 * clear anyway or say how the vault was used. Titles, names of files, reasons and words stay hidden.
 */
const contentFree: ReadonlySet<string> = new Set([
  'request',
  'operation',
  'act',
  'code',
  'size',
  'received',
  'bytes',
  'ranges',
  'viewing',
  'purpose',
  'parts',
  'sha256',
  'sealedSha256',
  'sealedLength',
  'headerTag',
  'object',
  'exhibit',
  'declaredSha256',
  'sound',
  'steps',
  'items',
  'roles',
  'level',
  'expiresAt',
  'failures',
  'entries',
  'bannerAccepted',
  'ledgerKey',
  'unlock',
  'what',
  'segment',
  'field',
  'characters',
  'addedBy',
  'hits',
  'paper',
  'kind',
  'stamped',
  'certificate',
  'whole',
  'alarm',
  'round',
  'finding',
  'missing',
  'altered',
  'untracked',
  'removed',
  'expungement',
  'court',
  'reference',
  'issuedOn',
])

const withoutContent = (line: Line): Line => ({
  ...line,
  facts: Object.fromEntries(Object.entries(line.facts).filter(([name]) => contentFree.has(name))),
})

/** The ledger of the agency, newest first, without content. */
export async function ledger(tx: Tx, { act, person, from, to, after, limit }: Asked<typeof readLedger>) {
  const cursor = readCursor(after)
  const rows = await newestEntries(tx, {
    ...(act && { act }),
    ...(person && { person }),
    ...(from && { from: new Date(from) }),
    ...(to && { to: new Date(to) }),
    ...(cursor && { after: cursor }),
    limit: limit + 1,
  })
  tell(tx, [], { entries: Math.min(rows.length, limit) })
  const { rows: some, next } = page(rows, limit, ({ at, id }) => ({ at, id }))
  return { rows: some.map((row) => withoutContent(lineOf(openEntry(tx, row)))), next }
}
