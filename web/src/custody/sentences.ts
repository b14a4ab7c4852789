import type { readCustody } from '@sallyport/api/items'
import type { Answered } from '@sallyport/api/contract'
import { acts } from '@sallyport/core/acts'
import { type RefusalCode, refusals } from '@sallyport/core/refusal'
import { position } from '../time/durations.ts'
import { exactSize } from '../words/sizes.ts'

export type Line = Answered<typeof readCustody>['rows'][number]

/** One fact of an entry, for those who ask for the details. `was` is there where something changed. */
export type Fact = { readonly label: string; readonly says: string; readonly was?: string; readonly digest?: boolean }

export type Sentence = {
  /** What was done, to follow the name of the person: `played 00:03:50–00:04:40 at 1×`. */
  readonly what: string
  /** The reason that the person gave. */
  readonly why: string | null
  readonly facts: readonly Fact[]
}

type Facts = Readonly<Record<string, unknown>>

const text = (facts: Facts, name: string): string | null => (typeof facts[name] === 'string' ? facts[name] : null)
const number = (facts: Facts, name: string): number | null => (typeof facts[name] === 'number' ? facts[name] : null)

/** The words for an act, also for one that this page does not know: a newer vault may have written it. */
export const actWords = (act: string): string => (act in acts ? acts[act as keyof typeof acts] : `did: ${act}`)

/**
 * Tells an entry as a sentence.
 *
 * The facts come from the ledger as they were entered and are only put into words: nothing is left
 * out of `facts`, so that the detailed view always shows all that the entry says.
 */
export function sentenceOf({
  act,
  outcome,
  facts,
  expunged,
}: Pick<Line, 'act' | 'outcome' | 'facts' | 'expunged'>): Sentence {
  if (expunged)
    return { what: `${actWords(act)}; what more the entry said was destroyed by a court order`, why: null, facts: [] }
  const what =
    outcome === 'refused'
      ? refused(act, facts)
      : outcome === 'failed'
        ? `tried and failed: ${done(act, facts)}`
        : done(act, facts)
  return {
    what,
    why: text(facts, 'why'),
    facts: Object.entries(facts).flatMap(([name, value]) => shown(name, value, facts)),
  }
}

function done(act: string, facts: Facts): string {
  if (act === 'item.played') return `played ${playedWords(facts['parts']) ?? 'parts of the item'}`
  if (act === 'item.opened' && facts['purpose'] === 'download') return 'opened the content of the item to download it'
  if (act === 'item.served') return servedWords(facts)
  if ((act === 'item.annotated' || act === 'case.annotated') && text(facts, 'field'))
    return `corrected the ${fieldWords(text(facts, 'field') ?? '')} of the ${act === 'item.annotated' ? 'item' : 'case'}`
  if (act === 'item.verified' && facts['sound'] === false)
    return 'had the stored bytes and the custody of the item checked: they do not hold'
  if (act === 'item.verified' && facts['sound'] === true)
    return 'had the stored bytes and the custody of the item checked: they hold'
  return actWords(act)
}

function refused(act: string, facts: Facts): string {
  const code = text(facts, 'code') ?? text(facts, 'refusal')
  const said = code && code in refusals ? refusals[code as RefusalCode].says : null
  const asked = text(facts, 'does') ?? text(facts, 'asked') ?? text(facts, 'contract')
  const subject = act === 'request.refused' ? 'was refused' : `was refused when about to have “${actWords(act)}”`
  return `${subject}${asked ? ` (${asked})` : ''}${said ? `: ${said}` : ''}`
}

const isPart = (value: unknown): value is { from: number; to: number; speed: number } =>
  typeof value === 'object' && value !== null && 'from' in value && 'to' in value && 'speed' in value

function playedWords(parts: unknown): string | null {
  if (!Array.isArray(parts)) return null
  const said = parts
    .filter(isPart)
    .map(({ from, to, speed }) => `${position(from, 'seconds')}–${position(to, 'seconds')} at ${speed}×`)
  if (said.length === 0) return null
  return said.length <= 3 ? said.join(', ') : `${said.slice(0, 3).join(', ')} and ${said.length - 3} more parts`
}

function servedWords(facts: Facts): string {
  const bytes = number(facts, 'bytes') ?? number(facts, 'length')
  return bytes === null ? actWords('item.served') : `was sent ${exactSize(bytes)} of the item`
}

const fieldNames: Readonly<Record<string, string>> = {
  recordedAt: 'time of recording',
  device: 'device',
  person: 'source',
  tags: 'tags',
}
export const fieldWords = (field: string): string => fieldNames[field] ?? field

const labels: Readonly<Record<string, string>> = {
  sha256: 'SHA-256',
  sealedSha256: 'SHA-256 of the sealed bytes',
  size: 'Size',
  bytes: 'Bytes',
  mediaType: 'Media type',
  originalName: 'Original name',
  reasons: 'Reasons',
  parts: 'Played',
  purpose: 'Purpose',
  code: 'Refused with',
}

function shown(name: string, value: unknown, facts: Facts): Fact[] {
  if (name === 'why' || name === 'was' || value === null || value === undefined) return []
  if (name === 'says' && typeof facts['was'] === 'string')
    return [{ label: fieldWords(text(facts, 'field') ?? 'record'), was: facts['was'], says: plain(value) }]
  const label = labels[name] ?? sentenceCase(name)
  if (name === 'parts') return [{ label, says: everyPart(value) }]
  if ((name === 'size' || name === 'bytes') && typeof value === 'number') return [{ label, says: exactSize(value) }]
  const says = plain(value)
  return [{ label, says, ...(/^[0-9a-f]{64}$/.test(says) && { digest: true }) }]
}

const everyPart = (parts: unknown) =>
  Array.isArray(parts)
    ? parts
        .filter(isPart)
        .map(({ from, to, speed }) => `${position(from)}–${position(to)} at ${speed}×`)
        .join(', ')
    : plain(parts)

const plain = (value: unknown): string =>
  typeof value === 'string' ? value : Array.isArray(value) ? value.map(plain).join(', ') : JSON.stringify(value)

const sentenceCase = (name: string) => {
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/[-_]/g, ' ')
    .toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}
