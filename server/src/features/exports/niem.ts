import { acts } from '@sallyport/core/acts'
import { inbound, moves } from '../custody/moves.ts'
import { actorOf, type Described, type Format, whyOf } from './described.ts'
import { element, leaf } from './xml.ts'

const model = 'https://docs.oasis-open.org/niemopen/ns/model'

const identification = (name: string, id: string): string => element(name, leaf('nc:IdentificationID', id))

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
  const named = (name: string, content: string): string =>
    content.replace(/^<\{\}>/, `<${name}>`).replace(/<\/\{\}>$/, `</${name}>`)
  const official = (name: string, who: string): string =>
    element(name, element('nc:PersonName', leaf('nc:PersonFullName', who)))
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
      const who = actorOf(entry).name
      const side = (kind: 'Receiving' | 'Releasing', isOurs: boolean) => {
        const tag = `j:CustodyTransfer${kind}Enforcement`
        return isOurs ? named(`${tag}Agency`, ours) : official(`${tag}Official`, who)
      }
      const isIn = inbound.has(act)
      return `${element(
        'j:EvidenceCustodyTransfer',
        identification('nc:ActivityIdentification', id),
        element('nc:ActivityDate', leaf('nc:DateTime', at)),
        leaf('nc:ActivityReasonText', whyOf(entry)),
        leaf('j:CustodyTransferActionText', acts[act as keyof typeof acts] ?? act),
        element('j:CustodyTransferItem', leaf('nc:ItemDescriptionText', `Exhibit ${exhibit}`)),
        side('Receiving', isIn),
        side('Releasing', !isIn),
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
