import { categories } from '@sallyport/api/items'
import { titleFromName } from '@sallyport/api/uploads'
import { NotDone } from '../not-done.ts'
import type { Particulars } from './deliver.ts'
import type { Source } from './files.ts'
import { categoryOf } from './media-type.ts'

/** What an officer may tell of an item, as options of `put`. */
export const particularsOptions = {
  category: { type: 'string' },
  title: { type: 'string' },
  description: { type: 'string' },
  'recorded-at': { type: 'string' },
  'clock-offset': { type: 'string' },
  place: { type: 'string' },
  device: { type: 'string' },
  person: { type: 'string' },
  tag: { type: 'string', multiple: true },
} as const

export const particularsHelp = [
  `--category NAME      ${categories.slice(0, 5).join(', ')},`,
  `                     ${categories.slice(5).join(', ')} (else by the kind of file)`,
  '--title TEXT         title of the item (else from the file name)',
  '--description TEXT   --place TEXT   --device TEXT   --person TEXT   --tag TEXT (as often as needed)',
  '--recorded-at TIME   such as 2026-03-14T02:14:08Z, by the clock of the device',
  '--clock-offset N     seconds by which that clock is ahead',
]

type Given = {
  readonly [name in Exclude<keyof typeof particularsOptions, 'tag'>]?: string | undefined
} & { readonly tag?: readonly string[] | undefined }

/** What is told of one file; what was not told follows from its name. The server checks it all again. */
export function particularsOf(given: Given, source: Source): Particulars {
  const { title, description, place, device, person, tag = [] } = given
  const offset = given['clock-offset']
  return {
    title: title ?? titleFromName(source.name),
    category: given.category === undefined ? categoryOf(source.mediaType) : categoryNamed(given.category),
    source: { ...(device && { device }), ...(person && { person }) },
    tags: [...tag],
    ...(description && { description }),
    ...(place && { place }),
    ...(given['recorded-at'] && { recordedAt: instantNamed(given['recorded-at']) }),
    ...(offset !== undefined && { clockOffsetSeconds: secondsNamed(offset) }),
  }
}

function categoryNamed(name: string): Particulars['category'] {
  const found = categories.find((category) => category === name)
  if (!found) throw new NotDone(`${name} is not a category.`, `Choose one of: ${categories.join(', ')}.`)
  return found
}

/** A time must say its zone: "02:14" at the scene and "02:14" in court can be hours apart. */
function instantNamed(text: string): string {
  const at = new Date(text)
  if (Number.isNaN(at.getTime()) || !/(Z|[+-]\d{2}:?\d{2})$/i.test(text))
    throw new NotDone(`${text} is not a time with its zone.`, 'Write it so: 2026-03-14T02:14:08Z or …T21:14:08-05:00.')
  return at.toISOString()
}

function secondsNamed(text: string): number {
  const seconds = Number(text)
  if (!/^[+-]?\d+$/.test(text)) throw new NotDone(`${text} is not a whole number of seconds.`)
  return seconds
}
