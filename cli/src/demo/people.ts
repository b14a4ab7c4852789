import { beginSetUp, readEntrance, setUp } from '@sallyport/api/agency'
import type { Answered } from '@sallyport/api/contract'
import { enrol, invitePerson, readEnrolment } from '@sallyport/api/people'
import { signIn, signOut } from '@sallyport/api/sessions'
import type { AgencyId } from '@sallyport/core/ids'
import { call, openVault, type Vault } from '../client.ts'
import { NotDone } from '../not-done.ts'
import { codeAt, stepAt } from '../totp.ts'
import { cast, department, type Who } from './cast.ts'
import { type DemoState, keepState } from './state.ts'

/** Where the demonstration runs, and how it speaks of what it does. */
export type Stage = {
  readonly origin: string
  readonly ca: readonly string[]
  readonly data: string
  readonly say: (sentence: string) => void
}

/** Everyone who signed in, each with a session of their own. */
export type Company = Readonly<Record<Who, { readonly vault: Vault; readonly session: Answered<typeof signIn> }>>

export const anyone = ({ origin, ca }: Stage): Vault => openVault(origin, ca)

/**
 * Codes are taken once, and only later ones after them. So authenticators are bound with the code of
 * the step before, the demonstration signs in with the present one, and the next is left for a person.
 */
const binding = (secret: string) => codeAt(secret, stepAt(new Date()) - 1)
const signing = (secret: string) => codeAt(secret, stepAt(new Date()))

type Founded = { readonly agency: AgencyId; readonly state: DemoState }

/** Sets up the agency through its one-time link, as its first administrator would. */
export async function foundAgency(stage: Stage, token: string, state: DemoState): Promise<Founded> {
  const vault = anyone(stage)
  const { totpSecret, bannerText } = await call(vault, beginSetUp, { token })
  const [first] = cast
  const { id } = await call(vault, setUp, {
    ...department,
    token,
    bannerText,
    unlock: 'by-file',
    passphrase: state.passphrase,
    administrator: {
      name: first.name,
      signInName: first.signInName,
      password: state.password,
      totpSecret,
      code: binding(totpSecret),
    },
  })
  const next = { ...state, secrets: { [first.signInName]: totpSecret } }
  await keepState(stage.data, next)
  return { agency: id, state: next }
}

/** Invites the others and lets each of them open the link, choose a password and bind an authenticator. */
export async function gather(stage: Stage, state: DemoState): Promise<{ company: Company; state: DemoState }> {
  const [first, ...others] = cast
  const administrator = await enter(stage, state, first.signInName)
  const secrets: Record<string, string> = { ...state.secrets }
  for (const { name, signInName, badge, role } of others) {
    const { link } = await call(administrator.vault, invitePerson, { name, signInName, badge, roles: [role] })
    secrets[signInName] = await follow(stage, link, state.password)
  }
  const next = { ...state, secrets }
  await keepState(stage.data, next)
  const entered = await Promise.all(
    others.map(async ({ signInName }) => [signInName, await enter(stage, next, signInName)] as const),
  )
  return { company: Object.fromEntries([[first.signInName, administrator], ...entered]) as Company, state: next }
}

async function follow(stage: Stage, link: string, password: string): Promise<string> {
  const vault = anyone(stage)
  const token = new URL(link).hash.slice(1)
  const { totpSecret } = await call(vault, readEnrolment, { token })
  await call(vault, enrol, { token, password, code: binding(totpSecret) })
  return totpSecret
}

async function enter(stage: Stage, { password, secrets }: DemoState, signInName: Who) {
  const vault = anyone(stage)
  const secret = secrets[signInName]
  const { banner } = await call(vault, readEntrance, {})
  if (!secret || !banner) throw new NotDone(`${signInName} cannot sign in.`)
  const asking = { signInName, password, code: signing(secret), bannerAccepted: banner.version }
  const session = await call(vault, signIn, asking)
  vault.session = { cookie: vault.session?.cookie ?? '', csrf: session.csrf }
  return { vault, session }
}

export async function leave(company: Company): Promise<void> {
  await Promise.all(
    Object.values(company).map(async ({ vault }) => {
      await call(vault, signOut, {})
      vault.agent.destroy()
    }),
  )
}
