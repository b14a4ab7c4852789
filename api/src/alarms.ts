import { alarmCodes } from '@sallyport/core/alarms'
import { z } from 'zod'
import { contract, id, instant, pageOf, paging, prose } from './contract.ts'

/** What the vault found by itself and somebody must look at. It names things by id only: no content. */
export const alarm = z.object({
  id: id<'alarm'>(),
  code: z.enum(alarmCodes),
  says: z.string(),
  next: z.string(),
  /** Shown on every page of those who can act, until it is acknowledged. */
  grave: z.boolean(),
  /** The things it is about. */
  on: z.array(z.uuid()),
  facts: z.record(z.string(), z.union([z.string(), z.number()])),
  /** How often the same was found while the alarm was open. */
  times: z.int(),
  raisedAt: instant,
  lastAt: instant,
  acknowledged: z
    .object({ at: instant, by: z.object({ id: id<'person'>(), name: z.string() }), note: z.string() })
    .nullable(),
})

export const listAlarms = contract({
  does: 'Lists what the vault raised by itself, newest first: open ones, or all.',
  method: 'GET',
  path: '/alarms',
  permission: 'alarm.read',
  ledger: 'alarm.listed',
  query: z.strictObject({ open: z.stringbool().optional(), ...paging }),
  reply: pageOf(alarm),
  refuses: ['request/malformed'],
})

export const readAlarm = contract({
  does: 'Gives one alarm: what was found, when, how often, and who has seen it.',
  method: 'GET',
  path: '/alarms/:id',
  permission: 'alarm.read',
  ledger: 'alarm.read',
  params: z.strictObject({ id: id<'alarm'>() }),
  reply: alarm,
  refuses: ['alarm/not-found'],
})

export const acknowledgeAlarm = contract({
  does: 'Says in writing that an alarm was seen, and what is done about it. If the same is found again, it is a new alarm.',
  method: 'POST',
  path: '/alarms/:id/acknowledge',
  permission: 'alarm.acknowledge',
  ledger: 'alarm.acknowledged',
  params: z.strictObject({ id: id<'alarm'>() }),
  body: z.strictObject({ note: prose(1000) }),
  reply: alarm,
  refuses: ['alarm/not-found', 'alarm/acknowledged'],
})
