import type { Json } from '@sallyport/core/canonical-json'
import { type Bag, readText } from './bagit.ts'
import { checkCustody, type Court, type CustodyEntry } from './custody.ts'
import type { Stand } from './time.ts'

/** What the report tells of an item that was checked. */
export type ItemChecked = {
  readonly id: string
  readonly exhibit: string
  readonly originalName: string
  readonly size: number
  readonly sha256: string
  readonly path: string
  readonly title?: string
  readonly receivedAt?: string
  /** The earliest stamp from outside over the entry of its receipt. */
  readonly stamped?: Stand
  readonly entries: number
}

type Item = {
  readonly id: string
  readonly exhibit: string
  readonly originalName: string
  readonly size: number
  readonly sha256: string
  readonly sha512: string
  readonly receivedEntry: string
  readonly path: string
  readonly title?: string
}

/** Fields that an item's record and the ledger entry of its receipt may both state, and must then state alike. */
const agreed = ['sha256', 'size', 'sha512', 'originalName', 'mediaType'] as const

/**
 * Judges every item: its record, its file, its custody, and the entry by which the vault received it.
 *
 * The digest in that entry is what ties the file to the ledger. The other fields of a record (title,
 * category, case) are covered by the bag's lists only, which whoever made the bag could write anew.
 */
export async function checkItems(bag: Bag, court: Court): Promise<readonly ItemChecked[]> {
  const folders = new Set<string>()
  for (const name of bag.files.keys()) {
    const [, folder] = /^metadata\/([^/]+)\/[^/]+$/.exec(name) ?? []
    if (folder !== undefined) folders.add(folder)
  }
  if (folders.size === 0) bag.blame('items/none', 'metadata')
  const checked: ItemChecked[] = []
  const claims = new Map<string, string>()
  for (const folder of folders) {
    const item = await checkItem(bag, { folder, claims, court })
    if (item) checked.push(item)
  }
  for (const [name, { claimed }] of bag.files) {
    if (claimed) continue
    if (name.startsWith('data/')) bag.blame('files/unclaimed', name)
    if (/^proofs\/.*\.tlog-proof$/.test(name)) bag.blame('custody/orphan-proof', name)
  }
  // An order may stand in the custody of another item than those whose entries it names.
  const ordered = new Set(court.orders.flatMap(({ entries }) => [...entries]))
  for (const { id, at, line } of court.destroyed) {
    if (!ordered.has(id)) bag.blame('custody/withheld', at, { line })
  }
  return checked
}

type Search = {
  readonly folder: string
  /** Which record claimed a file or an id. */
  readonly claims: Map<string, string>
  readonly court: Court
}

async function checkItem(bag: Bag, { folder, claims, court }: Search): Promise<ItemChecked | undefined> {
  const at = `metadata/${folder}/item.json`
  const custody = `metadata/${folder}/custody.jsonl`
  const item = readItem(await readText(bag, at))
  let receipt: CustodyEntry | undefined
  let first: CustodyEntry | undefined
  const take = (entry: CustodyEntry) => {
    if (entry.leaf.id === item?.receivedEntry) receipt ??= entry
    if (isReceipt(entry)) first ??= entry
  }
  if (!bag.files.has(custody)) bag.blame('items/no-custody', custody)
  const entries = await checkCustody(bag, { at: custody, item: item?.id, take }, court)
  if (!item) {
    bag.blame(bag.files.has(at) ? 'items/malformed' : 'files/missing-part', at)
    return undefined
  }
  const other = claims.get(item.id)
  if (other !== undefined) bag.blame('items/twice', at, { other })
  claims.set(item.id, at)
  checkFile(bag, { at, folder, item, claims })
  if (bag.files.has(custody)) checkReceipt(bag, { at, custody, item, receipt, first })
  const { id, exhibit, originalName, size, sha256, path, title } = item
  const stamped = receipt && court.stampOver(receipt.index)
  return {
    id,
    exhibit,
    originalName,
    size,
    sha256,
    path,
    entries,
    ...(title !== undefined && { title }),
    ...(receipt && isReceipt(receipt) && { receivedAt: receipt.leaf.at }),
    ...(stamped && { stamped }),
  }
}

