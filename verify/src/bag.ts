import { admit, type Bag, type BagFile, checkBagit, hashAll, readBytes, readText } from './bagit.ts'
import { readVkey } from '@sallyport/core/note'
import type { Court, Order } from './custody.ts'
import { blameInto, type Fault } from './faults.ts'
import type { Host } from './folder.ts'
import { checkItems, type ItemChecked } from './item.ts'
import { type Asked, judgeLog, type UsedKey, type Witnesses } from './log.ts'
import { checkTime, earliest, type OutsideTime } from './time.ts'

export type BagJudgement = {
  readonly is: 'bag'
  readonly faults: readonly Fault[]
  readonly files: number
  readonly bytes: number
  readonly items: readonly ItemChecked[]
  readonly key?: UsedKey
  readonly log?: { readonly origin: string; readonly size: number }
  readonly witnesses?: Witnesses
  readonly time: OutsideTime
  /** The orders under which entries of this bag were destroyed. */
  readonly orders: readonly Order[]
  /** How many entries were destroyed, and how many say a later time than the stamps over them. */
  readonly destroyed: number
  readonly ahead: Court['ahead']
  /** Whether SHA-512 was computed too, or only SHA-256. */
  readonly sha512: boolean
  /** Files that a file manager left in the folder, which were passed over. */
  readonly litter: number
  /** The SHA-256 of the programs in the bag, which nothing but its lists vouches for. */
  readonly programs: readonly { readonly name: string; readonly sha256: string }[]
}

const parts = [
  'bagit.txt',
  'bag-info.txt',
  'manifest-sha256.txt',
  'manifest-sha512.txt',
  'tagmanifest-sha256.txt',
  'metadata/index.json',
  'metadata/index.csv',
  'proofs/checkpoint',
  'keys/log.vkey',
] as const

/**
 * Judges an export of a vault.
 *
 * It is a BagIt 1.0 bag (RFC 8493):
 * ```
 * bagit.txt  bag-info.txt  manifest-sha256.txt  manifest-sha512.txt  tagmanifest-sha256.txt
 * data/<exhibit>/<original name>          the file, as it was received
 * metadata/index.json  metadata/index.csv
 * metadata/<exhibit>/item.json            { id, exhibit, title, category, originalName, mediaType, size, sha256,
 *                                           sha512, case: { number, title }, agency: { name, ori },
 *                                           receivedEntry, path: 'data/…', parent?: { id, exhibit }, … }
 * metadata/<exhibit>/custody.jsonl        a line an entry, in the ledger's order:
 *                                         { index, leaf, actor: { salt, value }, detail: { salt, value }, proof }
 *                                         actor and detail are null where a court had both destroyed
 * metadata/<exhibit>/*, certificates/*    the same for people and other programs; covered by the lists only
 * proofs/checkpoint                       signed note (C2SP tlog-checkpoint): the log's line, then its witnesses'
 * proofs/policy                           the agency's C2SP tlog-policy; absent when it has no witness
 * proofs/<entry id>.tlog-proof            c2sp.org/tlog-proof@v1, to that checkpoint
 * proofs/stamps/<size>.checkpoint         an earlier checkpoint, exactly as it was stamped
 * proofs/stamps/<size>.<authority>.tsr    TimeStampResp (RFC 3161) over the bytes of that file
 * proofs/stamps/<size>.consistency        Base64 lines: the RFC 6962 proof that the bag's ledger goes on from it
 * keys/tsa/<authority>.pem, .crl.pem      the authority's certificates, the root last, and lists of revoked ones
 * keys/log.vkey                           the log's public key
 * VERIFY.md  verify.mjs  verify.html      how to check without this program, and this program
 * ```
 * `leaf` is the text of the ledger entry (core/entry.ts). `receivedEntry` names the entry of act
 * item.received or item.quarantined, whose detail holds { sha256, size, originalName, … }.
 *
 * Nothing in the bag is believed for itself. The chain is: the reader's trust in the log's key, the
 * checkpoint it signed, the proof of each entry, the digest in the entry of receipt, the bytes of
 * the file. Undefined if the folder is no bag at all.
 */
export async function judgeBag(host: Host, asked: Asked): Promise<BagJudgement | undefined> {
  const faults: Fault[] = []
  const blame = blameInto(faults)
  const { files, litter } = admit(await host.folder.list(), blame)
  if (!files.has('bagit.txt')) return undefined
  const bag: Bag = { host, files, blame }
  for (const part of parts) if (!files.has(part)) blame('files/missing-part', part)
  let [bytes, proofs] = [0, 0]
  for (const [name, { size }] of files) {
    bytes += size
    if (name.endsWith('.tlog-proof')) proofs += 1
  }
  // To judge an entry costs about as much as to hash so many bytes.
  const [progress, entryCost] = [asked.onProgress ?? (() => undefined), 100_000]
  let done = 0
  const onCost = (cost: number) => progress((done += cost), bytes + proofs * entryCost)
  await hashAll(bag, onCost)
  await checkBagit(bag)
  const { tree, key, used, witnesses } = await judgeLog({ host, blame, asked }, await logIn(bag))
  const time = await checkTime(bag, { tree, key, roots: asked.roots })
  const court: Court = {
    tree,
    stampOver: earliest(time.stands),
    orders: [],
    destroyed: [],
    ahead: { entries: 0, mostMs: 0 },
    onLine: () => onCost(entryCost),
  }
  const items = await checkItems(bag, court)
  const destroyed = new Set(court.destroyed.map(({ id }) => id))
  return {
    is: 'bag',
    faults,
    files: files.size,
    bytes,
    items,
    litter,
    time,
    orders: court.orders.filter(({ entries }) => [...entries].some((id) => destroyed.has(id))),
    destroyed: court.destroyed.length,
    ahead: court.ahead,
    ...(used && { key: used }),
    ...(tree && { log: tree.checkpoint }),
    ...(witnesses && { witnesses }),
    sha512: [...files].every(([name, { sha512 }]) => sha512 !== undefined || !name.startsWith('data/')),
    programs: programsIn(files),
  }
}

const programsIn = (files: ReadonlyMap<string, BagFile>) =>
  ['verify.html', 'verify.mjs'].flatMap((name) => {
    const sha256 = files.get(name)?.sha256
    return sha256 === undefined ? [] : [{ name, sha256 }]
  })

async function logIn(bag: Bag) {
  const written = await readText(bag, 'keys/log.vkey')
  const found = readVkey(bag.host.hash, written?.replace(/\r?\n$/, '') ?? '')
  if (written !== undefined && !found) bag.blame('log/key-malformed', 'keys/log.vkey')
  return {
    at: 'proofs/checkpoint',
    bytes: await readBytes(bag, 'proofs/checkpoint'),
    key: { at: 'keys/log.vkey', found },
    policy: { at: 'proofs/policy', bytes: await readBytes(bag, 'proofs/policy') },
  }
}
