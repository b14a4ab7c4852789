import { createHash, type Hash } from 'node:crypto'
import { base64, text } from '@sallyport/core/bytes'
import { canonical } from '@sallyport/core/canonical-json'
import { writeVkey } from '@sallyport/core/note'
import { type Actor, type Ground, within } from '#db/within.ts'
import { type Opened, proofOf } from '#ledger/read.ts'
import type { ObjectStore } from '#store/object-store.ts'
import { agencyFile } from '../agencies/rows.ts'
import { caseById, remarksOn } from '../cases/rows.ts'
import { annotationsShown, corrected } from '../cases/shown.ts'
import { bytesOf, originalOf } from '../items/content.ts'
import { itemById, itemsByIds } from '../items/rows.ts'
import { correctedItem, itemLines } from '../items/shown.ts'
import { custodyOf, publishedLedger } from '../items/verify.ts'
import { namesOf } from '../people/rows.ts'
import { custodyPdf } from './custody-pdf.ts'
import type { ownExport } from './rows.ts'
import { verifyPage } from './verify-page.ts'

export type Exported = NonNullable<Awaited<ReturnType<typeof ownExport>>>
/** One file of the bag. Bodies are read in the order in which the files come, each to its end. */
export type BagFile = { readonly path: string; readonly body: AsyncIterable<Uint8Array>; readonly size?: number }

export type Bagging = {
  readonly ground: Ground
  readonly store: ObjectStore
  readonly ledger: string
  /** The verifier as built: `verify.mjs` and `verify.html`. */
  readonly verifier: readonly { readonly name: string; readonly bytes: Uint8Array }[]
  readonly version: string
}

/** A name that every file system takes. The name as it came stands in item.json. */
export const safeName = (name: string): string => {
  const plain = name
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}/\\:*?"<>|%]/gu, '_')
    .replace(/^\.+|[. ]+$/g, '_')
    .slice(0, 150)
  return plain === '' || /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(plain) ? `_${plain}` : plain
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

type Sums = { readonly sha256: string; readonly sha512: string }

/** Hashes a body as it passes by. The sums are known once it has passed. */
function summed(body: AsyncIterable<Uint8Array>, done: (sums: Sums) => void): AsyncGenerator<Uint8Array> {
  const hashes: readonly [Hash, Hash] = [createHash('sha256'), createHash('sha512')]
  return (async function* () {
    for await (const part of body) {
      for (const hash of hashes) hash.update(part)
      yield part
    }
    const [sha256, sha512] = hashes
    done({ sha256: sha256.digest('hex'), sha512: sha512.digest('hex') })
  })()
}

/**
 * The files of an export, one after another; nothing is gathered but the manifests.
 *
 * The layout is in verify/src/bag.ts, which judges it. All proofs lead to one checkpoint, which covers
 * the entry of this export. An item whose stored bytes do not check breaks the bag off.
 */
