import { hash } from 'node:crypto'
import type { Examined } from './examine.ts'
import { exceptionsOf, ledgerExceptions, type Statement } from './statement.ts'

/** The facts of an item as a certification states them, for programs. */
function itemRecord(item: Examined): object {
  const { row, facts, deliveredBy, corrections, receipt, declared, now } = item
  const { originalName, mediaType, title, device, person, recordedAt, clockOffsetSeconds, derivation } = facts
  return {
    id: row.id,
    exhibit: row.exhibit,
    title,
    originalName,
    mediaType,
    size: row.size,
    source: { device, person, recordedAt, clockOffsetSeconds },
    deliveredBy,
    sha256: { declared: declared ?? null, atReceipt: receipt?.sha256 ?? null, now: now.sha256 ?? null },
    sha512: { now: now.sha512 ?? null },
    readAt: now.at,
    receipt: receipt ?? null,
    custody: {
      entries: item.entries,
      changed: item.changed,
      unproved: item.outside,
      expunged: item.expunged,
      transfers: item.transfers,
      transfersInAll: item.transfersInAll,
    },
    parent: item.parent ?? null,
    derivation: derivation ?? null,
    derivatives: item.derivatives,
    corrections,
    exceptions: exceptionsOf(item),
  }
}

/** What the draft under Rule 902(14) states, for programs. It declares nothing, as the draft does. */
export const certificateRecord = (stated: Statement): object => ({
  rule: 'FRE 902(14)',
  draft: true,
  made: stated.at,
  why: stated.why,
  agency: stated.agency,
  case: stated.case,
  system: { ...stated.running, timeZone: stated.timeZone, clock: stated.clock },
  ledger: stated.ledger,
  stamps: stated.proofs.stamps.map(({ size, authority, time, response }) => ({
    size,
    authority,
    time,
    response: { sha256: hash('sha256', response), bytes: response.length },
  })),
  items: stated.items.map(itemRecord),
  rest: stated.rest ?? null,
  exceptions: ledgerExceptions(stated),
})
