/**
 * The part of the refusals that is about an item in somebody's hands: reasons, moves, and custody that passes
 * from one to another. See {@link refusals}.
 */
export const refusalsOfCustody = {
  'item/reason-needed': {
    status: 422,
    says: 'Your agency asks for a reason for this, and none was given.',
    next: 'State the reason and try again. An administrator chooses for what a reason is asked.',
  },
  'item/same-case': {
    status: 409,
    says: 'The item is in this case already.',
    next: 'Choose the case that it is to be moved to.',
  },
  'transfer/not-found': {
    status: 404,
    says: 'No such offer of custody, or it is about an item that you may not see.',
    next: 'Look at the offers on the home page.',
  },
  'transfer/open': {
    status: 409,
    says: 'Custody of this item is on offer, and nobody has answered yet.',
    next: 'Have the offer accepted, refused or withdrawn first.',
  },
  'transfer/not-holder': {
    status: 403,
    says: 'Custody is passed on by whoever holds the item, and that is not you.',
    next: 'Ask the holder, who is named on the page of the item. For one who is outside or has left, ask a custodian.',
  },
  'transfer/same-person': {
    status: 409,
    says: 'Custody passes between two people, and these are the same.',
    next: 'Choose another receiver.',
  },
  'transfer/receiver-cannot-see': {
    status: 409,
    says: 'This person may not see the item, so they could not know what they sign for.',
    next: 'Ask the lead of the case to give them access first.',
  },
  'transfer/not-yours': {
    status: 403,
    says: 'This offer is not yours to answer.',
    next: 'Only the person named as receiver accepts or refuses. Who offered, or a custodian, may withdraw it.',
  },
  'transfer/changed': {
    status: 409,
    says: 'What you saw is not what was offered.',
    next: 'Reload the page, compare the item with the offer, and sign again.',
  },
  'transfer/decided': {
    status: 409,
    says: 'This offer was accepted, refused or withdrawn, or it has run out.',
    next: 'Look at the page of the item for who holds it now, and have a new offer made.',
  },
  'transfer/wrong-code': {
    status: 403,
    says: 'This code is wrong, too old, or was used before. Nothing was signed.',
    next: 'Wait for the next code of your authenticator. Five failures lock the account.',
  },
} as const
