import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { readItem } from '@sallyport/api/items'
import { call } from '../client.ts'
import { command } from '../command.ts'
import { signedIn, vaultHelp, vaultOptions } from '../connect.ts'
import { fetchItem } from '../download/fetch-item.ts'
import { itemId } from '../find-case.ts'
import { NotDone } from '../not-done.ts'
import { bytes } from '../quantities.ts'
import { shown } from '../table.ts'
import { displayOn } from '../upload/display.ts'

export const get = command({
  usage: 'get ITEM --why TEXT [-o FILE]',
  does: 'Downloads the original of an item and compares its SHA-256. After a cut it goes on where it stopped.',
  help: [
    '--why TEXT           why you need it; it stands in the custody of the item',
    '-o, --output FILE    where to write it (else under its original name here)',
    ...vaultHelp,
  ],
  options: { ...vaultOptions, why: { type: 'string' }, output: { type: 'string', short: 'o' } },
  async run({ positionals: [typed], values: { why, output, ...where } }, tell) {
    const id = itemId(typed)
    if (!why) throw new NotDone('A download needs its reason.', 'Give it with --why "…". It is entered in the custody.')
    const vault = await signedIn(where)
    const item = await call(vault, readItem, { id })
    const to = output ?? safeName(item.originalName)
    if (existsSync(to))
      throw new NotDone(`${to} is there already, and is not overwritten.`, 'Name another with -o FILE.')
    const display = displayOn(process.stderr, item.size)
    const sha256 = await fetchItem(vault, { item, to, why, display })
    display.close()
    const sound = sha256 === item.sha256
    tell(
      { item: id, file: to, size: item.size, sha256, recorded: item.sha256, sound },
      sound
        ? `${shown(to)}  ${bytes(item.size)}  SHA-256 ${sha256}, as it was received.`
        : `What arrived has the SHA-256 ${sha256}, but ${item.sha256} was received. Nothing was kept. Tell the custodian.`,
    )
    return sound ? 0 : 1
  },
})

/** The original name comes from whoever delivered the item: only its last step is used, never a path. */
function safeName(originalName: string): string {
  const name = basename(originalName.replaceAll('\\', '/')).replace(/[\p{Cc}:]/gu, '_')
  return name === '' || name === '.' || name === '..' ? 'original' : name
}
