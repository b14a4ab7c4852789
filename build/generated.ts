import { contracts } from '@sallyport/api/all'
import type { Contract } from '@sallyport/api/contract'
import { permissions, reachOf, roles } from '@sallyport/core/access'
import { acts } from '@sallyport/core/acts'
import { type RefusalCode, refusals } from '@sallyport/core/refusal'
import { z } from 'zod'
import { settingsPage } from '../server/src/settings.ts'

/** The pages that are made from the code. A test fails when one in docs/ is not what this gives. */

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

const note = 'Made from the code by `npm run docs`. Do not edit.'

export const refusalsPage = (): string => `# Refusals

Every way the vault says no. ${note} The source is core/src/refusal.ts.

A refusal is answered as \`{ code, says, next, facts, request }\` with the status below and entered in the ledger of the
agency. \`request\` is the number under which the log has it. Anything else that goes wrong is a fault: status 500, code
\`fault\`, and nothing about the inside.

${table(
  ['code', 'status', 'says', 'what to do'],
  Object.entries(refusals).map(([code, { status, says, next }]) => [`\`${code}\``, String(status), says, next]),
)}
`

/** Acts that no contract names: the vault enters them by itself. */
const namedBy = (act: string) =>
  contracts.filter(({ contract }) => contract.ledger === act && !contract.unentered).map(({ name }) => `\`${name}\``)

export const actsPage = (): string => `# Acts

Everything that the ledger can hold. ${note} The source is core/src/acts.ts.

The act stands in clear in each entry; who, what and why stand sealed behind salted commitments. An entry of the act
\`request.refused\` names in its detail the act that was refused.

That the key of an object was used has no act of its own: the entry of whoever opened, downloaded, copied, verified,
moved or exported the item says \`key: 'object'\` and for what. Custody passes by two entries of one transfer, one of
each party, over one digest; \`signed\` tells by what they signed.

${table(
  ['act', 'a person reads', 'entered by'],
  Object.entries(acts).map(([act, says]) => [
    `\`${act}\``,
    `Sgt. Ruiz ${says}`,
    namedBy(act).join(', ') || 'the vault itself',
  ]),
)}

## What makes no entry

${contracts.flatMap(({ name, contract }) => (contract.unentered ? [`- \`${name}\`: ${contract.unentered}`] : [])).join('\n')}
- A page that repeats a reading by itself to stay fresh makes one entry a minute for the same question of the same session.

## Who may do what

A cell says how far the role reaches: *own* things, *case* (where the person is a member), the whole *agency*, or not at all.

