import { randomUUID } from 'node:crypto'
import type { Asked } from '@sallyport/api/contract'
import type { openViewing, readContent, reportPlayed } from '@sallyport/api/items'
import type { ItemId, ViewingId } from '@sallyport/core/ids'
import { Refusal } from '@sallyport/core/refusal'
import { type Actor, type Ground, type Tx, tell, within } from '#db/within.ts'
import { documentPolicy } from '#http/headers.ts'
import type { Bytes, From } from '#http/route.ts'
import { record } from '#ledger/record.ts'
import { Altered, type ObjectStore } from '#store/object-store.ts'
import { mustGiveReason } from '../agencies/reasons.ts'
import { raise } from '../alarms/raise.ts'
import { bytesOf, type Original, originalOf, rangeOf } from './content.ts'
import { insertViewing, ownViewing } from './rows.ts'
import { itemFor, mayOnItem, type Seen } from './shown.ts'

/** A viewing lasts as long as a session may; the session ends it earlier. */
const viewingMs = 12 * 3_600_000
/** What was sent is entered once it has been quiet for so long, as one entry for many small ranges. */
const quietMs = 20_000

type Wanted = { readonly id: ItemId; readonly purpose: 'view' | 'download' }

/** An item whose content the person may have for this purpose, as they stand to it now. */
async function openable(tx: Tx, { id, purpose }: Wanted): Promise<Seen> {
  const seen = await itemFor(tx, id, 'item.play')
  if (seen.row.state !== 'held' && !(seen.row.state === 'quarantined' && mayOnItem(tx, 'item.release', seen))) {
    throw new Refusal('item/not-held')
  }
  if (purpose === 'download' && !mayOnItem(tx, 'item.download', seen)) throw new Refusal('session/not-permitted')
  return seen
}

/**
 * Opens a viewing, and enters that the content is opened, before a byte of it can leave. The key of the object is
 * unwrapped for it as often as a part is asked for; the entry says so once.
 */
export async function open(tx: Tx, wanted: Wanted, now: Date) {
  const { id, purpose } = wanted
  const { row } = await openable(tx, wanted)
  const viewing = randomUUID() as ViewingId
  const ends = new Date(now.getTime() + viewingMs)
  await insertViewing(tx, { id: viewing, item: id, purpose, at: now, ends })
  tell(tx, [id, row.case_id], { viewing, purpose, key: 'object' })
  const shown = {
    id: viewing,
    content: `/api/viewings/${viewing}/content`,
    mediaType: row.facts.mediaType,
    size: row.size,
    endsAt: ends.toISOString(),
  }
  return { viewing: shown, row }
}

/** Opens the content to look at it or to take it along, with a reason where one is asked. */
export async function openFor(tx: Tx, asked: Asked<typeof openViewing>, now: Date) {
  if (asked.purpose === 'view') await mustGiveReason(tx, 'view', asked.why)
  const { viewing, row } = await open(tx, asked, now)
  const { why } = asked
  if (asked.purpose === 'download') {
    const detail = { viewing: viewing.id, why: asked.why }
    await record(tx, { act: 'item.downloaded', on: [asked.id, row.case_id], detail, at: now })
  } else if (why !== undefined) tell(tx, [], { why })
  return viewing
}

/**
 * A viewing and its item. A viewing is no pass: a role or a place on the case that was taken away since
 * ends it with the next part that is asked for.
 */
async function viewed(tx: Tx, id: ViewingId, now: Date) {
  const viewing = await ownViewing(tx, id, now)
  if (!viewing) throw new Refusal('viewing/not-found')
  const { row } = await openable(tx, { id: viewing.item_id, purpose: viewing.purpose }).catch((thrown: unknown) => {
    throw thrown instanceof Refusal ? new Refusal('viewing/not-found') : thrown
  })
  return { viewing, row }
}

export async function played(tx: Tx, { id, parts }: Asked<typeof reportPlayed>, now: Date) {
  const { row } = await viewed(tx, id, now)
  tell(tx, [row.id, row.case_id], { viewing: id, parts: parts.map(({ from, to, speed }) => ({ from, to, speed })) })
  return { entered: true as const }
}

/** Gathers what was sent of each viewing, and enters it when it has been quiet for a while. */
export type Served = { readonly add: (sent: Sent) => void; readonly settle: () => Promise<void> }
type Sent = {
  readonly actor: Actor
  readonly viewing: ViewingId
  readonly on: readonly string[]
  readonly bytes: number
}

