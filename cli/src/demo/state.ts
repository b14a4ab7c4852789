import { randomBytes, randomInt } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writePrivately } from '../saved-session.ts'

/** The sign-in data of the demonstration, in a file that only its own account can read. */
export type DemoState = {
  readonly password: string
  readonly passphrase: string
  /** Secret of each person's authenticator, by sign-in name. */
  readonly secrets: Readonly<Record<string, string>>
  /** Everything was delivered and proved. False after a start that was broken off. */
  readonly complete: boolean
}

const fileOf = (data: string) => join(data, 'demo.json')

export async function readState(data: string): Promise<DemoState | undefined> {
  const text = await readFile(fileOf(data), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : (JSON.parse(text) as DemoState)
}

export const keepState = (data: string, state: DemoState): Promise<void> =>
  writePrivately(fileOf(data), `${JSON.stringify(state, null, 2)}\n`)

const words =
  'maple copper lantern granite willow ember meadow falcon timber velvet juniper saddle marble clover beacon thistle'.split(
    ' ',
  )
const word = () => words[randomInt(words.length)] ?? ''

/** A password for people to type, and a passphrase that only the server reads. Both anew for each data folder. */
export const newState = (): DemoState => ({
  password: `${word()}-${word()}-${word()}-${randomInt(1000, 9999)}`,
  passphrase: randomBytes(24).toString('base64url'),
  secrets: {},
  complete: false,
})
