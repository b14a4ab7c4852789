import type { Answered } from '@sallyport/api/contract'
import type { readWitnessing } from '@sallyport/api/witnesses'
import { counted } from '../words/sizes.ts'
import { leastOf, readTyped } from './policy-form.ts'

export type Witnessing = Answered<typeof readWitnessing>
export type Witness = Witnessing['witnesses'][number]

const entries = (count: number): string => counted(count, 'entry', 'entries')

/** How far the witnesses have come together: `2 of 3 witnesses have cosigned the first 12,034 entries.` */
export function quorumWords({ policy, cosigned, witnesses, size }: Witnessing): string {
  if (policy === null) return 'Nobody witnesses this ledger.'
  if (!cosigned) {
    const begun = witnesses.filter((one) => one.cosignedAt !== null).length
    return `Not enough witnesses have cosigned a checkpoint under this policy yet: ${begun} of ${witnesses.length} have begun.`
  }
  const there = witnesses.filter((one) => one.size >= cosigned.size).length
  const have = there === 1 ? 'has' : 'have'
  const beyond = size - cosigned.size
  const rest = beyond > 0 ? ` ${entries(beyond)} came since.` : ''
  return `${there} of ${counted(witnesses.length, 'witness', 'witnesses')} ${have} cosigned the first ${entries(cosigned.size)}.${rest}`
}

/** How many a policy takes, in words. */
export function takesWords(policy: string): string {
  const read = readTyped(policy)
  if (read.is !== 'policy') return 'How many it takes cannot be read.'
  if (read.policy.quorum === 'none') return 'It takes none of them: cosignatures are asked for, and not required.'
  const least = leastOf(read.policy)
  const of = read.policy.witnesses.length
  if (least === undefined) return 'How many it takes is written in the policy, as groups.'
  return of === 1 ? 'It takes that one.' : `It takes ${least === of ? `all ${of}` : `${least} of the ${of}`}.`
}

export type Standing = { readonly says: string; readonly tone: 'dim' | 'wait' | 'bad' | 'good' }

/** How one witness stands. Every cosignature was checked when it came, so one that keeps up is green. */
export function standingOf({ url, cosignedAt, behind, failure }: Witness): Standing {
  if (failure !== null) return { says: 'Failing', tone: 'bad' }
  if (url === null) return { says: 'Not asked: the policy gives no address', tone: 'dim' }
  if (cosignedAt === null) return { says: 'Has cosigned nothing yet', tone: 'wait' }
  return behind > 0 ? { says: `${entries(behind)} behind`, tone: 'dim' } : { says: 'Up to date', tone: 'good' }
}

/** What a change of the policy touches, before it is made. */
export function touched(before: string | null, after: string | null): string[] {
  const [old, next] = [before, after].map((text) => {
    const read = text === null ? undefined : readTyped(text)
    return read?.is === 'policy' ? read.policy : undefined
  })
  const names = (policy: typeof old) => policy?.witnesses.map(({ name }) => name) ?? []
  const added = names(next).filter((name) => !names(old).includes(name))
  const removed = names(old).filter((name) => !names(next).includes(name))
  return [
    ...added.map((name) => `${name} is asked to cosign from now on, and then every checkpoint.`),
    ...removed.map((name) => `${name} is asked no more. What it has cosigned stays cosigned in copies and bags.`),
    ...(after === null ? endsWitnessing : [takesWords(after), ...(next?.quorum === 'none' ? [] : [begins(before)])]),
    'Whoever was given the policy needs the new one. The change is entered in the ledger under your name.',
  ]
}

const begins = (before: string | null): string =>
  before === null
    ? 'Until enough of them have cosigned, nobody outside can fetch the ledger; the vault itself goes on.'
    : 'The checkpoint that was cosigned until now is set aside. Until enough of them have cosigned anew, nobody outside can fetch the ledger; the vault itself goes on.'
const endsWitnessing = [
  'Nobody witnesses the ledger any more. Whoever runs this server could then show two histories.',
  'Bags that are exported from now on hold no cosignatures.',
]
