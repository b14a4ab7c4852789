import { beginSetUp, readEntrance, setUp } from '@sallyport/api/agency'
import { enrol, invitePerson, readEnrolment } from '@sallyport/api/people'
import { signIn } from '@sallyport/api/sessions'
import type { Role } from '@sallyport/core/access'
import type { AgencyId, PersonId } from '@sallyport/core/ids'
import { Secret, TOTP } from 'otpauth'
import { asker, type Caller, cookieName, Refused, send, wireOf } from './asking.ts'
import { type House, setupToken } from './house.ts'

/** A person with everything they know and hold. Signed in. */
export type Person = Caller & {
  readonly id: PersonId
  readonly name: string
  readonly signInName: string
  readonly password: string
  readonly totpSecret: string
  readonly roles: readonly Role[]
  readonly agency: Agency
}

export type Agency = {
  readonly id: AgencyId
  readonly slug: string
  readonly name: string
  readonly passphrase: string
}
export type Founded = Agency & { readonly administrator: Person; readonly ledgerKey: string }

const stepMs = 30_000
let made = 0
const next = () => (made += 1)

/** The code that an authenticator shows `steps` steps from now. */
export const codeAt = ({ now }: House, secret: string, steps = 0): string =>
  new TOTP({ secret: Secret.fromBase32(secret), digits: 6, period: 30 }).generate({
    timestamp: now().getTime() + steps * stepMs,
  })

/** The last step that each authenticator has shown to the vault. */
const shown = new Map<string, number>()

/** A code that was not used before. Time passes if the present one was. */
export function freshCode(house: House, secret: string): string {
  const step = () => Math.floor(house.now().getTime() / stepMs)
  const last = shown.get(secret) ?? 0
  if (last > step()) house.advance((last - step()) * stepMs)
  const wanted = Math.max(last + 1, step() - 1)
  shown.set(secret, wanted)
  return codeAt(house, secret, wanted - step())
}

export type Founding = Partial<{
  name: string
  slug: string
  ori: string
  passphrase: string
  unlock: 'by-hand' | 'by-file'
  administrator: string
  signInName: string
  password: string
  alsoCustodian: boolean
}>

/** Sets up an agency by its link, and signs its administrator in. */
export async function found(house: House, first: boolean, founding: Founding = {}): Promise<Founded> {
  const ask = asker(house.vault, undefined)
  const token = first ? setupToken : house.vault().links.issue()
  const n = next()
  const {
    name = `Police Department ${n}`,
    slug = `agency-${n}`,
    ori = `OH${String(n).padStart(7, '0')}`,
    passphrase = `the passphrase of agency ${n}`,
    unlock = 'by-file',
    administrator = `Administrator ${n}`,
    signInName = `admin.${n}`,
    password = `a long walk by the river ${n}`,
    alsoCustodian = false,
  } = founding
  const { totpSecret, bannerText } = await ask(beginSetUp, { token })
  const { id, ledgerKey } = await ask(setUp, {
    token,
    name,
    slug,
    ori,
    timeZone: 'America/New_York',
    bannerText,
    unlock,
    passphrase,
    administrator: {
      name: administrator,
      signInName,
      password,
      totpSecret,
      code: freshCode(house, totpSecret),
      alsoCustodian,
    },
  })
  const agency = { id, slug, name, passphrase }
  const roles: Role[] = alsoCustodian ? ['administrator', 'custodian'] : ['administrator']
  const who = { name: administrator, signInName, password, totpSecret, roles, agency }
  return { ...agency, ledgerKey, administrator: { ...who, ...(await enter(house, who)) } }
}

type Known = Pick<Person, 'signInName' | 'password' | 'totpSecret' | 'agency'>

/** Signs a person in, once more. */
export async function enter(
  house: House,
  { signInName, password, totpSecret, agency }: Known,
): Promise<Caller & Pick<Person, 'id'>> {
  const { banner } = await asker(house.vault, undefined)(readEntrance, { agency: agency.slug })
  const code = freshCode(house, totpSecret)
  const bannerAccepted = banner?.version ?? ''
  const reply = await send(
    house.vault(),
    undefined,
    wireOf(signIn, { agency: agency.slug, signInName, password, code, bannerAccepted }),
  )
  if (reply.status !== 200) throw new Refused(reply)
  const { person, csrf } = reply.json as { person: { id: PersonId }; csrf: string }
  return { id: person.id, csrf, cookie: cookieIn(reply.headers['set-cookie']) }
}

/** The value of the session cookie in a Set-Cookie header. */
export const cookieIn = (header: unknown): string => new RegExp(`${cookieName}=([^;]*)`).exec(String(header))?.[1] ?? ''

export type Naming = Partial<{ name: string; signInName: string; badge: string; password: string }>

/** Invites, enrols and signs in a person, as an administrator and they would do it. */
export async function hire(
  house: House,
  { administrator, ...agency }: Founded,
  hiring: { roles: readonly Role[] } & Naming,
): Promise<Person> {
  const n = next()
  const { roles, name = `Person ${n}`, signInName = `person.${n}`, badge, password = `seven grey herons ${n}` } = hiring
  const asked = { name, signInName, roles: [...roles], ...(badge !== undefined && { badge }) }
  const invite = () => asker(house.vault, administrator)(invitePerson, asked)
  const invited = await invite().catch(async (thrown: unknown) => {
    if (!(thrown instanceof Refused && String(thrown.reply.code).startsWith('session/'))) throw thrown
    // So much time has passed that the administrator must sign in again.
    Object.assign(administrator, await enter(house, administrator))
    return invite()
  })
  const token = tokenIn(invited.link)
  const { totpSecret } = await asker(house.vault, undefined)(readEnrolment, { token })
  await asker(house.vault, undefined)(enrol, { token, password, code: freshCode(house, totpSecret) })
  const who = { name, signInName, password, totpSecret, roles, agency }
  return { ...who, ...(await enter(house, who)) }
}

export const tokenIn = (link: string): string => link.slice(link.indexOf('#') + 1)
