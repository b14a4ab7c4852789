import { createHash, type Hash } from 'node:crypto'
import type { ItemId } from '@sallyport/core/ids'
import { writeVkey } from '@sallyport/core/note'
import { type Actor, type Ground, within } from '#db/within.ts'
import { proofOf } from '#ledger/read.ts'
import type { Altered, ObjectStore } from '#store/object-store.ts'
import { agencyFile } from '../agencies/rows.ts'
import { caseById, remarksOn } from '../cases/rows.ts'
import { corrected } from '../cases/shown.ts'
import { bytesOf } from '../items/content.ts'
import { watched } from '../items/viewings.ts'
import { itemsByIds } from '../items/rows.ts'
import { publishedLedger } from '../items/verify.ts'
import { type Bagged, bagged, itemJson } from './bag-item.ts'
import { bagInfo, csv, custodyLine, type IndexRow, manifest, type Sums, safeName } from './bag-text.ts'
import { custodyPdf } from './custody-pdf.ts'
import type { Exported } from './rows.ts'
import { verifyPage } from './verify-page.ts'

/** One file of the bag. Bodies are read in the order in which the files come, each to its end. */
export type BagFile = { readonly path: string; readonly body: AsyncIterable<Uint8Array>; readonly size: number }

export type Bagging = {
  readonly ground: Ground
  readonly store: ObjectStore
  readonly ledger: string
  /** The verifier as built: `verify.mjs` and `verify.html`. */
  readonly verifier: readonly { readonly name: string; readonly bytes: Uint8Array }[]
  readonly version: string
  /** Told which item's stored bytes did not check, before the bag breaks off. */
  readonly altered: (item: ItemId, fault: Altered) => Promise<void>
}

/** What is gathered while a bag is written: digests, and what was already put in. */
type Filling = {
  readonly payload: Map<string, Sums>
  readonly tags: Map<string, Sums>
  readonly index: IndexRow[]
  readonly proven: Set<string>
}

/** Hashes a body as it passes by. The sums are known once it has passed. */
async function* summed(body: AsyncIterable<Uint8Array>, done: (sums: Sums) => void): AsyncGenerator<Uint8Array> {
  const hashes: readonly [Hash, Hash] = [createHash('sha256'), createHash('sha512')]
  for await (const part of body) {
    for (const hash of hashes) hash.update(part)
    yield part
  }
  const [sha256, sha512] = hashes
  done({ sha256: sha256.digest('hex'), sha512: sha512.digest('hex') })
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** A file that describes; its digest goes into the tag manifest. */
function tag({ tags }: Filling, path: string, content: string | Uint8Array): BagFile {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  return { path, size: bytes.length, body: summed(once(bytes), (sums) => void tags.set(path, sums)) }
}

const about = ({ ground, ledger }: Bagging, actor: Actor, exported: Exported) =>
  within(ground, actor, async (tx) => {
    const [agency, file] = [await agencyFile(tx), await caseById(tx, exported.case_id)]
    if (!file) throw new Error('The case of an export is gone.')
    const { number, title } = corrected(file.facts, await remarksOn(tx, [file.id], { item: false }))
    const { published, key } = await publishedLedger(tx, ledger)
    return {
      agency: { name: agency.name, ori: agency.ori },
      timeZone: agency.time_zone,
      case: { number, title },
      sizes: (await itemsByIds(tx, exported.items)).map(({ size }) => size),
      published,
      key: writeVkey(key),
    }
  })

type About = Awaited<ReturnType<typeof about>>

/**
 * The files of an export, one after another; nothing is gathered but the manifests.
 *
 * The layout is in verify/src/bag.ts, which judges it. All proofs lead to one checkpoint, which covers
 * the entry of this export. An item whose stored bytes do not check breaks the bag off.
 */
export async function* bagFiles(parts: Bagging, actor: Actor, exported: Exported): AsyncGenerator<BagFile> {
  const filling: Filling = { payload: new Map(), tags: new Map(), index: [], proven: new Set() }
  const known = await about(parts, actor, exported)
  const { agency, sizes, published, key } = known
  const { number } = known.case

  yield tag(filling, 'bagit.txt', 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n')
  yield tag(filling, 'bag-info.txt', bagInfo({ exported, agency, number, sizes, version: parts.version }))
  yield tag(filling, 'proofs/checkpoint', published.note)
  yield tag(filling, 'keys/log.vkey', `${key}\n`)
  yield tag(filling, 'VERIFY.md', verifyPage({ agency: agency.name, number, key }))
  for (const { name, bytes } of parts.verifier) yield tag(filling, name, bytes)
  for (const id of exported.items) {
    const one = await within(parts.ground, actor, (tx) => bagged(tx, { id, size: published.size }))
    yield* itemFiles({ ...parts, filling, known }, one)
  }
  const index = { case: known.case, agency, items: filling.index }
  yield tag(filling, 'metadata/index.json', `${JSON.stringify(index, null, 2)}\n`)
  yield tag(filling, 'metadata/index.csv', csv(filling.index))
  yield tag(filling, 'manifest-sha256.txt', manifest(filling.payload, 'sha256'))
  yield tag(filling, 'manifest-sha512.txt', manifest(filling.payload, 'sha512'))
  const last = Buffer.from(manifest(filling.tags, 'sha256'))
  yield { path: 'tagmanifest-sha256.txt', size: last.length, body: once(last) }
}

type Writing = Pick<Bagging, 'store' | 'altered'> & { readonly filling: Filling; readonly known: About }

/** The original first, since its record states the digests that are found while it passes. */
async function* itemFiles({ store, altered, filling, known }: Writing, one: Bagged): AsyncGenerator<BagFile> {
  const { exhibit, facts, custody, original } = one
  const { length } = original.stored
  const path = `data/${exhibit}/${safeName(facts.originalName)}`
  const body = watched(bytesOf(store, original, { start: 0, end: length }), (fault) => altered(one.row.id, fault))
  yield { path, size: length, body: summed(body, (sums) => void filling.payload.set(path, sums)) }
  const sums = filling.payload.get(path)
  if (!sums) throw new Error('The original of an item was not read to its end.')
  const { agency, timeZone, published } = known
  filling.index.push({ exhibit, title: facts.title, path, size: length, ...sums })
  const record = itemJson(one, { path, sums, case: known.case, agency })
  yield tag(filling, `metadata/${exhibit}/item.json`, `${JSON.stringify(record, null, 2)}\n`)
  yield tag(filling, `metadata/${exhibit}/custody.jsonl`, custody.map(custodyLine).join(''))
  const item = { exhibit, title: facts.title, originalName: facts.originalName, size: length, ...sums }
  const report = { agency, timeZone, number: known.case.number, item, custody }
  yield tag(filling, `metadata/${exhibit}/custody.pdf`, await custodyPdf(report))
  for (const { row } of custody) {
    if (filling.proven.has(row.id)) continue
    filling.proven.add(row.id)
    const proof = await proofOf(published, row.position)
    if (proof) yield tag(filling, `proofs/${row.id}.tlog-proof`, proof)
  }
}