function checkFile(
  bag: Bag,
  { at, folder, item, claims }: Pick<Search, 'folder' | 'claims'> & { readonly at: string; readonly item: Item },
): void {
  const { path, size, sha256, sha512 } = item
  const name = path.normalize('NFC')
  const file = bag.files.get(name)
  if (!path.startsWith(`data/${folder}/`)) bag.blame('items/misplaced', at, { path })
  if (!file) bag.blame('items/no-file', at, { path })
  if (claims.has(name)) bag.blame('items/shared-file', at, { path })
  claims.set(name, at)
  if (file) file.claimed = true
  if (file && file.size !== size) bag.blame('items/size', at, { says: size, found: file.size })
  if (file?.sha256 !== undefined && file.sha256 !== sha256) {
    bag.blame('items/sha256', at, { says: sha256, found: file.sha256 })
  }
  if (file?.sha512 !== undefined && file.sha512 !== sha512) {
    bag.blame('items/sha512', at, { says: sha512, found: file.sha512 })
  }
}

type Receipt = {
  readonly at: string
  readonly custody: string
  readonly item: Item
  /** The entry that the record names, and the first that is a receipt at all. */
  readonly receipt: CustodyEntry | undefined
  readonly first: CustodyEntry | undefined
}

function checkReceipt(bag: Bag, { at, custody, item, receipt, first }: Receipt): void {
  const entry = item.receivedEntry
  if (!receipt) {
    bag.blame('items/no-receipt', custody, { entry })
    return
  }
  if (!isReceipt(receipt)) {
    bag.blame('items/not-a-receipt', at, { entry, act: `${receipt.leaf.act}, ${receipt.leaf.outcome}` })
    return
  }
  if (first !== receipt) bag.blame('items/second-receipt', at, { entry })
  if (receipt.detail === undefined) {
    bag.blame('items/receipt-destroyed', at, { entry })
    return
  }
  const ledger: Readonly<Record<string, Json | undefined>> = isRecord(receipt.detail) ? receipt.detail : {}
  const record: Readonly<Record<string, Json | undefined>> = item
  // One entry may be about several items, and then only its details can say which of them was received.
  if (ledger['item'] !== undefined && ledger['item'] !== item.id) {
    bag.blame('items/ledger-differs', at, { field: 'id', says: item.id, ledger: String(ledger['item']) })
  }
  for (const field of agreed) {
    const [says, was] = [record[field], ledger[field]]
    const must = field === 'sha256' || field === 'size'
    if (says !== was && (must || (says !== undefined && was !== undefined))) {
      bag.blame('items/ledger-differs', at, { field, says: String(says), ledger: String(was) })
    }
  }
}

const isReceipt = ({ leaf: { act, outcome } }: CustodyEntry) =>
  (act === 'item.received' || act === 'item.quarantined') && outcome === 'done'

const isRecord = (value: Json): value is { readonly [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Reads a record; undefined if what the judgement needs of it is missing or not of its form. */
function readItem(written: string | undefined): Item | undefined {
  try {
    const value: unknown = JSON.parse(written ?? '')
    return isItem(value) ? value : undefined
  } catch {
    return undefined
  }
}

const forms = {
  id: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  receivedEntry: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  exhibit: /./,
  originalName: /./,
  path: /^data\//,
  sha256: /^[0-9a-f]{64}$/,
  sha512: /^[0-9a-f]{128}$/,
}

function isItem(value: unknown): value is Item {
  if (typeof value !== 'object' || value === null) return false
  const fields = value as Readonly<Record<string, unknown>>
  const fits = Object.entries(forms).every(([name, form]) => {
    const field = fields[name]
    return typeof field === 'string' && form.test(field)
  })
  const titled = fields['title'] === undefined || typeof fields['title'] === 'string'
  return fits && titled && Number.isSafeInteger(fields['size'])
}
