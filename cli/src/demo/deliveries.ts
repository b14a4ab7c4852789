import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { addMember, namePersonInCase, noteOnCase, openCase } from '@sallyport/api/cases'
import type { CaseId, ItemId } from '@sallyport/core/ids'
import { call } from '../client.ts'
import { NotDone } from '../not-done.ts'
import { deliver } from '../upload/deliver.ts'
import { silentDisplay } from '../upload/display.ts'
import { filesOf } from '../upload/files.ts'
import type { CasePlan, Handing } from './cases.ts'
import type { Company } from './people.ts'

const media = fileURLToPath(new URL('../../media/', import.meta.url))

/** The items of the demonstration, by the name of their file. */
export type Held = ReadonlyMap<string, ItemId>
export type Opened = { readonly id: CaseId; readonly held: Held }

/** Opens a case as its lead, with the people, the members and the notes of the plan. */
export async function open(company: Company, { lead, file, members, people, notes }: CasePlan): Promise<CaseId> {
  const { vault } = company[lead]
  const { id } = await call(vault, openCase, file)
  for (const person of people) await call(vault, namePersonInCase, { id, ...person })
  for (const { who, level } of members)
    await call(vault, addMember, { id, person: company[who].session.person.id, level })
  for (const { by, text } of notes) await call(company[by].vault, noteOnCase, { id, text })
  return id
}

/** Delivers the files of a case, one after the other, so that exhibits are numbered in the order of the plan. */
export async function handIn(company: Company, id: CaseId, handings: readonly Handing[]): Promise<Held> {
  const held = new Map<string, ItemId>()
  for (const handing of handings) held.set(handing.file, await hand(company, { id, held }, handing))
  return held
}

async function hand(company: Company, { id, held }: Opened, { by, file, particulars, of }: Handing): Promise<ItemId> {
  const [source] = await filesOf([join(media, file)], false)
  const parent = of === undefined ? undefined : held.get(of)
  if (!source || (of !== undefined && !parent))
    throw new NotDone(`${file} is not among the files of the demonstration.`)
  const begun = { open: [], finished: [], taken: new Set<never>() }
  const context = { begun, display: silentDisplay }
  const { item } = await deliver(company[by].vault, { source, case: id, particulars, parent }, context)
  return item
}
