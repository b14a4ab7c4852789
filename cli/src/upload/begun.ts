import type { Answered } from '@sallyport/api/contract'
import { listUploads } from '@sallyport/api/uploads'
import type { CaseId, UploadId } from '@sallyport/core/ids'
import { call, type Vault } from '../client.ts'
import { digestOf } from '../download/receive.ts'
import type { Source } from './files.ts'

export type Upload = Answered<typeof listUploads>['rows'][number]

/** What the caller uploaded before this run: begun and not finished, finished, and taken up by this run. */
export type Begun = {
  readonly open: readonly Upload[]
  readonly finished: readonly Upload[]
  readonly taken: Set<UploadId>
}

/** So many finished uploads are looked through, so that a second run does not deliver a file twice. */
const mostFinished = 1000

export async function begunUploads(vault: Vault): Promise<Begun> {
  const open = await listed(vault, Number.POSITIVE_INFINITY, 'true')
  const newest = await listed(vault, mostFinished, undefined)
  const finished = newest.filter(({ state }) => state === 'held' || state === 'quarantined')
  return { open, finished, taken: new Set() }
}

async function listed(vault: Vault, most: number, open: 'true' | undefined): Promise<Upload[]> {
  const rows: Upload[] = []
  let after: string | undefined
  do {
    const page = await call(vault, listUploads, { limit: 200, open, after })
    rows.push(...page.rows)
    after = page.next ?? undefined
  } while (after && rows.length < most)
  return rows
}

type Wanted = { readonly source: Source; readonly case: CaseId }

/** Takes up an upload of the same case, name and size, which no other file of this run has taken. */
export function takeUp(wanted: Wanted, { open, taken }: Pick<Begun, 'open' | 'taken'>): Upload | undefined {
  const found = open.find((upload) => isFor(upload, wanted) && !taken.has(upload.id))
  if (found) taken.add(found.id)
  return found
}

/** The upload by which this very file was delivered to this case before: same name, size and SHA-256. */
export async function deliveredBefore(wanted: Wanted, { finished }: Begun) {
  const alike = finished.filter((upload) => isFor(upload, wanted) && upload.declaredSha256)
  if (!alike.length) return undefined
  const sha256 = await digestOf(wanted.source.path)
  const upload = alike.find(({ declaredSha256 }) => declaredSha256 === sha256)
  return upload && { upload, sha256 }
}

const isFor = (upload: Upload, { source, case: id }: Wanted): boolean =>
  upload.case.id === id && upload.originalName === source.name && upload.size === source.size
