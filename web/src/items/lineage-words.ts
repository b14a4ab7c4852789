import { exhibitWords } from '../words/labels.ts'
import { counted } from '../words/sizes.ts'
import type { ItemRecord } from './use-item.ts'

/** Where an item comes from and what was made from it, in one line. */
export function lineageWords({ parent, derivatives }: Pick<ItemRecord, 'parent' | 'derivatives'>): string {
  const from = parent ? `Made from ${exhibitWords(parent.exhibit).toLowerCase()}` : 'Original, as delivered'
  return derivatives.length === 0 ? from : `${from} · ${counted(derivatives.length, 'later version')}`
}
