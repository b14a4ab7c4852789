import type { verdict } from '@sallyport/api/agency'
import { ed25519Key } from '@sallyport/core/note'
import { openCheckpoint } from '@sallyport/core/checkpoint'
import type { ItemId } from '@sallyport/core/ids'
import { Refusal } from '@sallyport/core/refusal'
import { type ReadTile, tilePath } from '@sallyport/core/tiles'
import type { z } from 'zod'
import { type Actor, type Ground, type Tx, within } from '#db/within.ts'
import type { Later } from '#http/route.ts'
import { sha256 } from '#keys/primitives.ts'
import { verifiers } from '#ledger/signatures.ts'
import { holds, isIncluded, isPublished, type Opened, openEntry, type Published } from '#ledger/read.ts'
import { type EntryRow, entriesAbout, ledgerHead, logKeys } from '#ledger/rows.ts'
import { ledgerFolder } from '#ledger/sequencer.ts'
import { tileFolder } from '#ledger/tile-folder.ts'
import type { Checked, ObjectStore } from '#store/object-store.ts'
import { raise } from '../alarms/raise.ts'
import { outsiders, outsideSteps } from '../stamps/outside-steps.ts'
import { type Original, originalOf } from './content.ts'
import type { ItemRow } from './rows.ts'
import { itemFor } from './shown.ts'

export type Verdict = z.output<typeof verdict>
type Step = Verdict['steps'][number]

/** The newest published tree of the transaction's agency, with what signs it. */
export async function publishedLedger(tx: Tx, folder: string) {
  const head = await ledgerHead(tx)
  const keys = await logKeys(tx)
  if (!head || !keys) throw new Error('The agency has no ledger.')
  const published: Published = {
    folder: tileFolder(ledgerFolder(folder, tx.actor.agency)),
    note: head.note,
    size: head.size,
  }
  return { published, key: ed25519Key(sha256, keys.log_origin, keys.log_public) }
}

async function rowsAbout(tx: Tx, subject: string): Promise<EntryRow[]> {
  const entries: EntryRow[] = []
  for (;;) {
    const last = entries.at(-1)
    const rows = await entriesAbout(tx, { subject, ...(last && { after: { at: last.at, id: last.id } }), limit: 1000 })
    entries.push(...rows)
    if (rows.length < 1000) return entries
  }
}

type Custody = { readonly entries: readonly Opened[]; readonly unopened: number }

/** Every entry about a thing, opened, oldest first; what was changed is counted and left out. */
async function custodyAsFound(tx: Tx, subject: string): Promise<Custody> {
  const rows = await rowsAbout(tx, subject)
  const entries = rows.flatMap((row) => {
    try {
      return [openEntry(tx, row)]
    } catch (fault) {
      if (fault instanceof Refusal) throw fault
      return []
    }
  })
  return { entries, unopened: rows.length - entries.length }
}

/** The same folder, reading each tile once: thousands of proofs share a few. */
export function remembered(published: Published): Published {
  const tiles = new Map<string, Promise<Uint8Array>>()
  const readTile: ReadTile = (tile) => {
    const path = tilePath(tile)
    const known = tiles.get(path) ?? published.folder.readTile(tile)
    tiles.set(path, known)
    return known
  }
  return { ...published, folder: { ...published.folder, readTile } }
}

type Needs = {
  readonly ground: Ground
  readonly store: ObjectStore
  readonly ledger: string
  readonly now: () => Date
}

/** Checks an item from the stored bytes to the signed tree, and says of every step what it found. */
export async function verify(tx: Tx, id: ItemId, needs: Needs): Promise<Later<Verdict>> {
  const { row } = await itemFor(tx, id, 'item.verify')
  if (row.state !== 'held' && row.state !== 'quarantined') throw new Refusal('item/not-held')
  const custody = await custodyAsFound(tx, id)
  const ledger = await publishedLedger(tx, needs.ledger)
  const outside = await outsiders(tx, ledger.published.size)
  const receipt = custody.entries.find(isReceipt)
  // Last, so that nothing that fails before leaves a key behind.
  const original = await originalOf(tx, row)
  const { actor } = tx
  return async () => {
    const checked = await checkBytes(needs.store, original)
    await alarm(checked, { ...needs, actor, row, object: original.stored.id })
    const steps = [
      ...bytesSteps(checked, original),
      entered(receipt, { row, original, moved: custody.entries.filter(isMove) }),
      ...(await entrySteps(id, { ...custody, published: remembered(ledger.published) })),
      await signatureStep(ledger),
      ...(await outsideSteps(ledger.published, outside)),
    ]
    const found = verdictOf(steps, needs.now())
    const detail = {
      sound: found.sound,
      key: 'object',
      purpose: 'verify',
      steps: steps.map(({ did, sound }) => ({ did, sound })),
    }
    return { reply: found, on: [id, row.case_id], detail }
  }
}

async function checkBytes(store: ObjectStore, { stored }: Original): Promise<Checked> {
  try {
    const reading = await store.read(stored)
    try {
      const progress = reading.check()
      for (;;) {
        const next = await progress.next()
        if (next.done) return next.value
      }
    } finally {
      await reading.close()
    }
  } finally {
    stored.key.fill(0)
  }
}

type Alarming = Pick<Needs, 'ground' | 'now'> & {
  readonly actor: Actor
  readonly row: ItemRow
  readonly object: string
}

/** Whoever checks one item finds what the next round over all of them would find: nobody waits for it. */
async function alarm({ faults: [fault] }: Checked, { ground, now, actor, row, object }: Alarming): Promise<void> {
  if (!fault) return
  const code = fault.what === 'missing' ? 'fixity/missing' : 'fixity/altered'
  const facts = { item: row.id, object, what: fault.what }
  await within(ground, actor, (tx) => raise(tx, { code, on: [row.id, row.case_id], facts, at: now() }))
}

