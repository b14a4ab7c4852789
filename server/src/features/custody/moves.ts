/**
 * Acts by which an item, or a copy of it, goes from one hand to another: what Rule 902(14) papers list as
 * transfers, and what a NIEM message of custody tells.
 */
export const moves: ReadonlySet<string> = new Set([
  'item.received',
  'item.quarantined',
  'item.released',
  'item.downloaded',
  'item.copied',
  'item.printed',
  'item.moved',
  'item.transferred',
  'item.exported',
  'case.exported',
  'export.delivered',
])

/** Those by which it comes to whoever did it; by all others it goes out from the agency, to them. */
export const inbound: ReadonlySet<string> = new Set([
  'item.received',
  'item.quarantined',
  'item.released',
  'item.moved',
])
