import { hex } from '@sallyport/core/bytes'
import type { UploadId } from '@sallyport/core/ids'
import { Refusal } from '@sallyport/core/refusal'
import { type Actor, type Ground, type Tx, within } from '#db/within.ts'
import { record } from '#ledger/record.ts'
import type { ObjectStore, Sealed, Sealing } from '#store/object-store.ts'
import { caseById, caseKey, nextExhibit } from '../cases/rows.ts'
import { objectAad } from '../items/content.ts'
import { insertObject, itemById, objectKey, setItemState, setReceived, setReceivedEntry } from '../items/rows.ts'
import { holdUpload, setChecking, setUploadState, type UploadRow } from './rows.ts'

/** What sets an item aside for a custodian instead of holding it. It is never turned away. */
export type QuarantineRule = { readonly maxBytes: number; readonly types: readonly string[] }

export type Completing = {
  readonly ground: Ground
  readonly store: Pick<ObjectStore, 'remove'>
  readonly finish: (sealing: Sealing) => Promise<Sealed>
  readonly rule: QuarantineRule
  readonly now: () => Date
  readonly poke: (actor: Actor) => void
}

/** The sealing of an upload's object. The key is the caller's to wipe. */
export async function sealingOf(tx: Tx, row: UploadRow): Promise<Sealing> {
  const under = await caseKey(tx, row.case_id)
  const key = await objectKey(tx, row.object_id, under)
  under.fill(0)
  return { id: row.object_id, key, aad: objectAad(tx.actor.agency, row.object_id), length: row.size }
}

/** The vault's own reach for a deed that a person began: what they may do was decided when they began it. */
export const onBehalf = (actor: Actor): Actor => ({ ...actor, kind: 'server' })

export function quarantineReasons(
  rule: QuarantineRule,
  { size, name, mediaType }: { size: number; name: string; mediaType: string },
): string[] {
  // Windows passes over dots and spaces at the end, and nobody sees format characters: `a.exe.` is a program.
  const seen = name.toLowerCase().replace(/\p{Cf}/gu, '')
  const extension = /(\.[^.]+)[.\s]*$/.exec(seen)?.[1]?.trimEnd()
  return [
    ...(size > rule.maxBytes ? ['The file is larger than this vault holds without a custodian.'] : []),
    ...(rule.types.includes(mediaType) || (extension && rule.types.includes(extension))
      ? ['Files of this type can run as programs.']
      : []),
  ]
}

/**
 * Ends an upload: seals its last segment, compares digests, and commits item, object, state and ledger
 * entry in one transaction.
 *
 * All bytes must be here. Without a declared digest the upload waits in the state `checking`. A digest
 * that differs destroys what came. It may be called again after a crash at any point.
 */
export async function complete(parts: Completing, actor: Actor, id: UploadId): Promise<void> {
  const self = onBehalf(actor)
  const waiting = await within(parts.ground, self, async (tx) => {
    // Held, so that what is cancelled in the same moment is not taken up again.
    const row = await holdUpload(tx, id)
    if (!row || (row.state !== 'receiving' && row.state !== 'checking')) return undefined
    await setChecking(tx, id)
    return row.declared_sha256 ? { row, sealing: await sealingOf(tx, row) } : undefined
  })
  if (!waiting) return
  const { row, sealing } = waiting
  try {
    const sealed = await parts.finish(sealing)
    if (sealed.sha256 === hex(row.declared_sha256 ?? new Uint8Array())) await receive(parts, self, { row, sealed })
    else await refuse(parts, self, { row, sealed })
  } finally {
    sealing.key.fill(0)
  }
  parts.poke(actor)
}

type Ended = { readonly row: UploadRow; readonly sealed: Sealed }

const receive = ({ ground, rule, now }: Completing, self: Actor, { row: { id }, sealed }: Ended) =>
  within(ground, self, async (tx) => {
    const row = await holdUpload(tx, id)
    const item = row && (await itemById(tx, row.item_id))
    const file = row && (await caseById(tx, row.case_id))
    if (!row || !item || !file || row.state !== 'checking') return
    const { originalName, mediaType } = item.facts
    const reasons = quarantineReasons(rule, { size: row.size, name: originalName, mediaType })
    const state = reasons.length > 0 ? 'quarantined' : 'held'
    const exhibit = await nextExhibit(tx, row.case_id)
    const at = now()
    await insertObject(tx, { id: row.object_id, item: row.item_id, length: row.size, ...sealed, at })
    await setReceived(tx, row.item_id, {
      state,
      exhibit,
      sha256: Buffer.from(sealed.sha256, 'hex'),
      at,
      quarantine: reasons,
    })
    await setUploadState(tx, id, state)
    const entry = await record(tx, {
      act: state === 'held' ? 'item.received' : 'item.quarantined',
      on: [row.item_id, row.case_id, id],
      at,
      detail: {
        item: row.item_id,
        sha256: sealed.sha256,
        size: row.size,
        originalName,
        mediaType,
        exhibit,
        declaredSha256: sealed.sha256,
        object: row.object_id,
        sealedSha256: sealed.sealedSha256,
        sealedLength: sealed.sealedLength,
        headerTag: sealed.headerTag,
        addedBy: row.person_id,
        reasons,
      },
    })
    await setReceivedEntry(tx, row.item_id, entry)
  })

async function refuse({ ground, store, now }: Completing, self: Actor, { row, sealed }: Ended): Promise<never> {
  await within(ground, self, async (tx) => {
    if ((await holdUpload(tx, row.id))?.state !== 'checking') return
    await setUploadState(tx, row.id, 'refused')
    await setItemState(tx, row.item_id, 'abandoned')
    const detail = { declared: hex(row.declared_sha256 ?? new Uint8Array()), arrived: sealed.sha256, size: row.size }
    await record(tx, {
      act: 'upload.refused',
      outcome: 'refused',
      on: [row.id, row.item_id, row.case_id],
      detail,
      at: now(),
    })
  })
  await store.remove(row.object_id)
  throw new Refusal('upload/digest-mismatch', { arrived: sealed.sha256 })
}
