import { type Checkpoint, readCheckpoint } from '@sallyport/core/checkpoint'
import { readNote, readVkey, writeVkey } from '@sallyport/core/note'
import type { ItemId } from '@sallyport/core/ids'
import { base64 } from '@sallyport/core/bytes'
import { type Actor, within } from '#db/within.ts'
import type { ProofSet } from '#ledger/proof-set.ts'
import type { Published } from '#ledger/read.ts'
import { sha256 } from '#keys/primitives.ts'
import type { Altered, ObjectStore } from '#store/object-store.ts'
import { agencyFile } from '../agencies/rows.ts'
import { caseById, remarksOn } from '../cases/rows.ts'
import { corrected } from '../cases/shown.ts'
import { publishedLedger, remembered } from '../items/verify.ts'
import { type Signing, signerFor } from '../papers/compose.ts'
import type { Signer } from '../papers/cms.ts'
import type { PaperNeeds } from '../papers/prepare.ts'
import { bagged } from './bag-item.ts'
import { bagInfo } from './bag-text.ts'
import { certificates } from './certificates.ts'
import { type BagFile, type Filling, newFilling, tag } from './filling.ts'
import { itemFiles } from './item-files.ts'
import { type Exported, exportSums, receiptPlaces, placedItems } from './rows.ts'
import { verifyPage } from './verify-page.ts'

export type { BagFile } from './filling.ts'

export type Bagging = Pick<PaperNeeds, 'ground' | 'store' | 'ledger' | 'version' | 'proofsOf'> &
  Signing & {
    readonly store: ObjectStore
    /** The verifier as built: `verify.mjs` and `verify.html`. */
    readonly verifier: readonly { readonly name: string; readonly bytes: Uint8Array }[]
    /** Told which item's stored bytes did not check, before the bag breaks off. */
    readonly altered: (item: ItemId, fault: Altered) => Promise<void>
  }

/** Of how many items the earliest stamp is looked for. With more, of an even sample of them. */
const mostReceipts = 500
/** How many items are looked up at once. */
const portion = 200

const about = ({ ground, ledger }: Bagging, actor: Actor, exported: Exported) =>
  within(ground, actor, async (tx) => {
    const [agency, file] = [await agencyFile(tx), await caseById(tx, exported.case_id)]
    if (!file) throw new Error('The case of an export is gone.')
    const { number, title } = corrected(file.facts, await remarksOn(tx, [file.id], { item: false }))
    const { published, key } = await publishedLedger(tx, ledger)
    return {
      agency: { id: actor.agency, name: agency.name, ori: agency.ori },
      policy: { policy: agency.policy, unlock: agency.unlock },
      timeZone: agency.time_zone,
      case: { number, title },
      sums: await exportSums(tx, exported.id),
      receipts: await receiptPlaces(tx, exported.id, mostReceipts),
      published,
      key: writeVkey(key),
    }
  })

/** What is known of a bag before its first file. */
export type Known = Awaited<ReturnType<typeof about>> & {
  readonly proofs: ProofSet
  readonly checkpoint: Checkpoint
  readonly signer: Signer
}

/**
 * The files of an export, one after another; what comes at the end is put aside meanwhile, not held.
 *
 * The layout is in verify/src/bag.ts, which judges it. All proofs lead to one checkpoint, which covers
 * the entry of this export. An item whose stored bytes do not check breaks the bag off.
 */
export async function* bagFiles(parts: Bagging, actor: Actor, exported: Exported): AsyncGenerator<BagFile> {
  const filling = newFilling()
  try {
    const told = await about(parts, actor, exported)
    const proofs = await parts.proofsOf(actor.agency, told.published.size, told.receipts)
    const tree: Published = remembered({ ...told.published, note: proofs.checkpoint, size: proofs.size })
    const checkpoint = readCheckpoint(readNote(Buffer.from(proofs.checkpoint))?.text ?? '')
    if (!checkpoint) throw new Error('The checkpoint of the ledger is not of its form.')
    const known: Known = { ...told, published: tree, proofs, checkpoint, signer: await signerFor(parts, actor) }
    const { agency, sums, key } = known
    const { number } = known.case
    yield tag(filling, 'bagit.txt', 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n')
    yield tag(filling, 'bag-info.txt', bagInfo({ exported, agency, number, sums, version: parts.version }))
    yield* proofFiles(filling, known)
    yield tag(filling, 'VERIFY.md', verifyPage({ agency: agency.name, number, key }))
    for (const { name, bytes } of parts.verifier) yield tag(filling, name, bytes)
    for await (const id of itemsOf(parts, actor, exported)) {
      const one = await within(parts.ground, actor, (tx) => bagged(tx, id))
      yield* itemFiles({ ...parts, actor, filling, known }, one)
    }
    yield* filling.indexes({ case: known.case, agency: { name: agency.name, ori: agency.ori } })
    yield* certificates(parts, { actor, exported, filling, known })
    yield* filling.manifests()
  } finally {
    await filling.close()
  }
}

async function* itemsOf({ ground }: Bagging, actor: Actor, { id }: Exported): AsyncGenerator<ItemId> {
  for (let before: number | undefined; ; ) {
    const placed = await within(ground, actor, (tx) => placedItems(tx, id, { before, limit: portion }))
    for (const { item_id } of placed) yield item_id
    before = placed.at(-1)?.nth
    if (placed.length < portion) return
  }
}

/** The checkpoint, what outsiders said of it, and the keys by which all of it is checked. */
function* proofFiles(filling: Filling, { proofs, key, signer }: Known): Generator<BagFile> {
  yield tag(filling, 'proofs/checkpoint', proofs.checkpoint)
  if (proofs.policy !== undefined) yield tag(filling, 'proofs/policy', proofs.policy)
  const written = new Set<string>()
  const once = (path: string, content: string | Uint8Array): BagFile[] => {
    if (written.has(path)) return []
    written.add(path)
    return [tag(filling, path, content)]
  }
  for (const { size, authority, checkpoint, response, consistency, chain, crls } of proofs.stamps) {
    if (!/^[a-z0-9-]{1,40}$/.test(authority)) throw new Error('A time authority with a name that no file can have.')
    yield* once(`proofs/stamps/${size}.checkpoint`, checkpoint)
    yield* once(`proofs/stamps/${size}.${authority}.tsr`, response)
    if (consistency)
      yield* once(`proofs/stamps/${size}.consistency`, consistency.map((hash) => `${base64(hash)}\n`).join(''))
    yield* once(`keys/tsa/${authority}.pem`, chain)
    if (crls !== undefined) yield* once(`keys/tsa/${authority}.crl.pem`, crls)
  }
  if (!readVkey(sha256, key)) throw new Error('The key of the ledger is not of its form.')
  yield tag(filling, 'keys/log.vkey', `${key}\n`)
  yield tag(filling, 'keys/papers.pem', signer.certificate.toString())
}
