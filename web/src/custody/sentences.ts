import type { readCustody } from '@sallyport/api/items'
import type { Answered } from '@sallyport/api/contract'
import { acts } from '@sallyport/core/acts'
import { type RefusalCode, refusals } from '@sallyport/core/refusal'
import { position } from '../time/durations.ts'
import { counted, exactSize } from '../words/sizes.ts'
import { type Fact, type Facts, factsOf, fieldWords, isPart } from './facts.ts'

export type Line = Answered<typeof readCustody>['rows'][number]

export type Sentence = {
  /** What was done, to follow the name of the person: `played 00:03:50–00:04:40 at 1×`. */
  readonly what: string
  /** The reason that the person gave. */
  readonly why: string | null
  readonly facts: readonly Fact[]
}

const text = (facts: Facts, name: string): string | null => (typeof facts[name] === 'string' ? facts[name] : null)
const number = (facts: Facts, name: string): number | null => (typeof facts[name] === 'number' ? facts[name] : null)

/** The words for an act, also for one that this page does not know: a newer vault may have written it. */
export const actWords = (act: string): string => (act in acts ? acts[act as keyof typeof acts] : `did: ${act}`)

/**
 * Tells an entry as a sentence.
 *
 * The facts come from the ledger as they were entered and are only put into words: nothing is left
 * out of `facts`, so that the detailed view always shows all that the entry says. Of an entry without
 * detail `fate` tells what became of it (see `fates.ts`).
 */
export function sentenceOf(
  { act, outcome, facts, expunged }: Pick<Line, 'act' | 'outcome' | 'facts' | 'expunged'>,
  fate = 'is not there any more',
): Sentence {
  if (expunged) return { what: `${actWords(act)}; what more the entry said ${fate}`, why: null, facts: [] }
  const what =
    outcome === 'refused'
      ? refused(act, facts)
      : outcome === 'failed' && act !== 'item.found-altered'
        ? `tried and failed: ${done(act, facts)}`
        : done(act, facts)
  return {
    what,
    why: text(facts, 'why'),
    facts: factsOf(facts),
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
  if (act === 'ledger.expunged') return expungedWords(facts)
  return actWords(act)
}

function expungedWords(facts: Facts): string {
  const { entries } = facts
  const [court, reference] = [text(facts, 'court'), text(facts, 'reference')]
  if (!court || !reference || !Array.isArray(entries)) return actWords('ledger.expunged')
  return `destroyed what ${counted(entries.length, 'entry', 'entries')} said, under order ${reference} of ${court}`
}

/** Of a refusal the entry holds the act that did not take place, and the code of the reason. */
function refused(act: string, facts: Facts): string {
  const code = text(facts, 'code')
  const said = code && code in refusals ? ` ${refusals[code as RefusalCode].says}` : ''
  const asked = act === 'request.refused' ? text(facts, 'act') : act
  return asked ? `was refused: “${actWords(asked)}” did not take place.${said}` : `was refused.${said}`
}

/** A glance of a second would read as nothing at all in whole seconds. */
const fine = (length: number) => (length < 2 ? 'hundredths' : 'seconds')

function playedWords(parts: unknown): string | null {
  if (!Array.isArray(parts)) return null
  const said = parts
    .filter(isPart)
    .map(({ from, to, speed }) => `${position(from, fine(to - from))}–${position(to, fine(to - from))} at ${speed}×`)
  if (said.length === 0) return null
  return said.length <= 3 ? said.join(', ') : `${said.slice(0, 3).join(', ')} and ${said.length - 3} more parts`
}

function servedWords(facts: Facts): string {
  const bytes = number(facts, 'bytes') ?? number(facts, 'length')
  return bytes === null ? actWords('item.served') : `was sent ${exactSize(bytes)} of the item`
}