export async function* bagFiles(parts: Bagging, actor: Actor, exported: Exported): AsyncGenerator<BagFile> {
  const { ground, ledger } = parts
  const payload = new Map<string, Sums>()
  const tags = new Map<string, Sums>()
  const tag = (path: string, content: string | Uint8Array): BagFile => {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content
    return { path, size: bytes.length, body: summed(once(bytes), (sums) => void tags.set(path, sums)) }
  }
  const about = await within(ground, actor, async (tx) => {
    const [agency, file] = [await agencyFile(tx), await caseById(tx, exported.case_id)]
    if (!file) throw new Error('The case of an export is gone.')
    const facts = corrected(file.facts, await remarksOn(tx, [file.id], { item: false }))
    const sizes = (await itemsByIds(tx, exported.items)).map(({ size }) => size)
    return { agency, facts, sizes, ...(await publishedLedger(tx, ledger)) }
  })
  const { agency, facts, published } = about
  const host = { name: agency.name, ori: agency.ori }

  yield tag('bagit.txt', 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n')
  yield tag(
    'bag-info.txt',
    bagInfo({ exported, agency: host, number: facts.number, sizes: about.sizes, version: parts.version }),
  )
  yield tag('proofs/checkpoint', published.note)
  yield tag('keys/log.vkey', `${writeVkey(about.key)}\n`)
  yield tag('VERIFY.md', verifyPage({ agency: agency.name, number: facts.number, key: writeVkey(about.key) }))
  for (const { name, bytes } of parts.verifier) yield tag(name, bytes)

  const index: Record<string, unknown>[] = []
  const proven = new Set<string>()
  for (const id of exported.items) {
    const one = await within(ground, actor, async (tx) => {
      const row = await itemById(tx, id)
      const [line] = row ? await itemLines(tx, [row]) : []
      if (!row || !line) throw new Error('An item of an export is gone.')
      const remarks = await remarksOn(tx, [id], { item: true })
      const names = await namesOf(
        tx,
        remarks.map(({ by }) => by),
      )
      const custody = (await custodyOf(tx, id)).filter(
        ({ row: { position } }) => position !== null && position < published.size,
      )
      return {
        row,
        line,
        facts: correctedItem(row, remarks),
        annotations: annotationsShown(remarks, names),
        custody,
        original: await originalOf(tx, row),
      }
    })
    const exhibit = String(one.row.exhibit)
    const path = `data/${exhibit}/${safeName(one.facts.originalName)}`
    const { length } = one.original.stored
    let sums: Sums = { sha256: '', sha512: '' }
    const kept = (found: Sums) => {
      sums = found
      payload.set(path, found)
    }
    yield { path, size: length, body: summed(bytesOf(parts.store, one.original, { start: 0, end: length }), kept) }
    const record = {
      id,
      exhibit,
      ...one.facts,
      ...sums,
      size: length,
      path,
      case: { number: facts.number, title: facts.title },
      agency: host,
      receivedEntry: one.row.received_entry,
      receivedAt: one.line.receivedAt,
      addedBy: one.line.addedBy.name,
      recordedAt: one.line.recordedAt,
      sealed: {
        sha256: one.original.sealedSha256,
        length: one.original.stored.sealedLength,
        headerTag: one.original.stored.headerTag,
      },
      ...(one.line.parent && { parent: { id: one.line.parent.id, exhibit: String(one.line.parent.exhibit) } }),
      firstWording: one.row.facts,
      annotations: one.annotations,
    }
    index.push({ exhibit, title: one.facts.title, path, size: length, ...sums })
    const custody = [...one.custody].sort((a, b) => Number(a.row.position) - Number(b.row.position))
    yield tag(`metadata/${exhibit}/item.json`, `${JSON.stringify(record, null, 2)}\n`)
    yield tag(`metadata/${exhibit}/custody.jsonl`, custody.map(custodyLine).join(''))
    yield tag(
      `metadata/${exhibit}/custody.pdf`,
      await custodyPdf({
        agency: host,
        timeZone: agency.time_zone,
        number: facts.number,
        item: { exhibit, ...one.facts, ...sums, size: length },
        custody,
      }),
    )
    for (const entry of custody) {
      const proof = proven.has(entry.row.id) ? undefined : await proofOf(published, entry.row.position)
      proven.add(entry.row.id)
      if (proof) yield tag(`proofs/${entry.row.id}.tlog-proof`, proof)
    }
  }
  yield tag(
    'metadata/index.json',
    `${JSON.stringify({ case: { number: facts.number, title: facts.title }, agency: host, items: index }, null, 2)}\n`,
  )
  yield tag('metadata/index.csv', csv(index))
  yield tag('manifest-sha256.txt', manifest(payload, 'sha256'))
  yield tag('manifest-sha512.txt', manifest(payload, 'sha512'))
  const last = Buffer.from(manifest(tags, 'sha256'))
  yield { path: 'tagmanifest-sha256.txt', size: last.length, body: once(last) }
}

const manifest = (sums: ReadonlyMap<string, Sums>, algorithm: keyof Sums): string =>
  [...sums].map(([path, sum]) => `${sum[algorithm]}  ${path.replace(/%/g, '%25')}\n`).join('')

/** One line of custody.jsonl. An expunged entry keeps its leaf and its proof, and shows nothing else. */
function custodyLine({ row, shown }: Opened): string {
  const opening = (field: 'actor' | 'detail') => shown && { salt: base64(shown.salts[field]), value: shown[field] }
  const line = {
    index: row.position,
    leaf: text(row.leaf),
    actor: opening('actor') ?? null,
    detail: opening('detail') ?? null,
    proof: `proofs/${row.id}.tlog-proof`,
  }
  return `${canonical(line)}\n`
}

function csv(rows: readonly Record<string, unknown>[]): string {
  const columns = ['exhibit', 'title', 'path', 'size', 'sha256', 'sha512']
  // A leading =, +, - or @ would be read as a formula by a spreadsheet.
  const cell = (value: unknown) =>
    `"${String(value ?? '')
      .replace(/^[=+\-@]/, "'$&")
      .replace(/"/g, '""')}"`
  return [columns.join(','), ...rows.map((row) => columns.map((name) => cell(row[name])).join(','))]
    .map((line) => `${line}\r\n`)
    .join('')
}

type Info = {
  exported: Exported
  agency: { name: string; ori: string }
  number: string
  sizes: readonly number[]
  version: string
}

/** RFC 8493 section 2.2.2. One line each: a label's value never carries a line break of ours. */
function bagInfo({ exported, agency, number, sizes, version }: Info): string {
  const total = sizes.reduce((sum, size) => sum + size, 0)
  return Object.entries({
    'Source-Organization': agency.name,
    'Organization-Address': `ORI ${agency.ori}`,
    'External-Identifier': number,
    'External-Description': `Criminal justice information. Exported because: ${exported.why}`,
    'Bagging-Date': exported.made_at.toISOString().slice(0, 10),
    'Payload-Oxum': `${total}.${sizes.length}`,
    'Bag-Group-Identifier': exported.case_id,
    'Internal-Sender-Identifier': exported.id,
    'Bag-Software-Agent': `Sallyport ${version}`,
  })
    .map(([label, value]) => `${label}: ${value}\n`)
    .join('')
}
