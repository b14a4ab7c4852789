import { setTimeout as sleep } from 'node:timers/promises'
import { readCase } from '@sallyport/api/cases'
import { annotateItem, openViewing, readCustody, readItem, reportPlayed, verifyItem } from '@sallyport/api/items'
import { search } from '@sallyport/api/search'
import type { ItemId } from '@sallyport/core/ids'
import { call, good, refusalIn, send, textOf, type Vault } from '../client.ts'
import { NotDone, Refused } from '../not-done.ts'
import type { Opened } from './deliveries.ts'
import type { Company } from './people.ts'

type Part = { readonly from: number; readonly to: number; readonly speed: number }

const body = 'BWC_1204_20260314_061408Z.mp4'

/** Lets people do what people do with evidence, so that its custody has something to tell. */
export async function lookAround(company: Company, stop: Opened, burglary: Opened): Promise<void> {
  const video = of(stop, body)
  await play(company.agrant.vault, video, [{ from: 0, to: 12.4, speed: 1 }])
  await play(company.nokafor.vault, video, [
    { from: 0, to: 6, speed: 2 },
    { from: 10.5, to: 16.5, speed: 0.5 },
  ])
  await call(company.mruiz.vault, annotateItem, {
    id: video,
    field: 'title',
    says: 'Body-worn video, Ofc. Ruiz, first contact',
    why: 'Typing error in the title.',
  })
  await play(company.agrant.vault, of(burglary, 'doorbell_218-cedar-lane_20260315.webm'), [
    { from: 2, to: 9, speed: 1 },
  ])
  await call(company.hcho.vault, search, { q: 'cedar lane' })
  await call(company.hcho.vault, readItem, { id: video })
  await call(company.hcho.vault, readCustody, { id: video })
  await mustBeSound(company.hcho.vault, video)
  await mustBeRefused(company.mruiz.vault, burglary)
}

export function of({ held }: Opened, file: string): ItemId {
  const id = held.get(file)
  if (!id) throw new NotDone(`${file} was not delivered.`)
  return id
}

/** Opens an item, fetches its beginning as a player does, and enters which seconds were watched. */
async function play(vault: Vault, id: ItemId, parts: readonly Part[]): Promise<void> {
  const viewing = await call(vault, openViewing, { id, purpose: 'view' })
  const { pathname, search } = new URL(viewing.content, vault.origin)
  const wire = { method: 'GET', path: pathname + search, headers: { accept: '*/*', range: 'bytes=0-131071' } } as const
  const answer = await send(vault, wire)
  if (!good(answer)) throw refusalIn(answer, await textOf(answer))
  for await (const _ of answer);
  await call(vault, reportPlayed, { id: viewing.id, parts: [...parts] })
}

/** Waits a moment first: entries that have no place in the tree yet can be told of, but not proved. */
async function mustBeSound(vault: Vault, id: ItemId): Promise<void> {
  await sleep(500)
  const { sound, says } = await call(vault, verifyItem, { id })
  if (!sound) throw new NotDone(`The stored bytes of the first video were checked. ${says}`)
}

/** A person who is not on a case is told that there is none, and the attempt stands in the ledger. */
async function mustBeRefused(vault: Vault, { id }: Opened): Promise<void> {
  const refused = await call(vault, readCase, { id }).then(
    () => false,
    (error: unknown) => error instanceof Refused && error.code === 'case/not-found',
  )
  if (!refused) throw new NotDone('A person read a case on which they do not work. This must not be.')
}