${table(
  ['permission', ...roles],
  Object.entries(permissions).map(([permission, does]) => [
    `\`${permission}\` ${does}`,
    ...roles.map((role) => reachOf([role], permission as keyof typeof permissions).replace('none', '')),
  ]),
)}
`

const general: readonly RefusalCode[] = [
  'request/malformed',
  'request/wrong-method',
  'request/too-large',
  'request/too-slow',
  'request/too-many',
  'vault/busy',
  'vault/ledger-down',
]
const ofSession: readonly RefusalCode[] = ['session/missing', 'session/ended', 'session/locked', 'request/forged']

const schemaOf = (form: z.ZodType, io: 'input' | 'output'): object =>
  z.toJSONSchema(form, { target: 'openapi-3.0', io, unrepresentable: 'any' })

function parametersOf({ params, query }: Contract): object[] {
  const of = (form: z.ZodObject, place: 'path' | 'query') =>
    Object.entries(form.shape).map(([name, part]) => ({
      name,
      in: place,
      required: place === 'path' || !(part as z.ZodType).safeParse(undefined).success,
      schema: schemaOf(part as z.ZodType, 'input'),
    }))
  return [...of(params, 'path'), ...of(query, 'query')]
}

function responsesOf({ reply, refuses, permission, path }: Contract): Record<string, object> {
  const codes = [
    ...refuses,
    ...general,
    ...(permission === 'anyone' ? [] : [...ofSession, 'session/not-permitted' as const]),
  ]
  const byStatus = Map.groupBy(new Set(codes), (code) => refusals[code].status)
  const refused = [...byStatus].map(([status, some]) => [
    String(status),
    {
      description: some.map((code) => `${code}: ${refusals[code].says}`).join('\n'),
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Refusal' } } },
    },
  ])
  const content =
    reply === 'bytes'
      ? { [path.endsWith('.zip') ? 'application/zip' : '*/*']: { schema: { type: 'string', format: 'binary' } } }
      : { 'application/json': { schema: schemaOf(reply, 'output') } }
  // Bytes of a viewing may be asked for in part.
  const part = refuses.includes('viewing/bad-range') ? { 206: { description: 'The range', content } } : {}
  return { 200: { description: 'Done', content }, ...part, ...Object.fromEntries(refused) }
}

function operationOf({ name, noun, contract }: (typeof contracts)[number]): object {
  const { does, method, body, permission, ledger, unentered } = contract
  const takes = method !== 'GET' && Object.keys((body as Partial<z.ZodObject>).shape ?? { some: 1 }).length > 0
  return {
    operationId: name,
    tags: [noun],
    summary: does,
    description: `Permission: ${permission}. ${unentered ?? `Entered in the ledger as ${ledger}.`}`,
    ...(permission === 'anyone' ? { security: [] } : {}),
    parameters: parametersOf(contract),
    ...(takes && {
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body, 'input') } } },
    }),
    responses: responsesOf(contract),
  }
}

type Operation = { readonly parameters: object[]; readonly responses: Record<string, object> }

/** What the tus server refuses by itself, in its own words: text, where ours are JSON. */
function tusResponses(responses: Operation['responses']): Operation['responses'] {
  const text = { 'text/plain': { schema: { type: 'string' } } }
  const told = Object.entries(responses).filter(([status]) => status !== '200')
  const refused = told.map(([status, one]) => {
    const { content, ...rest } = one as { content?: object }
    return [status, { ...rest, content: { ...content, ...text } }] as const
  })
  const own = { 412: { description: 'Tus-Resumable is missing, or names another version', content: text } }
  return { ...Object.fromEntries(refused), ...own }
}

const withoutBodies = (responses: Operation['responses']): Operation['responses'] =>
  Object.fromEntries(
    Object.entries(responses).map(([status, one]) => [
      status,
      { description: (one as { description: string }).description },
    ]),
  )

/** The tus protocol beside its contract: what a client of tus 1.0 needs to know of the address. */
function tusOperations(patch: Operation): { patch: object; head: object } {
  const header = (name: string, value: object) => ({ name, in: 'header', required: true, schema: value })
  const parameters = [...patch.parameters, header('Tus-Resumable', { type: 'string', enum: ['1.0.0'] })]
  const responses = tusResponses(patch.responses)
  return {
    head: {
      summary: 'Gives the offset from which to go on (tus 1.0).',
      operationId: 'readOffset',
      tags: ['uploads'],
      parameters,
      responses: { 200: { description: 'Upload-Offset and Upload-Length' }, ...withoutBodies(responses) },
    },
    patch: {
      ...patch,
      parameters: [...parameters, header('Upload-Offset', { type: 'integer', minimum: 0 })],
      requestBody: {
        required: true,
        content: { 'application/offset+octet-stream': { schema: { type: 'string', format: 'binary' } } },
      },
      responses: { 204: { description: 'Upload-Offset: so many bytes are here' }, ...responses },
    },
  }
}

export function openApi(): string {
  const paths: Record<string, Record<string, object>> = {}
  for (const one of contracts) {
    const path = `/api${one.contract.path.replace(/:(\w+)/g, '{$1}')}`
    paths[path] = { ...paths[path], [one.contract.method.toLowerCase()]: operationOf(one) }
  }
  const bytes = '/api/uploads/{id}/bytes'
  paths[bytes] = { ...paths[bytes], ...tusOperations(paths[bytes]?.['patch'] as Operation) }
  const refusal = {
    type: 'object',
    required: ['code', 'says', 'next', 'facts', 'request'],
    properties: {
      code: { type: 'string', enum: [...Object.keys(refusals), 'fault'] },
      says: { type: 'string' },
      next: { type: 'string' },
      facts: { type: 'object', additionalProperties: { type: 'string' } },
      request: { type: 'string' },
    },
  }
  const document = {
    openapi: '3.0.3',
    info: {
      title: 'Sallyport',
      version: '0.1.0',
      description:
        'Every operation of the vault. Sign in with POST /api/session: the session is a cookie, and everything but GET sends its csrf as x-sallyport-csrf.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ session: [] }],
    paths,
    components: {
      schemas: { Refusal: refusal },
      securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: '__Host-sallyport' } },
    },
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

export const generated: Readonly<Record<string, () => string>> = {
  'docs/REFUSALS.md': refusalsPage,
  'docs/ACTS.md': actsPage,
  'docs/OPENAPI.json': openApi,
  'docs/operations/settings.md': settingsPage,
}
