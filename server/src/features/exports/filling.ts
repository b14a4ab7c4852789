import { createHash, type Hash } from 'node:crypto'
import { csvHead, csvLine, type IndexRow, manifestLine, type Sums } from './bag-text.ts'
import type { Examined } from '../papers/examine.ts'
import { newSpool, type Spool } from './spool.ts'

/** How many items the certifications of a bag hold; the others are in its index. */
const mostExamined = 200

/** One file of the bag. Bodies are read in the order in which the files come, each to its end. */
export type BagFile = { readonly path: string; readonly body: AsyncIterable<Uint8Array>; readonly size: number }

/** What is gathered while a bag is written: digests, the index, and which proofs were already put in. */
export type Filling = {
  readonly payload: (path: string, sums: Sums) => Promise<void>
  readonly tagged: (path: string, sums: Sums) => Promise<void>
  readonly index: (row: IndexRow) => Promise<void>
  /** Whether the proof of an entry is still to be put in; true only once for each place in the tree. */
  readonly isUnproven: (position: number) => boolean
  readonly indexes: (of: object) => AsyncGenerator<BagFile>
  readonly manifests: () => AsyncGenerator<BagFile>
  /** Whether the certifications can hold one item more. */
  readonly hasRoom: () => boolean
  readonly examined: (item: Examined) => void
  readonly allExamined: () => readonly Examined[]
  /** The SHA-256 of metadata/index.csv, once it was written. */
  readonly indexDigest: () => string
  readonly close: () => Promise<void>
}

/** Hashes a body as it passes by. The sums are known once it has passed. */
export async function* summed(
  body: AsyncIterable<Uint8Array>,
  done: (sums: Sums) => Promise<void> | void,
): AsyncGenerator<Uint8Array> {
  const hashes: readonly [Hash, Hash] = [createHash('sha256'), createHash('sha512')]
  for await (const part of body) {
    for (const hash of hashes) hash.update(part)
    yield part
  }
  const [sha256, sha512] = hashes
  await done({ sha256: sha256.digest('hex'), sha512: sha512.digest('hex') })
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** A file that describes; its digest goes into the tag manifests. */
export function tag(filling: Pick<Filling, 'tagged'>, path: string, content: string | Uint8Array): BagFile {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  return { path, size: bytes.length, body: summed(once(bytes), (sums) => filling.tagged(path, sums)) }
}

/** As {@link tag}, for what was put aside. */
export const tagSpool = (filling: Pick<Filling, 'tagged'>, path: string, spool: Spool): BagFile => ({
  path,
  size: spool.size(),
  body: summed(spool.read(), (sums) => filling.tagged(path, sums)),
})

/** Which places of a tree were seen: one bit for each. */
function places(): (position: number) => boolean {
  let seen = new Uint8Array(4096)
  return (position) => {
    const [at, bit] = [Math.floor(position / 8), 1 << (position % 8)]
    if (at >= seen.length) {
      const larger = new Uint8Array(2 * (at + 1))
      larger.set(seen)
      seen = larger
    }
    const isNew = ((seen[at] ?? 0) & bit) === 0
    seen[at] = (seen[at] ?? 0) | bit
    return isNew
  }
}

export function newFilling(): Filling {
  const lists = { payload256: newSpool(), payload512: newSpool(), tags256: newSpool(), tags512: newSpool() }
  const [json, csv] = [newSpool(), newSpool()]
  const examined: Examined[] = []
  let [rows, digest] = [0, '']
  const filling: Filling = {
    isUnproven: places(),
    indexDigest: () => digest,
    allExamined: () => examined,
    hasRoom: () => examined.length < mostExamined,
    examined: (item) => void examined.push(item),
    async payload(path, { sha256, sha512 }) {
      await lists.payload256.add(manifestLine(path, sha256))
      await lists.payload512.add(manifestLine(path, sha512))
    },
    async tagged(path, { sha256, sha512 }) {
      if (path === 'metadata/index.csv') digest = sha256
      await lists.tags256.add(manifestLine(path, sha256))
      await lists.tags512.add(manifestLine(path, sha512))
    },
    async index(row) {
      if (rows === 0) await csv.add(csvHead)
      await json.add(`${rows === 0 ? '' : ','}\n    ${JSON.stringify(row)}`)
      await csv.add(csvLine(row))
      rows += 1
    },
    async *indexes(of) {
      const head = JSON.stringify(of).slice(0, -1)
      const whole = newSpool()
      await whole.add(`${head},"items":[`)
      for await (const part of json.read()) await whole.add(part)
      await whole.add('\n]}\n')
      yield tagSpool(filling, 'metadata/index.json', whole)
      yield tagSpool(filling, 'metadata/index.csv', csv)
    },
    async *manifests() {
      yield tagSpool(filling, 'manifest-sha256.txt', lists.payload256)
      yield tagSpool(filling, 'manifest-sha512.txt', lists.payload512)
      // The lists of tags do not list each other.
      yield { path: 'tagmanifest-sha256.txt', size: lists.tags256.size(), body: lists.tags256.read() }
      yield { path: 'tagmanifest-sha512.txt', size: lists.tags512.size(), body: lists.tags512.read() }
    },
    async close() {
      for (const spool of [...Object.values(lists), json, csv]) await spool.close()
    },
  }
  return filling
}
