import type { Paper } from './document.ts'
import { writeLedger } from './certification.ts'
import { clockWords, count, ledgerExceptions, type Statement, utc } from './statement.ts'

type Part = { readonly title: string; readonly says: readonly string[] }

/** How the vault works, in the words of a witness who must answer questions about it. Each sentence can be looked up. */
const parts: readonly Part[] = [
  {
    title: 'How a file comes in',
    says: [
      'The sender signs in with a password and an authenticator, and declares the name, the size and the SHA-256 of the file. The bytes come over TLS 1.2 or 1.3 in parts (tus 1.0); after a cut the sender goes on from the last byte that was durable.',
      'A worker of the server hashes the bytes in their order and seals them as they pass. No clear byte is written to disk. When the last byte is here, the SHA-256 found is compared with the one declared; if they differ, the bytes are destroyed and the refusal is entered.',
      'Object, exhibit number, state and entry of receipt are committed in one transaction of PostgreSQL: either all of them are there or none.',
    ],
  },
  {
    title: 'How it is sealed',
    says: [
      'Format FLOE: segments of 256 KiB, each sealed with AES-256-GCM (FIPS 197, SP 800-38D) under keys that HKDF with SHA-384 derives from a random key of 32 bytes made for this file. Number of the segment, and whether it is the last, are authenticated.',
      'That key is wrapped (AES-KW, SP 800-38F) under the key of the case, which is wrapped under the key of the server and then under the key of the agency. Whoever has the disks and the database, and not the key of the agency, reads nothing.',
      'What describes a case, an item or a person stands sealed in the database under another key of the agency.',
    ],
  },
  {
    title: 'The ledger',
    says: [
      'Every act is entered in the transaction that does it. If the entry cannot be written, the act does not happen. A read is entered before its first byte leaves.',
      'An entry commits to actor and detail with salted SHA-256, so that nobody can later show other words for it, and nobody can guess the words from it. The entries are the leaves of a Merkle tree (RFC 6962); its head is signed with Ed25519 as a checkpoint (C2SP tlog-checkpoint).',
      'A proof of some thirty hashes shows that an entry stands in a tree of a thousand million. A changed, removed or inserted entry changes the root, and the root was signed.',
      'A court may order that what entries say is destroyed. Then their secret is destroyed: the leaf stays in the tree, says nothing to anybody, and all proofs hold as before.',
    ],
  },
  {
    title: 'Witnesses and stamps',
    says: [
      'The vault itself could, in the hands of somebody who owns it, sign two trees and show one to each. Witnesses outside cosign only a tree that goes on from the one they saw last. Time authorities outside (RFC 3161) sign that a checkpoint existed at a time. Whether this agency has any is stated below.',
    ],
  },
  {
    title: 'The clock',
    says: [
      'Times of entries are those of the system clock of the server, in UTC, to the millisecond. They are a claim of the vault. Beside each stands what was known of the clock then: who was asked last, when, and how far off it was. What stands before a stamp in the tree existed before the time of that stamp.',
    ],
  },
  {
    title: 'What was tested, and known faults',
    says: [
      'Each version is tested before it is used: every sealed format against known answers of others, every kind of change to stored bytes, entries, proofs and exports against the verifier, and the end of the process at every step of writing. The tests are public and can be run again.',
      'A fault of the hardware before the bytes are hashed on the side of the sender cannot be seen. A person who lends a session lends the name. A clock that is set wrong is wrong in every entry until it is set right.',
    ],
  },
  {
    title: 'How to check without the vault',
    says: [
      'An export is a BagIt bag (RFC 8493): the files, their digests, the custody with the opening of every commitment, a proof for each entry, the checkpoint, the keys, and a verifier whose source can be read in an hour. sha256sum and openssl are enough for the files and the signatures.',
    ],
  },
]

/** The description of the system for whoever must testify about it: how it works, its versions, how this one is set. */
export function writeSystemDescription(paper: Paper, stated: Statement): void {
  const { running, agency, timeZone, at, clock } = stated
  paper.heading(1, 'Description of the system')
  paper.paragraph(`For the witness who must testify. ${agency.name}, ORI ${agency.ori}. Made ${utc(at)}.`, { gap: 8 })
  paper.heading(2, 'This vault')
  paper.fact('Program', `Sallyport ${running.version}`)
  paper.fact('Runs on', `Node.js ${running.node}, OpenSSL ${running.openssl}, ${running.system}`)
  paper.fact('FIPS provider of OpenSSL', running.fips ? 'in force in this process' : 'not in force in this process')
  paper.fact('Policy profile', agency.policy)
  paper.fact(
    'Agency key',
    agency.unlock === 'by-hand' ? 'released by a person with a passphrase' : 'released from a file at the start',
  )
  paper.fact('Time zone of the agency', timeZone)
  paper.fact('System clock, when this was made', clockWords(clock))
  for (const { title, says } of parts) {
    paper.heading(2, title)
    for (const sentence of says) paper.paragraph(sentence)
  }
  paper.heading(2, 'The ledger of this agency')
  writeLedger(paper, stated)
  for (const says of ledgerExceptions(stated)) paper.paragraph(says)
  paper.paragraph(
    `The case of this paper has ${count(stated.items.length + (stated.rest?.items ?? 0))} items that it concerns.`,
  )
}
