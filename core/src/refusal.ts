import { refusalsOfCustody } from './refusals-of-custody.ts'
import { refusalsOfProof } from './refusals-of-proof.ts'

/**
 * Every way the vault says no. The code is the contract: clients branch on it, the ledger stores
 * it, docs/REFUSALS.md lists it, and a test fails when one of the three falls behind.
 *
 * `says` tells what happened and why; `next` tells what to do now. Neither ever tells whether a
 * thing exists that the asker may not see.
 */
export const refusals = {
  'request/malformed': {
    status: 400,
    says: 'The request is not of the documented form.',
    next: 'Compare it with the field that is named, and with docs/OPENAPI.json.',
  },
  'request/not-found': {
    status: 404,
    says: 'There is nothing at this address.',
    next: 'Check the address, or start again from the home page.',
  },
  'request/wrong-method': {
    status: 405,
    says: 'This address does not take requests of this method.',
    next: 'Use one of the methods that are named, as docs/OPENAPI.json has it.',
  },
  'request/too-large': {
    status: 413,
    says: 'The request is larger than this address takes.',
    next: 'Send files through an upload, which takes any size.',
  },
  'request/too-many': {
    status: 429,
    says: 'Too many requests came from here in a short time.',
    next: 'Wait for the number of seconds named, then try again.',
  },
  'request/too-slow': {
    status: 408,
    says: 'The request took too long to arrive.',
    next: 'Check the connection and try again.',
  },
  'request/forged': {
    status: 403,
    says: 'The request does not carry the token of this session, so it may not come from you.',
    next: 'Reload the page and try again.',
  },
  'vault/busy': {
    status: 503,
    says: 'The vault has more work than it can take just now.',
    next: 'Try again in a few seconds. Nothing was changed.',
  },
  'vault/sealed': {
    status: 503,
    says: 'The vault is sealed: the agency has not released its key to this server.',
    next: 'An administrator opens it with the passphrase at /unlock.',
  },
  'vault/ledger-down': {
    status: 503,
    says: 'The ledger cannot be written, so nothing is served.',
    next: 'Tell the person who runs the vault. Nothing was changed.',
  },
  'vault/disk-full': {
    status: 507,
    says: 'There is not enough room on the disk for this.',
    next: 'Tell the person who runs the vault. What had arrived is kept, and the upload can go on later.',
  },
  'vault/already-set-up': {
    status: 409,
    says: 'This set-up link has been used, or is not the one this vault gave out.',
    next: 'Sign in, or make a new link with: sallyport agency add',
  },
  'vault/wrong-passphrase': {
    status: 403,
    says: 'This passphrase does not open the agency key.',
    next: 'Check the spelling, capitals and spaces. The passphrase was chosen at set-up.',
  },
  'session/missing': {
    status: 401,
    says: 'You are not signed in.',
    next: 'Sign in and try again.',
  },
  'session/ended': {
    status: 401,
    says: 'Your session has ended.',
    next: 'Sign in again. Uploads that were under way can be resumed.',
  },
  'session/locked': {
    status: 423,
    says: 'Your session is locked because it was idle, or because you locked it.',
    next: 'Enter your password and a code to go on where you were.',
  },
  'session/not-permitted': {
    status: 403,
    says: 'Your role does not permit this.',
    next: 'Ask an administrator of your agency, who can change your role or add you to the case.',
  },
  'session/banner-changed': {
    status: 409,
    says: 'The system-use notice has changed since you read it.',
    next: 'Read the new notice, accept it and sign in again.',
  },
  'sign-in/refused': {
    status: 401,
    says: 'The name, the password or the code is not right.',
    next: 'Try again with a fresh code. After five failures in 15 minutes the account is locked.',
  },
  'sign-in/locked': {
    status: 423,
    says: 'This sign-in is locked after too many failures.',
    next: 'Ask an administrator to release the account.',
  },
  'password/too-short': {
    status: 422,
    says: 'The password is shorter than your agency asks for.',
    next: 'Choose a longer one. Several words in a row, with spaces, are easy to remember.',
  },
  'password/too-long': {
    status: 422,
    says: 'The password is longer than 256 characters.',
    next: 'Choose a shorter one. The vault never cuts a password off.',
  },
  'password/banned': {
    status: 422,
    says: 'This password is on the list of passwords that are known to attackers, or contains your name.',
    next: 'Choose another one, for example four words that have nothing to do with each other.',
  },
  'enrolment/not-found': {
    status: 404,
    says: 'This link has been used or has expired.',
    next: 'Ask an administrator for a new one.',
  },
  'enrolment/wrong-code': {
    status: 422,
    says: 'The code does not match the authenticator that was just set up.',
    next: 'Check that the clock of your phone is right, wait for the next code and try again.',
  },
  'person/not-found': {
    status: 404,
    says: 'No such person in your agency.',
    next: 'Check the list of people.',
  },
  'person/name-taken': {
    status: 409,
    says: 'Another account of your agency has this sign-in name, or had it.',
    next: 'Choose another sign-in name.',
  },
  'person/last-administrator': {
    status: 409,
    says: 'This would leave the agency without an administrator who can sign in.',
    next: 'Give another person the administrator role first.',
  },
  'case/not-found': {
    status: 404,
    says: 'No such case, or it is not shared with you.',
    next: 'Check the number, or ask the lead of the case to add you.',
  },
  'case/number-taken': {
    status: 409,
    says: 'A case with this number is already open in your agency.',
    next: 'Check the number. If the case is not in your list, ask a supervisor to add you to it.',
  },
  'case/not-yours': {
    status: 403,
    says: 'Your level on this case does not permit this.',
    next: 'Ask the lead of the case to raise your level.',
  },
  'item/not-found': {
    status: 404,
    says: 'No such item, or it is not shared with you.',
    next: 'Check the link, or ask the lead of the case to add you.',
  },
  'item/not-held': {
    status: 409,
    says: 'The item is not held yet, so its content cannot be opened.',
    next: 'Wait until the upload is complete, or have a custodian look at why it is quarantined.',
  },
  'item/not-quarantined': {
    status: 409,
    says: 'The item is not in quarantine, so there is nothing to release it from.',
    next: 'Look at its state and its custody: somebody may have released it already.',
  },
  'item/altered': {
    status: 409,
    says: 'The stored bytes of this item do not match what was received. They are not served.',
    next: 'Tell the evidence custodian now. The ledger names the item and the place in the file.',
  },
  'upload/not-found': {
    status: 404,
    says: 'No such upload, or it is not yours.',
    next: 'Look at the list of your uploads.',
  },
  'upload/expired': {
    status: 410,
    says: 'This upload was not completed in time, and what had arrived was destroyed.',
    next: 'Upload the file again.',
  },
  'upload/finished': {
    status: 409,
    says: 'This upload is complete. Nothing can be added to it.',
    next: 'Open the item. A later version goes in as a derivative.',
  },
  'upload/empty': {
    status: 422,
    says: 'The file is empty.',
    next: 'Check the file on the device it came from.',
  },
  'upload/digest-mismatch': {
    status: 422,
    says: 'The bytes that arrived do not match the SHA-256 that was declared. They were not kept.',
    next: 'Upload the file again from the original medium.',
  },
  'upload/wrong-offset': {
    status: 409,
    says: 'The part does not begin where the last one ended.',
    next: 'Ask for the offset (HEAD) and send from there.',
  },
  'upload/busy': {
    status: 423,
    says: 'Another connection is writing to this upload.',
    next: 'Wait a few seconds and try again.',
  },
  'viewing/not-found': {
    status: 404,
    says: 'This viewing has ended.',
    next: 'Open the item again.',
  },
  'viewing/bad-range': {
    status: 416,
    says: 'The range asked for lies outside the file.',
    next: 'Ask for bytes within the length of the file.',
  },
  'export/not-found': {
    status: 404,
    says: 'No such export, or it is not yours.',
    next: 'Make a new export from the item or the case.',
  },
  'export/nothing': {
    status: 409,
    says: 'There is nothing in this case that can be exported by you.',
    next: 'Check that the items are held and that your role may export them.',
  },
  ...refusalsOfCustody,
  ...refusalsOfProof,
} as const satisfies Record<string, { status: number; says: string; next: string }>

export type RefusalCode = keyof typeof refusals

/**
 * Thrown to stop a request for a reason its sender should hear. Anything else that is thrown is a
 * fault of ours: it is logged whole and answered with a bare 500.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: RefusalCode
  /** Shown to the sender and written to the ledger, so never a secret and never CJI. */
  readonly facts: Readonly<Record<string, string>>

  constructor(code: RefusalCode, facts: Record<string, string> = {}) {
    super(refusals[code].says)
    this.code = code
    this.facts = facts
  }
}
