import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Credentials } from './client.ts'
import { NotDone } from './not-done.ts'

/** The session of the person who signed in here. It goes to `origin` and to no other address. */
export type SavedSession = Credentials & {
  readonly origin: string
  /** Certificate of the authority that was trusted at sign-in. */
  readonly ca: string | null
  readonly name: string
  readonly endsAt: string
}

export const sessionFile = (): string =>
  join(process.env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'sallyport', 'session.json')

/** Reads the session. A file that others can read is not used: they may have it too. */
export async function readSaved(): Promise<SavedSession | undefined> {
  const path = sessionFile()
  const found = await stat(path).catch(() => undefined)
  if (!found) return undefined
  if (process.platform !== 'win32' && found.mode & 0o077)
    throw new NotDone(`Others on this machine can read ${path}, so it is not used.`, 'Remove it and sign in again.')
  return readAs(await readFile(path, 'utf8'))
}

const texts = ['origin', 'cookie', 'csrf', 'name', 'endsAt'] as const

function readAs(text: string): SavedSession | undefined {
  try {
    const read = JSON.parse(text) as Record<string, unknown>
    if (texts.some((field) => typeof read[field] !== 'string')) return undefined
    return { ...(read as SavedSession), ca: typeof read['ca'] === 'string' ? read['ca'] : null }
  } catch {
    return undefined
  }
}

export async function save(session: SavedSession): Promise<void> {
  await writePrivately(sessionFile(), `${JSON.stringify(session, null, 2)}\n`)
}

export const forget = (): Promise<void> => rm(sessionFile(), { force: true })

/** Writes a file that only this account can read, whole or not at all. */
export async function writePrivately(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const beside = `${path}.${randomUUID()}`
  await writeFile(beside, text, { mode: 0o600, flush: true })
  await rename(beside, path)
}
