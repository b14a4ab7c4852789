import type { AgencyId } from '@sallyport/core/ids'

/** A checkpoint on which an authority outside stamped the time (RFC 3161), with all that its check takes. */
export type StampedCheckpoint = {
  readonly size: number
  /** Of the form [a-z0-9-]{1,40}. */
  readonly authority: string
  /** The signed note, with the line of the log only, exactly as it was stamped. */
  readonly checkpoint: string
  /** TimeStampResp, DER. */
  readonly response: Uint8Array
  /** What the authority says, for people; whoever checks reads it from the response. */
  readonly time: Date
  /** Certificates of the authority as PEM, the signer's first if it is known, the root last. */
  readonly chain: string
  readonly crls?: string
  /** RFC 6962 consistency proof from its size to the checkpoint of the set; absent when they are equal. */
  readonly consistency?: readonly Uint8Array[]
}

/** What proves a ledger to somebody who trusts neither the agency nor the vault. */
export type ProofSet = {
  /** Signed note: the line of the log first, then those of its witnesses. */
  readonly checkpoint: string
  readonly size: number
  /** C2SP tlog-policy of the agency; absent when it has no witness. */
  readonly policy?: string
  readonly stamps: readonly StampedCheckpoint[]
}

/**
 * Gives what proves the ledger of an agency: the newest checkpoint that witnesses cosigned if it covers
 * `least` entries, else the newest one that the log signed. Beside the newest stamps it gives the first
 * ones that cover each of the `places`: they show how early an entry there was in the ledger.
 */
export type ProofsOf = (agency: AgencyId, least: number, places?: readonly number[]) => Promise<ProofSet>
