import type { Checkpoint } from '@sallyport/core/checkpoint'
import { proves, readProof } from '@sallyport/core/tlog-proof'
import type { Actor } from '#db/within.ts'
import { sha256 } from '#keys/primitives.ts'
import { type Opened, proofOf } from '#ledger/read.ts'
import { placesOf, walkCustody } from '../custody/walk.ts'
import { bytesOf } from '../items/content.ts'
import { watched } from '../items/viewings.ts'
import { signedPaper } from '../papers/compose.ts'
import { beginReport } from '../papers/custody-report.ts'
import { beginExamination } from '../papers/examine.ts'
import type { Bagging, Known } from './bag.ts'
import { type Bagged, described, itemJson } from './bag-item.ts'
import { custodyLine, type Sums, safeName } from './bag-text.ts'
import { caseGraph } from './case-graph.ts'
import { type BagFile, type Filling, summed, tag, tagSpool } from './filling.ts'
import { niem } from './niem.ts'
import { premis } from './premis.ts'
import { newSpool } from './spool.ts'

type Writing = Bagging & { readonly actor: Actor; readonly filling: Filling; readonly known: Known }

/**
 * The files of one item: the original first, since its record states the digests that are found while it
 * passes; then what its custody says, in one walk for every format.
 */
export async function* itemFiles(parts: Writing, one: Bagged): AsyncGenerator<BagFile> {
  const { store, altered, filling, known } = parts
  const { exhibit, facts, original } = one
  const { length } = original.stored
  const path = `data/${exhibit}/${safeName(facts.originalName)}`
  const body = watched(bytesOf(store, original, { start: 0, end: length }), (fault) => altered(one.row.id, fault))
  let sums: Sums | undefined
  const took = async (found: Sums) => {
    sums = found
    await filling.payload(path, found)
  }
  yield { path, size: length, body: summed(body, took) }
  if (!sums) throw new Error('The original of an item was not read to its end.')
  await filling.index({ exhibit, title: facts.title, path, size: length, ...sums })
  const around = { path, sums, case: known.case, agency: known.agency }
  yield tag(filling, `metadata/${exhibit}/item.json`, `${JSON.stringify(itemJson(one, around), null, 2)}\n`)
  yield* custodyFiles(parts, one, { path, sums })
}

/** The checkpoint of the bag is stamped, and the certifications. An authority is not asked for each of a thousand reports. */
const noStamp = () => Promise.resolve(undefined)

function isProved(bytes: Uint8Array, { row }: Opened, checkpoint: Checkpoint): boolean {
  const proof = readProof(bytes)
  return proof !== undefined && proves(sha256, proof, { entry: row.leaf, checkpoint })
}

/** Custody line by line, proof by proof, and the same in the formats of others. */
async function* custodyFiles(
  parts: Writing,
  one: Bagged,
  { path, sums }: { readonly path: string; readonly sums: Sums },
): AsyncGenerator<BagFile> {
  const { ground, actor, filling, known, version, now } = parts
  const { published } = known
  const about = { subject: one.row.id, size: published.size }
  const item = described(one, { path, sums, version, case: known.case, agency: known.agency })
  const formats = { 'case.jsonld': caseGraph(item), 'premis.xml': premis(item), 'niem.xml': niem(item) }
  const spools = new Map(['custody.jsonl', ...Object.keys(formats)].map((name) => [name, newSpool()] as const))
  const say = async (name: string, text: string) => spools.get(name)?.add(text)
  const examination = filling.hasRoom() ? beginExamination({ ...parts, published }, one.row) : undefined
  const places = await placesOf({ ground, actor }, about)
  const at = now()
  const what = `exhibit ${item.exhibit}, case ${item.case.number}`
  const cover = { title: `Custody report: ${what}`, agency: known.agency.name, subject: what, at }
  try {
    for (const [name, format] of Object.entries(formats)) await say(name, format.head())
    let proven: BagFile[] = []
    const take = async (entry: Opened) => {
      await say('custody.jsonl', custodyLine(entry))
      for (const [name, format] of Object.entries(formats)) await say(name, format.entry(entry))
      const isNew = filling.isUnproven(entry.row.position ?? 0)
      if (!isNew && !examination) return
      // Made once for both: a path of hashes takes longer than all else that is done for an entry.
      const proof = await proofOf(published, entry.row.position)
      examination?.take(entry, proof !== undefined && isProved(proof, entry, known.checkpoint))
      if (isNew && proof) proven.push(tag(filling, `proofs/${entry.row.id}.tlog-proof`, proof))
    }
    for await (const some of walkCustody({ ground, actor }, { places })) {
      for (const entry of some) await take(entry)
      yield* proven
      proven = []
    }
    for (const [name, format] of Object.entries(formats)) await say(name, format.tail())
    for (const [name, spool] of spools) yield tagSpool(filling, `metadata/${item.exhibit}/${name}`, spool)
    const report = { ...known, number: item.case.number, item: { ...item, ...sums }, entries: places.length }
    const { pdf } = await signedPaper({ cover, signer: known.signer, stamp: noStamp }, async (paper) => {
      const { add } = beginReport(paper, report)
      for await (const some of walkCustody({ ground, actor }, { places })) for (const entry of some) add(entry)
    })
    yield tag(filling, `metadata/${item.exhibit}/custody.pdf`, pdf)
    if (examination) filling.examined(await examination.end({ ...sums, at }))
  } finally {
    for (const spool of spools.values()) await spool.close()
  }
}
