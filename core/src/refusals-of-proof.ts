/**
 * The part of the refusals that is about proof: court papers, the ledger and who watches over it, alarms,
 * the checks of stored bytes, and what an order of a court destroyed. See {@link refusals}.
 */
export const refusalsOfProof = {
  'paper/not-found': {
    status: 404,
    says: 'No such court paper, or it is not yours to read.',
    next: 'Have the paper made again from the item or the case.',
  },
  'paper/nothing': {
    status: 409,
    says: 'There is nothing received here that a court paper could be about.',
    next: 'Wait until the item has arrived whole.',
  },
  'paper/too-much': {
    status: 409,
    says: 'This is more than one paper can state, for every byte of it is read anew while the paper is made.',
    next: 'Make the paper for single items, or export the case: its bag holds the papers of all items.',
  },
  'ledger/bad-policy': {
    status: 422,
    says: 'This policy cannot be used.',
    next: 'Correct the line that is named. docs/operations/witness.md shows a policy.',
  },
  'ledger/not-replayed': {
    status: 409,
    says: 'Nothing was replayed.',
    next: 'Read the reason, and docs/operations/recovery.md. The ledger stays as it was.',
  },
  'ledger/not-open': {
    status: 404,
    says: 'There is no ledger here, or it is not open to you.',
    next: 'Ask the agency for a token, and send it as: Authorization: Bearer TOKEN.',
  },
  'authority/bad-roots': {
    status: 422,
    says: 'These are no certificates that time stamps can be checked with.',
    next: 'Give the root certificate of the authority as PEM; it signs itself.',
  },
  'authority/name-taken': {
    status: 409,
    says: 'An authority of this name is there already, or was.',
    next: 'Choose another name. Stamps keep the name of the authority that made them.',
  },
  'authority/not-found': {
    status: 404,
    says: 'No such authority, or it has ended already.',
    next: 'Look at the list of authorities again.',
  },
  'monitor/not-found': {
    status: 404,
    says: 'No such token, or it has ended already.',
    next: 'Look at the list of tokens again.',
  },
  'alarm/not-found': {
    status: 404,
    says: 'No such alarm in your agency.',
    next: 'Look at the list of alarms.',
  },
  'alarm/acknowledged': {
    status: 409,
    says: 'Somebody has acknowledged this alarm already.',
    next: 'Read what they wrote. If the same is found again, it is a new alarm.',
  },
  'fixity/under-way': {
    status: 409,
    says: 'A round over all stored bytes is under way.',
    next: 'Wait until it has ended. Its progress stands on the page Fixity.',
  },
  'item/expunged': {
    status: 410,
    says: 'This item was destroyed under an order of a court. Only its number and the proof of it are left.',
    next: 'Read its custody: the order is named there.',
  },
  'expungement/not-found': {
    status: 404,
    says: 'No such order of expungement in your agency.',
    next: 'Look at the list of orders.',
  },
  'expungement/decided': {
    status: 409,
    says: 'This order was decided already.',
    next: 'Look at the order: it says by whom and when.',
  },
  'expungement/same-person': {
    status: 403,
    says: 'Whoever drafted an expungement cannot approve it. It takes two people.',
    next: 'Ask a supervisor or an administrator who has read the order.',
  },
  'expungement/wrong-reference': {
    status: 422,
    says: 'What you typed is not the number of this order.',
    next: 'Take the order itself at hand and type its number as it stands there. Nothing was destroyed.',
  },
  'expungement/done-before': {
    status: 409,
    says: 'What this order is about was destroyed under an order before.',
    next: 'Look at the list of orders. For what came to light since, draft an order on that.',
  },
  'expungement/not-executed': {
    status: 409,
    says: 'This order was not executed, so there is nothing to prove.',
    next: 'Look at the order: it says what became of it.',
  },
} as const satisfies Record<string, { status: number; says: string; next: string }>
