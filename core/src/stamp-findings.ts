type Facts = Readonly<Record<string, string | number>>
type Row = {
  /**
   * `fault`: the stamp proves no time. `unchecked`: this machine could not tell. `note`: the stamp
   * stands, and a reader should know this about it.
   */
  readonly weighs: 'fault' | 'unchecked' | 'note'
  /** Goes on after the name of the stamp. */
  readonly says: (facts: Facts) => string
}

/** Everything that can be found about an RFC 3161 stamp. */
export const stampFindings = {
  'stamp/malformed': { weighs: 'fault', says: ({ why }) => `is not a time stamp that can be read (${why}).` },
  'stamp/refused': { weighs: 'fault', says: ({ why }) => `holds no stamp: the authority answered “${why}”.` },
  'stamp/other-bytes': {
    weighs: 'fault',
    says: () => 'stamps other bytes than these. It belongs to something else, or what it stamps was changed.',
  },
  'stamp/other-nonce': { weighs: 'fault', says: () => 'does not answer the request that was sent, but an older one.' },
  'stamp/weak-imprint': { weighs: 'fault', says: () => 'stamps a SHA-1 digest, for which other bytes can be made.' },
  'stamp/signers': { weighs: 'fault', says: ({ count }) => `has ${count} signers where exactly one belongs.` },
  'stamp/attribute': { weighs: 'fault', says: ({ name, why }) => `has a signed attribute ${name} that ${why}.` },
  'stamp/content-changed': {
    weighs: 'fault',
    says: () => 'states a time, serial number or digest that is not the one that was signed.',
  },
  'stamp/no-signer': { weighs: 'fault', says: () => 'is signed by a certificate that is not with it.' },
  'stamp/swapped-signer': {
    weighs: 'fault',
    says: ({ subject }) => `comes with the certificate ${subject}, but its signer meant another certificate.`,
  },
  'stamp/forged': { weighs: 'fault', says: ({ subject }) => `carries a signature that ${subject} did not make.` },
  'stamp/weak-signature': { weighs: 'fault', says: ({ why }) => `is signed in a way that is not believed: ${why}.` },
  'stamp/purpose': {
    weighs: 'fault',
    says: ({ subject }) => `is signed by ${subject}, whose certificate is not for time stamping and only that.`,
  },
  'stamp/untrusted': {
    weighs: 'fault',
    says: ({ subject }) => `is signed by ${subject}, whose certificates lead to no root that is trusted here.`,
  },
  'stamp/expired': {
    weighs: 'fault',
    says: ({ subject, from, until }) =>
      `states a time at which the certificate of ${subject} was not valid (it is from ${from} to ${until}).`,
  },
  'stamp/path': { weighs: 'fault', says: ({ subject, why }) => `rests on the certificate of ${subject}, ${why}.` },
  'stamp/revoked': {
    weighs: 'fault',
    says: ({ subject, at }) => `rests on the certificate of ${subject}, which was revoked on ${at}.`,
  },
  'stamp/from-future': { weighs: 'fault', says: ({ time }) => `states a time that is still to come (${time}).` },
  'stamp/unchecked': {
    weighs: 'unchecked',
    says: ({ algorithm }) => `could not be checked: this program has no ${algorithm} on this machine.`,
  },
  'stamp/no-revocation': {
    weighs: 'note',
    says: ({ subject }) => `comes without a list that says whether the certificate of ${subject} was revoked.`,
  },
  'stamp/list-unusable': {
    weighs: 'note',
    says: ({ issuer, why }) => `comes with a list of revoked certificates by ${issuer} that is of no use: ${why}.`,
  },
  'stamp/revoked-later': {
    weighs: 'note',
    says: ({ subject, at }) =>
      `rests on the certificate of ${subject}, which ended on ${at}, after the stamp, and not because a key was lost.`,
  },
  'stamp/path-ended': {
    weighs: 'note',
    says: ({ subject, until }) =>
      `rests on the certificate of ${subject}, which was valid then and ended on ${until}: nobody says today whether its key was lost since.`,
  },
  'stamp/authority-name': { weighs: 'note', says: () => 'names another authority than the one that signed it.' },
} as const satisfies Record<string, Row>

export type StampCode = keyof typeof stampFindings

export type StampFinding = { readonly code: StampCode; readonly facts: Facts }

/** Takes a finding down; the judgement goes on, so that a reader learns of all of them. */
export type StampFind = (code: StampCode, facts?: Facts) => void

/** Whether nothing was found that keeps the stamp from proving its time. */
export const stands = (findings: readonly StampFinding[]): boolean =>
  findings.every(({ code }) => stampFindings[code].weighs === 'note')
