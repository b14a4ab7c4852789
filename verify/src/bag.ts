import { hex, utf8 } from '@sallyport/core/bytes'
import { openCheckpoint, readCheckpoint } from '@sallyport/core/checkpoint'
import { readNote, readVkey, type VerifierKey, writeVkey } from '@sallyport/core/note'
import type { Sha256 } from '@sallyport/core/sha256'
import { admit, type Bag, checkBagit, hashAll, readBytes, readText } from './bagit.ts'
import type { Blame, Fault } from './faults.ts'
import type { Host } from './folder.ts'
import { checkItems, type ItemChecked, type Tree } from './item.ts'

/** The log's key that was used, and where it came from. `fingerprint` is the SHA-256 of the vkey's text. */
export type UsedKey = { readonly vkey: string; readonly fingerprint: string; readonly pinned: boolean }

export type BagJudgement = {
  readonly is: 'bag'
  readonly faults: readonly Fault[]
  readonly files: number
  readonly bytes: number
  readonly items: readonly ItemChecked[]
  readonly key?: UsedKey
  readonly log?: { readonly origin: string; readonly size: number }
  /** Whether SHA-512 was computed too, or only SHA-256. */
  readonly sha512: boolean
  /** Files that a file manager left in the folder, which were passed over. */
  readonly litter: number
}

export type Asked = {
  /** The log's key as the reader got it from the agency, not from the bag. */
  readonly key?: VerifierKey
  readonly onBytes?: (done: number, all: number) => void
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
]

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
 * metadata/<exhibit>/custody.pdf          the same for people; not judged
 * proofs/checkpoint                       signed note (C2SP tlog-checkpoint)
 * proofs/<entry id>.tlog-proof            c2sp.org/tlog-proof@v1, to that checkpoint
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
  const listed = await host.folder.list()
  if (!listed.some(({ path }) => path === 'bagit.txt')) return undefined
  const faults: Fault[] = []
  const blame: Blame = (code, at, facts = {}) => faults.push({ code, at, facts })
  const { files, litter } = admit(listed, blame)
  for (const part of parts) if (!files.has(part)) blame('files/missing-part', part)
  const bytes = [...files.values()].reduce((sum, { size }) => sum + size, 0)
  let done = 0
  const onBytes = (count: number) => {
    done += count
    asked.onBytes?.(done, bytes)
  }
  const digests = await hashAll(host, files, { blame, onBytes })
  const bag: Bag = { host, files, digests, blame }
  await checkBagit(bag)
  const key = await keyOf(bag, asked.key)
  const tree = await treeOf(bag, key)
  const items = await checkItems(bag, tree)
  return {
    is: 'bag',
    faults,
    files: files.size,
    bytes,
    items,
    litter,
    ...(key && { key: usedKey(host.hash, key, asked.key !== undefined) }),
    ...(tree && { log: tree.checkpoint }),
    sha512: [...digests].every(([name, { sha512 }]) => sha512 !== undefined || !name.startsWith('data/')),
  }
}

export function usedKey(hash: Sha256, key: VerifierKey, pinned: boolean): UsedKey {
  const vkey = writeVkey(key)
  return { vkey, fingerprint: hex(hash(utf8(vkey))), pinned }
}

/** The key to check with: the reader's own if there is one, else the one in the bag. */
async function keyOf(bag: Bag, pinned: VerifierKey | undefined): Promise<VerifierKey | undefined> {
  const written = await readText(bag, 'keys/log.vkey')
  const found = readVkey(bag.host.hash, written?.replace(/\r?\n$/, '') ?? '')
  if (written !== undefined && !found) bag.blame('log/key-malformed', 'keys/log.vkey')
  if (pinned && found && writeVkey(pinned) !== writeVkey(found)) {
    bag.blame('log/other-key', 'keys/log.vkey', { pinned: writeVkey(pinned) })
  }
  return pinned ?? found
}

/**
 * The tree that the proofs must lead to. A checkpoint whose signature fails is still used for that:
 * the fault stands, and the reader also learns whether the proofs agree with it.
 */
async function treeOf(bag: Bag, key: VerifierKey | undefined): Promise<Tree | undefined> {
  const at = 'proofs/checkpoint'
  const bytes = await readBytes(bag, at)
  if (!bytes) return undefined
  const checkpoint = readCheckpoint(readNote(bytes)?.text ?? '')
  if (!checkpoint) {
    bag.blame('log/malformed', at)
    return undefined
  }
  if (key) {
    const { is } = await openCheckpoint(bytes, { key, verify: bag.host.verify })
    if (is !== 'signed') bag.blame(`log/${is}`, at, { key: key.name })
  }
  return { bytes, checkpoint }
}
