import type { ClockTrust } from '#db/clock.ts'
import type { ProofSet } from '#ledger/proof-set.ts'
import type { Examined } from './examine.ts'

/** What this vault runs on and how it is set, as far as a paper tells it. */
export type Running = {
  readonly version: string
  readonly node: string
  readonly openssl: string
  readonly fips: boolean
  readonly system: string
}

/** Everything that a paper states, gathered and checked before the first line is written. */
export type Statement = {
  readonly at: Date
  readonly why: string
  readonly agency: { readonly name: string; readonly ori: string; readonly policy: string; readonly unlock: string }
  readonly timeZone: string
  /** What the vault knew of its clock when the paper was made. */
  readonly clock: ClockTrust
  readonly case: { readonly number: string; readonly title: string }
  readonly court?: string | undefined
  readonly caption?: string | undefined
  readonly person?: { readonly name: string; readonly title?: string | undefined } | undefined
  readonly items: readonly Examined[]
  /** Where the rest are listed, if a bag holds more than a paper can. */
  readonly rest?: { readonly items: number; readonly list: string; readonly sha256: string }
  readonly ledger: {
    readonly origin: string
    readonly key: string
    readonly size: number
    readonly root: string
    /** Whether the signature of the checkpoint was found good just now. */
    readonly signed: boolean
    readonly witnesses: readonly string[]
    /** Entries that were made and have no place in the signed tree yet. */
    readonly waiting: number
  }
  readonly proofs: ProofSet
  readonly running: Running
}

export const grouped = (digits: string): string => digits.replace(/(.{8})(?=.)/g, '$1 ')

export const utc = (at: Date | string): string =>
  (typeof at === 'string' ? at : at.toISOString()).replace('T', ' ').replace('Z', ' UTC')

export const count = (number: number): string => number.toLocaleString('en-US')

/** How well a clock was known, in words. */
export const clockWords = ({ source, offsetMs, checkedAt }: ClockTrust): string =>
  checkedAt === null || offsetMs === null
    ? 'compared with nobody since the vault started'
    : `${Math.abs(offsetMs)} ms ${offsetMs < 0 ? 'behind' : 'ahead of'} ${source}, which was asked ${utc(checkedAt)}`

const dayMs = 86_400_000
/** A clock that is further off than a stamp can show is an exception. */
const mostOffMs = 2_000

function clockExceptions({ facts, receipt }: Examined): string[] {
  const { recordedAt, clockOffsetSeconds: offset } = facts
  const late = recordedAt && receipt ? (Date.parse(receipt.at) - recordedAt.getTime()) / dayMs : 0
  return [
    ...(recordedAt && offset === null
      ? [
          'Nobody recorded how far the clock of the device was from true time; the time of recording is as the device gave it.',
        ]
      : []),
    ...(offset
      ? [
          `The clock of the device was recorded as ${Math.abs(offset)} seconds ${offset > 0 ? 'ahead of' : 'behind'} true time. Times of the device are not corrected for it here.`,
        ]
      : []),
    ...(receipt && (receipt.clock.checkedAt === null || Math.abs(receipt.clock.offsetMs ?? 0) > mostOffMs)
      ? [`The clock of the vault at receipt: ${clockWords(receipt.clock)}.`]
      : []),
    ...(late > 1 ? [`The file came into the vault ${Math.floor(late)} days after it was recorded.`] : []),
    ...(late < -1 / 24 ? ['By the clock of the device it was recorded after it came into the vault.'] : []),
  ]
}

function bytesExceptions({ now, receipt, declared }: Examined): string[] {
  return [
    ...(now.fault
      ? [
          `The stored bytes could not be read to their end on ${utc(now.at)}: ${now.fault}. No digest of them is stated.`,
        ]
      : []),
    ...(receipt
      ? []
      : ['The ledger holds no entry of the receipt that can be read, so nothing can be compared with it.']),
    ...(receipt && now.sha256 && now.sha256 !== receipt.sha256
      ? ['The SHA-256 found now is NOT the one that was recorded at receipt.']
      : []),
    ...(receipt && declared && declared.sha256 !== receipt.sha256
      ? ['The SHA-256 that the sender declared is NOT the one that was recorded at receipt.']
      : []),
    ...(declared ? [] : ['No SHA-256 that the sender declared before or while sending can be read in the ledger.']),
  ]
}

function custodyExceptions(item: Examined): string[] {
  const { changed, outside, expunged, findings, corrections, row } = item
  return [
    ...(changed > 0
      ? [`${count(changed)} custody entries do not say what the ledger committed to: they were changed.`]
      : []),
    ...(outside > 0 ? [`${count(outside)} custody entries could not be proved to stand in the signed tree.`] : []),
    ...(expunged > 0
      ? [
          `What ${count(expunged)} custody entries say was destroyed by order of a court; the entries and their proofs stand.`,
        ]
      : []),
    ...[...findings].map(
      ([act, times]) => `The ledger holds ${count(times)} entries of the act ${act} about this item.`,
    ),
    ...(row.state === 'quarantined' ? [`The item is in quarantine: ${row.quarantine.join(' ')}`] : []),
    ...(row.state === 'held' && row.quarantine.length > 0
      ? [`The item was in quarantine when it came (${row.quarantine.join(' ')}) and was released by a custodian.`]
      : []),
    ...(corrections > 0
      ? [`The record of the item was corrected or added to ${count(corrections)} times; the first wording is kept.`]
      : []),
  ]
}

/** What a reader must know that speaks against an item, or that is missing. Empty means: nothing was found. */
export const exceptionsOf = (item: Examined): readonly string[] => [
  ...bytesExceptions(item),
  ...clockExceptions(item),
  ...custodyExceptions(item),
]

/** What is missing for the ledger as a whole. */
export function ledgerExceptions({ ledger, proofs }: Statement): readonly string[] {
  return [
    ...(ledger.signed ? [] : ['The signature of the checkpoint does not fit the key of the ledger.']),
    ...(ledger.witnesses.length === 0
      ? [
          'No witness outside the vault has cosigned this checkpoint: that no other tree was shown to others rests on the vault alone.',
        ]
      : []),
    ...(proofs.stamps.length === 0
      ? ['No time authority has stamped a checkpoint of this ledger: all times rest on the clock of the vault alone.']
      : []),
    ...(ledger.waiting > 0
      ? [`${count(ledger.waiting)} newer entries of the ledger had no place in the signed tree yet when this was made.`]
      : []),
  ]
}