export function gatherServed(
  ground: Ground,
  { now, say, poke }: { now: () => Date; say: (fault: unknown) => void; poke: (actor: Actor) => void },
): Served {
  const open = new Map<ViewingId, Sent & { ranges: number; timer: NodeJS.Timeout }>()
  const enter = async (viewing: ViewingId) => {
    const sum = open.get(viewing)
    open.delete(viewing)
    if (!sum) return
    clearTimeout(sum.timer)
    const detail = { viewing, bytes: sum.bytes, ranges: sum.ranges }
    await within(ground, sum.actor, (tx) => record(tx, { act: 'item.served', on: sum.on, detail, at: now() })).catch(
      (fault: unknown) => {
        // What could not be entered is not forgotten: it is entered with what comes next, or when it is quiet again.
        gather({ ...sum })
        throw fault
      },
    )
    poke(sum.actor)
  }
  const gather = ({ ranges, ...sent }: Sent & { readonly ranges: number }) => {
    const before = open.get(sent.viewing)
    clearTimeout(before?.timer)
    const timer = setTimeout(() => void enter(sent.viewing).catch(say), quietMs)
    const sums = { bytes: sent.bytes + (before?.bytes ?? 0), ranges: ranges + (before?.ranges ?? 0) }
    open.set(sent.viewing, { ...sent, ...sums, timer })
  }
  return {
    add: (sent) => gather({ ...sent, ranges: 1 }),
    settle: async () => void (await Promise.all([...open.keys()].map((viewing) => enter(viewing).catch(say)))),
  }
}

type Needs = { readonly ground: Ground; readonly store: ObjectStore; readonly served: Served; readonly now: () => Date }

/** Streams the content of a viewing, or a part of it, with the headers that a player needs to seek. */
export async function content(
  tx: Tx,
  { id, from }: Asked<typeof readContent> & { from: From },
  needs: Needs,
): Promise<Bytes> {
  const now = needs.now()
  const { viewing, row } = await viewed(tx, id, now)
  const original = await originalOf(tx, row)
  const part = partOf(original, from.range)
  const { start, end } = part ?? { start: 0, end: original.stored.length }
  const actor = tx.actor
  const on = [row.id, row.case_id]
  return {
    status: part ? 206 : 200,
    headers: {
      'content-type': safeType(row.facts.mediaType),
      'content-length': end - start,
      'accept-ranges': 'bytes',
      etag: `"${original.sha256}"`,
      ...(part && { 'content-range': `bytes ${start}-${end - 1}/${original.stored.length}` }),
      'content-disposition': disposition(viewing.purpose, row.facts.originalName),
      'cache-control': 'private, no-store',
      // A sandboxed document has no viewer for PDF; the viewer itself keeps the document from the page.
      ...(row.facts.mediaType === 'application/pdf' && { 'content-security-policy': documentPolicy }),
    },
    body: watched(bytesOf(needs.store, original, { start, end }), async (fault) => {
      await within(needs.ground, actor, async (own) => {
        const at = needs.now()
        const detail = faultFacts(fault, original)
        await record(own, { act: 'item.found-altered', outcome: 'failed', on, detail, at })
        await raise(own, {
          code: 'fixity/altered',
          on,
          facts: { item: row.id, object: detail.object, what: detail.what },
          at,
        })
      })
    }),
    after: async (sent) => needs.served.add({ actor, viewing: id, on, bytes: sent }),
  }
}

/** The range that is asked for; when it is refused, nobody will read, so the key is wiped here. */
function partOf({ stored }: Original, header: string | undefined): ReturnType<typeof rangeOf> {
  try {
    return rangeOf(header, stored.length)
  } catch (refusal) {
    stored.key.fill(0)
    throw refusal
  }
}

const faultFacts = ({ segment, what }: Altered, { stored }: Original) => ({
  object: stored.id,
  what,
  segment: segment ?? null,
})

/** Turns an altered segment into a refusal, after it has been entered. */
export async function* watched(
  body: AsyncIterable<Uint8Array>,
  found: (fault: Altered) => Promise<void>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch (fault) {
    if (!(fault instanceof Altered)) throw fault
    await found(fault)
    throw new Refusal('item/altered')
  }
}

/** Types that a browser shows without running anything; all else is only ever downloaded. */
const shownTypes = /^(video|audio|image)\/[a-z0-9.+-]+$|^application\/pdf$|^text\/plain$/

/** The type as declared, if showing it is harmless. SVG and HTML can carry script, so they are not. */
const safeType = (mediaType: string): string => {
  if (mediaType === 'text/plain') return 'text/plain; charset=utf-8'
  return shownTypes.test(mediaType) && !mediaType.includes('svg') && !mediaType.includes('xml')
    ? mediaType
    : 'application/octet-stream'
}

/** RFC 6266: the name in ASCII for old clients, and as it is. */
export function disposition(purpose: 'view' | 'download', name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\]/g, '_')
  return `${purpose === 'download' ? 'attachment' : 'inline'}; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)}`
}
