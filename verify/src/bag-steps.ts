import type { BagJudgement } from './bag.ts'
import type { ItemChecked } from './item.ts'
import { count, type Holds, holding, logSteps, type Step, type Told } from './steps.ts'

/** Tells of a bag step by step, in the order in which each rests on the one before. */
export function tellBag(bag: BagJudgement): Told {
  const { items, key, log, faults, destroyed } = bag
  const holds = holding(faults)
  const entries = items.reduce((sum, item) => sum + item.entries, 0)
  const origin = log?.origin ?? 'the ledger'
  return {
    sound: `${count(items.length, 'item')} and ${count(entries, 'custody entry')} are as ${origin} has them, ${key?.pinned ? 'by the key that you gave.' : 'by the key that came with the bag.'}`,
    items: items.map(itemLine),
    steps: [
      filesStep(bag, holds),
      ...logSteps(bag, holds, 'bag'),
      timeStep(bag, holds),
      custodyStep(bag, { holds, entries }),
      ...(destroyed > 0 ? [destroyedStep(bag, holds)] : []),
      itemsStep(bag, holds),
    ],
  }
}

const itemLine = ({ exhibit, originalName, size, sha256, receivedAt, stamped, entries }: ItemChecked): string =>
  `Exhibit ${exhibit}: ${originalName}, ${count(size, 'byte')}, SHA-256 ${sha256}, ${
    receivedAt === undefined ? 'no receipt found' : `received ${receivedAt} by the vault's clock`
  }${stamped ? `, no later than ${stamped.time} by ${stamped.authority}` : ''}, ${count(entries, 'custody entry')}.`

function filesStep({ files, bytes, sha512, litter, programs }: BagJudgement, holds: Holds): Step {
  const by = sha512 ? 'SHA-256 and SHA-512' : 'SHA-256'
  return {
    name: 'Files',
    state: holds('files') ? 'holds' : 'fails',
    says: holds('files')
      ? `Each of the ${count(files, 'file')} (${count(bytes, 'byte')}) is as the bag lists it by ${by}; none is missing, none was added.`
      : 'The files are not as the bag lists them, or not all of them belong to it.',
    proves: 'The bag is as whoever wrote its lists left it.',
    doesNotProve:
      'Who wrote the lists: anyone can change a file and list it anew. The steps below tie evidence and custody to the ledger; titles, categories, case numbers, the index, certificates and PDF pages are covered by the lists only.',
    detail: [
      'BagIt 1.0 (RFC 8493): declaration, Payload-Oxum, payload and tag manifests.',
      ...(sha512 ? [] : ['SHA-512 was not computed here. SHA-256 was, for every file.']),
      ...(litter > 0
        ? [`Passed over: ${count(litter, 'file')} that a file manager left outside of data/ (such as .DS_Store).`]
        : []),
      ...programs.map(
        ({ name, sha256 }) =>
          `${name} in the bag has the SHA-256 ${sha256}. A program that came with a bag speaks for whoever made the bag: compare it with the one that is published, or check with a copy from elsewhere.`,
      ),
    ],
  }
}

function timeStep({ time: { stands, unchecked }, ahead }: BagJudgement, holds: Holds): Step {
  const sound = holds('stamp', 'time', 'log')
  const authorities = [...new Set(stands.map(({ authority }) => authority))]
  const [first, last] = [stands.at(0), stands.at(-1)]
  const unpinned = stands.some(({ pinned }) => !pinned)
  const state = !sound ? 'fails' : first ? (unpinned ? 'given' : 'holds') : unchecked.length > 0 ? 'unchecked' : 'open'
  const stood = `${count(stands.length, 'time stamp')} by ${authorities.join('; ')} ${stands.length === 1 ? 'stands' : 'stand'}: the first ${count(last?.size ?? 0, 'entry')} of the ledger existed by ${last?.time}${first !== last ? `, the first ${first?.size} of them by ${first?.time}` : ''}.`
  const says = {
    fails: 'A time stamp, or what it stamps, is not what it should be.',
    unchecked: `This machine could not check ${count(unchecked.length, 'time stamp')}.`,
    open: 'No authority outside has stamped the time: every time shown is by the vault’s own clock.',
    given: stood,
    holds: stood,
  }[state]
  return {
    name: 'Outside time',
    state,
    says: first && sound && unchecked.length > 0 ? `${says} Not checked here: ${unchecked.join(', ')}.` : says,
    proves: 'The entries under a stamp existed at its time or before, by the clock of somebody outside.',
    doesNotProve: `When they were made before that, or that the authority’s clock was right.${unpinned ? ' And the root of an authority came with the bag: compare it with the one that the authority publishes, or give the check the roots that you trust.' : ''}`,
    detail: [
      'RFC 3161 stamps (RFC 5816) over checkpoints; chains by RFC 5280 at the time stated; proofs of consistency by RFC 6962, section 2.1.2.',
      ...stands.map(
        ({ at, size, time, accuracyMs, authority, root, pinned, serial }) =>
          `${at}: ${count(size, 'entry')} at ${time}, ${accuracyMs === undefined ? 'accuracy not stated' : `give or take ${accuracyMs} ms`}, serial number ${serial}, by ${authority} under ${root} (${pinned ? 'your root' : 'root from the bag'}).`,
      ),
      ...stands.flatMap(({ at, notes }) => notes.map((note) => `${at} ${note}`)),
      ...(ahead.entries > 0
        ? [
            `${count(ahead.entries, 'entry')} state a time after a stamp over them, by up to ${(ahead.mostMs / 1000).toFixed(3)} s: the vault’s clock or the authority’s was off by so much.`,
          ]
        : []),
    ],
  }
}

function custodyStep({ key, log }: BagJudgement, { holds, entries }: { holds: Holds; entries: number }): Step {
  const whole = key !== undefined && log !== undefined && holds('custody', 'log')
  return {
    name: 'Custody',
    state: whole ? 'holds' : 'fails',
    says: whole
      ? `Each of the ${count(entries, 'entry')} shown is in that ledger at the place given, with the person and the details shown, unchanged.`
      : 'Not every entry shown is proved to be in the ledger as it is shown.',
    proves: 'Nobody has changed, moved or invented an entry since the checkpoint was signed.',
    doesNotProve:
      'That the entries are all there are: the agency may hold more items of a case, and the ledger more entries about an item. Nor that an entry is true: it shows what was entered by an account of the vault, at a time by the vault’s own clock, and nothing of what happened before the vault received the file.',
    detail: [
      'Each line: canonical form of the leaf (RFC 8785), salted SHA-256 commitments to actor and detail opened, inclusion proof (C2SP tlog-proof) to the checkpoint, order of indexes.',
    ],
  }
}

function destroyedStep({ destroyed, orders, key, log }: BagJudgement, holds: Holds): Step {
  const named = orders.map(({ court, reference, issuedOn }) => `${reference} of ${court} of ${issuedOn}`)
  const lawful = key !== undefined && log !== undefined && holds('custody', 'log')
  return {
    name: 'Destroyed by order of a court',
    state: lawful ? 'holds' : 'fails',
    says: lawful
      ? `What ${count(destroyed, 'entry')} said, and who acted, was destroyed under ${[...new Set(named)].join('; ')}. Each is named in the ledger's own entry about that order.`
      : 'Entries are shown without person and details, and not all of them are accounted for.',
    proves: 'The entries stand in the ledger still, and the order that is named there says that they were destroyed.',
    doesNotProve: 'What they said: that cannot be found out any more. Nor that the order is genuine: ask the court.',
    detail: orders.map(
      ({ court, reference, issuedOn, entries }) =>
        `${reference}, ${court}, ${issuedOn}: ${count(entries.size, 'entry')} in all.`,
    ),
  }
}

function itemsStep({ items, key, log }: BagJudgement, holds: Holds): Step {
  const whole = key !== undefined && log !== undefined && holds('items', 'custody', 'log', 'files')
  return {
    name: 'Items',
    state: whole ? 'holds' : 'fails',
    says: whole
      ? `Each of the ${count(items.length, 'item')} has the size and the SHA-256 that the ledger entered when the item was received.`
      : 'Not every item is proved to be the file that was received.',
    proves: 'The files are, bit for bit, what the vault received.',
    doesNotProve: 'What happened to a file before it was received, or what its pictures and words mean.',
    detail: ['SHA-256 of FIPS 180-4 over the whole file, compared with the detail of the entry of receipt.'],
  }
}
