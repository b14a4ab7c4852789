import { acts } from '@sallyport/core/acts'
import { actorOf, type Described, type Format, whyOf } from './described.ts'
import { element, escaped, leaf } from './xml.ts'

/** Our acts in the Library of Congress vocabulary of event types; another act is called by its own name. */
const eventTypes: Readonly<Record<string, string>> = {
  'item.received': 'ingestion',
  'item.quarantined': 'quarantine',
  'item.released': 'unquarantine',
  'item.verified': 'fixity check',
  'item.found-altered': 'fixity check',
  'item.annotated': 'metadata modification',
  'item.opened': 'decryption',
  'item.downloaded': 'dissemination',
  'item.copied': 'replication',
  'item.moved': 'transfer',
  'item.transferred': 'transfer',
  'item.exported': 'information package creation',
  'export.delivered': 'dissemination',
  'paper.prepared': 'digital signature generation',
}

const identified = (name: string, value: string): string =>
  element(name, leaf(`${name}Type`, 'UUID'), leaf(`${name}Value`, value))

const outcomes: Readonly<Record<string, string>> = { done: 'success', refused: 'refused', failed: 'fail' }

/** PREMIS 3.0 of an item: the file as an object, every entry of its custody as an event, and who did it as agents. */
export function premis(item: Described): Format {
  const agents = new Map<string, string>()
  const vault = item.agency.id
  return {
    head: () =>
      [
        '<?xml version="1.0" encoding="UTF-8"?>\n',
        '<premis xmlns="http://www.loc.gov/premis/v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" version="3.0">\n',
        objectOf(item),
      ].join(''),
    entry(entry) {
      const { id, name } = actorOf(entry)
      const agent = id ?? vault
      if (id) agents.set(id, name)
      const { leaf: told, row } = entry
      const why = whyOf(entry)
      const deed = acts[told.act as keyof typeof acts] ?? told.act
      return `${element(
        'event',
        identified('eventIdentifier', told.id),
        leaf('eventType', eventTypes[told.act] ?? told.act),
        leaf('eventDateTime', told.at),
        element(
          'eventDetailInformation',
          leaf(
            'eventDetail',
            `${told.act}, entry ${row.position ?? 'without a place'}: ${deed}${why ? `. Reason: ${why}` : ''}`,
          ),
        ),
        element('eventOutcomeInformation', leaf('eventOutcome', outcomes[told.outcome] ?? told.outcome)),
        identified('linkingAgentIdentifier', agent),
        identified('linkingObjectIdentifier', item.id),
      )}\n`
    },
    tail() {
      const people = [...agents].map(([id, name]) =>
        element('agent', identified('agentIdentifier', id), leaf('agentName', name), leaf('agentType', 'person')),
      )
      const program = element(
        'agent',
        identified('agentIdentifier', vault),
        leaf('agentName', `Sallyport, the vault of ${item.agency.name}`),
        leaf('agentType', 'software'),
        leaf('agentVersion', item.version),
      )
      return `${[...people, program].join('\n')}\n</premis>\n`
    },
  }
}

function objectOf({ id, sums, size, mediaType, originalName, path, parent }: Described): string {
  const fixity = (algorithm: string, digest: string) =>
    element(
      'fixity',
      leaf('messageDigestAlgorithm', algorithm),
      leaf('messageDigest', digest),
      leaf('messageDigestOriginator', 'Sallyport'),
    )
  const derived = parent
    ? element(
        'relationship',
        leaf('relationshipType', 'derivation'),
        leaf('relationshipSubType', 'has source'),
        element(
          'relatedObjectIdentifier',
          leaf('relatedObjectIdentifierType', 'UUID'),
          leaf('relatedObjectIdentifierValue', parent.id),
        ),
      )
    : ''
  const content = [
    identified('objectIdentifier', id),
    element(
      'objectCharacteristics',
      leaf('compositionLevel', 0),
      fixity('SHA-256', sums.sha256),
      fixity('SHA-512', sums.sha512),
      leaf('size', size),
      element('format', element('formatDesignation', leaf('formatName', mediaType))),
    ),
    leaf('originalName', originalName),
    element(
      'storage',
      element('contentLocation', leaf('contentLocationType', 'path in the bag'), leaf('contentLocationValue', path)),
    ),
    derived,
  ].join('')
  return `<object xsi:type="${escaped('file')}">${content}</object>\n`
}
