/** Acts that answer one question about an item. The first part of an act alone would not: it names its noun. */
type ActGroup = { readonly name: string; readonly says: string; readonly holds: RegExp }

/** A name of a kind has no dot, and an act has one: so both stand in one place of the address. */
const actGroups: readonly ActGroup[] = [
  {
    name: 'delivered',
    says: 'Delivered, set aside and released',
    holds: /^(upload\.|item\.(declared|received|quarantined|released)$)/,
  },
  { name: 'opened', says: 'Content opened, played or sent', holds: /^item\.(opened|played|served|downloaded)$/ },
  { name: 'looked-up', says: 'Record or custody read', holds: /^(item\.(read|listed)|custody\.read|paper\.listed)$/ },
  { name: 'corrected', says: 'Record corrected', holds: /^(item|case)\.annotated$/ },
  { name: 'passed-on', says: 'Passed on or moved', holds: /^item\.(moved|transfer)/ },
  { name: 'checked', says: 'Bytes and custody checked', holds: /^(item\.(verified|found-altered)$|fixity\.)/ },
  {
    name: 'given-out',
    says: 'Exported, copied, printed, and court papers',
    holds: /^(item\.(exported|copied|printed)$|case\.exported$|export\.|paper\.(prepared|delivered)$)/,
  },
  { name: 'destroyed', says: 'Orders of a court', holds: /^(expungement\.|ledger\.expunged$)/ },
  { name: 'refused', says: 'Refused', holds: /^request\.refused$/ },
]

/** What none of the kinds holds, so that no act can hide from them. */
const rest = 'rest'
const isOfNoKind = (act: string): boolean => !actGroups.some(({ holds }) => holds.test(act))
export const actKinds: readonly Omit<ActGroup, 'holds'>[] = [...actGroups, { name: rest, says: 'Everything else' }]

/** Acts for which the bytes of the item were written, opened, hashed, sent or destroyed. */
const touching =
  /^(item\.(received|quarantined|opened|played|served|downloaded|copied|verified|found-altered|exported)|case\.exported|export\.delivered|paper\.prepared|fixity\.found-missing|ledger\.expunged)$/

export const touchesContent = (act: string): boolean => touching.test(act)

/** Whether an act is the one that was chosen, or in the kind that was chosen. */
export const isChosen = (act: string, chosen: string): boolean =>
  act === chosen ||
  (chosen === rest && isOfNoKind(act)) ||
  (actGroups.find(({ name }) => name === chosen)?.holds.test(act) ?? false)
