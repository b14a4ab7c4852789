import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { getCACertificates } from 'node:tls'
import { good, openVault, refusalIn, send, textOf } from '../client.ts'
import { command } from '../command.ts'
import { dataFolders } from '../connect.ts'
import { NotDone } from '../not-done.ts'

export const agency = command({
  usage: 'agency add|release NAME [--data FOLDER]',
  does: 'Asks the vault that runs on this machine for a set-up link for one more agency, or to release a locked account.',
  help: [
    'add                  a new set-up link, good once',
    'release NAME         lets a locked sign-in name try again, when no administrator is left to do it',
    '--agency SHORT-NAME  the agency of the account, if the vault has several',
    '--data FOLDER        data folder of the vault (else SALLYPORT_DATA, else ./data)',
    '--json               one JSON value',
  ],
  options: { data: { type: 'string' }, agency: { type: 'string' } },
  async run({ positionals: [verb, name], values: { data, agency } }, tell) {
    const folders = dataFolders(data ?? process.env['SALLYPORT_DATA'])
    if (verb === 'release' && name) {
      const { released } = await control(folders, 'release', { signInName: name, ...(agency && { agency }) })
      const says = released ? `${name} may try again.` : `${name} was not locked. Nothing was changed.`
      tell({ released: released === true }, says)
      return released ? 0 : 1
    }
    if (verb !== 'add')
      throw new NotDone(
        'An agency can be added, and an account released.',
        'Say: sallyport agency add, or sallyport agency release NAME',
      )
    const { link } = await control(folders, 'set-up-link', {})
    if (typeof link !== 'string') throw new NotDone('The vault gave no link.', 'Bring both to the same version.')
    tell({ link }, 'Open this link to set up an agency. It works once:', link)
    return 0
  },
})

/** Asks the vault of this machine for what only somebody with the rights of its files may ask. */
async function control(
  folders: readonly string[],
  deed: string,
  asked: object,
): Promise<Readonly<Record<string, unknown>>> {
  const { folder, url, token } = controlOf(folders)
  const own = join(folder, 'tls', 'ca.crt')
  const trusted = existsSync(own) ? [readFileSync(own, 'utf8')] : []
  const vault = openVault(url, [...getCACertificates('system'), ...trusted])
  const headers = { 'x-sallyport-control': token, 'content-type': 'application/json' }
  const answer = await send(vault, { method: 'POST', path: `/control/${deed}`, headers, body: JSON.stringify(asked) })
  const told = await textOf(answer)
  if (!good(answer)) throw refusalIn(answer, told)
  return JSON.parse(told) as Record<string, unknown>
}

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
