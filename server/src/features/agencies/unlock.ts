import type { AgencyId } from '@sallyport/core/ids'
import { Refusal } from '@sallyport/core/refusal'
import { type Ground, theServer, within } from '#db/within.ts'
import { doubleUnwrap } from '#keys/keyring.ts'
import { record } from '#ledger/record.ts'
import type { Leases } from '#keys/leases.ts'
import { keptPassphrase, openAgencyKey } from '#keys/local-file.ts'
import { agencyKeys, type Purpose } from './rows.ts'

export type Unlocking = { readonly ground: Ground; readonly leases: Leases; readonly folder: string }

/** Opens the agency key with a passphrase and takes its working keys into memory. */
export async function unlock(
  { ground, leases, folder }: Unlocking,
  { agency, passphrase }: { agency: AgencyId; passphrase: string },
  now: Date,
) {
  const agencyKey = await openAgencyKey(folder, agency, passphrase)
  if (!agencyKey) throw new Refusal('vault/wrong-passphrase')
  const rows = await within(ground, theServer(agency), agencyKeys)
  const key = (purpose: Purpose): Buffer => {
    const row = rows.find((one) => one.purpose === purpose)
    if (!row) throw new Error(`The ${purpose} key of the agency is not in the database.`)
    return doubleUnwrap({ serverKey: leases.serverKey, agencyKey }, row.wrapped)
  }
  leases.release(agency, { agencyKey, metadata: key('metadata'), index: key('index'), detail: key('detail') }, now)
}

type AtStart = {
  readonly agencies: readonly AgencyId[]
  /** The passphrase from the settings. */
  readonly given: string | null
  readonly say: (fault: unknown) => void
}

/**
 * Opens at start what may be opened without a person: agencies that keep their passphrase in a file
 * here, or whose passphrase was given in the settings. Gives those that stay sealed: also one whose key
 * cannot be read, for the others must not wait for it.
 */
export async function unlockAtStart(parts: Unlocking, { agencies, given, say }: AtStart, now: Date) {
  const sealed: AgencyId[] = []
  for (const agency of agencies) {
    const known = [given, await keptPassphrase(parts.folder, agency)].filter((one) => typeof one === 'string')
    let opened = false
    for (const passphrase of known)
      opened ||= await unlock(parts, { agency, passphrase }, now).then(
        () => true,
        (fault: unknown) => {
          if (!(fault instanceof Refusal)) say(fault)
          return false
        },
      )
    if (!opened) sealed.push(agency)
    else
      await enter(parts.ground, agency, {
        act: 'key.released',
        how: given === null ? 'a file on this server' : 'the settings of this server or a file on it',
        at: now,
      })
  }
  return sealed
}

/** Takes the keys of every agency out of memory, each with its entry: from now on nothing can be read. */
export async function withdrawAll(
  { ground, leases }: Unlocking,
  agencies: readonly AgencyId[],
  now: Date,
): Promise<void> {
  for (const agency of agencies) {
    if (leases.releasedAt(agency))
      await enter(ground, agency, { act: 'key.withdrawn', how: 'the server stopped', at: now })
    leases.withdraw(agency)
  }
}

type KeyUse = { readonly act: 'key.released' | 'key.withdrawn'; readonly how: string; readonly at: Date }

const enter = (ground: Ground, agency: AgencyId, { act, how, at }: KeyUse) =>
  within(ground, theServer(agency), (tx) => record(tx, { act, on: [agency], detail: { how }, at }))
