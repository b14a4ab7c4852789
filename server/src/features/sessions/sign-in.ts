import { randomUUID, timingSafeEqual } from 'node:crypto'
import type { Asked } from '@sallyport/api/contract'
import { lockSession, readSession, resumeSession, type session, type signIn, signOut } from '@sallyport/api/sessions'
import { hex } from '@sallyport/core/bytes'
import { permissions, reachOf } from '@sallyport/core/access'
import type { AgencyId, SessionId } from '@sallyport/core/ids'
import { Refusal } from '@sallyport/core/refusal'
import type { z } from 'zod'
import { type Actor, type Tx, tell } from '#db/within.ts'
import type { Doorkeeper, Knock } from '#http/doorkeeper.ts'
import { hmacSha256, randomBytes, sha256 } from '#keys/primitives.ts'
import { agencyFile } from '../agencies/rows.ts'
import { changePersonRow, personById } from '../people/rows.ts'
import { insertSession, type SessionRow, seeSession, sessionByToken } from './rows.ts'

/** CJISSECPOL AC-11 and IA-5 j: locked after 30 minutes without activity, ended after 12 hours. */
const idleMs = 30 * 60_000
const longestMs = 12 * 3_600_000
/** Activity is written down at most this often. */
const noticeMs = 30_000

/** What a locked session may still do, and what pages do by themselves, which is no activity. */
const whileLocked: readonly unknown[] = [resumeSession.path, readSession.path, signOut.path, lockSession.path]

type Cookie = { readonly agency: AgencyId; readonly token: Buffer }

const readCookie = (cookie: string): Cookie | undefined => {
  const found = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([A-Za-z0-9_-]{43})$/.exec(cookie)
  return found ? { agency: found[1] as AgencyId, token: Buffer.from(found[2] as string, 'base64url') } : undefined
}

const csrfOf = (token: Buffer): string => hmacSha256(token, 'sallyport/csrf/v1').toString('base64url')

const isLocked = ({ locked_at, seen_at }: SessionRow, now: Date) =>
  locked_at !== null || now.getTime() - seen_at.getTime() > idleMs

/** Who stands behind a cookie. Every request asks; nothing about a session is kept in memory. */
export const doorkeeper: Doorkeeper = {
  agencyOf: (cookie) => readCookie(cookie)?.agency,
  async actorOf(tx, { cookie, csrf, contract, from, now, polled, known }: Knock): Promise<Actor> {
    const shown = readCookie(cookie)
    const row = shown && (await sessionByToken(tx, sha256(shown.token)))
    if (!shown || !row) throw new Refusal('session/missing')
    if (row.ended_at || now.getTime() - row.begun_at.getTime() > longestMs) throw new Refusal('session/ended')
    const person = await personById(tx, row.person_id)
    if (person?.state !== 'active') throw new Refusal('session/ended')
    const actor: Actor = {
      kind: 'person',
      agency: shown.agency,
      person: person.id,
      session: row.id,
      name: person.naming.name,
      roles: person.roles,
      address: from.address,
      agent: from.agent,
    }
    known?.(actor)
    if (contract.method !== 'GET' && !isEqual(csrf, csrfOf(shown.token))) throw new Refusal('request/forged')
    const locked = isLocked(row, now)
    if (locked && !whileLocked.includes(contract.path)) throw new Refusal('session/locked')
    const permission = contract.permission
    if (permission !== 'signed-in' && permission !== 'anyone' && reachOf(person.roles, permission) === 'none') {
      throw new Refusal('session/not-permitted')
    }
    if (!locked && !polled && now.getTime() - row.seen_at.getTime() > noticeMs) await seeSession(tx, row.id, now)
    return actor
  },
}

function isEqual(given: string | undefined, expected: string): boolean {
  const [one, other] = [Buffer.from(given ?? ''), Buffer.from(expected)]
  return one.length === other.length && timingSafeEqual(one, other)
}

type Shown = z.output<typeof session>

/** The session as its owner sees it. */
export async function sessionShown(tx: Tx, token: Buffer, now: Date): Promise<Shown> {
  const row = await sessionByToken(tx, sha256(token))
  const person = row && (await personById(tx, row.person_id))
  if (!row || !person) throw new Refusal('session/missing')
  const agency = await agencyFile(tx)
  const { name, signInName } = person.naming
  const granted = (Object.keys(permissions) as (keyof typeof permissions)[]).map(
    (permission) => [permission, reachOf(person.roles, permission)] as const,
  )
  return {
    id: row.id,
    person: { id: person.id, name, signInName, roles: [...person.roles] },
    agency: {
      id: tx.actor.agency,
      slug: agency.slug,
      name: agency.name,
      timeZone: agency.time_zone,
      reasonFor: [...agency.reasons],
    },
    permissions: Object.fromEntries(granted.filter(([, reach]) => reach !== 'none')),
    csrf: csrfOf(token),
    locked: isLocked(row, now),
    locksAfterIdleSeconds: idleMs / 1000,
    endsAt: new Date(row.begun_at.getTime() + longestMs).toISOString(),
  }
}

export const tokenOf = (cookie: string): Buffer => {
  const shown = readCookie(cookie)
  if (!shown) throw new Refusal('session/missing')
  return shown.token
}

/** Begins a session for a person who has just been shown to be who they say. */
export async function begin(
  tx: Tx,
  {
    person,
    bannerAccepted,
  }: { person: Parameters<typeof personById>[1] } & Pick<Asked<typeof signIn>, 'bannerAccepted'>,
  now: Date,
) {
  const agency = await agencyFile(tx)
  if (hex(agency.banner_version) !== bannerAccepted) throw new Refusal('session/banner-changed')
  const token = randomBytes(32)
  const id = randomUUID() as SessionId
  await insertSession(tx, {
    id,
    tokenHash: sha256(token),
    person,
    banner: Buffer.from(agency.banner_version),
    at: now,
  })
  await changePersonRow(tx, person, { last_sign_in_at: now })
  tell(tx, [person, id], { bannerAccepted })
  return { cookie: `${tx.actor.agency}.${token.toString('base64url')}`, session: await sessionShown(tx, token, now) }
}
