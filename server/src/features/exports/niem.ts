import { acts } from '@sallyport/core/acts'
import type { Opened } from '#ledger/read.ts'
import { inbound, moves } from '../custody/moves.ts'
import { actorOf, type Described, type Format, whyOf } from './described.ts'
import { element, leaf } from './xml.ts'

const model = 'https://docs.oasis-open.org/niemopen/ns/model'

const identification = (name: string, id: string): string => element(name, leaf('nc:IdentificationID', id))

const named = (name: string, content: string): string =>
  content.replace(/^<\{\}>/, `<${name}>`).replace(/<\/\{\}>$/, `</${name}>`)
const official = (name: string, who: string): string =>
  element(name, element('nc:PersonName', leaf('nc:PersonFullName', who)))

/**
 * Who received and who released. Custody that passed by two signatures names both; of any other act one
 * side is the agency itself.
 */
function sidesOf(entry: Opened, ours: string): string[] {
  const { name: who } = actorOf(entry)
  const [to, from] = [partyOf(entry, 'to'), partyOf(entry, 'from')]
  const isIn = inbound.has(entry.leaf.act)
  const side = (kind: 'Receiving' | 'Releasing', isOurs: boolean, party = who) => {
    const tag = `j:CustodyTransfer${kind}Enforcement`
    return isOurs ? named(`${tag}Agency`, ours) : official(`${tag}Official`, party)
  }
  if (to && from) return [side('Receiving', false, to), side('Releasing', false, from)]
  return [side('Receiving', isIn), side('Releasing', !isIn)]
}

/** Who gave or took custody, where an entry names both. Somebody outside is named with their agency. */
function partyOf({ shown }: Opened, side: 'from' | 'to'): string | undefined {
  const party = shown?.detail[side]
  if (typeof party !== 'object' || party === null || Array.isArray(party)) return undefined
  const { name, agency } = party as Readonly<Record<string, unknown>>
  if (typeof name !== 'string') return undefined
  return typeof agency === 'string' ? `${name}, ${agency}` : name
}

/**
 * A NIEM 6.0 message of the transfers of an item: `j:Evidence` with a `j:EvidenceCustodyTransfer` for each.
 * Elements stand in the order of the reference schema (xsd/domains/justice.xsd).
 */
export function niem(item: Described): Format {
  const { agency, exhibit, sums } = item
  const ours = element(
    '{}',
    identification('nc:OrganizationIdentification', agency.ori),
    leaf('nc:OrganizationName', agency.name),
  )
  const digest = (algorithm: string, value: string) =>
    element('j:BinaryHashValue', leaf('j:HashValueMethodAlgorithmText', algorithm), leaf('j:HashValueText', value))
  return {
    head: () =>
      [
        '<?xml version="1.0" encoding="UTF-8"?>\n',
        `<j:Evidence xmlns:j="${model}/domains/justice/6.0/" xmlns:nc="${model}/niem-core/6.0/">`,
        element(
          'j:EvidenceBinary',
          leaf('nc:BinaryURI', encodeURI(item.path)),
          leaf('nc:BinaryDescriptionText', item.originalName),
          leaf('nc:BinaryFormatText', item.mediaType),
          leaf('nc:BinarySizeValue', item.size),
          element('j:BinaryAugmentation', digest('SHA-256', sums.sha256), digest('SHA-512', sums.sha512)),
        ),
        leaf('j:EvidenceItemText', item.title),
        official('j:EvidenceCollector', item.deliveredBy),
        '\n',
      ].join(''),
    entry(entry) {
      const { act, at, outcome, id } = entry.leaf
      if (!moves.has(act) || outcome !== 'done') return ''
      return `${element(
        'j:EvidenceCustodyTransfer',
        identification('nc:ActivityIdentification', id),
        element('nc:ActivityDate', leaf('nc:DateTime', at)),
        leaf('nc:ActivityReasonText', whyOf(entry)),
        leaf('j:CustodyTransferActionText', acts[act as keyof typeof acts] ?? act),
        element('j:CustodyTransferItem', leaf('nc:ItemDescriptionText', `Exhibit ${exhibit}`)),
        ...sidesOf(entry, ours),
      )}\n`
    },
    tail: () =>
      [
        identification('j:EvidenceNumberIdentification', `${item.case.number}-${exhibit}`),
        item.place ? element('j:EvidenceTakenLocation', leaf('nc:LocationDescriptionText', item.place)) : '',
        '\n</j:Evidence>\n',
      ].join(''),
  }
}
