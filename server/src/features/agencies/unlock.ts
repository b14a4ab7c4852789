import type { AgencyId } from '@sallyport/core/ids'
import { Refusal } from '@sallyport/core/refusal'
import { type Ground, theServer, within } from '#db/within.ts'
import { doubleUnwrap } from '#keys/keyring.ts'
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

/**
 * Opens at start what may be opened without a person: agencies that keep their passphrase in a file
 * here, or whose passphrase was given in the settings. Gives those that stay sealed.
 */
export async function unlockAtStart(
  parts: Unlocking,
  { agencies, given }: { agencies: readonly AgencyId[]; given: string | null },
  now: Date,
) {
  const sealed: AgencyId[] = []
  for (const agency of agencies) {
    const passphrase = given ?? (await keptPassphrase(parts.folder, agency))
    const opened =
      passphrase !== undefined &&
      (await unlock(parts, { agency, passphrase }, now).then(
        () => true,
        (fault: unknown) => {
          if (fault instanceof Refusal) return false
          throw fault
        },
      ))
    if (!opened) sealed.push(agency)
  }
  return sealed
}
