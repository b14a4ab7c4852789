import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { getCACertificates } from 'node:tls'
import { good, openVault, refusalIn, send, textOf } from './client.ts'
import { NotDone } from './not-done.ts'

/** Asks the vault of this machine for what only somebody with the rights of its files may ask. */
export async function control(
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
