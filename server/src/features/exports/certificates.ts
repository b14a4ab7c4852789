import { unknownClock } from '#db/clock.ts'
import type { Actor } from '#db/within.ts'
import { readVkey } from '@sallyport/core/note'
import { sha256 } from '#keys/primitives.ts'
import { certificateRecord } from '../papers/certificate-record.ts'
import { ledgerStated, running, signedPaper, titles, writeStated } from '../papers/compose.ts'
import type { Statement } from '../papers/statement.ts'
import type { Bagging, Known } from './bag.ts'
import { type BagFile, type Filling, tag } from './filling.ts'
import type { Exported } from './rows.ts'

type Around = {
  readonly actor: Actor
  readonly exported: Exported
  readonly filling: Filling
  readonly known: Known
}

const kinds = {
  'certification-902-14': '902-14',
  'certification-902-13': '902-13',
  'system-description': 'system',
} as const

/** Drafts of the certifications for what is in the bag, from what was found while it was written. */
export async function* certificates(
  parts: Bagging,
  { actor, exported, filling, known }: Around,
): AsyncGenerator<BagFile> {
  const { proofs, signer, agency, sums } = known
  const key = readVkey(sha256, known.key)
  if (!key) throw new Error('The key of the ledger is not of its form.')
  const items = filling.allExamined()
  const list = { items: sums.items - items.length, list: 'metadata/index.csv', sha256: filling.indexDigest() }
  const at = parts.now()
  const subject = `case ${known.case.number}, export ${exported.id.slice(0, 8)}`
  const stated: Statement = {
    at,
    why: exported.why,
    agency: { ...agency, ...known.policy },
    timeZone: known.timeZone,
    clock: (parts.ground.clock ?? unknownClock)(actor.agency),
    case: known.case,
    items,
    ...(list.items > 0 && { rest: list }),
    ledger: await ledgerStated(parts, actor, { proofs, key }),
    proofs,
    running: running(parts.version),
  }
  yield tag(filling, 'certificates/902-14.json', `${JSON.stringify(certificateRecord(stated), null, 2)}\n`)
  for (const [kind, name] of Object.entries(kinds) as [keyof typeof kinds, string][]) {
    const cover = { title: `${titles[kind]}: ${subject}`, agency: agency.name, subject, at }
    const { pdf } = await signedPaper({ cover, signer, stamp: parts.stamp(actor) }, (paper) =>
      writeStated(paper, kind, stated),
    )
    yield tag(filling, `certificates/${name}.pdf`, pdf)
  }
}
