import { createHash, generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto'
import type { Act } from '@sallyport/core/acts'
import { base64, text, utf8 } from '@sallyport/core/bytes'
import type { Json } from '@sallyport/core/canonical-json'
import { signCheckpoint } from '@sallyport/core/checkpoint'
import { saltOf, writeEntry } from '@sallyport/core/entry'
import { ed25519Key, type NoteSigner, writeVkey } from '@sallyport/core/note'
import { emptyEdge, grow, inclusionProof, rootOf, tilePath } from '@sallyport/core/tiles'
import { writeProof } from '@sallyport/core/tlog-proof'
import { nativeSha256 } from '../disk-folder.ts'

/** The files of a bag by their paths. A test changes them, then writes them to disk. */
export type Files = Map<string, Uint8Array>

export type SoundBag = {
  readonly files: Files
  readonly log: NoteSigner
  readonly items: readonly BagItem[]
  /** Every entry of the ledger, also of items that are not in the bag. */
  readonly entries: readonly Uint8Array[]
}

export type BagItem = {
  readonly id: string
  readonly exhibit: string
  readonly originalName: string
  readonly bytes: Uint8Array
  readonly receivedEntry: string
  /** Ids of its entries, in the order of the ledger. */
  readonly entryIds: readonly string[]
}

type Entry = {
  readonly id: string
  readonly item: string
  readonly actor: Json
  readonly detail: Json
  readonly leaf: Uint8Array
  readonly secret: Uint8Array
}

export const origin = 'vault.example/agency/springfield/custody/1'

export function newLog(name = origin): NoteSigner {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const raw = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }).subarray(12))
  return {
    key: ed25519Key(nativeSha256, name, raw),
    sign: (message) => new Uint8Array(sign(null, message, privateKey)),
  }
}

/**
 * Makes a sound bag of three items, in the way that a vault does: real entries in a real tree, with
 * entries of other items between them, signed, proved and listed.
 */
export async function soundBag(): Promise<SoundBag> {
  const log = newLog()
  const names = ['body-worn 14.mp4', 'été.jpg', '100% sure.pdf']
  const sources = names.map((originalName, at) => ({
    id: randomUUID(),
    exhibit: String(at + 1),
    originalName,
    bytes: new Uint8Array(randomBytes(1000 * at + 300)),
  }))
  const ledger = writeLedger(sources)
  const { edge, tiles } = grow(
    nativeSha256,
    emptyEdge,
    ledger.map(({ leaf }) => leaf),
  )
  const shelf = new Map(tiles.map(({ tile, bytes }) => [tilePath(tile), bytes]))
  const readTile = async (tile: Parameters<typeof tilePath>[0]) => shelf.get(tilePath(tile)) ?? new Uint8Array(0)
  const size = ledger.length
  const checkpoint = await signCheckpoint({ origin, size, root: rootOf(nativeSha256, edge) }, log)
  const files: Files = new Map([
    ['proofs/checkpoint', checkpoint],
    ['keys/log.vkey', utf8(`${writeVkey(log.key)}\n`)],
    ['VERIFY.md', utf8('How to check this bag.\n')],
    ['metadata/index.json', utf8(JSON.stringify(sources.map(({ id, exhibit }) => ({ id, exhibit }))))],
    ['metadata/index.csv', utf8('exhibit,name\r\n')],
  ])
  const items: BagItem[] = []
  for (const source of sources) {
    const own = ledger.map((entry, index) => ({ ...entry, index })).filter(({ item }) => item === source.id)
    const [received] = own
    if (!received) throw new Error('an item has at least its receipt')
    for (const { id, index } of own) {
      const path = await inclusionProof(nativeSha256, readTile, { index, size })
      files.set(`proofs/${id}.tlog-proof`, writeProof({ index, path, checkpoint }))
    }
    const item = { ...source, receivedEntry: received.id, entryIds: own.map(({ id }) => id) }
    writeItem(files, item, own)
    items.push(item)
  }
  seal(files)
  return { files, log, items, entries: ledger.map(({ leaf }) => leaf) }
}

