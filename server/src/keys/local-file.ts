import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { AgencyId } from '@sallyport/core/ids'
import { randomBytes, stretch, unwrapKey, wrapKey } from './primitives.ts'

/**
 * The agency key in a file under a passphrase: the holder for an agency that runs its own machine.
 *
 * Whoever has the file still needs the passphrase; whoever has both has the agency key. 600,000
 * rounds of PBKDF2-HMAC-SHA-512 is about three times what OWASP ASVS 5.0 appendix C asks for.
 */
const rounds = 600_000

type KeyFile = {
  readonly v: 1
  readonly agency: string
  readonly salt: string
  readonly rounds: number
  readonly wrapped: string
}

const fileOf = (folder: string, agency: AgencyId) => join(folder, `agency-${agency}.json`)

/** Makes a new agency key and keeps it under the passphrase. Gives the key, for the lease in memory. */
export async function makeAgencyKey(folder: string, agency: AgencyId, passphrase: string): Promise<Buffer> {
  const [key, salt] = [randomBytes(32), randomBytes(32)]
  const under = await stretch(passphrase, { salt, rounds, bytes: 32 })
  const kept: KeyFile = {
    v: 1,
    agency,
    salt: salt.toString('base64'),
    rounds,
    wrapped: wrapKey(under, key).toString('base64'),
  }
  await writeWhole(fileOf(folder, agency), `${JSON.stringify(kept, null, 2)}\n`)
  return key
}

/** Opens the agency key; undefined if the passphrase is another one. Throws if there is no such file. */
export async function openAgencyKey(folder: string, agency: AgencyId, passphrase: string): Promise<Buffer | undefined> {
  const path = fileOf(folder, agency)
  const text = await readFile(path, 'utf8').catch((fault: NodeJS.ErrnoException) => {
    throw new Error(
      `The key file ${path} cannot be read (${fault.code}). Restore it from a backup: without it nothing opens.`,
    )
  })
  const kept = JSON.parse(text) as KeyFile
  const under = await stretch(passphrase, { salt: Buffer.from(kept.salt, 'base64'), rounds: kept.rounds, bytes: 32 })
  return unwrapKey(under, Buffer.from(kept.wrapped, 'base64'))
}

/** The passphrase that this server keeps for an agency that chose `by-file`, or undefined. */
export const keptPassphrase = (folder: string, agency: AgencyId): Promise<string | undefined> =>
  readFile(join(folder, `passphrase-${agency}`), 'utf8').then(
    (text) => text.replace(/\n$/, ''),
    () => undefined,
  )

export const keepPassphrase = (folder: string, agency: AgencyId, passphrase: string): Promise<void> =>
  writeWhole(join(folder, `passphrase-${agency}`), `${passphrase}\n`)

/**
 * The key of this server, made at the first start. Alone it opens nothing that is sealed for an agency.
 *
 * Undefined if there is none and none may be made: a vault that has agencies was sealed under the lost one,
 * and a new key would seal what nobody could ever open beside the old.
 */
export async function serverKey(folder: string, { mayMake }: { mayMake: boolean }): Promise<Buffer | undefined> {
  const path = join(folder, 'server.key')
  const kept = await readFile(path).catch((fault: NodeJS.ErrnoException) => {
    if (fault.code !== 'ENOENT') throw fault
  })
  if (kept?.length === 32) return kept
  if (kept)
    throw new Error(`${path} is not a server key of 32 bytes. Restore it from a backup: without it nothing opens.`)
  if (!mayMake) return undefined
  const key = randomBytes(32)
  await writeWhole(path, key)
  return key
}

/** Writes a secret file so that after a crash it is there whole or not at all; readable by its owner only. */
async function writeWhole(path: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const handle = await open(`${path}.new`, 'w', 0o600)
  try {
    await handle.writeFile(content)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(`${path}.new`, path)
  const folder = await open(dirname(path), 'r')
  await folder.sync().finally(() => folder.close())
}