function bytesSteps({ sha256: plain, sealedSha256, faults }: Checked, original: Original): Step[] {
  const places = faults
    .slice(0, 5)
    .map(({ segment, what }) => (segment === undefined ? what : `segment ${segment} ${what}`))
  return [
    {
      did: 'Opened every sealed segment of the stored file with its key',
      sound: faults.length === 0,
      found:
        faults.length === 0
          ? 'Every segment opened: none was changed, moved, cut off or added.'
          : `${faults.length} places do not open: ${places.join(', ')}.`,
    },
    {
      did: 'Computed the SHA-256 of the original',
      sound: plain === original.sha256,
      found:
        plain === original.sha256
          ? `It is ${plain}, as recorded when the item was received.`
          : 'It is not the one that was recorded.',
    },
    {
      did: 'Computed the SHA-256 of the sealed file',
      sound: sealedSha256 === original.sealedSha256,
      found:
        sealedSha256 === original.sealedSha256
          ? 'It is the one that was recorded.'
          : 'It is not the one that was recorded.',
    },
  ]
}

const isMove = ({ leaf: { act, outcome } }: Opened): boolean => act === 'item.moved' && outcome === 'done'

type Place = { readonly case?: unknown; readonly exhibit?: unknown }

/**
 * The number under which an item must have been received: its own, followed back through every move that the
 * ledger tells of. Undefined where the moves do not lead from one to the next, and to the case where it is now.
 */
function numberBefore(row: ItemRow, moved: readonly Opened[]): unknown {
  let place: Place | undefined = { case: row.case_id, exhibit: row.exhibit }
  for (const { shown } of moved.toReversed()) {
    const [from, to] = [shown?.detail['from'], shown?.detail['to']] as (Place | undefined)[]
    place = to?.case === place?.case && to?.exhibit === place?.exhibit ? from : undefined
  }
  return place?.exhibit
}

type Entered = { readonly row: ItemRow; readonly original: Original; readonly moved: readonly Opened[] }

const isReceipt = ({ leaf: { act, outcome } }: Opened): boolean =>
  (act === 'item.received' || act === 'item.quarantined') && outcome === 'done'

/**
 * Whoever owns the database may have given this item the file, the digest and the entry of another one, which
 * fit each other. So it must be the entry that tells of this very item, and of everything that leads to its file.
 */
function entered(receipt: Opened | undefined, { row, original, moved }: Entered): Step {
  const { stored, sha256: plain, sealedSha256 } = original
  const is: Readonly<Record<string, unknown>> = {
    item: row.id,
    exhibit: numberBefore(row, moved),
    sha256: plain,
    size: stored.length,
    object: stored.id,
    sealedSha256,
    sealedLength: stored.sealedLength,
    headerTag: stored.headerTag,
  }
  const detail: Readonly<Record<string, unknown>> = receipt?.shown?.detail ?? {}
  const others = Object.keys(is).filter((name) => detail[name] !== is[name])
  const sound = receipt !== undefined && receipt.row.id === row.received_entry && others.length === 0
  const differs = others.length > 0 ? ` Other than there: ${others.join(', ')}.` : ''
  return {
    did: 'Compared number, digest, size and place of the file with the entry that was made when the item was received',
    sound,
    found: sound ? 'They are the same.' : `The ledger says something else, or its entry is missing.${differs}`,
  }
}

async function entrySteps(
  id: ItemId,
  { entries, unopened, published }: Custody & { published: Published },
): Promise<Step[]> {
  const settled = entries.filter(({ row }) => row.position !== null && row.position < published.size)
  const broken = unopened + entries.filter((entry) => !holds(entry) || !entry.leaf.on.includes(id)).length
  const outside: Opened[] = []
  for (const entry of settled) if (!(await isIncluded(published, entry).catch(() => false))) outside.push(entry)
  const waiting = entries.length - settled.length
  const rest = waiting > 0 ? ` ${waiting} newer ones wait for the next checkpoint.` : ''
  return [
    {
      did: `Opened the ${entries.length + unopened} custody entries and compared each with what the ledger commits to`,
      sound: broken === 0,
      found:
        broken === 0
          ? 'Each says what it said when it was made.'
          : `${broken} were changed, or are about another thing.`,
    },
    {
      did: `Proved that ${settled.length} entries stand in the tree of the ledger`,
      sound: outside.length === 0,
      found: outside.length === 0 ? `All of them do.${rest}` : `${outside.length} do not.`,
    },
  ]
}

async function signatureStep({ published, key }: Awaited<ReturnType<typeof publishedLedger>>): Promise<Step> {
  const opened = await openCheckpoint(Buffer.from(published.note), { key, verify: verifiers })
  const same = await isPublished(published, key).catch(() => false)
  const sound = opened.is === 'signed' && opened.checkpoint.size === published.size && same
  return {
    did: `Checked the signature under the checkpoint of ${published.size} entries`,
    sound,
    found: sound
      ? 'It is signed with the key of this ledger, and tells of the same tree as the published one.'
      : 'The signature or the published checkpoint does not fit.',
  }
}

export function verdictOf(steps: readonly Step[], at: Date): Verdict {
  const failed = steps.filter(({ sound }) => !sound)
  const sound = failed.length === 0
  const says = sound
    ? 'Custody holds: the stored bytes and every entry are as they were recorded.'
    : `Custody does not hold: ${failed.map(({ found }) => found).join(' ')} Tell the evidence custodian.`
  return { sound, says, checkedAt: at.toISOString(), steps: [...steps] }
}
