import { stampFindings } from '@sallyport/core/stamp-findings'

type Facts = Readonly<Record<string, string | number>>

type Sentence = (facts: Facts) => string

const sentencesOf = <Code extends string>(table: Readonly<Record<Code, { readonly says: Sentence }>>) =>
  Object.fromEntries(
    Object.entries<{ readonly says: Sentence }>(table).map(([code, { says }]) => [code, says]),
  ) as Record<Code, Sentence>

/**
 * Every way in which a bag or a ledger can fail to hold, with the sentence that says so.
 *
 * The part before the slash names what can no longer be relied on. A sentence tells what was seen,
 * and who or what may be behind it only where that is certain.
 */
export const faults = {
  'files/missing-part': () => 'is missing. Every bag of a vault has it.',
  'files/unsafe-name': () => 'has a name that could lead outside the folder or deceive a reader. It was not opened.',
  'files/colliding-names': ({ other }: Facts) => `and ${other} are one and the same name on some systems.`,
  'files/not-plain': () => 'is a link or a special file. A bag holds plain files only.',
  'files/unreadable': ({ why }: Facts) => `cannot be read (${why}).`,
  'files/declaration': () => 'does not declare BagIt 1.0 with UTF-8.',
  'files/fetch': () => 'names files that lie elsewhere, so the bag is not complete.',
  'files/list-line': ({ line }: Facts) => `cannot be understood in line ${line}.`,
  'files/listed-twice': ({ file }: Facts) => `lists ${file} more than once.`,
  'files/missing': ({ lists }: Facts) => `is listed in ${lists} but is not in the bag.`,
  'files/unlisted': ({ lists }: Facts) => `is in the bag but not listed in ${lists}. It may have been put there later.`,
  'files/altered': ({ lists }: Facts) =>
    `does not have the bytes that ${lists} lists for it. Either the file or the list was changed.`,
  'files/oxum': ({ says, found }: Facts) => `says ${says} as Payload-Oxum (bytes.files), but the bag has ${found}.`,
  'files/unclaimed': () => 'belongs to no item of the bag.',
  'items/none': () => 'describes no item at all.',
  'items/malformed': () => 'is not the record of an item: a field is missing or not of its form.',
  'items/misplaced': ({ path }: Facts) =>
    `says that its file is ${path}, which is not in the data folder of its exhibit.`,
  'items/no-file': ({ path }: Facts) => `says that its file is ${path}, which is not in the bag.`,
  'items/shared-file': ({ path }: Facts) => `claims the file ${path}, which another item claims too.`,
  'items/twice': ({ other }: Facts) => `describes the same item as ${other}.`,
  'items/size': ({ says, found }: Facts) => `says that its file has ${says} bytes, but the file has ${found}.`,
  'items/sha256': ({ says, found }: Facts) => `says that its file has the SHA-256 ${says}, but the file has ${found}.`,
  'items/sha512': ({ says, found }: Facts) => `says that its file has the SHA-512 ${says}, but the file has ${found}.`,
  'items/no-custody': () => 'is missing, so nothing shows who had the item.',
  'items/no-receipt': ({ entry }: Facts) =>
    `does not hold the entry ${entry}, by which the item is said to have been received.`,
  'items/not-a-receipt': ({ entry, act }: Facts) =>
    `names ${entry} as the entry by which the item was received, but that entry says: ${act}.`,
  'items/second-receipt': ({ entry }: Facts) =>
    `names ${entry} as the entry by which the item was received, but it was received before that.`,
  'items/receipt-destroyed': ({ entry }: Facts) =>
    `was received by the entry ${entry}, whose details were destroyed, so nothing ties the file to the ledger any more.`,
  'items/ledger-differs': ({ field, says, ledger }: Facts) =>
    `says ${field} ${says}, but the ledger entry of its receipt says ${ledger}. The ledger was written first.`,
  'custody/malformed': ({ line }: Facts) => `is not a custody record in line ${line}.`,
  'custody/leaf': ({ line }: Facts) => `has in line ${line} an entry that no vault could have written.`,
  'custody/other-item': ({ line }: Facts) => `has in line ${line} an entry that is not about this item.`,
  'custody/actor': ({ line }: Facts) =>
    `names in line ${line} somebody as the person who acted, but the ledger did not commit to that.`,
  'custody/detail': ({ line }: Facts) => `gives in line ${line} details that the ledger did not commit to.`,
  'custody/no-proof': ({ line, path }: Facts) => `names in line ${line} the proof ${path}, which is not in the bag.`,
  'custody/wrong-proof': ({ line, path }: Facts) => `names in line ${line} ${path}, which is another entry's proof.`,
  'custody/proof-malformed': () => 'is not a proof of the form tlog-proof@v1.',
  'custody/proof-checkpoint': () => 'is a proof for another checkpoint than the one in this bag.',
  'custody/proof-fails': ({ line, file }: Facts) =>
    `does not prove that the entry in line ${line} of ${file} is in the ledger. Entry or proof was changed.`,
  'custody/index': ({ line, says, found }: Facts) =>
    `says in line ${line} that the entry is number ${says}; its proof says ${found}.`,
  'custody/order': ({ line }: Facts) => `is out of order at line ${line}: entries stand in the order of the ledger.`,
  'custody/repeated': ({ line }: Facts) => `repeats in line ${line} an entry that it has already.`,
  'custody/withheld': ({ line }: Facts) =>
    `shows in line ${line} neither a person nor details, and no order of a court in this bag names that entry.`,
  'custody/orphan-proof': () => 'proves an entry that no custody line shows. A line may have been taken out.',
  'log/key-malformed': () => 'is not the public key of a log.',
  'log/other-key': ({ pinned }: Facts) => `is not the key that you gave (${pinned}).`,
  'log/malformed': () => 'is not a signed checkpoint.',
  'log/unsigned': ({ key }: Facts) => `is not signed by the key ${key}.`,
  'log/forged': ({ key }: Facts) => `carries a signature of the key ${key} that is false.`,
  'log/foreign': ({ key }: Facts) => `is signed, but is about another log than the key ${key} is named for.`,
  'proof/fails': ({ file }: Facts) =>
    `does not prove that what is in ${file} stands in the ledger. Entry or proof was changed.`,
  'policy/malformed': ({ line, why }: Facts) => `is not a policy of witnesses, from line ${line} on (${why}).`,
  'policy/other': () => 'is not the policy that you gave. Yours was used; ask the agency which of them is right.',
  'policy/other-log': () => 'is signed by none of the logs that the policy of witnesses names.',
  'witness/forged': ({ name }: Facts) =>
    `carries a cosignature of the witness ${name} that is false, or is about another checkpoint.`,
  'witness/quorum': ({ quorum, found }: Facts) =>
    `is not cosigned by enough witnesses: the policy asks for ${quorum}, and found is ${found}.`,
  'time/stray': () => 'is none of the files that belong beside time stamps.',
  'time/no-stamp': () => 'is kept as the bytes that were stamped, but there is no stamp over it.',
  'time/no-checkpoint': () => 'is missing, so nothing shows what was stamped.',
  'time/no-keys': () => 'is missing, so nobody can say whose stamp it is.',
  'time/keys-malformed': () => 'does not hold certificates, or lists of revoked ones, that can be read.',
  'time/malformed': () => 'is not a signed checkpoint.',
  'time/unsigned': ({ key }: Facts) => `is not signed by the key ${key}, so the stamp is about another ledger.`,
  'time/forged': ({ key }: Facts) => `carries a signature of the key ${key} that is false.`,
  'time/foreign': ({ key }: Facts) => `is signed, but is about another log than the key ${key} is named for.`,
  'time/size': ({ found }: Facts) => `is named for another number of entries than it states (${found}).`,
  'time/beyond': ({ size, now }: Facts) =>
    `was stamped when the ledger had ${size} entries; the checkpoint in this bag has only ${now}. The ledger was cut back.`,
  'time/no-consistency': () => 'is missing, so nothing shows that the ledger goes on from what was stamped.',
  'time/inconsistent': ({ size, now }: Facts) =>
    `does not show that the ledger of ${now} entries begins with the ${size} that were stamped. It was written anew.`,
  ...sentencesOf(stampFindings),
  'tree/missing': () => 'is missing.',
  'tree/bundle': ({ entries }: Facts) => `is not a bundle of ${entries} entries.`,
  'tree/entry': ({ index }: Facts) => `holds as entry ${index} something that no vault could have written.`,
  'tree/tile': ({ hashes }: Facts) => `does not follow from the entries below it, at ${hashes}.`,
  'tree/root': ({ says, found }: Facts) =>
    `states the root ${says}, but the entries give ${found}. Entries or checkpoint were changed.`,
} as const satisfies Record<string, Sentence>

export type FaultCode = keyof typeof faults

/** `at` is the file in which the fault shows. `more` counts others of its kind, where there are too many to keep. */
export type Fault = { readonly code: FaultCode; readonly at: string; readonly facts: Facts; more?: number }

/** Takes a fault down. The judgement then goes on: a reader must learn of all of them at once. */
export type Blame = (code: FaultCode, at: string, facts?: Facts) => void

/** A forged bag of a million entries has a million faults: of each kind so many are kept, and the rest is counted. */
const mostOfAKind = 1_000

export function blameInto(faults: Fault[]): Blame {
  const kinds = new Map<FaultCode, { last: Fault; count: number }>()
  return (code, at, facts = {}) => {
    const kind = kinds.get(code)
    if (kind && kind.count === mostOfAKind) {
      kind.last.more = (kind.last.more ?? 0) + 1
      return
    }
    const fault = { code, at, facts }
    kinds.set(code, { last: fault, count: (kind?.count ?? 0) + 1 })
    faults.push(fault)
  }
}
