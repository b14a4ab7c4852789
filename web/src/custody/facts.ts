import { position } from '../time/durations.ts'
import { exactSize } from '../words/sizes.ts'

export type Facts = Readonly<Record<string, unknown>>

/** One fact of an entry, for those who ask for the details. `was` is there where something changed. */
export type Fact = { readonly label: string; readonly says: string; readonly was?: string; readonly digest?: boolean }

const fieldNames: Readonly<Record<string, string>> = {
  recordedAt: 'time of recording',
  timeZone: 'time zone',
  bannerText: 'notice',
  passwordLength: 'shortest password',
  person: 'source',
}
export const fieldWords = (field: string): string => fieldNames[field] ?? field

const labels: Readonly<Record<string, string>> = {
  act: 'Act',
  bytes: 'Bytes',
  code: 'Refused with',
  key: 'Key',
  mediaType: 'Media type',
  operation: 'Operation',
  originalName: 'Original name',
  parts: 'Played',
  purpose: 'Purpose',
  ranges: 'Requests',
  reasons: 'Reasons',
  request: 'Request',
  sealedSha256: 'SHA-256 of the sealed bytes',
  sha256: 'SHA-256',
  size: 'Size',
  sound: 'Holds',
  steps: 'Steps',
  viewing: 'Viewing',
}

/** All facts of an entry in words. The reason is left to the sentence, and nothing else is left out. */
export function factsOf(facts: Facts): Fact[] {
  const changed = 'before' in facts && 'after' in facts
  const rest = Object.entries(facts).filter(
    ([name, value]) =>
      name !== 'why' && value !== null && value !== undefined && !(changed && (name === 'before' || name === 'after')),
  )
  return [...(changed ? changes(facts) : []), ...rest.map(([name, value]) => factOf(name, value))]
}

const isRecord = (value: unknown): value is Facts =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What stood there and what stands there now: of one field, or of each field of a record that changed. */
function changes({ before, after, field }: Facts): Fact[] {
  if (!isRecord(before) || !isRecord(after))
    return [{ label: sentenceCase(fieldWords(plain(field ?? 'record'))), was: plain(before), says: plain(after) }]
  return Object.keys(after)
    .filter((name) => plain(before[name]) !== plain(after[name]))
    .map((name) => ({ label: sentenceCase(fieldWords(name)), was: plain(before[name]), says: plain(after[name]) }))
}

function factOf(name: string, value: unknown): Fact {
  const label = labels[name] ?? sentenceCase(name)
  if (name === 'parts') return { label, says: everyPart(value) }
  if ((name === 'size' || name === 'bytes') && typeof value === 'number') return { label, says: exactSize(value) }
  const says = plain(value)
  return { label, says, ...(/^[0-9a-f]{64}$/.test(says) && { digest: true }) }
}

type Part = { readonly from: number; readonly to: number; readonly speed: number }
export const isPart = (value: unknown): value is Part =>
  isRecord(value) && ['from', 'to', 'speed'].every((name) => typeof value[name] === 'number')

const everyPart = (parts: unknown) =>
  Array.isArray(parts) && parts.every(isPart)
    ? parts.map(({ from, to, speed }) => `${position(from)}–${position(to)} at ${speed}×`).join(', ')
    : plain(parts)

/** Any value as text that a person can read; of a record every field. */
function plain(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value)) return value.map(plain).join(value.some(isRecord) ? '\n' : ', ')
  if (isRecord(value))
    return Object.entries(value)
      .map(([name, one]) => `${sentenceCase(name)}: ${plain(one)}`)
      .join(' · ')
  return String(value)
}

const sentenceCase = (name: string) => {
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/[-_]/g, ' ')
    .toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}
