import type { BrowserContext } from 'playwright-core'
import { readEntrance } from '@sallyport/api/agency'
import { signIn } from '@sallyport/api/sessions'
import { call } from '../../cli/src/client.ts'
import type { Who } from '../../cli/src/demo/cast.ts'
import { perform } from '../../cli/src/demo/performance.ts'
import { stepAt } from '../../cli/src/totp.ts'
import { authenticator } from './authenticator.ts'
import type { Person } from './people.ts'
import { type RunningVault, startVault } from './vault.ts'

export type Demonstration = {
  readonly vault: RunningVault
  readonly person: (who: Who) => Person
  /** Puts the session of a person into a browser, as if they had signed in there. */
  readonly enter: (context: BrowserContext, who: Who) => Promise<void>
}

/** A vault that is full of an invented police department, as `sallyport demo` makes it. */
export async function startDemonstration(): Promise<Demonstration> {
  const vault = await startVault()
  const state = await perform({ origin: vault.origin, data: vault.data, say: () => {} }, vault.setUpToken)
  const people = new Map<Who, Person>()
  const person = (who: Who): Person => {
    const known = people.get(who)
    if (known) return known
    const bound = authenticator(state.secrets[who] ?? '', stepAt(new Date()))
    const made = { signInName: who, password: state.password, authenticator: bound }
    people.set(who, made)
    return made
  }
  const enter = async (context: BrowserContext, who: Who) => {
    const door = await vault.reach()
    const { signInName, password, authenticator: bound } = person(who)
    const { banner } = await call(door, readEntrance, {})
    const asking = { signInName, password, code: await bound.code(), bannerAccepted: banner?.version ?? '' }
    await call(door, signIn, asking)
    const [name = '', value = ''] = door.session?.cookie.split('=') ?? []
    door.agent.destroy()
    await context.clearCookies()
    await context.addCookies([{ name, value, url: vault.origin, secure: true, httpOnly: true, sameSite: 'Strict' }])
  }
  return { vault, person, enter }
}
