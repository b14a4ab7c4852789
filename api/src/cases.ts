import { levels } from '@sallyport/core/access'
import { z } from 'zod'
import { annotation, contract, id, instant, line, pageOf, paging, prose } from './contract.ts'

export const caseTypes = [
  'assault',
  'burglary',
  'domestic',
  'drugs',
  'fraud',
  'homicide',
  'missing-person',
  'robbery',
  'sexual-assault',
  'theft',
  'traffic',
  'use-of-force',
  'weapons',
  'other',
] as const
export const caseRoles = ['victim', 'witness', 'suspect', 'arrestee', 'complainant', 'officer', 'other'] as const

const by = z.object({ id: id<'person'>(), name: z.string() })

export const caseLine = z.object({
  id: id<'case'>(),
  number: z.string(),
  title: z.string(),
  type: z.enum(caseTypes),
  openedAt: instant,
  openedBy: by,
  items: z.int(),
  /** The caller's level on the case; `null` when they see it by the reach of their role. */
  level: z.enum(levels).nullable(),
})

export const member = z.object({
  person: by,
  level: z.enum(levels),
  addedAt: instant,
  expiresAt: instant.nullable(),
})

export const caseRecord = caseLine.extend({
  description: z.string().nullable(),
  people: z.array(
    z.object({
      id: id<'note'>(),
      name: z.string(),
      role: z.enum(caseRoles),
      remarks: z.string().nullable(),
      at: instant,
      by,
    }),
  ),
  notes: z.array(z.object({ id: id<'note'>(), text: z.string(), at: instant, by })),
  members: z.array(member),
  annotations: z.array(annotation),
  may: z.object({
    change: z.boolean(),
    share: z.boolean(),
    add: z.boolean(),
    export: z.boolean(),
    papers: z.boolean(),
  }),
})

const one = z.strictObject({ id: id<'case'>() })

export const listCases = contract({
  does: 'Lists the cases that the caller may see, newest first.',
  method: 'GET',
  path: '/cases',
  permission: 'case.read',
  ledger: 'case.listed',
  query: z.strictObject({ type: z.enum(caseTypes).optional(), mine: z.stringbool().optional(), ...paging }),
  reply: pageOf(caseLine),
  refuses: [],
})

export const openCase = contract({
  does: 'Opens a case. Whoever opens it leads it.',
  method: 'POST',
  path: '/cases',
  permission: 'case.open',
  ledger: 'case.opened',
  body: z.strictObject({
    number: line(40),
    title: line(200),
    type: z.enum(caseTypes),
    description: prose(8000).optional(),
  }),
  reply: caseRecord,
  refuses: ['case/number-taken'],
})

export const readCase = contract({
  does: 'Gives the whole record of a case: people, notes, members, corrections.',
  method: 'GET',
  path: '/cases/:id',
  permission: 'case.read',
  ledger: 'case.read',
  params: one,
  reply: caseRecord,
  refuses: ['case/not-found'],
})

export const annotateCase = contract({
  does: 'Corrects the title, the type or the description of a case by annotation. What stood there stays readable.',
  method: 'POST',
  path: '/cases/:id/annotations',
  permission: 'case.change',
  ledger: 'case.annotated',
  params: one,
  body: z.strictObject({ field: z.enum(['title', 'type', 'description']), says: prose(8000), why: line(400) }),
  reply: caseRecord,
  refuses: ['case/not-found', 'case/not-yours'],
})

export const noteOnCase = contract({
  does: 'Writes a note on a case. A note cannot be changed afterwards.',
  method: 'POST',
  path: '/cases/:id/notes',
  permission: 'case.change',
  ledger: 'case.noted',
  params: one,
  body: z.strictObject({ text: prose(8000) }),
  reply: caseRecord,
  refuses: ['case/not-found', 'case/not-yours'],
})

export const namePersonInCase = contract({
  does: 'Names a person in a case: victim, witness, suspect and so on.',
  method: 'POST',
  path: '/cases/:id/people',
  permission: 'case.change',
  ledger: 'case.person-named',
  params: one,
  body: z.strictObject({ name: line(200), role: z.enum(caseRoles), remarks: prose(2000).optional() }),
  reply: caseRecord,
  refuses: ['case/not-found', 'case/not-yours'],
})

export const addMember = contract({
  does: 'Gives a person access to a case at a level, until a date or until it is taken away.',
  method: 'PUT',
  path: '/cases/:id/members/:person',
  permission: 'case.share',
  ledger: 'case.member-added',
  params: z.strictObject({ id: id<'case'>(), person: id<'person'>() }),
  body: z.strictObject({ level: z.enum(levels), expiresAt: instant.nullable().default(null) }),
  reply: caseRecord,
  refuses: ['case/not-found', 'case/not-yours', 'person/not-found'],
})

export const removeMember = contract({
  does: 'Takes away the access of a person to a case.',
  method: 'DELETE',
  path: '/cases/:id/members/:person',
  permission: 'case.share',
  ledger: 'case.member-removed',
  params: z.strictObject({ id: id<'case'>(), person: id<'person'>() }),
  reply: caseRecord,
  refuses: ['case/not-found', 'case/not-yours', 'person/not-found'],
})
