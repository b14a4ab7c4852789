import type { Fault } from './faults.ts'
import type { LedgerJudgement } from './ledger.ts'
import type { UsedKey, Witnesses } from './log.ts'
import type { ProofJudgement } from './proof.ts'

/**
 * One step of a check, in words for a juror, and in `detail` for an expert.
 *
 * `given` agrees with itself, but rests on keys that came with what is judged. `unchecked` is what this
 * machine could not check; it is never told as if it held. `open` is what nothing that was given can
 * settle, so that the reader must.
 */
export type Step = {
  readonly name: string
  readonly state: 'holds' | 'given' | 'fails' | 'unchecked' | 'open'
  readonly says: string
  readonly proves: string
  readonly doesNotProve: string
  readonly detail: readonly string[]
}

export type Told = { readonly sound: string; readonly steps: readonly Step[]; readonly items: readonly string[] }

/** Whether there is no fault in any of these groups, which are what stands before the slash of a code. */
export type Holds = (...groups: readonly string[]) => boolean

export function holding(faults: readonly Fault[]): Holds {
  const broken = new Set(faults.map(({ code }) => code.slice(0, code.indexOf('/'))))
  return (...groups) => !groups.some((group) => broken.has(group))
}

type Log = {
  readonly key?: UsedKey
  readonly log?: { readonly origin: string; readonly size: number }
  readonly witnesses?: Witnesses
}

/** The steps that lead to a tree which others can be shown: whose key, what it signed, who saw the same. */
export const logSteps = ({ key, log, witnesses }: Log, holds: Holds, from: string): Step[] => [
  keyStep(key, holds, from),
  {
    name: 'Checkpoint',
    state: key && log && holds('log') ? 'holds' : 'fails',
    says:
      key && log && holds('log')
        ? `The state of the ledger ${log.origin} with ${count(log.size, 'entry')} is signed by that key.`
        : 'There is no state of the ledger that is rightly signed, so nothing below can rest on it.',
    proves: 'Whoever holds the key stated this number of entries and this root over them, and cannot deny it.',
    doesNotProve: 'That it is the newest state, or that everybody was shown the same one.',
    detail: [
      'Signed note with Ed25519 or ML-DSA-44 (C2SP signed-note, tlog-checkpoint) over origin, size and root; the root is the SHA-256 tree hash of RFC 6962, section 2.1.',
    ],
  },
  witnessStep(witnesses, (...groups) => key !== undefined && holds(...groups), from),
]

function keyStep(key: UsedKey | undefined, holds: Holds, from: string): Step {
  const agrees = holds('log')
  return {
    name: 'Whose key it is',
    state: key?.pinned && agrees ? 'holds' : key || agrees ? 'open' : 'fails',
    says: !key
      ? 'No key of the ledger could be read.'
      : key.pinned
        ? 'The key of the ledger is the one that you gave.'
        : `The key of the ledger came with the ${from}, so whoever made the one could have made the other. Ask the agency for the fingerprint of its ledger key and compare: ${grouped(key.fingerprint)}. Or give the check the key that you have from the agency.`,
    proves: 'What is signed by it was signed by whoever you had the key from, or somebody who took it from them.',
    doesNotProve: 'That the key was never stolen.',
    detail: key ? [`Key ${key.vkey}`, `SHA-256 of that text: ${key.fingerprint}`] : [],
  }
}

