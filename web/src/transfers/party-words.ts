import type { Answered } from '@sallyport/api/contract'
import type { identityDocuments } from '@sallyport/api/parties'
import type { offerTransfer } from '@sallyport/api/transfers'

export type Transfer = Answered<typeof offerTransfer>
type Party = Transfer['from']

export const documentWords: Readonly<Record<(typeof identityDocuments)[number], string>> = {
  'agency-credential': 'Credential of their agency',
  'driver-license': "Driver's license",
  passport: 'Passport',
  'military-id': 'Military identification',
  'court-order': 'Order of a court',
  other: 'Another document',
}

/** Somebody as the page names them: of this vault, or outside with what is known of them. */
export const partyWords = (party: Party): string =>
  party.kind === 'person'
    ? party.name
    : `${party.name}, ${party.agency}${party.badge === null ? '' : `, badge ${party.badge}`} (outside this vault)`

export const signingWords =
  'You sign with your session and a fresh code of your authenticator. Nobody holds a key of their own in this vault: ' +
  'the ledger states that you signed, when and from where, and if it were rewritten afterwards that would show.'
