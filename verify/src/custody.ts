import { equal, unbase64, utf8 } from '@sallyport/core/bytes'
import type { Json } from '@sallyport/core/canonical-json'
import { type Leaf, opens, readLeaf } from '@sallyport/core/entry'
import { proves, readProof } from '@sallyport/core/tlog-proof'
import { type Bag, readBytes } from './bagit.ts'
import type { Tree } from './item.ts'

/** An entry that a custody line shows. Whether it holds is told by the faults, not by its being here. */
export type CustodyEntry = { readonly leaf: Leaf; readonly detail: Json }

type Custody = {
  /** The file that is read, and its text. */
  readonly at: string
  readonly lines: string
  /** The item that every entry must be about; undefined if its record cannot be read. */
  readonly item: string | undefined
  /** The tree that the proofs must lead to; undefined if the bag has no checkpoint that can be read. */
  readonly tree: Tree | undefined
  /** Takes down every proof that a line names. */
  readonly proofs: Set<string>
}

/**
 * Judges the custody of an item line by line: each entry is spelled as a vault spells it, is about
 * the item, was committed to with this actor and these details, and is proved to stand in the
 * ledger at the place given.
 *
 * No fault shows that each entry shown was in the ledger when the checkpoint was signed. It does
 * not show that the ledger has no other entry about the item: for that, compare with the ledger.
 */
export async function checkCustody(bag: Bag, custody: Custody): Promise<readonly CustodyEntry[]> {
  const entries: CustodyEntry[] = []
  const seen = new Set<string>()
  let last = -1
  const lines = custody.lines.split('\n')
  if (lines.at(-1) === '') lines.pop()
  for (const [index, written] of lines.entries()) {
    const line = index + 1
    const read = readLine(written)
    if (!read) {
      bag.blame('custody/malformed', custody.at, { line })
      continue
    }
    const entry = await checkLine(bag, { ...custody, line, read })
    if (read.index < last) bag.blame('custody/order', custody.at, { line })
    last = Math.max(last, read.index)
    const known = entry ? [`number ${read.index}`, entry.leaf.id] : [`number ${read.index}`]
    if (known.some((name) => seen.has(name))) bag.blame('custody/repeated', custody.at, { line })
    for (const name of known) seen.add(name)
    if (entry) entries.push(entry)
  }
  return entries
}

type Opening = { readonly salt: Uint8Array; readonly value: Json }
type Line = {
  readonly index: number
  readonly leaf: string
  readonly actor: Opening
  readonly detail: Opening
  readonly proof: string
}
type Checking = Custody & { readonly line: number; readonly read: Line }

async function checkLine(bag: Bag, checking: Checking): Promise<CustodyEntry | undefined> {
  const { at, line, read, item } = checking
  const { hash } = bag.host
  await checkProof(bag, checking)
  const leaf = readLeaf(utf8(read.leaf))
  if (!leaf) {
    bag.blame('custody/leaf', at, { line })
    return undefined
  }
  if (item !== undefined && !leaf.on.includes(item)) bag.blame('custody/other-item', at, { line })
  if (read.proof !== `proofs/${leaf.id}.tlog-proof`) bag.blame('custody/wrong-proof', at, { line, path: read.proof })
  if (!opens(hash, leaf, { field: 'actor', ...read.actor })) bag.blame('custody/actor', at, { line })
  if (!opens(hash, leaf, { field: 'detail', ...read.detail })) bag.blame('custody/detail', at, { line })
  return { leaf, detail: read.detail.value }
}

async function checkProof(bag: Bag, { at, line, read, tree, proofs }: Checking): Promise<void> {
  proofs.add(read.proof)
  if (!bag.files.has(read.proof)) {
    bag.blame('custody/no-proof', at, { line, path: read.proof })
    return
  }
  const bytes = await readBytes(bag, read.proof)
  const proof = bytes && readProof(bytes)
  if (!proof) {
    if (bytes) bag.blame('custody/proof-malformed', read.proof)
    return
  }
  if (proof.index !== read.index) bag.blame('custody/index', at, { line, says: read.index, found: proof.index })
  if (!tree) return
  if (!equal(proof.checkpoint, tree.bytes)) bag.blame('custody/proof-checkpoint', read.proof)
  if (!proves(bag.host.hash, proof, { entry: utf8(read.leaf), checkpoint: tree.checkpoint })) {
    bag.blame('custody/proof-fails', read.proof, { line, file: at })
  }
}

function readLine(written: string): Line | undefined {
  try {
    const { index, leaf, actor, detail, proof } = JSON.parse(written) as Readonly<Record<string, unknown>>
    const [byWhom, what] = [readOpening(actor), readOpening(detail)]
    if (!Number.isSafeInteger(index) || typeof leaf !== 'string' || typeof proof !== 'string') return undefined
    return byWhom && what && { index: index as number, leaf, actor: byWhom, detail: what, proof }
  } catch {
    return undefined
  }
}

function readOpening(part: unknown): Opening | undefined {
  const { salt, value } = part as { readonly salt?: unknown; readonly value?: Json }
  const bytes = typeof salt === 'string' ? unbase64(salt) : undefined
  return bytes && value !== undefined ? { salt: bytes, value } : undefined
}
