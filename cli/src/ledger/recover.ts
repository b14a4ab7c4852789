import { resolve } from 'node:path'
import type { Tell } from '../command.ts'
import { dataFolders } from '../connect.ts'
import { control } from '../control.ts'
import { NotDone } from '../not-done.ts'

type Wanted = {
  readonly mirror?: string | undefined
  readonly dry?: boolean | undefined
  readonly agency?: string | undefined
  readonly data?: string | undefined
}

/**
 * Asks the vault of this machine to replay the end of a ledger that its database no longer knows, from what
 * was published or from a mirror. The vault checks every entry against the checkpoint that it signed then.
 */
export async function recover({ mirror, dry = false, agency, data }: Wanted, tell: Tell): Promise<number> {
  const folders = dataFolders(data ?? process.env['SALLYPORT_DATA'])
  const told = await control(folders, 'recover-ledger', {
    dry,
    ...(agency && { agency }),
    ...(mirror && { from: resolve(mirror) }),
  })
  const { from, to, lost } = told
  if (typeof from !== 'number' || typeof to !== 'number' || typeof lost !== 'number')
    throw new NotDone('The vault did not say what it did.', 'Bring both to the same version.')
  const deed = dry ? 'would be replayed; nothing was changed' : 'were replayed'
  tell(told, `Entries ${from} to ${to - 1} ${deed}. Of ${lost} of them, who acted and the detail are lost.`)
  return 0
}
