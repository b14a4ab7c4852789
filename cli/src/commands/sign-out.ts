import { signOut } from '@sallyport/api/sessions'
import { call } from '../client.ts'
import { command } from '../command.ts'
import { reach, vaultHelp, vaultOptions } from '../connect.ts'
import { Refused } from '../not-done.ts'
import { forget, readSaved } from '../saved-session.ts'

export const signOutCommand = command({
  usage: 'sign-out',
  does: 'Ends the session on the server and forgets it here.',
  help: vaultHelp,
  options: vaultOptions,
  async run({ values }, tell) {
    const saved = await readSaved()
    const { vault } = await reach({ ca: values.ca ?? saved?.ca ?? undefined, url: values.url ?? saved?.origin })
    if (!vault.session) {
      tell({ ended: false }, 'You were not signed in.')
      return 1
    }
    try {
      await call(vault, signOut, {})
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 401) throw error
    }
    await forget()
    tell({ ended: true }, 'You are signed out. The session has ended on the server too.')
    return 0
  },
})
