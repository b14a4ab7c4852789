import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { getCACertificates } from 'node:tls'
import { openVault, type Vault } from './client.ts'
import { NotDone } from './not-done.ts'
import { readSaved, type SavedSession } from './saved-session.ts'

/** The options by which every command that speaks to a vault finds it. */
export const vaultOptions = { url: { type: 'string' }, ca: { type: 'string' } } as const
export const vaultHelp = [
  '--url ADDRESS        the vault (else SALLYPORT_URL, else where you signed in, else https://localhost:8443)',
  '--ca FILE            certificate of the authority that signed for the vault (else SALLYPORT_CA, else the system)',
  '--json               one JSON value a line',
]

export type Reach = { readonly url?: string | undefined; readonly ca?: string | undefined }
export type Reached = { readonly vault: Vault; readonly ca: string | null; readonly saved: SavedSession | undefined }

/** Folders where a vault of this machine keeps its data, the one that was named first. */
export const dataFolders = (named = process.env['SALLYPORT_DATA']): string[] =>
  named ? [resolve(named)] : [resolve('data'), resolve('data-demo'), '/var/lib/sallyport']

/**
 * Finds the vault, whom to trust for it, and the session if there is one.
 *
 * The authority in a data folder is believed for this machine's own addresses only: a folder that
 * somebody left in the current directory must not be able to vouch for any other host.
 */
export async function reach({ url, ca }: Reach): Promise<Reached> {
  const saved = await readSaved()
  const origin = originOf(url ?? process.env['SALLYPORT_URL'] ?? saved?.origin ?? 'https://localhost:8443')
  const ours = saved?.origin === origin ? saved : undefined
  const { file, trusted } = authorities(origin, { ca, ours })
  const vault = openVault(origin, trusted)
  if (ours) vault.session = { cookie: ours.cookie, csrf: ours.csrf }
  return { vault, ca: file ?? null, saved: ours }
}

/** The certificates of those who are believed when they vouch for an address, as {@link reach} chooses them. */
export async function trustedFor(address: string, ca: string | undefined): Promise<readonly string[]> {
  const saved = await readSaved()
  const { origin } = new URL(address)
  return authorities(origin, { ca, ours: saved?.origin === origin ? saved : undefined }).trusted
}

type Vouching = { readonly ca: string | undefined; readonly ours: SavedSession | undefined }

function authorities(origin: string, { ca, ours }: Vouching): { file: string | undefined; trusted: readonly string[] } {
  const named = ca ?? process.env['SALLYPORT_CA']
  const file = named ? resolve(named) : (ours?.ca ?? localAuthority(origin))
  if (file && !existsSync(file)) throw new NotDone(`There is no certificate at ${file}.`, 'Name one with --ca FILE.')
  return { file, trusted: [...getCACertificates('system'), ...(file ? [readFileSync(file, 'utf8')] : [])] }
}

/** As {@link reach}, for what only a person who signed in may do. */
export async function signedIn(where: Reach): Promise<Vault> {
  const { vault } = await reach(where)
  if (!vault.session)
    throw new NotDone('You are not signed in.', `Sign in with: sallyport sign-in --url ${vault.origin}`)
  return vault
}

function originOf(address: string): string {
  const url = URL.parse(/^[a-z]+:\/\//i.test(address) ? address : `https://${address}`)
  if (url?.protocol !== 'https:') throw new NotDone(`${address} is not an https address.`, 'A vault speaks only TLS.')
  return url.origin
}

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

function localAuthority(origin: string): string | undefined {
  if (!loopback.test(new URL(origin).hostname)) return undefined
  return dataFolders()
    .map((folder) => join(folder, 'tls', 'ca.crt'))
    .find(existsSync)
}
