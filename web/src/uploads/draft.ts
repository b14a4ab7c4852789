import { titleFromName } from '@sallyport/api/uploads'
import type { ItemId } from '@sallyport/core/ids'
import { momentOf } from '../time/agency-time.ts'
import { type Category, guessCategory, mediaTypeOf } from './guess.ts'
import type { Declaration } from './task.ts'
import type { Found } from './walk-folder.ts'

/** A file that was chosen and is not sent yet: what the person can still say about it. */
export type Draft = {
  readonly key: string
  readonly file: File
  readonly path: string
  readonly title: string
  readonly category: Category
  /** Nobody has looked at the category yet. */
  readonly guessed: boolean
}

/** What holds for all files that are sent together. */
export type Shared = {
  readonly device: string
  readonly person: string
  readonly place: string
  readonly tags: string
  /** On the agency's clock, as a field gives it; for all files, or empty. */
  readonly recordedAt: string
  /** Take the date of each file as its time of recording. */
  readonly byFileDate: boolean
  /** Seconds that the clock of the device is ahead; empty when nobody has compared. */
  readonly clockOffset: string
}

export const nothingShared: Shared = {
  device: '',
  person: '',
  place: '',
  tags: '',
  recordedAt: '',
  byFileDate: false,
  clockOffset: '',
}

export const draftOf = ({ file, path }: Found): Draft => ({
  key: crypto.randomUUID(),
  file,
  path,
  title: titleFromName(file.name),
  category: guessCategory(file),
  guessed: true,
})

type Into = { readonly case: Declaration['case']; readonly parent: ItemId | undefined; readonly zone: string }

/** What is declared to the vault of a file before its first byte is sent. */
export function declarationOf(draft: Draft, shared: Shared, { case: caseId, parent, zone }: Into): Declaration {
  const { file, title, category } = draft
  const recordedAt = shared.byFileDate ? new Date(file.lastModified) : momentOf(zone, shared.recordedAt)
  const offset = Number.parseInt(shared.clockOffset, 10)
  return {
    case: caseId,
    ...(parent && { parent }),
    particulars: {
      title,
      category,
      source: { ...given('device', shared.device), ...given('person', shared.person) },
      ...(recordedAt && { recordedAt: recordedAt.toISOString() }),
      ...(Number.isInteger(offset) && { clockOffsetSeconds: offset }),
      ...given('place', shared.place),
      tags: tagsIn(shared.tags),
    },
    originalName: file.name,
    mediaType: mediaTypeOf(file),
    size: file.size,
  }
}

const given = <const N extends string>(name: N, text: string): { [K in N]?: string } =>
  text.trim() === '' ? {} : ({ [name]: text.trim() } as { [K in N]?: string })

export const tagsIn = (text: string): string[] =>
  [
    ...new Set(
      text
        .split(',')
        .map((tag) => tag.trim().slice(0, 40))
        .filter((tag) => tag !== ''),
    ),
  ].slice(0, 32)