type Source = Pick<BagItem, 'id' | 'exhibit' | 'originalName' | 'bytes'>

function writeLedger(sources: readonly Source[]): Entry[] {
  const ledger: Entry[] = []
  const enter = (item: string, act: Act, detail: Json) => {
    const [id, secret] = [randomUUID(), new Uint8Array(randomBytes(32))]
    const at = new Date(Date.UTC(2026, 2, 14, 2, 14, 8, ledger.length)).toISOString()
    const actor = { name: 'Sgt. Ruiz', role: 'officer' }
    const leaf = writeEntry(nativeSha256, { id, at, act, outcome: 'done', on: [item], actor, detail, secret })
    ledger.push({ id, item, actor, detail, leaf, secret })
  }
  for (const { id, originalName, bytes } of sources) {
    enter(randomUUID(), 'case.read', {})
    enter(id, 'item.received', { originalName, size: bytes.length, sha256: digest('sha256', bytes) })
  }
  for (let turn = 0; turn < 100; turn++) {
    enter(randomUUID(), 'item.opened', { turn })
    for (const { id } of sources) if (turn % 40 === 0) enter(id, 'item.played', { from: turn, to: turn + 5 })
  }
  return ledger
}

function writeItem(files: Files, item: BagItem, own: readonly (Entry & { readonly index: number })[]): void {
  const { id, exhibit, originalName, bytes, receivedEntry } = item
  const path = `data/${exhibit}/${originalName}`
  const [sha256, sha512] = [digest('sha256', bytes), digest('sha512', bytes)]
  const record = {
    id,
    exhibit,
    originalName,
    size: bytes.length,
    sha256,
    sha512,
    receivedEntry,
    path,
    title: 'Body-worn video',
    category: 'video',
    mediaType: 'video/mp4',
    case: { number: '26-004417', title: 'Main Street' },
    agency: { name: 'Springfield PD', ori: 'US0000000' },
  }
  const lines = own.map(({ index, leaf, actor, detail, secret, id: entry }) => {
    const opening = (field: 'actor' | 'detail', value: Json) => ({
      salt: base64(saltOf(nativeSha256, field, secret)),
      value,
    })
    return JSON.stringify({
      index,
      leaf: text(leaf),
      actor: opening('actor', actor),
      detail: opening('detail', detail),
      proof: `proofs/${entry}.tlog-proof`,
    })
  })
  files.set(path, bytes)
  files.set(`metadata/${exhibit}/item.json`, utf8(JSON.stringify(record)))
  files.set(`metadata/${exhibit}/custody.jsonl`, utf8(`${lines.join('\n')}\n`))
  files.set(`metadata/${exhibit}/custody.pdf`, utf8('%PDF-1.7'))
}

/**
 * Writes the BagIt lists over whatever the bag now holds. A forger does the same after a change, so
 * most tampering is tried with fresh lists: only the ledger can then tell.
 */
export function seal(files: Files): void {
  const payload = [...files].filter(([path]) => path.startsWith('data/'))
  const size = payload.reduce((sum, [, bytes]) => sum + bytes.length, 0)
  files.set('bagit.txt', utf8('BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n'))
  files.set('bag-info.txt', utf8(`Source-Organization: Springfield PD\nPayload-Oxum: ${size}.${payload.length}\n`))
  files.set('manifest-sha256.txt', manifest('sha256', payload))
  files.set('manifest-sha512.txt', manifest('sha512', payload))
  files.delete('tagmanifest-sha256.txt')
  const tags = [...files].filter(([path]) => !path.startsWith('data/'))
  files.set('tagmanifest-sha256.txt', manifest('sha256', tags))
}

const manifest = (algorithm: 'sha256' | 'sha512', files: readonly (readonly [string, Uint8Array])[]) =>
  utf8(files.map(([path, bytes]) => `${digest(algorithm, bytes)}  ${path.replaceAll('%', '%25')}\n`).join(''))

const digest = (algorithm: 'sha256' | 'sha512', bytes: Uint8Array) => createHash(algorithm).update(bytes).digest('hex')
