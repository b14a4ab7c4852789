import type { BagJudgement } from './bag.ts'
import { tellBag } from './bag-steps.ts'
import { type Fault, type FaultCode, faults as sentences } from './faults.ts'
import type { LedgerJudgement } from './ledger.ts'
import type { UsedKey } from './log.ts'
import type { ProofJudgement } from './proof.ts'
import { count, type Step, tellLedger, tellProof } from './steps.ts'

/** What the reader is told: the verdict in one line, every fault, then each step of the check by itself. */
export type Report = {
  readonly verdict: 'sound' | 'not-sound' | 'not-done'
  readonly says: string
  readonly faults: readonly { readonly code: FaultCode; readonly at: string; readonly says: string }[]
  readonly steps: readonly Step[]
  readonly items: readonly string[]
  readonly key?: UsedKey
  readonly log?: { readonly origin: string; readonly size: number }
}

export const notDone = (why: string): Report => ({
  verdict: 'not-done',
  says: shown(`Not done: ${why}`),
  faults: [],
  steps: [],
  items: [],
})

export function reportOf(judgement: BagJudgement | LedgerJudgement | ProofJudgement): Report {
  const told =
    judgement.is === 'bag'
      ? tellBag(judgement)
      : judgement.is === 'ledger'
        ? tellLedger(judgement)
        : tellProof(judgement)
  const faults = judgement.faults.map(toldFault)
  const all = judgement.faults.reduce((sum, { more = 0 }) => sum + 1 + more, 0)
  const places = new Set(faults.map(({ at }) => at)).size
  const open = told.steps.filter(({ state }) => state === 'unchecked').map(({ name }) => name)
  const nobody = 'nothing contradicts itself, but without the key of the log nobody can say who signed it.'
  const lacks = `nothing that could be checked is wrong, but this machine could not check: ${open.join(', ')}.`
  const [verdict, says] =
    faults.length > 0
      ? (['not-sound', `Not sound: ${count(all, 'fault')} in ${count(places, 'file')}.`] as const)
      : !judgement.key || open.length > 0
        ? (['not-done', `Not done: ${judgement.key ? lacks : nobody}`] as const)
        : (['sound', `Sound: ${told.sound}`] as const)
  return {
    verdict,
    says: shown(says),
    faults,
    steps: told.steps.map((step) => ({
      ...step,
      says: shown(step.says),
      proves: shown(step.proves),
      doesNotProve: shown(step.doesNotProve),
      detail: step.detail.map(shown),
    })),
    items: told.items.map(shown),
    ...(judgement.key && { key: judgement.key }),
    ...(judgement.log && { log: { origin: judgement.log.origin, size: judgement.log.size } }),
  }
}

/** What a state is called before people. */
export const stateWords = {
  holds: 'holds',
  given: 'agrees, by keys that came along',
  fails: 'does not hold',
  unchecked: 'could not be checked here',
  open: 'is left to you',
} as const satisfies Record<Step['state'], string>

/** The report as lines of text; with `detail`, also what an expert asks for. */
export function linesOf({ says, faults, steps, items }: Report, { detail }: { readonly detail: boolean }): string[] {
  const part = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  - ${line}`)]
  return [
    says,
    ...part(
      'Faults',
      faults.map(({ at, says: sentence, code }) => `${at} ${sentence}${detail ? ` [${code}]` : ''}`),
    ),
    ...steps.flatMap((step, at) => [
      '',
      `${at + 1}. ${step.name}: ${stateWords[step.state]}`,
      `   ${step.says}`,
      ...(step.state === 'holds' || step.state === 'given' ? [`   Proves: ${step.proves}`] : []),
      `   Does not prove: ${step.doesNotProve}`,
      ...(detail ? step.detail.map((line) => `   - ${line}`) : []),
    ]),
    ...part('Items', items),
  ]
}

function toldFault({ code, at, facts, more }: Fault) {
  const others = more === undefined ? '' : ` And ${count(more, 'more place')} like this.`
  return { code, at: shown(at), says: shown(`${sentences[code](facts)}${others}`) }
}

/** Names and values come from the bag: none may move the cursor of a terminal or turn the direction of a line. */
const shown = (line: string): string =>
  // oxlint-disable-next-line no-control-regex -- control characters are what is taken out
  line.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, (character) => {
    return `\\u{${character.charCodeAt(0).toString(16)}}`
  })
