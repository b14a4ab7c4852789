import {
  beginSetUp,
  changeAgency,
  readAgency,
  readEntrance,
  readVault,
  setUp,
  unlockVault,
} from '@sallyport/api/agency'
import type { Answered } from '@sallyport/api/contract'
import type { AgencyId } from '@sallyport/core/ids'
import { Refusal } from '@sallyport/core/refusal'
import { type Ground, noAgency, theServer, within } from '#db/within.ts'
import { type PublicCall, publicRoute, type Route, route } from '#http/route.ts'
import type { Leases } from '#keys/leases.ts'
import { newTotpSecret, totpUri } from '../sessions/totp.ts'
import { defaultBanner } from './banner.ts'
import { agencyFile, directory } from './rows.ts'
import { found, prepare, type SetUpLinks, slugTaken, undo } from './set-up.ts'
import { bannerOf, change, settings, vaultState } from './settings.ts'
import { unlock } from './unlock.ts'

type Needs = {
  readonly ground: Ground
  readonly leases: Leases
  readonly keyFolder: string
  readonly origin: string
  readonly version: string
  readonly demonstration: boolean
  readonly links: SetUpLinks
  readonly room: () => Promise<{ free: number }>
}

export const agenciesOf = async (ground: Ground): Promise<readonly { id: AgencyId; slug: string }[]> =>
  (await within(ground, theServer(noAgency), directory)).map(({ agency_id, slug }) => ({
    id: agency_id as AgencyId,
    slug,
  }))

/** The agency of a short name; without one, the only agency. Says nothing of others than "not found". */
export async function agencyNamed(ground: Ground, slug: string | undefined): Promise<AgencyId> {
  const all = await agenciesOf(ground)
  const named = slug === undefined && all.length === 1 ? all[0] : all.find((one) => one.slug === slug)
  if (!named) throw new Refusal('request/not-found')
  return named.id
}

/** What stands on the door. It reads no record, so it makes no entry. */
async function entrance(
  { ground, leases, demonstration }: Needs,
  slug: string | undefined,
): Promise<Answered<typeof readEntrance>> {
  const all = await agenciesOf(ground)
  const base = { severalAgencies: all.length > 1, demonstration, agency: null, banner: null }
  if (all.length === 0) return { ...base, state: 'empty' }
  if (slug === undefined && all.length > 1) return { ...base, state: 'open' }
  const id = await agencyNamed(ground, slug)
  const file = await within(ground, theServer(id), agencyFile)
  const state = leases.of(id).released ? 'open' : 'sealed'
  return { ...base, state, agency: { slug: file.slug, name: file.name }, banner: bannerOf(file) }
}

/** Sets an agency up with a link that works once; if anything fails, the link and the disk are as before. */
async function setUpAgency(
  needs: Needs,
  { asked, now, as }: PublicCall<typeof setUp>,
): Promise<Answered<typeof setUp>> {
  const { ground, leases, keyFolder, links, origin } = needs
  const keys = { folder: keyFolder, leases }
  if (!links.holds(asked.token)) throw new Refusal('vault/already-set-up')
  // Spent before anything is waited for: whoever comes with the same link meanwhile finds it used.
  links.spend(asked.token)
  try {
    if ((await agenciesOf(ground)).some(({ slug }) => slug === asked.slug))
      throw new Refusal('request/malformed', slugTaken)
    const prepared = await prepare(asked, keys, now)
    const parts = { asked, prepared, host: new URL(origin).host, serverKey: leases.serverKey }
    return await as(prepared.agency, (tx) => found(tx, parts, now)).catch(async (fault: unknown) => {
      await undo(prepared, keys)
      throw fault
    })
  } catch (fault) {
    links.restore(asked.token)
    throw fault
  }
}

export const agencyRoutes = (needs: Needs): readonly Route[] => {
  const { ground, leases, keyFolder, links } = needs
  return [
    publicRoute(readEntrance, ({ asked }) => entrance(needs, asked.agency)),
    publicRoute(beginSetUp, async ({ asked }) => {
      if (!links.holds(asked.token)) throw new Refusal('vault/already-set-up')
      const secret = newTotpSecret()
      const uri = totpUri({ secret, account: 'administrator', agency: 'Sallyport' })
      return { totpSecret: secret, totpUri: uri, bannerText: defaultBanner, keyFolder }
    }),
    publicRoute(setUp, (call) => setUpAgency(needs, call)),
    publicRoute(unlockVault, async ({ asked, now, as, at }) => {
      const agency = await agencyNamed(ground, asked.agency)
      at(agency)
      await unlock({ ground, leases, folder: keyFolder }, { agency, passphrase: asked.passphrase }, now)
      const opened = as(agency, async () => ({ state: 'open' as const }))
      return opened.catch((fault: unknown) => {
        // No key without its entry.
        leases.withdraw(agency)
        throw fault
      })
    }),
    route(readAgency, ({ tx }) => settings(tx)),
    route(changeAgency, ({ tx, asked }) => change(tx, asked)),
    route(readVault, async ({ tx }) =>
      vaultState(tx, {
        version: needs.version,
        releasedAt: leases.releasedAt(tx.actor.agency),
        room: await needs.room(),
      }),
    ),
  ]
}
