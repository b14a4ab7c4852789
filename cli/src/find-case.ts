import type { Answered } from '@sallyport/api/contract'
import { search } from '@sallyport/api/search'
import type { CaseId, Id, ItemId } from '@sallyport/core/ids'
import { call, type Vault } from './client.ts'
import { NotDone } from './not-done.ts'

type CaseFound = Pick<Answered<typeof search>['cases'][number], 'id' | 'number'>

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** An id as a person typed it; `undefined` if it is none. */
const asId = <Kind extends string>(typed: string): Id<Kind> | undefined =>
  uuid.test(typed) ? (typed.toLowerCase() as Id<Kind>) : undefined

export function itemId(typed: string | undefined): ItemId {
  const id = typed ? asId<'item'>(typed) : undefined
  if (id) return id
  throw new NotDone(`${typed ?? 'Nothing'} is not the id of an item.`, 'See the ids with: sallyport ls items')
}

/** Finds the case that a person named by its number or its id, among those they may see. */
export async function findCase(vault: Vault, typed: string): Promise<CaseId> {
  const id = asId<'case'>(typed)
  if (id) return id
  const { cases } = await call(vault, search, { q: typed, kind: 'case', limit: 100 })
  const found: CaseFound | undefined = cases.find(({ number }) => number.toLowerCase() === typed.toLowerCase())
  if (found) return found.id
  throw new NotDone(`You see no case with the number ${typed}.`, 'See your cases with: sallyport ls cases')
}
