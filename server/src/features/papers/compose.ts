import { release } from 'node:os'
import { getFips, hash, type X509Certificate } from 'node:crypto'
import { openCheckpoint } from '@sallyport/core/checkpoint'
import { hex } from '@sallyport/core/bytes'
import { readNote, type VerifierKey, writeVkey } from '@sallyport/core/note'
import { type Actor, type Ground, within } from '#db/within.ts'
import type { ProofSet } from '#ledger/proof-set.ts'
import { countWaiting } from '#ledger/rows.ts'
import { verifiers } from '#ledger/signatures.ts'
import { agencyFile } from '../agencies/rows.ts'
import { writeCertification } from './certification.ts'
import { beginPaper, type Cover, type Paper } from './document.ts'
import type { Signer, Stamp } from './cms.ts'
import { paperSigner } from './paper-key.ts'
import type { PaperKind } from './rows.ts'
import { signPdf } from './signature.ts'
import type { Running, Statement } from './statement.ts'
import { writeSystemDescription } from './system-description.ts'

export type Signing = {
  readonly ground: Ground
  readonly serverKey: Uint8Array
  /** Asks an authority outside for a stamp over a digest, if the agency has one that answers. */
  readonly stamp: (actor: Actor) => Stamp
  readonly now: () => Date
}

export type Signed = { readonly pdf: Buffer; readonly stamped: boolean; readonly certificate: string }

export const running = (version: string): Running => ({
  version,
  node: process.versions.node,
  openssl: process.versions.openssl,
  fips: getFips() === 1,
  system: `${process.platform} ${release()} (${process.arch})`,
})

const fingerprintOf = ({ raw }: X509Certificate): string => hash('sha256', raw)

/** Opens the key of the agency's papers; the same key signs all papers of one bag. */
export const signerFor = ({ ground, serverKey, now }: Signing, actor: Actor): Promise<Signer> =>
  within(ground, actor, async (tx) => {
    const { name } = await agencyFile(tx)
    return paperSigner(tx, { serverKey, agency: name }, now())
  })

/** Writes a paper, signs it as the vault, and has the signature stamped where an authority answers. */
export async function signedPaper(
  { cover, signer, stamp }: { readonly cover: Omit<Cover, 'signer'>; readonly signer: Signer; readonly stamp: Stamp },
  write: (paper: Paper) => Promise<void> | void,
): Promise<Signed> {
  const paper = beginPaper({ ...cover, signer: `The vault of ${cover.agency}` })
  await write(paper)
  const { pdf, stamped } = await signPdf(await paper.end(), signer, stamp)
  return { pdf, stamped, certificate: fingerprintOf(signer.certificate) }
}

/** What a paper says of the ledger; its signature is checked here and now. */
export async function ledgerStated(
  { ground }: Pick<Signing, 'ground'>,
  actor: Actor,
  { proofs, key }: { readonly proofs: ProofSet; readonly key: VerifierKey },
): Promise<Statement['ledger']> {
  const opened = await openCheckpoint(Buffer.from(proofs.checkpoint), { key, verify: verifiers })
  const note = readNote(Buffer.from(proofs.checkpoint))
  return {
    origin: key.name,
    key: writeVkey(key),
    size: proofs.size,
    root: opened.is === 'signed' ? hex(opened.checkpoint.root) : 'not readable',
    signed: opened.is === 'signed' && opened.checkpoint.size === proofs.size,
    witnesses: (note?.signatures ?? []).flatMap(({ name }) => (name === key.name ? [] : [name])),
    waiting: await within(ground, actor, countWaiting),
  }
}

export const titles: Readonly<Record<PaperKind, string>> = {
  custody: 'Custody report',
  'certification-902-13': 'Certification under Rule 902(13), draft',
  'certification-902-14': 'Certification under Rule 902(14), draft',
  'system-description': 'Description of the system',
}

/** Writes the papers that state everything at once; the custody report is written while entries are read. */
export function writeStated(paper: Paper, kind: Exclude<PaperKind, 'custody'>, stated: Statement): void {
  if (kind === 'system-description') writeSystemDescription(paper, stated)
  else writeCertification(paper, kind === 'certification-902-13' ? '902(13)' : '902(14)', stated)
}
