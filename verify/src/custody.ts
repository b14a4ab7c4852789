import { equal, unbase64, utf8 } from '@sallyport/core/bytes'
import type { Json } from '@sallyport/core/canonical-json'
import { type Leaf, opens, readLeaf } from '@sallyport/core/entry'
import { readNote } from '@sallyport/core/note'
import { proves, readProof } from '@sallyport/core/tlog-proof'
import { type Bag, eachLine, readBytes } from './bagit.ts'
import type { Tree } from './log.ts'
import type { Stand } from './time.ts'

/** An entry that a custody line shows. Whether it holds is told by the faults, not by its being here. */
export type CustodyEntry = { readonly index: number; readonly leaf: Leaf; readonly detail: Json | undefined }

/** An order of a court by which entries were destroyed, from the ledger's own entry about it. */
export type Order = {
  readonly court: string
  readonly reference: string
  readonly issuedOn: string
  readonly entries: ReadonlySet<string>
}

/** What all custody of a bag is judged by, and what is gathered from it. */
export type Court = {
  /** The tree that the proofs must lead to; undefined if the bag has no checkpoint that can be read. */
  readonly tree: Tree | undefined
  /** The stamp from outside that shows an entry earliest. */
  readonly stampOver: (index: number) => Stand | undefined
  readonly orders: Order[]
  /** Entries that show neither person nor details, and where. */
  readonly destroyed: { readonly id: string; readonly at: string; readonly line: number }[]
  /** Entries whose own time is later than a stamp over them, and by how much at most. */
  readonly ahead: { entries: number; mostMs: number }
  readonly onLine: () => void
}

type Custody = {
  readonly at: string
  /** The item that every entry must be about; undefined if its record cannot be read. */
  readonly item: string | undefined
  readonly take: (entry: CustodyEntry) => void
}

/**
 * Judges the custody of an item line by line: each entry is spelled as a vault spells it, is about
 * the item, was committed to with this actor and these details, and is proved to stand in the
 * ledger at the place given. `take` gets each entry; nothing is kept here, for there may be millions.
 *
 * No fault shows that each entry shown was in the ledger when the checkpoint was signed. It does
 * not show that the ledger has no other entry about the item: for that, compare with the ledger.
 */
export async function checkCustody(bag: Bag, custody: Custody, court: Court): Promise<number> {
  const seen = new Set<number>()
  let [last, lines] = [-1, 0]
  await eachLine(bag, custody.at, async (written, line) => {
    lines = line
    court.onLine()
    const read = readLine(written)
    if (!read) {
      bag.blame('custody/malformed', custody.at, { line })
      return
    }
    if (seen.has(read.index)) bag.blame('custody/repeated', custody.at, { line })
    else if (read.index < last) bag.blame('custody/order', custody.at, { line })
    seen.add(read.index)
    last = Math.max(last, read.index)
    const entry = await checkLine(bag, { ...custody, line, read }, court)
    if (entry) custody.take(entry)
  })
  return lines
}

type Opening = { readonly salt: Uint8Array; readonly value: Json }
type Line = {
  readonly index: number
  readonly leaf: string
  /** Null where both were destroyed. */
  readonly openings: { readonly actor: Opening; readonly detail: Opening } | null
  readonly proof: string
}
type Checking = Custody & { readonly line: number; readonly read: Line }

async function checkLine(bag: Bag, checking: Checking, court: Court): Promise<CustodyEntry | undefined> {
  const { at, line, read, item } = checking
  const { index, openings } = read
  const { hash } = bag.host
  const isProved = await checkProof(bag, checking, court.tree)
  const leaf = readLeaf(utf8(read.leaf))
  if (!leaf) {
    bag.blame('custody/leaf', at, { line })
    return undefined
  }
  if (item !== undefined && !leaf.on.includes(item)) bag.blame('custody/other-item', at, { line })
  if (read.proof !== `proofs/${leaf.id}.tlog-proof`) bag.blame('custody/wrong-proof', at, { line, path: read.proof })
  compareTimes(leaf, index, court)
  if (!openings) {
    court.destroyed.push({ id: leaf.id, at, line })
    return { index, leaf, detail: undefined }
  }
  if (!opens(hash, leaf, { field: 'actor', ...openings.actor })) bag.blame('custody/actor', at, { line })
  const isOpen = opens(hash, leaf, { field: 'detail', ...openings.detail })
  if (!isOpen) bag.blame('custody/detail', at, { line })
  // An order excuses what others would be blamed for: one that the ledger is not shown to hold excuses nothing.
  const isOrder = isProved && isOpen && leaf.act === 'ledger.expunged' && leaf.outcome === 'done'
  const order = isOrder && readOrder(openings.detail.value)
  if (order) court.orders.push(order)
  return { index, leaf, detail: openings.detail.value }
}

