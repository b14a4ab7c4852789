import { exactSize } from '../words/sizes.ts'

const labels: Readonly<Record<string, string>> = {
  item: 'Item',
  object: 'Stored file',
  bytes: 'Bytes found',
  round: 'Round',
  reason: 'Found',
  what: 'Found',
  size: 'Entries in the tree',
  witness: 'Witness',
  authority: 'Authority',
  offsetMs: 'Difference in milliseconds',
}

const reasons: Readonly<Record<string, string>> = {
  gone: 'the file is gone',
  'other-bytes': 'the bytes are others',
  unreadable: 'the disk cannot read it',
  unknown: 'no record names it',
}

export type FactWords = { readonly label: string; readonly says: string; readonly code: boolean }

/** A fact of an alarm in words. One that this page does not know is shown under the name it came with. */
export function factWords(name: string, value: string | number): FactWords {
  const label = labels[name] ?? name
  if (name === 'bytes' && typeof value === 'number') return { label, says: exactSize(value), code: false }
  if (name === 'reason') return { label, says: reasons[value] ?? String(value), code: false }
  return { label, says: String(value), code: typeof value === 'string' }
}