function witnessStep(witnesses: Witnesses | undefined, holds: Holds, from: string): Step {
  const step = {
    name: 'Witnesses',
    proves:
      'Unless these witnesses conspire with whoever keeps the ledger, nobody can have been shown another history of it.',
    doesNotProve: 'That a witness read any entry, or that this state is the newest.',
  }
  if (!witnesses) {
    const says =
      'Nobody outside is known to have signed this state of the ledger, so another reader may have been shown another one.'
    return { ...step, state: holds('policy', 'witness') ? 'open' : 'fails', says, detail: [] }
  }
  const { state, witnessed, unchecked, pinned, policy } = witnesses
  const whose = pinned ? 'the policy that you gave' : `the policy that came with the ${from}`
  const who = witnessed.map(({ name, at }) => `${name} (${at})`).join(', ')
  const lacking = unchecked.length > 0 ? ` Not checked here: ${unchecked.join(', ')}.` : ''
  const agrees = holds('log', 'witness', 'policy')
  const met = !agrees ? 'fails' : witnessed.length === 0 ? 'open' : pinned ? 'holds' : 'given'
  return {
    ...step,
    state: state === 'met' ? met : agrees && state === 'unchecked' ? 'unchecked' : 'fails',
    says:
      state !== 'met'
        ? `Cosigned by ${who || 'nobody'}: not enough by ${whose}.${lacking}`
        : `${who === '' ? 'Nobody outside has cosigned, and none is asked for' : `Cosigned by ${who}: enough`} by ${whose}.${lacking}`,
    doesNotProve: pinned
      ? step.doesNotProve
      : `${step.doesNotProve} And the names and keys of the witnesses came with the ${from}: ask the agency, or give the check a policy of your own.`,
    detail: [
      'Cosignatures by C2SP tlog-cosignature, judged by C2SP tlog-policy; times are by the witnesses’ own clocks.',
      ...witnessed.map(({ name, vkey, at }) => `${name} at ${at}: ${vkey}`),
      ...policy.trimEnd().split('\n'),
    ],
  }
}

export function tellLedger({ faults, log, tiles, first, last, key, witnesses }: LedgerJudgement): Told {
  const holds = holding(faults)
  const entries = count(log?.size ?? 0, 'entry')
  const whole = holds('tree', 'files', 'log')
  const span = first === undefined ? '' : `, from ${first} to ${last},`
  return {
    sound: `all ${entries} of ${log?.origin ?? 'the ledger'} are in the tree that its checkpoint signs, ${key?.pinned ? 'by the key that you gave.' : 'by the key that came with the ledger.'}`,
    items: [],
    steps: [
      ...logSteps({ ...(key && { key }), ...(log && { log }), ...(witnesses && { witnesses }) }, holds, 'ledger'),
      {
        name: 'Entries',
        state: whole ? 'holds' : 'fails',
        says: whole
          ? `All ${entries}${span} give exactly the ${count(tiles, 'hash tile')} and the root of the checkpoint.`
          : 'The entries and the tiles do not give the tree that the checkpoint signs.',
        proves: 'These are the entries over which the checkpoint was signed: all of them, in this order, unchanged.',
        doesNotProve:
          'What an entry is about: it shows that an act of its kind was entered, and commits to who did it and how. It does not show them.',
        detail: [
          'The tree is computed again from the entry bundles, and every hash tile compared with it (C2SP tlog-tiles).',
        ],
      },
    ],
  }
}

export function tellProof({ faults, log, index, entry, key, witnesses }: ProofJudgement): Told {
  const holds = holding(faults)
  const whole = key !== undefined && holds('log', 'custody', 'proof')
  const place = `number ${index ?? 0} of ${log?.origin ?? 'the ledger'}`
  return {
    sound: `the entry is ${place}, by the key that you gave.`,
    items: entry ? [`${entry.act}, ${entry.outcome}, at ${entry.at} by the vault's own clock.`] : [],
    steps: [
      ...logSteps({ ...(key && { key }), ...(log && { log }), ...(witnesses && { witnesses }) }, holds, 'proof'),
      {
        name: 'Entry',
        state: whole ? 'holds' : 'fails',
        says: whole ? `The entry is ${place}.` : 'The proof does not lead from the entry to a signed checkpoint.',
        proves: 'These bytes stood in the ledger at this place when the checkpoint was signed.',
        doesNotProve: 'That what they say is true, or anything of the other entries.',
        detail: ['Inclusion proof of RFC 6962, section 2.1.1, in the form of C2SP tlog-proof.'],
      },
    ],
  }
}

export const grouped = (digits: string) => digits.replace(/(.{4})(?=.)/g, '$1 ')

export function count(number: number, what: string): string {
  const many = what.endsWith('entry') ? `${what.slice(0, -1)}ies` : `${what}s`
  return `${number.toLocaleString('en-US')} ${number === 1 ? what : many}`
}
