import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AgencyId } from '@sallyport/core/ids'
import { type Ground, theServer, within } from '#db/within.ts'
import { newestEntries } from '#ledger/rows.ts'
import { StartFault } from './start-fault.ts'

/** The layout of the data folder. A newer program may raise it; an older one must not touch it then. */
const layout = 1

/** Marks a data folder as ours, or refuses one that a newer program has laid out. */
export async function claimFolder(folder: string): Promise<void> {
  const file = join(folder, 'layout')
  const found = await readFile(file, 'utf8').catch(() => undefined)
  if (found === undefined) {
    await writeFile(file, `${layout}\n`, { mode: 0o600 }).catch((fault: NodeJS.ErrnoException) => {
      if (fault.code === 'ENOSPC')
        throw new StartFault(`The disk of ${folder} is full. Make room, then start again; nothing was changed.`)
      throw new StartFault(`The data folder ${folder} cannot be written: ${fault.message}`)
    })
    return
  }
  if (Number(found.trim()) > layout) {
    throw new StartFault(
      `The data folder ${folder} was laid out by a newer version of Sallyport (layout ${found.trim()}, this one knows ${layout}). Start that version, or restore the backup from before the upgrade.`,
    )
  }
}

type Standing = { readonly ground: Ground; readonly agencies: readonly { readonly id: AgencyId }[] }

/** Refuses an empty database beside the keys of an agency: whoever set it up again would bury the first. */
export async function mustBelongTogether({
  keys,
  agencies,
}: { keys: string } & Pick<Standing, 'agencies'>): Promise<void> {
  if (agencies.length > 0) return
  const found = await readdir(keys).catch(() => [])
  const agency = found.find((name) => /^agency-.*\.json$/.test(name))
  if (!agency) return
  throw new StartFault(
    `The database is empty, but ${join(keys, agency)} is the key of an agency. Restore the database that belongs to this data folder, or start with another SALLYPORT_DATA.`,
  )
}

const toleranceMs = 5 * 60_000

/** Refuses a clock that is behind the ledger: entries would claim times before those that stand already. */
export async function mustBeAfter({ agencies, ground }: Standing, now: Date): Promise<void> {
  for (const { id } of agencies) {
    const [newest] = await within(ground, theServer(id), (tx) => newestEntries(tx, { limit: 1 }))
    if (newest && newest.at.getTime() - toleranceMs > now.getTime()) {
      throw new StartFault(
        `The clock of this machine says ${now.toISOString()}, but the ledger has an entry of ${newest.at.toISOString()}. Set the clock (for example with NTP), then start again.`,
      )
    }
  }
}