/** The vault's clock and that of an authority outside cannot both be right when an entry is later than its stamp. */
function compareTimes(leaf: Leaf, index: number, { stampOver, ahead }: Court): void {
  const stand = stampOver(index)
  const by = stand ? Date.parse(leaf.at) - stand.latest : 0
  if (by <= 0) return
  ahead.entries += 1
  ahead.mostMs = Math.max(ahead.mostMs, by)
}

/**
 * Whether the entry is shown to stand in the tree, at the place that the line gives. Without a tree, whose
 * absence is a fault of its own, whether the proof is at least for that place.
 */
async function checkProof(bag: Bag, { at, line, read }: Checking, tree: Tree | undefined): Promise<boolean> {
  const file = bag.files.get(read.proof)
  if (!file) {
    bag.blame('custody/no-proof', at, { line, path: read.proof })
    return false
  }
  file.claimed = true
  const bytes = await readBytes(bag, read.proof)
  const proof = bytes && readProof(bytes)
  if (!proof) {
    if (bytes) bag.blame('custody/proof-malformed', read.proof)
    return false
  }
  const isInPlace = proof.index === read.index
  if (!isInPlace) bag.blame('custody/index', at, { line, says: read.index, found: proof.index })
  if (!tree) return isInPlace
  if (!isBelow(proof.checkpoint, tree)) bag.blame('custody/proof-checkpoint', read.proof)
  const holds = proves(bag.host.hash, proof, { entry: utf8(read.leaf), checkpoint: tree.checkpoint })
  if (!holds) bag.blame('custody/proof-fails', read.proof, { line, file: at })
  return holds && isInPlace
}

/** Whether a proof carries the bag's checkpoint: the same text, and no signature that this one does not have. */
function isBelow(carried: Uint8Array, { bytes, note }: Tree): boolean {
  if (equal(carried, bytes)) return true
  const other = readNote(carried)
  const has = ({ name, signature }: { name: string; signature: Uint8Array }) =>
    note.signatures.some((own) => own.name === name && equal(own.signature, signature))
  return other?.text === note.text && other.signatures.every(has)
}

function readLine(written: string): Line | undefined {
  try {
    const { index, leaf, actor, detail, proof } = JSON.parse(written) as Readonly<Record<string, unknown>>
    if (!Number.isSafeInteger(index) || typeof leaf !== 'string' || typeof proof !== 'string') return undefined
    const line = { index: index as number, leaf, proof }
    if (actor === null && detail === null) return { ...line, openings: null }
    const [byWhom, what] = [readOpening(actor), readOpening(detail)]
    return byWhom && what && { ...line, openings: { actor: byWhom, detail: what } }
  } catch {
    return undefined
  }
}

function readOpening(part: unknown): Opening | undefined {
  const { salt, value } = part as { readonly salt?: unknown; readonly value?: Json }
  const bytes = typeof salt === 'string' ? unbase64(salt) : undefined
  return bytes && value !== undefined ? { salt: bytes, value } : undefined
}

function readOrder(detail: Json): Order | undefined {
  const { court, reference, issuedOn, entries } = Object(detail) as Readonly<Record<string, unknown>>
  if (typeof court !== 'string' || typeof reference !== 'string' || typeof issuedOn !== 'string') return undefined
  return Array.isArray(entries) ? { court, reference, issuedOn, entries: new Set(entries.map(String)) } : undefined
}
