import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises'
import type { Answered } from '@sallyport/api/contract'
import { openViewing, type readItem } from '@sallyport/api/items'
import { call, good, refusalIn, send, textOf, type Vault } from '../client.ts'
import { NotDone, Refused } from '../not-done.ts'
import type { Display } from '../upload/display.ts'
import { patiently } from '../upload/patience.ts'
import { digestOf, receive } from './receive.ts'

export type Wanted = {
  readonly item: Answered<typeof readItem>
  readonly to: string
  readonly why: string
  readonly display: Display
}

/**
 * Downloads the content of an item and gives the SHA-256 of what then lies on the disk.
 *
 * What arrived is kept beside the target under the item's id until the digest agrees with the
 * record, so a cut or a second run goes on, and a file of that name is always the whole item. If
 * the digests differ, nothing is kept: the fault is in the vault, on the way or on this disk.
 */
export async function fetchItem(vault: Vault, wanted: Wanted): Promise<string> {
  const { item, to } = wanted
  const beside = `${to}.${item.id.slice(0, 8)}.part`
  const found = await stat(beside).catch(() => undefined)
  if (found && found.size > item.size) await rm(beside)
  const file = await open(beside, found && found.size <= item.size ? 'r+' : 'w', 0o600)
  try {
    await file.chmod(0o600)
    await fetchRest(vault, wanted, file)
    await file.sync()
  } finally {
    await file.close()
  }
  const sha256 = await digestOf(beside)
  if (sha256 === item.sha256) await rename(beside, to)
  else await rm(beside)
  return sha256
}

async function fetchRest(vault: Vault, { item, to, why, display }: Wanted, file: FileHandle): Promise<void> {
  let at = (await file.stat()).size
  const report = (length: number) => {
    at = length
    display.report(to, item.size, length)
  }
  let content: string | undefined
  const go = async () => {
    content ??= (await call(vault, openViewing, { id: item.id, purpose: 'download', why })).content
    try {
      while (at < item.size) await receive(await rangeFrom(vault, content, at), file, { at, report })
    } catch (error) {
      if (error instanceof Refused && error.code === 'viewing/not-found') content = undefined
      throw error
    }
  }
  await patiently(go, { note: display.note, progress: () => at })
}

async function rangeFrom(vault: Vault, content: string, at: number) {
  const { pathname, search } = new URL(content, vault.origin)
  const answer = await send(vault, {
    method: 'GET',
    path: pathname + search,
    headers: { accept: '*/*', range: `bytes=${at}-` },
  })
  if (!good(answer)) throw refusalIn(answer, await textOf(answer))
  const from = /^bytes (\d+)-/.exec(answer.headers['content-range'] ?? '')?.[1]
  if (answer.statusCode === 206 ? Number(from) === at : at === 0) return answer
  answer.destroy()
  throw new NotDone('The vault sent another range than was asked for.', 'Remove the .part file and try again.')
}
