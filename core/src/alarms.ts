/**
 * Everything that the vault calls for help about by itself. The code is the contract: the ledger, the
 * pages and whoever watches from outside branch on it.
 *
 * `says` tells what was found, `next` what a person does now. A grave alarm means that what the vault
 * promises may be broken: it stands on every page of those who can act until one of them has said in
 * writing that they saw it. None of these words may ever name a case, a person or a file.
 */
export const alarms = {
  'ledger/split-view': {
    says: 'Two signed checkpoints of this ledger cannot both be true: somebody was shown another ledger.',
    next: 'Stop work. Keep both checkpoints, and call your CJIS security officer and whoever runs the witness.',
    grave: true,
  },
  'ledger/rolled-back': {
    says: 'The ledger on this server is older than one that was already published.',
    next: 'Stop work. A backup may have been restored: follow docs/operations/recovery.md and sign nothing anew.',
    grave: true,
  },
  'ledger/witness-refused': {
    says: 'A witness refuses to cosign this ledger, because it does not follow from what the witness saw.',
    next: 'Compare the checkpoint of the witness with the one of this server before anything else is done.',
    grave: true,
  },
  'ledger/witness-behind': {
    says: 'A witness has not cosigned the newest checkpoints.',
    next: 'Check that the witness runs and can be reached. Nothing is lost: it catches up by itself.',
    grave: false,
  },
  'ledger/stopped': {
    says: 'The ledger cannot be written or published, so nothing is served.',
    next: 'Look at the disk, the database and the log of the server. Change no file of the ledger by hand.',
    grave: true,
  },
  'time/authority-refused': {
    says: 'A time-stamping authority did not answer, or its answer does not check.',
    next: 'Check the address and the certificates of the authority. Checkpoints wait and are stamped later.',
    grave: false,
  },
  'time/clock-off': {
    says: 'The clock of this server differs from the times that others gave.',
    next: 'Set the clock by a source that your policy names. Entries made meanwhile carry the wrong time for good.',
    grave: true,
  },
  'fixity/missing': {
    says: 'The stored bytes of an item are gone.',
    next: 'Do not delete anything. Bring the named file back from a backup; the next check tells whether it is the one.',
    grave: true,
  },
  'fixity/altered': {
    says: 'The stored bytes of an item are not those that were received. They are not served.',
    next: 'Keep the altered file for examination, and bring the right one back from a backup.',
    grave: true,
  },
  'fixity/untracked': {
    says: 'There is a file among the stored items that the vault knows nothing of.',
    next: 'Find out who put it there. The vault does not open it, serve it or remove it.',
    grave: false,
  },
} as const satisfies Record<string, { says: string; next: string; grave: boolean }>

export type AlarmCode = keyof typeof alarms

export const alarmCodes = Object.keys(alarms) as [AlarmCode, ...AlarmCode[]]
