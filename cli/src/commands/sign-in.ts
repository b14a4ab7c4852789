import { readEntrance } from '@sallyport/api/agency'
import { signIn, signOut } from '@sallyport/api/sessions'
import { ask, askSecretly } from '../ask.ts'
import { call, type Vault } from '../client.ts'
import { command } from '../command.ts'
import { reach, vaultHelp, vaultOptions } from '../connect.ts'
import { NotDone, Refused } from '../not-done.ts'
import { moment } from '../quantities.ts'
import { save, sessionFile } from '../saved-session.ts'
import { shown } from '../table.ts'
import { codeAt, stepAt } from '../totp.ts'

type Entrance = { readonly banner: { readonly text: string; readonly version: string } | null }
type Given = {
  readonly name?: string | undefined
  readonly agency?: string | undefined
  readonly code?: string | undefined
  readonly 'accept-notice'?: boolean | undefined
}

export const signInCommand = command({
  usage: 'sign-in [--name NAME] [--agency SLUG] [--code DIGITS] [--accept-notice]',
  does: 'Signs in after the notice, and keeps the session in a file that only this account can read.',
  help: [
    '--name NAME          sign-in name (else asked for)',
    '--agency SLUG        which agency, if the vault holds several',
    '--code DIGITS        one-time code (else from SALLYPORT_TOTP_SECRET, else asked for)',
    '--accept-notice      accept the system-use notice without being asked, for scripts',
    'SALLYPORT_PASSWORD holds the password for scripts; there is no option for it, because options can be seen by all.',
    ...vaultHelp,
  ],
  options: {
    ...vaultOptions,
    name: { type: 'string' },
    agency: { type: 'string' },
    code: { type: 'string' },
    'accept-notice': { type: 'boolean' },
  },
  async run({ values }, tell, warn) {
    const { vault, ca } = await reach(values)
    const before = vault.session
    vault.session = undefined
    const entrance = await call(vault, readEntrance, { agency: values.agency })
    if (entrance.state === 'empty') throw new NotDone('The vault is empty.', 'Set it up with the link that it printed.')
    if (entrance.severalAgencies && !values.agency)
      throw new NotDone('The vault holds several agencies.', 'Name yours with --agency SLUG.')
    const bannerAccepted = await accept(entrance, values, warn)
    const session = await call(vault, signIn, { ...(await proof(values)), agency: values.agency, bannerAccepted })
    const { cookie = '' } = vault.session ?? {}
    const { person, endsAt } = session
    if (before) await endSession({ ...vault, session: before })
    await save({ origin: vault.origin, ca, name: person.name, endsAt, cookie, csrf: session.csrf })
    tell(
      { origin: vault.origin, person, agency: session.agency, endsAt },
      `You are signed in to ${vault.origin} as ${shown(person.name)} (${person.roles.join(', ')}).`,
      `The session lies in ${sessionFile()} and ends at ${moment(endsAt)} at the latest.`,
    )
    return 0
  },
})

/** Ends the session that this one takes the place of. If it has ended already, so much the better. */
async function endSession(vault: Vault): Promise<void> {
  await call(vault, signOut, {}).catch((error: unknown) => {
    if (!(error instanceof Refused)) throw error
  })
}

/** Shows the notice before anything is asked for, and takes no silence for consent (CJISSECPOL AC-8). */
async function accept({ banner }: Entrance, given: Given, warn: (line: string) => void): Promise<string> {
  if (!banner) throw new NotDone('The vault shows no notice, so nobody can sign in.', 'Tell an administrator.')
  for (const line of banner.text.split('\n')) warn(shown(line))
  if (given['accept-notice']) return banner.version
  const answer = await ask('Do you accept this notice? Type yes to go on:')
  if (!/^yes$/i.test(answer)) throw new NotDone('The notice was not accepted, so nobody was signed in.')
  return banner.version
}

async function proof(given: Given): Promise<{ signInName: string; password: string; code: string }> {
  const signInName = given.name ?? (await ask('Sign-in name:'))
  const password = process.env['SALLYPORT_PASSWORD'] ?? (await askSecretly('Password:'))
  const secret = process.env['SALLYPORT_TOTP_SECRET']
  const code = given.code ?? (secret ? codeAt(secret, stepAt(new Date())) : await ask('Code of your authenticator:'))
  return { signInName, password, code: code.replace(/\s/g, '') }
}
