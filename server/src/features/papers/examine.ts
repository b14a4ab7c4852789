import { createHash } from 'node:crypto'
import { hex } from '@sallyport/core/bytes'
import { inclusionProof } from '@sallyport/core/tiles'
import { type ClockTrust, unknownClock } from '#db/clock.ts'
import { type Actor, type Ground, type Tx, within } from '#db/within.ts'
import { sha256 } from '#keys/primitives.ts'
import { holds, isIncluded, type Opened, type Published } from '#ledger/read.ts'
import { Altered, type ObjectStore } from '#store/object-store.ts'
import { remarksOn } from '../cases/rows.ts'
import { moves } from '../custody/moves.ts'
import { placesOf, walkCustody } from '../custody/walk.ts'
import { bytesOf, originalOf } from '../items/content.ts'
import { derivativesOf, itemById, type ItemRow } from '../items/rows.ts'
import { correctedItem } from '../items/shown.ts'
import { namesOf } from '../people/rows.ts'

/** What the bytes hash to, read anew. `fault` says why they could not be read to their end. */
export type Sums = { readonly sha256?: string; readonly sha512?: string; readonly at: Date; readonly fault?: string }

/** An entry by which the item, or a copy of it, went from one hand to another. */
export type Transfer = {
  readonly index: number
  readonly at: string
  readonly act: string
  readonly who: string
  readonly why: string
}

export type Receipt = {
  readonly entry: string
  readonly index: number
  readonly at: string
  readonly sha256: string
  readonly size: number
  readonly who: string
  readonly from: string
  /** What the vault knew of its clock then. */
  readonly clock: ClockTrust
  /** Hashes from the leaf's sibling up, in hexadecimal, and the hash of the leaf itself. */
  readonly path: readonly string[]
  readonly leaf: string
}

/** All that a paper states of an item, as it was found when the paper was made. */
export type Examined = {
  readonly row: ItemRow
  readonly facts: ReturnType<typeof correctedItem>
  readonly deliveredBy: string
  readonly corrections: number
  readonly declared: { readonly sha256: string; readonly at: string } | undefined
  readonly receipt: Receipt | undefined
  readonly now: Sums
  readonly entries: number
  readonly changed: number
  readonly outside: number
  readonly expunged: number
  /** Acts that tell of something that was found wrong, and how often each stands there. */
  readonly findings: ReadonlyMap<string, number>
  readonly transfers: readonly Transfer[]
  readonly transfersInAll: number
  readonly derivatives: readonly { readonly exhibit: string; readonly title: string; readonly sha256: string }[]
  readonly parent: { readonly exhibit: string; readonly sha256: string } | undefined
}

export type Examining = {
  readonly ground: Ground
  readonly actor: Actor
  readonly store: ObjectStore
  readonly published: Published
  readonly now: () => Date
}

/** A paper that listed more would be a book; the custody report holds all of them. */
const mostTransfers = 400

const wrong = /^(item\.found-|fixity\.found-)|^upload\.refused$/

/** Opens and hashes every stored byte of an item. What does not open is an answer here, not a fault. */
export async function sumBytes({ ground, actor, store, now }: Examining, row: ItemRow): Promise<Sums> {
  const original = await within(ground, actor, (tx) => originalOf(tx, row))
  const hashes = [createHash('sha256'), createHash('sha512')] as const
  try {
    for await (const part of bytesOf(store, original, { start: 0, end: original.stored.length }))
      for (const hash of hashes) hash.update(part)
  } catch (fault) {
    if (!(fault instanceof Altered)) throw fault
    return { at: now(), fault: fault.message }
  }
  return { at: now(), sha256: hashes[0].digest('hex'), sha512: hashes[1].digest('hex') }
}

/** Takes the entries about an item one after the other, and gives at the end what papers state of it. */
export type Examination = {
  /** `isIn`: whether it was proved to stand in the signed tree. */
  readonly take: (entry: Opened, isIn: boolean) => void
  /** An entry was there that does not open any more. */
  readonly changed: () => void
  readonly end: (now: Sums) => Promise<Examined>
}

