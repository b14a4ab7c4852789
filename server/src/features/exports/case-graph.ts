import { hash } from 'node:crypto'
import { acts } from '@sallyport/core/acts'
import type { Opened } from '#ledger/read.ts'
import { actorOf, type Described, type Format, whyOf } from './described.ts'

/** Namespaces of CASE 1.4 and UCO 1.4. */
const context = {
  'case-investigation': 'https://ontology.caseontology.org/case/investigation/',
  'uco-action': 'https://ontology.unifiedcyberontology.org/uco/action/',
  'uco-core': 'https://ontology.unifiedcyberontology.org/uco/core/',
  'uco-identity': 'https://ontology.unifiedcyberontology.org/uco/identity/',
  'uco-observable': 'https://ontology.unifiedcyberontology.org/uco/observable/',
  'uco-tool': 'https://ontology.unifiedcyberontology.org/uco/tool/',
  'uco-types': 'https://ontology.unifiedcyberontology.org/uco/types/',
  xsd: 'http://www.w3.org/2001/XMLSchema#',
} as const

const typed = (type: string, value: string | number) => ({ '@type': `xsd:${type}`, '@value': String(value) })
const to = (id: string) => ({ '@id': id })

const urn = (id: string): string => `urn:uuid:${id}`

/**
 * The name of something that has none of its own, always the same for the same thing. Its version says 5, the
 * highest that the shapes of UCO know, though SHA-256 makes it.
 */
function derived(...of: readonly string[]): string {
  const digits = hash('sha256', ['sallyport/case/v1', ...of].join('\n'))
  const variant = ((Number.parseInt(digits[16] ?? '0', 16) & 0x3) | 0x8).toString(16)
  return urn(
    `${digits.slice(0, 8)}-${digits.slice(8, 12)}-5${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20, 32)}`,
  )
}

function fileNode({ id, originalName, mediaType, size, sums, path, parent, recordedAt }: Described): object {
  const digest = (method: string, value: string) => ({
    '@id': derived(id, 'hash', method),
    '@type': 'uco-types:Hash',
    'uco-types:hashMethod': method,
    'uco-types:hashValue': typed('hexBinary', value),
  })
  return {
    '@id': urn(id),
    '@type': 'uco-observable:File',
    ...(parent && { 'case-investigation:wasDerivedFrom': to(urn(parent.id)) }),
    'uco-core:hasFacet': [
      {
        '@id': derived(id, 'file'),
        '@type': 'uco-observable:FileFacet',
        'uco-observable:fileName': originalName,
        'uco-observable:filePath': path,
        'uco-observable:sizeInBytes': typed('integer', size),
        ...(recordedAt && { 'uco-observable:observableCreatedTime': typed('dateTime', recordedAt.toISOString()) }),
      },
      {
        '@id': derived(id, 'content'),
        '@type': 'uco-observable:ContentDataFacet',
        'uco-observable:mimeType': mediaType,
        'uco-observable:sizeInBytes': typed('integer', size),
        'uco-observable:hash': [digest('SHA256', sums.sha256), digest('SHA512', sums.sha512)],
      },
    ],
  }
}

/** What stands around the item: whose it is, what keeps it, and the case that it belongs to. */
const aroundNodes = (
  { id, agency, version, case: file }: Described,
  { tool, organization }: { readonly tool: string; readonly organization: string },
): object[] => [
  { '@id': organization, '@type': 'uco-identity:Organization', 'uco-core:name': `${agency.name}, ORI ${agency.ori}` },
  { '@id': tool, '@type': 'uco-tool:Tool', 'uco-core:name': 'Sallyport', 'uco-tool:version': version },
  {
    '@id': urn(file.id),
    '@type': 'case-investigation:Investigation',
    'uco-core:name': file.number,
    'uco-core:description': file.title,
    'uco-core:object': to(urn(id)),
  },
]

/** What one entry yields: the record of provenance from which the next action goes on. */
const provenanceNode = (record: string, { exhibit, id, parent }: Described, { row }: Opened): object => ({
  '@id': record,
  '@type': 'case-investigation:ProvenanceRecord',
  'uco-core:description': `Entry ${row.position ?? 'without a place'} of the ledger`,
  'case-investigation:exhibitNumber': exhibit,
  'case-investigation:rootExhibitNumber': [parent?.exhibit ?? exhibit],
  'uco-core:object': [to(urn(id))],
})

/**
 * The custody of an item as a CASE graph: every entry is an investigative action with its performer and the
 * vault as instrument, and each yields a record of provenance from which the next one goes on.
 *
 * It tells what the ledger tells, in the words of others. What proves it is custody.jsonl.
 */
export function caseGraph(item: Described): Format {
  const { id, version, agency } = item
  const [tool, organization] = [derived(agency.id, 'tool', version), derived(agency.id, 'agency')]
  const known = new Set<string>()
  let [before, action] = [urn(id), '']
  const line = (node: object) => `,\n${JSON.stringify(node)}`
  const performer = (entry: Opened): { readonly id: string; readonly node: string } => {
    const { id: person, name } = actorOf(entry)
    const as = person ? urn(person) : derived(agency.id, 'actor', name)
    const isNew = !known.has(as)
    known.add(as)
    return { id: as, node: isNew ? line({ '@id': as, '@type': 'uco-identity:Person', 'uco-core:name': name }) : '' }
  }
  return {
    head() {
      const nodes = [fileNode(item), ...aroundNodes(item, { tool, organization })]
      return `{"@context":${JSON.stringify(context)},"@graph":[\n${nodes.map((node) => JSON.stringify(node)).join(',\n')}`
    },
    entry(entry) {
      const { leaf } = entry
      const by = performer(entry)
      const record = derived(id, 'record', leaf.id)
      const why = whyOf(entry)
      const deed = acts[leaf.act as keyof typeof acts] ?? leaf.act
      const at = typed('dateTime', leaf.at)
      const done = {
        '@id': urn(leaf.id),
        '@type': 'case-investigation:InvestigativeAction',
        'uco-core:name': leaf.act,
        'uco-core:description': `${deed} (${leaf.outcome})${why ? `. Reason: ${why}` : ''}`,
        'uco-action:startTime': at,
        'uco-action:endTime': at,
        'uco-action:performer': to(by.id),
        'uco-action:instrument': to(tool),
        'uco-action:object': [to(before)],
        'uco-action:result': [to(record)],
        ...(action && { 'case-investigation:wasInformedBy': to(action) }),
      }
      ;[before, action] = [record, urn(leaf.id)]
      return `${by.node}${line(done)}${line(provenanceNode(record, item, entry))}`
    },
    tail: () => '\n]}\n',
  }
}
