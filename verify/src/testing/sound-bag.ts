import { createHash, generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto'
import type { Act } from '@sallyport/core/acts'
import { base64, text, utf8 } from '@sallyport/core/bytes'
import type { Json } from '@sallyport/core/canonical-json'
import { signCheckpoint } from '@sallyport/core/checkpoint'
import { readCheckpoint } from '@sallyport/core/checkpoint'
import { cosign, cosignerKey } from '@sallyport/core/cosignature'
import { saltOf, writeEntry } from '@sallyport/core/entry'
import { ed25519Key, type NoteSigner, readNote, writeNote, writeVkey } from '@sallyport/core/note'
import { newTimeAuthority, pem, revoke, stamp, type TimeAuthority } from '@sallyport/core/testing/time-authority'
import { consistencyProof, emptyEdge, grow, inclusionProof, rootOf, type Tile, tilePath } from '@sallyport/core/tiles'
import { writeProof } from '@sallyport/core/tlog-proof'
import { nativeSha256 } from '../disk-folder.ts'

/** The files of a bag by their paths. A test changes them, then writes them to disk. */
export type Files = Map<string, Uint8Array>

export type SoundBag = {
  readonly files: Files
  readonly log: NoteSigner
  readonly witnesses: readonly NoteSigner[]
  readonly tree: TestTree
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
  readonly act: Act
}

export type TestTree = {
  readonly size: number
  /** The checkpoint of its first entries, signed by the log alone. */
  readonly checkpointAt: (size: number, log: NoteSigner) => Promise<Uint8Array>
  readonly inclusion: (index: number, size: number) => Promise<Uint8Array[]>
  readonly consistency: (from: number, to: number) => Promise<Uint8Array[]>
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

export function newWitness(name: string): NoteSigner {
  const { key, sign } = newLog(name)
  return { key: cosignerKey(nativeSha256, name, key.key), sign }
}

export async function cosigned(checkpoint: Uint8Array, witnesses: readonly NoteSigner[]): Promise<Uint8Array> {
  const note = readNote(checkpoint)
  const read = note && readCheckpoint(note.text)
  if (!note || !read) throw new Error('no checkpoint')
  const time = Date.UTC(2026, 2, 14, 2, 15) / 1000
  const lines = await Promise.all(witnesses.map((witness) => cosign({ note, checkpoint: read }, witness, time)))
  return writeNote({ ...note, signatures: [...note.signatures, ...lines] })
}

export const policyOf = (log: NoteSigner, witnesses: readonly NoteSigner[], least: number | 'all'): string =>
  [
    `log ${writeVkey(log.key)}`,
    ...witnesses.map(({ key }, at) => `witness w${at + 1} ${writeVkey(key)}`),
    `group city ${least} ${witnesses.map((_, at) => `w${at + 1}`).join(' ')}`,
    'quorum city\n',
  ].join('\n')

/** Two authorities whose keys are made once, since those of RSA take their time. */
export const authorities: Readonly<Record<'city-time' | 'state-time', TimeAuthority>> = {
  'city-time': newTimeAuthority('p256', 'City time'),
  'state-time': newTimeAuthority('rsa', 'State time'),
}

export const authorityKeys = ({ signer, middle, root }: TimeAuthority): string =>
  [signer, middle, root].map(({ certificate }) => pem(certificate)).join('')

function treeOver(leaves: readonly Uint8Array[]): TestTree {
  const trees = new Map<number, ReturnType<typeof grow>>()
  const treeOf = (size: number) => {
    const tree = trees.get(size) ?? grow(nativeSha256, emptyEdge, leaves.slice(0, size))
    trees.set(size, tree)
    return tree
  }
  const readTile = (size: number) => async (tile: Tile) =>
    treeOf(size).tiles.find(({ tile: other }) => tilePath(other) === tilePath(tile))?.bytes ?? new Uint8Array(0)
  return {
    size: leaves.length,
    checkpointAt: (size, log) =>
      signCheckpoint({ origin: log.key.name, size, root: rootOf(nativeSha256, treeOf(size).edge) }, log),
    inclusion: (index, size) => inclusionProof(nativeSha256, readTile(size), { index, size }),
    consistency: (from, to) => consistencyProof(nativeSha256, readTile(to), { old: from, size: to }),
  }
}

/**
 * Makes a sound bag of three items, in the way that a vault does: real entries in a real tree, with
 * entries of other items between them, signed, proved and listed.
 */
export async function soundBag(keys: Partial<Pick<SoundBag, 'log' | 'witnesses'>> = {}): Promise<SoundBag> {
  const log = keys.log ?? newLog()
  const names = ['body-worn 14.mp4', 'été.jpg', '100% sure.pdf']
  const sources = names.map((originalName, at) => ({
    id: randomUUID(),
    exhibit: String(at + 1),
    originalName,
    bytes: new Uint8Array(randomBytes(1000 * at + 300)),
  }))
  const ledger = writeLedger(sources)
  const tree = treeOver(ledger.map(({ leaf }) => leaf))
  const { size } = tree
  const witnesses = keys.witnesses ?? ['witness.example/north', 'witness.example/south'].map(newWitness)
  const signed = await tree.checkpointAt(size, log)
  const checkpoint = await cosigned(signed, witnesses)
  const files: Files = new Map([
    ['proofs/checkpoint', checkpoint],
    ['proofs/policy', utf8(policyOf(log, witnesses, 'all'))],
    ['keys/log.vkey', utf8(`${writeVkey(log.key)}\n`)],
    ['VERIFY.md', utf8('How to check this bag.\n')],
    ['verify.mjs', utf8('// The verifier.\n')],
    ['certificates/1-902-14.pdf', utf8('%PDF-1.7 certificate')],
    ['metadata/index.json', utf8(JSON.stringify(sources.map(({ id, exhibit }) => ({ id, exhibit }))))],
    ['metadata/index.csv', utf8('exhibit,name\r\n')],
  ])
  await putStamps(files, tree, log)
  const items: BagItem[] = []
  for (const source of sources) {
    const own = ledger.map((entry, index) => ({ ...entry, index })).filter(({ item }) => item === source.id)
    const [received] = own
    if (!received) throw new Error('an item has at least its receipt')
    for (const { id, index } of own) {
      const path = await tree.inclusion(index, size)
      files.set(`proofs/${id}.tlog-proof`, writeProof({ index, path, checkpoint }))
    }
    const item = { ...source, receivedEntry: received.id, entryIds: own.map(({ id }) => id) }
    writeItem(files, item, own)
    items.push(item)
  }
  seal(files)
  return { files, log, witnesses, tree, items, entries: ledger.map(({ leaf }) => leaf) }
}

/** Two authorities over the whole ledger, and one over its first sixty entries. */
async function putStamps(files: Files, tree: TestTree, log: NoteSigner): Promise<void> {
  for (const size of [60, tree.size]) {
    const stamped = await tree.checkpointAt(size, log)
    files.set(`proofs/stamps/${size}.checkpoint`, stamped)
    files.set(`proofs/stamps/${size}.city-time.tsr`, stamp(authorities['city-time'], stamped))
  }
  const last = await tree.checkpointAt(tree.size, log)
  files.set(
    `proofs/stamps/${tree.size}.state-time.tsr`,
    stamp(authorities['state-time'], last, { at: '20260314021410Z' }),
  )
  const proof = await tree.consistency(60, tree.size)
  files.set('proofs/stamps/60.consistency', utf8(proof.map((hash) => `${base64(hash)}\n`).join('')))
  for (const [name, authority] of Object.entries(authorities)) {
    files.set(`keys/tsa/${name}.pem`, utf8(authorityKeys(authority)))
    const lists = [authority.middle, authority.root].map((issuer) => pem(revoke(issuer, []), 'X509 CRL'))
    files.set(`keys/tsa/${name}.crl.pem`, utf8(lists.join('')))
  }
}

type Source = Pick<BagItem, 'id' | 'exhibit' | 'originalName' | 'bytes'>

function writeLedger(sources: readonly Source[]): Entry[] {
  const ledger: Entry[] = []
  const enter = (item: string, act: Act, detail: Json) => {
    const [id, secret] = [randomUUID(), new Uint8Array(randomBytes(32))]
    const at = new Date(Date.UTC(2026, 2, 14, 2, 14, 8, ledger.length)).toISOString()
    const actor = { name: 'Sgt. Ruiz', role: 'officer' }
    const leaf = writeEntry(nativeSha256, { id, at, act, outcome: 'done', on: [item], actor, detail, secret })
    ledger.push({ id, item, actor, detail, leaf, secret, act })
    return id
  }
  for (const { id, originalName, bytes } of sources) {
    enter(randomUUID(), 'case.read', {})
    enter(id, 'item.received', { originalName, size: bytes.length, sha256: digest('sha256', bytes) })
  }
  for (let turn = 0; turn < 100; turn++) {
    enter(randomUUID(), 'item.opened', { turn })
    for (const { id } of sources) if (turn % 40 === 0) enter(id, 'item.played', { from: turn, to: turn + 5 })
  }
  const [, , third] = sources
  const destroyed = ledger.filter(({ item, act }) => item === third?.id && act === 'item.played').map(({ id }) => id)
  enter(third?.id ?? '', 'ledger.expunged', { ...order, entries: destroyed.slice(1, 2) })
  return ledger
}

/** By this order the second time that the third item was played is no longer told. */
export const order = { court: 'Springfield County Court', reference: '26-EX-114', issuedOn: '2026-03-13' }

function writeItem(files: Files, item: BagItem, own: readonly (Entry & { readonly index: number })[]): void {
  const destroyed = new Set(own.flatMap(({ act, detail }) => (act === 'ledger.expunged' ? entriesOf(detail) : [])))
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
    const opening = (field: 'actor' | 'detail', value: Json) =>
      destroyed.has(entry) ? null : { salt: base64(saltOf(nativeSha256, field, secret)), value }
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

const entriesOf = (detail: Json) => (detail as { readonly entries: readonly string[] }).entries

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
  for (const algorithm of ['sha256', 'sha512']) files.delete(`tagmanifest-${algorithm}.txt`)
  const tags = [...files].filter(([path]) => !path.startsWith('data/'))
  for (const algorithm of ['sha256', 'sha512'] as const)
    files.set(`tagmanifest-${algorithm}.txt`, manifest(algorithm, tags))
}

const manifest = (algorithm: 'sha256' | 'sha512', files: readonly (readonly [string, Uint8Array])[]) =>
  utf8(files.map(([path, bytes]) => `${digest(algorithm, bytes)}  ${path.replaceAll('%', '%25')}\n`).join(''))

const digest = (algorithm: 'sha256' | 'sha512', bytes: Uint8Array) => createHash(algorithm).update(bytes).digest('hex')