export function beginExamination({ ground, actor, published }: Examining, row: ItemRow): Examination {
  const taken = taking()
  let [changed, outside] = [0, 0]
  return {
    changed: () => void (changed += 1),
    take(entry, isIn) {
      if (!holds(entry) || !entry.leaf.on.includes(row.id)) changed += 1
      if (!isIn) outside += 1
      taken.take(entry)
    },
    async end(now) {
      const known = await within(ground, actor, async (tx) => ({
        remarks: await remarksOn(tx, [row.id], { item: true }),
        derived: await derivativesOf(tx, row.id),
        names: await namesOf(tx, [row.added_by]),
        parent: await parentOf(tx, row),
      }))
      const { receipt, ...rest } = taken.all()
      return {
        row,
        facts: correctedItem(row, known.remarks),
        deliveredBy: known.names.get(row.added_by) ?? 'unknown',
        corrections: known.remarks.length,
        now,
        changed,
        outside,
        ...rest,
        receipt: receipt && (await receiptOf(receipt, published)),
        parent: known.parent,
        derivatives: known.derived.map(({ exhibit, facts, sha256: digest }) => ({
          exhibit: String(exhibit ?? 'not received'),
          title: facts.title,
          sha256: digest ? hex(digest) : 'not received',
        })),
      }
    },
  }
}

/** Reads the whole custody of an item, and holds each entry against the signed tree. */
export async function examine(parts: Examining, { row, now }: { row: ItemRow; now: Sums }): Promise<Examined> {
  const { ground, actor, published } = parts
  const { take, changed, end } = beginExamination(parts, row)
  const places = await placesOf({ ground, actor }, { subject: row.id, size: published.size })
  for await (const entries of walkCustody({ ground, actor }, { places, changed }))
    for (const entry of entries) take(entry, await isIncluded(published, entry).catch(() => false))
  return end(now)
}

async function parentOf(tx: Tx, { parent_id }: ItemRow) {
  const parent = parent_id ? await itemById(tx, parent_id) : undefined
  return (
    parent && { exhibit: String(parent.exhibit ?? 'not received'), sha256: parent.sha256 ? hex(parent.sha256) : '' }
  )
}

const words = (value: unknown): string => (typeof value === 'string' ? value : '')

export function whoOf({ shown }: Opened): string {
  if (!shown) return 'somebody (the detail was destroyed by order of a court)'
  const roles = shown.actor['roles']
  const held = Array.isArray(roles) && roles.length > 0 ? ` (${roles.join(', ')})` : ''
  return `${words(shown.actor['name'])}${held}`
}

function taking() {
  const findings = new Map<string, number>()
  const transfers: Transfer[] = []
  let [entries, expunged, transfersInAll] = [0, 0, 0]
  let receipt: Opened | undefined
  let declared: Examined['declared']
  return {
    take(entry: Opened) {
      const { leaf, shown, row } = entry
      entries += 1
      if (!shown) expunged += 1
      if (wrong.test(leaf.act)) findings.set(leaf.act, (findings.get(leaf.act) ?? 0) + 1)
      if ((leaf.act === 'item.received' || leaf.act === 'item.quarantined') && leaf.outcome === 'done')
        receipt ??= entry
      const said = words(shown?.detail[leaf.act === 'item.declared' ? 'declaredSha256' : 'sha256'])
      if (/^(item\.declared|upload\.digest-declared)$/.test(leaf.act) && said !== '')
        declared ??= { sha256: said, at: leaf.at }
      if (!moves.has(leaf.act) || leaf.outcome !== 'done') return
      transfersInAll += 1
      if (transfers.length < mostTransfers)
        transfers.push({
          index: row.position ?? -1,
          at: leaf.at,
          act: leaf.act,
          who: whoOf(entry),
          why: words(shown?.detail['why']),
        })
    },
    all: () => ({ receipt, declared, entries, expunged, findings, transfers, transfersInAll }),
  }
}

/** Entries that were made before clocks were compared say nothing of theirs. */
function clockOf(told: unknown): ClockTrust {
  const { source, offsetMs, checkedAt } = (told ?? {}) as Partial<ClockTrust>
  return typeof source === 'string' && typeof offsetMs === 'number' && typeof checkedAt === 'string'
    ? { source, offsetMs, checkedAt }
    : unknownClock()
}

async function receiptOf(entry: Opened, { folder, size }: Published): Promise<Receipt> {
  const { row, leaf, shown } = entry
  const index = row.position ?? 0
  const path = await inclusionProof(sha256, folder.readTile, { index, size })
  return {
    entry: row.id,
    index,
    at: leaf.at,
    sha256: words(shown?.detail['sha256']),
    size: Number(shown?.detail['size'] ?? 0),
    who: whoOf(entry),
    from: [words(shown?.actor['address']), words(shown?.actor['agent'])].filter(Boolean).join(', '),
    clock: clockOf(shown?.actor['clock']),
    path: path.map((hash) => hex(hash)),
    leaf: hex(sha256(Buffer.concat([Buffer.of(0), row.leaf]))),
  }
}
