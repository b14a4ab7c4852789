import { type Role, roles } from '@sallyport/core/access'
import { z } from 'zod'
import { contract, id, instant, line } from './contract.ts'

export const personRole = z.enum(roles)
export const newPassword = z.string().min(1).max(1000)
export const signInName = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9](?:[a-z0-9._@-]{0,62}[a-z0-9])?$/, 'Letters, digits, dot, hyphen, underscore, at-sign')

const heldRoles = z
  .array(personRole)
  .min(1)
  .max(roles.length)
  .refine((held: readonly Role[]) => new Set(held).size === held.length, 'Each role once')

export const person = z.object({
  id: id<'person'>(),
  name: z.string(),
  signInName: z.string(),
  badge: z.string().nullable(),
  roles: z.array(personRole),
  /** `invited`: has not enrolled yet. `locked`: five failures, waits for an administrator. */
  state: z.enum(['invited', 'active', 'locked', 'disabled']),
  createdAt: instant,
  lastSignInAt: instant.nullable(),
})

const enrolment = z.object({ person, link: z.string(), expiresAt: instant })

export const listPeople = contract({
  does: 'Lists the people of the agency.',
  method: 'GET',
  path: '/people',
  permission: 'people.read',
  ledger: 'person.listed',
  reply: z.array(person),
  refuses: [],
})

export const invitePerson = contract({
  does: 'Makes an account and gives a link, good once and for 72 hours, by which the person chooses a password and binds an authenticator.',
  method: 'POST',
  path: '/people',
  permission: 'people.change',
  ledger: 'person.invited',
  body: z.strictObject({ name: line(120), signInName, badge: line(40).optional(), roles: heldRoles }),
  reply: enrolment,
  refuses: ['person/name-taken'],
})

export const changePerson = contract({
  does: 'Changes the name, the badge or the roles of a person.',
  method: 'PATCH',
  path: '/people/:id',
  permission: 'people.change',
  ledger: 'person.changed',
  params: z.strictObject({ id: id<'person'>() }),
  body: z.strictObject({
    name: line(120).optional(),
    badge: line(40).nullable().optional(),
    roles: heldRoles.optional(),
  }),
  reply: person,
  refuses: ['person/not-found', 'person/last-administrator'],
})

export const disablePerson = contract({
  does: 'Disables an account and ends all its sessions at once.',
  method: 'POST',
  path: '/people/:id/disable',
  permission: 'people.change',
  ledger: 'person.disabled',
  params: z.strictObject({ id: id<'person'>() }),
  body: z.strictObject({ why: line(400) }),
  reply: person,
  refuses: ['person/not-found', 'person/last-administrator'],
})

export const releasePerson = contract({
  does: 'Releases an account that was locked after five failures (CJISSECPOL AC-7).',
  method: 'POST',
  path: '/people/:id/release',
  permission: 'people.change',
  ledger: 'person.released',
  params: z.strictObject({ id: id<'person'>() }),
  reply: person,
  refuses: ['person/not-found'],
})

export const resetPerson = contract({
  does: 'Ends the password, the authenticator and the sessions of a person, and gives a new enrolment link.',
  method: 'POST',
  path: '/people/:id/reset',
  permission: 'people.change',
  ledger: 'person.reset',
  params: z.strictObject({ id: id<'person'>() }),
  reply: enrolment,
  refuses: ['person/not-found', 'person/last-administrator'],
})

const enrolmentToken = z.string().min(20).max(200)

export const readEnrolment = contract({
  does: 'Opens an enrolment link: who it is for, and the secret for their authenticator.',
  method: 'POST',
  path: '/enrolment/begin',
  permission: 'anyone',
  ledger: 'enrolment.read',
  body: z.strictObject({ token: enrolmentToken }),
  reply: z.object({
    name: z.string(),
    signInName: z.string(),
    agency: z.object({ name: z.string(), slug: z.string() }),
    totpSecret: z.string(),
    totpUri: z.string(),
    passwordLength: z.int(),
  }),
  refuses: ['enrolment/not-found', 'vault/sealed'],
})

export const enrol = contract({
  does: 'Chooses the password and binds the authenticator of the person an enrolment link was made for.',
  method: 'POST',
  path: '/enrolment',
  permission: 'anyone',
  ledger: 'person.enrolled',
  body: z.strictObject({ token: enrolmentToken, password: newPassword, code: z.string().regex(/^\d{6}$/) }),
  reply: z.object({ signInName: z.string() }),
  refuses: [
    'enrolment/not-found',
    'enrolment/wrong-code',
    'password/too-short',
    'password/too-long',
    'password/banned',
    'vault/sealed',
  ],
})
