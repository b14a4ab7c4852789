import { type FileHandle, open } from 'node:fs/promises'
import type { Asking } from '@sallyport/api/contract'
import { readItem } from '@sallyport/api/items'
import { declareDigest, declareUpload, readUpload } from '@sallyport/api/uploads'
import type { CaseId, ItemId, UploadId } from '@sallyport/core/ids'
import { call, type Vault } from '../client.ts'
import { NoAnswer, NotDone, Refused } from '../not-done.ts'
import { type Begun, begunUploads, deliveredBefore, takeUp, type Upload } from './begun.ts'
import type { Display } from './display.ts'
import type { Source } from './files.ts'
import { type Patience, patiently } from './patience.ts'
import { transfer } from './transfer.ts'

export type Particulars = Asking<typeof declareUpload>['particulars']

export type Delivery = {
  readonly source: Source
  readonly case: CaseId
  readonly particulars: Particulars
  readonly parent?: ItemId | undefined
  /** Deliver it even if the caller delivered the same bytes under the same name to this case before. */
  readonly again?: boolean
}
export type Delivered = {
  readonly file: string
  readonly item: ItemId
  readonly exhibit: number | null
  readonly state: Upload['state']
  readonly sha256: string
  readonly size: number
  /** It was delivered by an earlier run, and nothing was sent now. */
  readonly before: boolean
  /** Reasons for which a custodian has to look at it first. */
  readonly quarantine: readonly string[]
  readonly sameBytes: Upload['sameBytes']
}

/**
 * Delivers a file: declares it, sends it, names its digest, and waits until the vault holds it.
 *
 * Goes on with an upload that an earlier run left open for the same case, name and size. If that was
 * of another file, the vault finds that the digests differ, and the file is delivered from its start.
 */
export async function deliver(vault: Vault, delivery: Delivery, context: Context): Promise<Delivered> {
  const before = delivery.again ? undefined : await deliveredBefore(delivery, context.begun)
  if (before) return { ...(await told(vault, delivery, before)), before: true }
  const earlier = takeUp(delivery, context.begun)
  try {
    return await deliverInto(vault, delivery, { ...context, earlier })
  } catch (error) {
    if (!earlier || !(error instanceof Refused) || !startsAnew.has(error.code)) throw error
    context.display.note(
      `${delivery.source.name}: what was sent earlier is of another file. Sending it from its start.`,
    )
    return await deliverInto(vault, delivery, { ...context, earlier: undefined })
  }
}

export type Context = { readonly begun: Begun; readonly display: Display }

const startsAnew = new Set(['upload/digest-mismatch', 'upload/not-found', 'upload/expired'])

async function deliverInto(vault: Vault, delivery: Delivery, context: Context & { earlier: Upload | undefined }) {
  const { source } = delivery
  const { display } = context
  const patience: Patience = { note: (sentence) => display.note(`${source.name}: ${sentence}`) }
  const upload = context.earlier ?? (await declare(vault, delivery, context.begun))
  const file = await open(source.path)
  try {
    const report = (done: number) => display.report(source.path, source.size, done)
    const sha256 = await transfer({ vault, upload, file, report, note: patience.note })
    await unchanged(file, source)
    await patiently(() => nameDigest(vault, upload.id, sha256), patience)
    const ended = await patiently(() => concluded(vault, upload.id), patience)
    return await patiently(() => told(vault, delivery, { upload: ended, sha256 }), patience)
  } finally {
    await file.close()
    display.ended(source.path)
  }
}

type Ended = { readonly upload: Upload; readonly sha256: string }

/** Reads the record, so that what is told is what the vault holds, not what was sent. */
async function told(vault: Vault, { source }: Delivery, { upload, sha256 }: Ended): Promise<Delivered> {
  const { exhibit, quarantine, sha256: held } = await call(vault, readItem, { id: upload.item })
  if (held !== sha256) throw new Refused(422, mismatch(source.name))
  const { item, state, sameBytes, size } = upload
  return {
    file: source.path,
    item,
    exhibit,
    state,
    sha256,
    size,
    quarantine: quarantine?.reasons ?? [],
    sameBytes,
    before: false,
  }
}

/** Declares the file. If the answer was lost, the upload may have been begun all the same: it is looked for. */
async function declare(vault: Vault, delivery: Delivery, begun: Begun): Promise<Upload> {
  const { source, particulars, parent } = delivery
  const { name: originalName, size, mediaType } = source
  const asking = { case: delivery.case, particulars, originalName, size, mediaType, ...(parent && { parent }) }
  try {
    return await call(vault, declareUpload, asking)
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error
    const now = await patiently(() => begunUploads(vault), { note: () => {} })
    const lost = takeUp(delivery, { open: now.open, taken: begun.taken })
    return lost ?? (await call(vault, declareUpload, asking))
  }
}

async function nameDigest(vault: Vault, id: UploadId, sha256: string): Promise<void> {
  const { declaredSha256, state } = await call(vault, readUpload, { id })
  if (declaredSha256 === sha256) return
  if (state === 'receiving' || state === 'checking') await call(vault, declareDigest, { id, sha256 })
}

async function concluded(vault: Vault, id: UploadId): Promise<Upload> {
  for (let wait = 50; ; wait = Math.min(2000, wait * 1.5)) {
    const now = await call(vault, readUpload, { id })
    if (now.state === 'held' || now.state === 'quarantined') return now
    if (now.state === 'refused') throw new Refused(422, mismatch(now.originalName))
    if (now.state !== 'receiving' && now.state !== 'checking')
      throw new NotDone(`The upload is ${now.state}.`, 'Upload the file again.')
    await new Promise((resolve) => setTimeout(resolve, wait))
  }
}

const mismatch = (name: string) =>
  ({
    code: 'upload/digest-mismatch',
    says: `${name}: the bytes that arrived do not match what was read here. They were not kept.`,
    next: 'Upload the file again from the original medium.',
    facts: {},
    request: undefined,
  }) as const

async function unchanged(file: FileHandle, { size, changedAt, name }: Source): Promise<void> {
  const now = await file.stat()
  if (now.size !== size || now.mtimeMs !== changedAt)
    throw new NotDone(`${name} changed while it was sent.`, 'Deliver a file that nothing writes to.')
}
