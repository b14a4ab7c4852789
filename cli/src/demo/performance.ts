import { setTimeout as sleep } from 'node:timers/promises'
import { readEntrance, unlockVault } from '@sallyport/api/agency'
import type { AgencyId } from '@sallyport/core/ids'
import { call, openVault, send, textOf } from '../client.ts'
import { NoAnswer, NotDone } from '../not-done.ts'
import { many } from '../quantities.ts'
import { casePlans } from './cases.ts'
import { cast, department } from './cast.ts'
import { handIn, type Opened, open } from './deliveries.ts'
import { lookAround, of } from './looks.ts'
import { anyone, type Company, foundAgency, gather, leave, type Stage } from './people.ts'
import { authorityOf } from './place.ts'
import { proveBag, proveLedger } from './proof.ts'
import { type DemoState, keepState, newState, readState } from './state.ts'

/** Fills an empty vault with the story, or finds the one that an earlier start filled. */
export async function perform(place: Omit<Stage, 'ca'>, token: string): Promise<DemoState> {
  const stage = { ...place, ca: await whenReady(place) }
  const kept = await readState(place.data)
  const { state } = await call(anyone(stage), readEntrance, {})
  if (state === 'empty') return fill(stage, token, kept ?? newState())
  if (!kept)
    throw new NotDone(
      `The vault in ${place.data} is not one of a demonstration, or its sign-in data are gone.`,
      'Name another folder with SALLYPORT_DATA.',
    )
  if (state === 'sealed') await call(anyone(stage), unlockVault, { passphrase: kept.passphrase })
  place.say('The vault of an earlier start is open again, with everything that was delivered.')
  if (!kept.complete)
    place.say(`That start was broken off. For the whole story, stop this one, remove ${place.data} and start again.`)
  return kept
}

const mostPatience = 120

/** Waits until the vault answers that it is ready, and gives the authority by which it is known. */
async function whenReady({ data, origin }: Omit<Stage, 'ca'>): Promise<string[]> {
  const until = performance.now() + mostPatience * 1000
  while (performance.now() < until) {
    const ca = authorityOf(data)
    if (ca.length && (await isReady(origin, ca))) return ca
    await sleep(150)
  }
  throw new NotDone(`The vault did not become ready within ${mostPatience} s.`, 'See what it wrote below.')
}

async function isReady(origin: string, ca: readonly string[]): Promise<boolean> {
  const vault = openVault(origin, ca)
  try {
    const answer = await send(vault, { method: 'GET', path: '/readyz' })
    await textOf(answer)
    return answer.statusCode === 200
  } catch (error) {
    if (error instanceof NoAnswer) return false
    throw error
  } finally {
    vault.agent.destroy()
  }
}

async function fill(stage: Stage, token: string, begun: DemoState): Promise<DemoState> {
  const { say } = stage
  const founded = await foundAgency(stage, token, begun)
  say(`Set up ${department.name} (${department.ori}) with its keys, its ledger and its first administrator.`)
  const { company, state } = await gather(stage, founded.state)
  say(`Invited ${cast.length - 1} people; each chose a password, bound an authenticator and signed in.`)
  const opened = await deliverAll(stage, company)
  const [stop, burglary] = opened
  if (!stop || !burglary) throw new NotDone('The story has fewer than two cases.')
  await lookAround(company, stop, burglary)
  say('Played, searched and corrected a few things, and had one person turned away, so that custody has a story.')
  say(
    `Exported an item and verified the bag without the vault. ${await proveBag(company.hcho.vault, of(stop, firstVideo))}`,
  )
  await leave(company)
  say(`Verified the ledger from its files alone. ${await settledLedger(stage, founded.agency)}`)
  const complete = { ...state, complete: true }
  await keepState(stage.data, complete)
  return complete
}

const firstVideo = 'BWC_1204_20260314_061408Z.mp4'

/** Cases are opened one after the other; files go in at the same time, as on the morning after a shift. */
async function deliverAll({ say }: Stage, company: Company): Promise<Opened[]> {
  const ids = []
  for (const plan of casePlans) ids.push({ plan, id: await open(company, plan) })
  say(`Opened ${many(casePlans.length, 'case')} with people, members and notes.`)
  const opened = await Promise.all(
    ids.map(async ({ plan, id }) => ({ id, held: await handIn(company, id, plan.handings) })),
  )
  const files = opened.reduce((sum, { held }) => sum + held.size, 0)
  say(`Delivered ${many(files, 'file')}: hashed here, sealed there, compared by SHA-256, and held.`)
  return opened
}

/** Waits until the last entries have their place: files that are being written are no proof of anything. */
async function settledLedger({ data }: Stage, agency: AgencyId): Promise<string> {
  await sleep(1500)
  return proveLedger(data, agency)
}
