import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { getCACertificates } from 'node:tls'
import { good, openVault, refusalIn, send, textOf } from '../client.ts'
import { command } from '../command.ts'
import { dataFolders } from '../connect.ts'
import { NotDone } from '../not-done.ts'

export const agency = command({
  usage: 'agency add [--data FOLDER]',
  does: 'Asks the vault that runs on this machine for a new set-up link, good once, for one more agency.',
  help: [
    '--data FOLDER        data folder of the vault (else SALLYPORT_DATA, else ./data)',
    '--json               one JSON value',
  ],
  options: { data: { type: 'string' } },
  async run({ positionals: [verb], values: { data } }, tell) {
    if (verb !== 'add') throw new NotDone('An agency can be added, and nothing else.', 'Say: sallyport agency add')
    const { folder, url, token } = controlOf(dataFolders(data ?? process.env['SALLYPORT_DATA']))
    const own = join(folder, 'tls', 'ca.crt')
    const vault = openVault(url, [
      ...getCACertificates('system'),
      ...(existsSync(own) ? [readFileSync(own, 'utf8')] : []),
    ])
    const answer = await send(vault, {
      method: 'POST',
      path: '/control/set-up-link',
      headers: { 'x-sallyport-control': token, 'content-type': 'application/json' },
      body: '{}',
    })
    const told = await textOf(answer)
    if (!good(answer)) throw refusalIn(answer, told)
    const { link } = JSON.parse(told) as { link?: unknown }
    if (typeof link !== 'string') throw new NotDone('The vault gave no link.', 'Bring both to the same version.')
    tell({ link }, 'Open this link to set up an agency. It works once:', link)
    return 0
  },
})

/**
 * How to reach the vault of this machine, from a file that only its own account can read.
 *
 * Whoever holds the token can make set-up links, and an agency that is set up so sees nothing of the
 * others. It is made anew at each start.
 */
function controlOf(folders: readonly string[]): { folder: string; url: string; token: string } {
  const folder = folders.find((one) => existsSync(join(one, 'run', 'control.json')))
  if (!folder)
    throw new NotDone(
      `No running vault was found in ${folders.join(' or ')}.`,
      'Start it with: sallyport start. If its data lies elsewhere, name the folder with --data.',
    )
  const { url, token } = JSON.parse(readFileSync(join(folder, 'run', 'control.json'), 'utf8')) as Record<
    string,
    unknown
  >
  if (typeof url !== 'string' || typeof token !== 'string')
    throw new NotDone(`${join(folder, 'run', 'control.json')} is damaged.`, 'Restart the vault.')
  return { folder, url, token }
}
