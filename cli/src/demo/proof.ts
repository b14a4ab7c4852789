import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportItem } from '@sallyport/api/exports'
import type { AgencyId, ItemId } from '@sallyport/core/ids'
import { run } from '@sallyport/verify/main'
import { bagIn, unpack } from '../bag/unpack.ts'
import { call, type Vault } from '../client.ts'
import { fetchBag } from '../commands/export.ts'
import { NotDone } from '../not-done.ts'
import { silentDisplay } from '../upload/display.ts'

/** Exports an item and verifies the bag without the vault. Gives the verdict in a sentence. */
export async function proveBag(vault: Vault, id: ItemId): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-demo-'))
  try {
    const made = await call(vault, exportItem, { id, why: 'To show that the bag can be verified by anyone.' })
    const zip = join(folder, 'bag.zip')
    await fetchBag(vault, made, { to: zip, display: silentDisplay })
    await unpack(zip, join(folder, 'bag'))
    return await verdictOn(await bagIn(join(folder, 'bag')))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Recomputes the ledger from the tiles on the disk, without the vault and without its database. */
export const proveLedger = (data: string, agency: AgencyId): Promise<string> => verdictOn(join(data, 'ledger', agency))

async function verdictOn(folder: string): Promise<string> {
  const lines: string[] = []
  const exit = await run([folder], (line) => lines.push(line))
  if (exit !== 0) throw new NotDone(`The verifier does not find ${folder} sound.`, lines.join('\n'))
  return lines[0] ?? ''
}
